//! The grammar of a body: JSON that contains Liquid, with the markup of a parse mode in its strings.
//!
//! The grammar is flat on purpose. It does not track which brackets are open, and every string ends within its line.
//! Therefore, an edit in one line seldom changes the colors of the next line, and an incomplete body gets the same
//! colors as a complete one. The rules are a table in code, because reading syntect's own format would need a YAML
//! parser.

use serde_json::json;
use syntect::parsing::syntax_definition::{
    Context, ContextReference, MatchOperation, MatchPattern, Pattern, SyntaxDefinition,
};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet, SyntaxSetBuilder};

use crate::telegram::ParseMode;
use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;

/// The compiled grammar. Compiling its regular expressions takes milliseconds, so load it on a thread that does not
/// draw.
#[derive(Debug)]
pub struct Grammar {
    /// The parse mode whose markup is colored; `None` colors no markup.
    pub markup: Option<ParseMode>,
    pub(super) set: SyntaxSet,
    pub(super) start: LineState,
}

impl Grammar {
    /// Compiles the grammar and its regular expressions in advance, so that reading the first line is as fast as
    /// reading any other line.
    pub fn load(markup: Option<ParseMode>) -> Self {
        let mut builder = SyntaxSetBuilder::new();
        builder.add(SyntaxDefinition {
            name: "Liquid JSON".into(),
            file_extensions: Vec::new(),
            scope: scope("source"),
            first_line_match: None,
            hidden: false,
            variables: Default::default(),
            contexts: CONTEXTS
                .iter()
                .chain([markup_rules(markup)])
                .map(|context| (context.name.to_owned(), context.compile()))
                .collect(),
        });
        let set = builder.build();
        let parse = ParseState::new(&set.syntaxes()[0]);
        let start = LineState { parse, scopes: ScopeStack::new() };
        // syntect compiles each regular expression when it first tries to match it. On `WARM_UP_LINE`, syntect tries
        // all regular expressions, so all of them are compiled here.
        classes::read_line(&mut start.clone(), WARM_UP_LINE, &set);
        Self { markup, set, start }
    }
}

/// A line on which every regular expression is tried.
const WARM_UP_LINE: &str = "{\"a\": \"<b x='y'>[*](\\n\\q&amp;\", {{ a | b: 'c', 1 }} {% if x == 1 %} {% # a %} {% comment %}x{% endcomment %} 1}\n";

/// A context of the grammar, as in syntect: a set of rules. One match begins the context, another match ends it, and
/// the rules apply in between. A scope is a dotted name, such as `string.key`, from which `classes` determines the
/// color.
struct ContextRules {
    name: &'static str,
    scope: &'static str,
    has_liquid: bool,
    rules: &'static [Rule],
}

enum Rule {
    /// A regular expression and the scope of its match.
    Is(&'static str, &'static str),
    /// A regular expression with a scope for each of its groups.
    Groups(&'static str, &'static [&'static str]),
    /// A regular expression and the context that it begins. The match belongs to that context.
    Begin(&'static str, &'static str),
    /// Like [`Rule::Begin`], with a scope for each group of the regular expression.
    BeginGroups(&'static str, &'static [&'static str], &'static str),
    /// A regular expression that ends the current context, and the scope of its match.
    End(&'static str, &'static str),
    Include(&'static str),
}

use Rule::{Begin, BeginGroups, End, Groups, Include, Is};

static CONTEXTS: &[ContextRules] = &[
    // The two contexts that syntect starts with.
    ContextRules { name: "__start", scope: "", has_liquid: false, rules: &[Begin("", "__main")] },
    ContextRules { name: "__main", scope: "", has_liquid: true, rules: &[Include("main")] },
    // syntect includes this context in every context with `has_liquid`.
    ContextRules { name: "prototype", scope: "", has_liquid: false, rules: &[Include("liquid")] },
    ContextRules {
        name: "main",
        scope: "",
        has_liquid: true,
        rules: &[
            // A key is a string with a colon after it. To find the colon, the lookahead covers the whole string.
            Begin(r#""(?=(?:[^"\\]|\\.)*"\s*:)"#, "key"),
            Begin("\"", "string"),
            Is(r"-?\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b", "constant.numeric"),
            Is(r"\b(?:true|false|null)\b", "constant.language"),
            Is(r"[{}\[\],:]", "punctuation.json"),
        ],
    },
    ContextRules {
        name: "key",
        scope: "string.key",
        has_liquid: true,
        rules: &[Is(r"\\.", "constant.character.escape"), End(r#""|(?m:$)"#, "")],
    },
    ContextRules {
        name: "string",
        scope: "string.quoted",
        has_liquid: true,
        rules: &[
            Include("markup"),
            Is(r#"\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})"#, "constant.character.escape"),
            Is(r"\\.", "invalid.escape"),
            End(r#""|(?m:$)"#, ""),
        ],
    },
    ContextRules {
        name: "tag",
        scope: "markup.tag",
        has_liquid: true,
        rules: &[End(r#">|(?="|<)|(?m:$)"#, "")],
    },
    ContextRules {
        name: "address",
        scope: "markup.link",
        has_liquid: true,
        rules: &[End(r#"\)|(?=")|(?m:$)"#, "")],
    },
    ContextRules {
        // `has_liquid` is false, because `prototype` includes this context: if this context included `prototype`, the
        // prototype would include itself.
        name: "liquid",
        scope: "",
        has_liquid: false,
        rules: &[
            // The two rules for comments come before the rule for tags, because the rule for tags would also match
            // comments.
            Begin(r"\{%-?\s*comment\s*-?%\}", "liquid-comment"),
            Begin(r"\{%-?\s*#", "liquid-line-comment"),
            BeginGroups(r"(\{%-?)\s*(\w+)?", &["liquid.delimiter", "liquid.tag"], "liquid-tag"),
            BeginGroups(r"(\{\{-?)", &["liquid.delimiter"], "liquid-output"),
        ],
    },
    ContextRules {
        name: "liquid-comment",
        scope: "comment.liquid",
        has_liquid: false,
        rules: &[End(r"\{%-?\s*endcomment\s*-?%\}", "")],
    },
    ContextRules {
        name: "liquid-line-comment",
        scope: "comment.liquid",
        has_liquid: false,
        rules: &[End(r"%\}|(?m:$)", "")],
    },
    ContextRules {
        name: "liquid-tag",
        scope: "meta.liquid",
        has_liquid: false,
        // A tag ends at the end of its line at the latest, so an unclosed tag does not change the colors of the rest of
        // the body.
        rules: &[End(r"-?%\}|(?m:$)", "liquid.delimiter"), Include("liquid-words")],
    },
    ContextRules {
        name: "liquid-output",
        scope: "meta.liquid",
        has_liquid: false,
        rules: &[End(r"-?\}\}|(?m:$)", "liquid.delimiter"), Include("liquid-words")],
    },
    ContextRules {
        name: "liquid-words",
        scope: "",
        has_liquid: false,
        rules: &[
            Is(r#""[^"]*"|'[^']*'"#, "liquid.string"),
            Groups(r"(\|)\s*(\w+)?", &["liquid.operator", "liquid.filter"]),
            Is(r"-?\b\d+(?:\.\d+)?\b", "liquid.number"),
            Is(r"\b(?:true|false|nil|null|empty|blank|and|or|contains|in)\b", "liquid.operator"),
            Is(r"[A-Za-z_][\w-]*", "liquid.variable"),
            Is(r"==|!=|<>|<=|>=|<|>|=|\.\.", "liquid.operator"),
        ],
    },
];

/// Returns the rules of the context `markup` for a parse mode. The rules match the text of the body. JSON escapes
/// backslashes, so the rules expect two backslashes where the message has one.
fn markup_rules(mode: Option<ParseMode>) -> &'static ContextRules {
    match mode {
        None => &PLAIN,
        Some(ParseMode::Html) => &HTML,
        Some(ParseMode::Markdown) => &MARKDOWN,
        Some(ParseMode::MarkdownV2) => &MARKDOWN_V2,
    }
}

static PLAIN: ContextRules = ContextRules { name: "markup", scope: "", has_liquid: true, rules: &[] };

static HTML: ContextRules = ContextRules {
    name: "markup",
    scope: "",
    has_liquid: true,
    rules: &[
        Begin(
            concat!(
                "</?(?:b|strong|i|em|u|ins|s|strike|del|a|code|pre|span|tg-spoiler|tg-emoji|tg-time",
                r"|blockquote)(?=[\s>])"
            ),
            "tag",
        ),
        Is(r"&(?:lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});", "markup.entity"),
    ],
};

static MARKDOWN: ContextRules = ContextRules {
    name: "markup",
    scope: "",
    has_liquid: true,
    rules: &[
        Is(r"\\\\[_*`\[]", "constant.character.escape"),
        Begin(r"\]\(", "address"),
        Is(r"```|[*_`\[\]]", "markup.mark"),
    ],
};

static MARKDOWN_V2: ContextRules = ContextRules {
    name: "markup",
    scope: "",
    has_liquid: true,
    rules: &[
        Is(r"\\\\[_*\[\]()~`>#+\-=|{}.!]", "constant.character.escape"),
        Begin(r"\]\(", "address"),
        Is(r"```|__|\|\||!?\[|[*_~`\]]", "markup.mark"),
        // A block quote begins at the start of a line of the message: after the opening `"` of the JSON string, or
        // after an escaped line feed.
        Is(r#"(?<=")(?:\*\*)?>|(?<=\\n)>"#, "markup.quote"),
    ],
};

impl ContextRules {
    fn compile(&self) -> Context {
        let mut context = Context::new(self.has_liquid);
        context.meta_scope = scopes(self.scope);
        context.patterns = self.rules.iter().map(Rule::compile).collect();
        context
    }
}

impl Rule {
    fn compile(&self) -> Pattern {
        let push = |state: &str| MatchOperation::Push(vec![named(state)]);
        match *self {
            Rule::Is(regex, name) => pattern(regex, name, &[], MatchOperation::None),
            Rule::Groups(regex, groups) => pattern(regex, "", groups, MatchOperation::None),
            Rule::Begin(regex, state) => pattern(regex, "", &[], push(state)),
            Rule::BeginGroups(regex, groups, state) => pattern(regex, "", groups, push(state)),
            Rule::End(regex, name) => pattern(regex, name, &[], MatchOperation::Pop),
            Rule::Include(state) => Pattern::Include(named(state)),
        }
    }
}

fn pattern(regex: &str, name: &str, groups: &[&str], operation: MatchOperation) -> Pattern {
    let captures: Vec<_> = groups.iter().enumerate().map(|(index, name)| (index + 1, scopes(name))).collect();
    let captures = (!captures.is_empty()).then_some(captures);
    Pattern::Match(MatchPattern::new(false, regex.to_owned(), scopes(name), captures, operation, None))
}

fn named(state: &str) -> ContextReference {
    // The variants of `ContextReference` are `#[non_exhaustive]`, so code outside syntect can create them only by
    // deserialization.
    serde_json::from_value(json!({ "Named": state })).expect("`Named` is a variant with a string")
}

fn scopes(name: &str) -> Vec<Scope> {
    if name.is_empty() { Vec::new() } else { vec![scope(name)] }
}

fn scope(name: &str) -> Scope {
    Scope::new(name).expect("a scope of the table has at most eight parts")
}
