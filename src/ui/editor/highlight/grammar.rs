//! The body's own grammar: JSON with Liquid in it and the markup of a parse mode in its strings.
//!
//! Flat on purpose: brackets push nothing and a string ends with its line, so that what is typed in one line seldom
//! changes the colours of the next, and half a body is coloured as well as a whole one. Written as a table, since
//! syntect's own notation would bring a YAML parser along.

use serde_json::json;
use syntect::parsing::syntax_definition::{
    Context, ContextReference, MatchOperation, MatchPattern, Pattern, SyntaxDefinition,
};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet, SyntaxSetBuilder};

use crate::telegram::ParseMode;
use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;

/// JSON with Liquid and markup, ready to be read. Compiling its expressions takes milliseconds: make it off the
/// screen's thread.
#[derive(Debug)]
pub struct Grammar {
    /// The parse mode whose markup it colours; without one a text is plain.
    pub markup: Option<ParseMode>,
    pub(super) set: SyntaxSet,
    pub(super) start: LineState,
}

impl Grammar {
    /// Compiles the grammar, its expressions included, so that the first line is as fast as any.
    pub fn load(markup: Option<ParseMode>) -> Self {
        let mut builder = SyntaxSetBuilder::new();
        builder.add(SyntaxDefinition {
            name: "Liquid JSON".into(),
            file_extensions: Vec::new(),
            scope: scope("source"),
            first_line_match: None,
            hidden: false,
            variables: Default::default(),
            contexts: RULES
                .iter()
                .chain([markup_rules(markup)])
                .map(|context| (context.name.to_owned(), context.compile()))
                .collect(),
        });
        let set = builder.build();
        let parse = ParseState::new(&set.syntaxes()[0]);
        let start = LineState { parse, scopes: ScopeStack::new() };
        classes::read_line(&mut start.clone(), EVERYTHING, &set);
        Self { markup, set, start }
    }
}

/// A line that tries every expression once.
const EVERYTHING: &str = "{\"a\": \"<b x='y'>[*](\\n\\q&amp;\", {{ a | b: 'c', 1 }} {% if x == 1 %} {% # a %} {% comment %}x{% endcomment %} 1}\n";

struct Rules {
    name: &'static str,
    scope: &'static str,
    has_liquid: bool,
    rules: &'static [Rule],
}

enum Rule {
    /// An expression, and what it matches is.
    Is(&'static str, &'static str),
    /// An expression whose groups are something each.
    Groups(&'static str, &'static [&'static str]),
    /// An expression that begins another state, which it belongs to.
    Begin(&'static str, &'static str),
    /// As [`Rule::Begin`], with groups.
    BeginGroups(&'static str, &'static [&'static str], &'static str),
    /// An expression that ends the state, and what it is.
    End(&'static str, &'static str),
    Include(&'static str),
}

use Rule::{Begin, BeginGroups, End, Groups, Include, Is};

static RULES: &[Rules] = &[
    // The two that syntect begins with.
    Rules { name: "__start", scope: "", has_liquid: false, rules: &[Begin("", "__main")] },
    Rules { name: "__main", scope: "", has_liquid: true, rules: &[Include("main")] },
    // What syntect includes wherever `has_liquid` says so.
    Rules { name: "prototype", scope: "", has_liquid: false, rules: &[Include("liquid")] },
    Rules {
        name: "main",
        scope: "",
        has_liquid: true,
        rules: &[
            Begin(r#""(?=(?:[^"\\]|\\.)*"\s*:)"#, "key"),
            Begin("\"", "string"),
            Is(r"-?\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b", "constant.numeric"),
            Is(r"\b(?:true|false|null)\b", "constant.language"),
            Is(r"[{}\[\],:]", "punctuation.json"),
        ],
    },
    Rules {
        name: "key",
        scope: "string.key",
        has_liquid: true,
        rules: &[Is(r"\\.", "constant.character.escape"), End(r#""|(?m:$)"#, "")],
    },
    Rules {
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
    Rules { name: "tag", scope: "markup.tag", has_liquid: true, rules: &[End(r#">|(?="|<)|(?m:$)"#, "")] },
    Rules {
        name: "address",
        scope: "markup.link",
        has_liquid: true,
        rules: &[End(r#"\)|(?=")|(?m:$)"#, "")],
    },
    Rules {
        name: "liquid",
        scope: "",
        has_liquid: false,
        rules: &[
            Begin(r"\{%-?\s*comment\s*-?%\}", "liquid-comment"),
            Begin(r"\{%-?\s*#", "liquid-line-comment"),
            BeginGroups(r"(\{%-?)\s*(\w+)?", &["liquid.delimiter", "liquid.tag"], "liquid-tag"),
            BeginGroups(r"(\{\{-?)", &["liquid.delimiter"], "liquid-output"),
        ],
    },
    Rules {
        name: "liquid-comment",
        scope: "comment.liquid",
        has_liquid: false,
        rules: &[End(r"\{%-?\s*endcomment\s*-?%\}", "")],
    },
    Rules {
        name: "liquid-line-comment",
        scope: "comment.liquid",
        has_liquid: false,
        rules: &[End(r"%\}|(?m:$)", "")],
    },
    Rules {
        name: "liquid-tag",
        scope: "meta.liquid",
        has_liquid: false,
        rules: &[End(r"-?%\}|(?m:$)", "liquid.delimiter"), Include("liquid-words")],
    },
    Rules {
        name: "liquid-output",
        scope: "meta.liquid",
        has_liquid: false,
        rules: &[End(r"-?\}\}|(?m:$)", "liquid.delimiter"), Include("liquid-words")],
    },
    Rules {
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

/// What is markup in the strings of each parse mode: the state called `markup`. A backslash stands doubled in JSON.
fn markup_rules(mode: Option<ParseMode>) -> &'static Rules {
    match mode {
        None => &PLAIN,
        Some(ParseMode::Html) => &HTML,
        Some(ParseMode::Markdown) => &MARKDOWN,
        Some(ParseMode::MarkdownV2) => &MARKDOWN_V2,
    }
}

static PLAIN: Rules = Rules { name: "markup", scope: "", has_liquid: true, rules: &[] };

static HTML: Rules = Rules {
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

static MARKDOWN: Rules = Rules {
    name: "markup",
    scope: "",
    has_liquid: true,
    rules: &[
        Is(r"\\\\[_*`\[]", "constant.character.escape"),
        Begin(r"\]\(", "address"),
        Is(r"```|[*_`\[\]]", "markup.mark"),
    ],
};

static MARKDOWN_V2: Rules = Rules {
    name: "markup",
    scope: "",
    has_liquid: true,
    rules: &[
        Is(r"\\\\[_*\[\]()~`>#+\-=|{}.!]", "constant.character.escape"),
        Begin(r"\]\(", "address"),
        Is(r"```|__|\|\||!?\[|[*_~`\]]", "markup.mark"),
        Is(r#"(?<=")(?:\*\*)?>|(?<=\\n)>"#, "markup.quote"),
    ],
};

impl Rules {
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

/// A reference to a state of this grammar; syntect lets others make one only by reading it.
fn named(state: &str) -> ContextReference {
    serde_json::from_value(json!({ "Named": state })).expect("syntect reads what it writes")
}

fn scopes(name: &str) -> Vec<Scope> {
    if name.is_empty() { Vec::new() } else { vec![scope(name)] }
}

fn scope(name: &str) -> Scope {
    Scope::new(name).expect("a scope of the table has at most eight parts")
}
