//! Finds what CleverTap's engine prints otherwise for every profile that gets there: comparisons with `blank`, formats
//! of dates, and branches of nothing but whitespace.

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::text::Span;

use super::super::json_context::{JsonContextKind, json_context_at};
use super::super::syntax::{
    Block, Branch, Comparison, Condition, Expression, FilterCall, Literal, Path, PathStepKind, SyntaxNode,
    TagNode,
};
use super::super::{Template, liqp, walk};

/// The maximum number of bodies whose position in the JSON is looked up, which takes time for each.
const MAX_BODIES: usize = 40;

/// Returns the differences that do not depend on a profile, in no order. If the body is JSON, a line break that only
/// CleverTap would print inside a string is an error.
pub(crate) fn always_differing(template: &Template, is_json: bool) -> Vec<Diagnostic> {
    let source = template.source();
    let mut found = Vec::new();
    let mut blank_texts = Vec::new();
    walk::tags(template.body(), &mut |span, tag| match tag {
        TagNode::If { branches } => {
            for (index, branch) in branches.iter().enumerate() {
                let opening = (index == 0).then_some(span);
                found.extend(in_branch(source, opening, branch));
            }
            branches.iter().for_each(|branch| add_blank(&branch.body, &mut blank_texts));
        }
        TagNode::Case { branches, .. } => {
            for value in branches.iter().flat_map(|branch| &branch.values) {
                if value.as_literal() == Some(&Literal::Blank) {
                    let help = "compare with \"\", after `assign` with `default: \"\"`";
                    found.push(differs(value.span(), "in CleverTap, nothing equals `blank`").with_help(help));
                }
            }
            branches.iter().for_each(|branch| add_blank(&branch.body, &mut blank_texts));
        }
        TagNode::For(each) => {
            let bodies = std::iter::once(&each.body).chain(&each.otherwise);
            bodies.for_each(|body| add_blank(body, &mut blank_texts));
        }
        _ => {}
    });
    walk::pipes(template.body(), &mut |piped| {
        found.extend(piped.filters.iter().filter_map(|call| in_date_format(source, call)));
    });
    let kept = blank_texts.into_iter().take(MAX_BODIES);
    found.extend(kept.filter_map(|texts| kept_whitespace(template, is_json, &texts)));
    found
}

fn differs(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(Code::DiffersInClevertap, span, message)
}

/// `opening` is the tag of the branch, if the branch is the first.
fn in_branch(source: &str, opening: Option<Span>, branch: &Branch) -> Vec<Diagnostic> {
    let mut comparisons = Vec::new();
    if let Some(condition) = &branch.condition {
        collect(condition, &mut comparisons);
    }
    let is_only = comparisons.len() == 1;
    let opening = opening.filter(|tag| is_only && tag.of(source).starts_with("{%"));
    comparisons.into_iter().map(|comparison| with_blank(source, opening, comparison)).collect()
}

struct WithBlank<'t> {
    span: Span,
    other: &'t Expression,
    is_equal: bool,
}

fn collect<'t>(condition: &'t Condition, found: &mut Vec<WithBlank<'t>>) {
    match condition {
        Condition::Value(_) => {}
        Condition::Both(parts) | Condition::Either(parts) => {
            collect(&parts.0, found);
            collect(&parts.1, found);
        }
        Condition::Compare { left, comparison, right, span } => {
            let is_equal = match comparison {
                Comparison::Equal => true,
                Comparison::NotEqual => false,
                _ => return,
            };
            let other = match (left.as_literal(), right.as_literal()) {
                (_, Some(Literal::Blank)) => left,
                (Some(Literal::Blank), _) => right,
                _ => return,
            };
            found.push(WithBlank { span: *span, other, is_equal });
        }
    }
}

fn with_blank(source: &str, opening: Option<Span>, comparison: WithBlank<'_>) -> Diagnostic {
    let WithBlank { span, other, is_equal } = comparison;
    let always = if is_equal { "never" } else { "always" };
    let message = format!("in CleverTap, nothing equals `blank`, so this is {always} true");
    let written = other.span().of(source);
    let problem = differs(span, message);
    let (Expression::Path(path), Some(tag)) = (other, opening) else {
        let help = format!("set `{written}` with `default: \"\"` first, and compare with \"\"");
        return problem.with_help(help);
    };
    let name = name_for(path, source);
    let assign = format!("{{% assign {name} = {written} | default: \"\" %}}");
    let operator = if is_equal { "==" } else { "!=" };
    let compared = format!("{name} {operator} \"\"");
    let fix = Fix {
        title: "compare with \"\" after `default: \"\"`".into(),
        edits: vec![
            TextEdit { span: Span::at(tag.start), replacement: assign.clone() },
            TextEdit { span, replacement: compared.clone() },
        ],
        // Whitespace counts as blank, and as more than "".
        safe: false,
    };
    problem.with_help(format!("write `{assign}`, and then `{compared}`")).with_fix(fix)
}

/// Returns a name for a variable with the value of `path`, which the source does not use as a word.
fn name_for(path: &Path, source: &str) -> String {
    let last = path.steps.last().unwrap_or(&path.root);
    let last = match &last.kind {
        PathStepKind::Name { name, .. } => name.as_str(),
        PathStepKind::Index(_) => "value",
    };
    let mut name: String =
        last.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "value_");
    }
    name.push_str("_or_empty");
    while source.contains(&name) {
        name.push('_');
    }
    name
}

/// Finds directives that only Ruby knows.
fn in_date_format(source: &str, call: &FilterCall) -> Option<Diagnostic> {
    let format = call.arguments.first().filter(|_| call.filter.name == "date")?;
    let text = format.as_text()?;
    let unknown: Vec<String> = liqp::date::unknown_directives(text);
    let first = unknown.first()?;
    let message = format!("CleverTap does not know `{first}` in a date and prints it as it is");
    let problem = differs(format.span(), message);
    let portable = PORTABLE.iter().find(|(known, _)| known == first);
    let help = match first.as_str() {
        "%-d" | "%-e" => "use `%d`, which has two digits",
        "%-m" => "use `%m`, which has two digits",
        "%-H" | "%-k" => "use `%H`, which has two digits",
        "%-I" | "%-l" => "use `%I`, which has two digits",
        "%P" => "use `%p`, which is in capitals",
        "%s" => "CleverTap's `date` cannot print epoch seconds",
        _ => "use only directives of one letter that CleverTap knows, such as `%d.%m.%Y %H:%M`",
    };
    let problem = match portable {
        Some((_, portable)) => problem.with_help(format!("write `{portable}`")),
        None => problem.with_help(help),
    };
    let written = format.span().of(source);
    let mut rewritten = written.to_owned();
    for directive in &unknown {
        let Some((_, portable)) = PORTABLE.iter().find(|(known, _)| known == directive) else {
            return Some(problem);
        };
        rewritten = rewritten.replace(directive.as_str(), portable);
    }
    Some(problem.with_fix(Fix::replace(format!("write {rewritten}"), format.span(), rewritten)))
}

/// Directives that print the same as others together.
const PORTABLE: [(&str, &str); 5] =
    [("%F", "%Y-%m-%d"), ("%T", "%H:%M:%S"), ("%R", "%H:%M"), ("%D", "%m/%d/%y"), ("%r", "%I:%M:%S %p")];

/// Adds the whitespace of a body that telecast prints without it.
fn add_blank(block: &Block, found: &mut Vec<Vec<Span>>) {
    if !block.is_blank {
        return;
    }
    let texts = block.nodes.iter().filter_map(|node| match node {
        SyntaxNode::Text(span) => Some(*span),
        SyntaxNode::Output(_) | SyntaxNode::Tag(..) => None,
    });
    let texts: Vec<Span> = texts.collect();
    if !texts.is_empty() {
        found.push(texts);
    }
}

/// `texts` are the whitespace of one body. Whitespace between the values of JSON does not matter.
fn kept_whitespace(template: &Template, is_json: bool, texts: &[Span]) -> Option<Diagnostic> {
    let source = template.source();
    let first = *texts.first()?;
    let is_in_string = || {
        let kind = json_context_at(template, first.start).kind;
        matches!(kind, JsonContextKind::Key | JsonContextKind::String)
    };
    if is_json && !is_in_string() {
        return None;
    }
    let fault = texts.iter().find(|text| is_json && text.of(source).contains(|c| c < ' '));
    let problem = match fault {
        Some(text) => {
            let message =
                "CleverTap keeps this whitespace, and a raw line break in a JSON string is not JSON";
            Diagnostic::error(Code::NotInClevertap, *text, message)
        }
        None => differs(first, "CleverTap keeps this whitespace, and telecast leaves it out"),
    };
    let problem = problem.with_help("write tags that print nothing without whitespace between them");
    let edits = texts.iter().map(|text| TextEdit { span: *text, replacement: String::new() }).collect();
    Some(problem.with_fix(Fix { title: "remove the whitespace".into(), edits, safe: true }))
}
