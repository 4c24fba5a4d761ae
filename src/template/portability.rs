//! What CleverTap would not accept, and what to write instead.

mod lists;

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::text::Span;

use super::escapes;
use super::syntax::{Block, Expression, FilterCall, Node, Tag};
use super::tags::TAGS;
use super::{scan, walk};

/// Returns a problem for each part of `body` that CleverTap does not know, ascending.
pub(super) fn check(source: &str, body: &Block) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let captured = captured_texts(body);
    walk::pipes(body, &mut |piped| {
        let is_captured = piped.filters.len() == 1
            && plain_name(&piped.value).is_some_and(|name| {
                captured.iter().any(|(known, end)| *known == name && *end <= piped.span.start)
            });
        problems.extend(piped.filters.iter().filter_map(|call| filter_problem(source, call, is_captured)));
    });
    lists::add_fixes(source, body, &mut problems);
    problems
}

/// Returns the names that are captured in front of all else and never given anything but captured text, with the ends
/// of their first captures: behind those they are texts, never nil.
fn captured_texts(body: &Block) -> Vec<(&str, usize)> {
    let mut captured: Vec<(&str, usize)> = Vec::new();
    for (node, next) in body.nodes.iter().zip(body.nodes.iter().skip(1)) {
        if let Node::Tag(_, tag) = node
            && let Tag::Capture { name, .. } = &**tag
        {
            captured.push((name, next.span().start));
        }
    }
    walk::tags(body, &mut |_, tag| {
        let given = match tag {
            Tag::Assign { name, .. } | Tag::Increment(name) | Tag::Decrement(name) => name.as_str(),
            Tag::For(each) | Tag::TableRow(each) => each.variable.as_str(),
            // It may give any name a value.
            Tag::Partial(call) if !call.is_isolated => return captured.clear(),
            _ => return,
        };
        captured.retain(|(name, _)| *name != given);
    });
    captured
}

fn plain_name(value: &Expression) -> Option<&str> {
    match value {
        Expression::Path(path) if path.steps.is_empty() => path.name(),
        _ => None,
    }
}

fn filter_problem(source: &str, call: &FilterCall, is_captured: bool) -> Option<Diagnostic> {
    let name = call.filter.name;
    if let Some((key, _)) = call.keywords.first() {
        let message = format!("CleverTap's `{name}` has no `{key}`");
        let end = call.arguments.iter().map(|argument| argument.span().end).fold(call.name.end, usize::max);
        let words = Span::new(end, call.span.end);
        let fix = Fix::replace(format!("leave `{key}` out"), words, "").unsafe_to_apply();
        let problem = Diagnostic::error(Code::NotInClevertap, call.span, message);
        return Some(problem.with_help(format!("leave `{key}` out, or ask with `{{% if %}}`")).with_fix(fix));
    }
    if call.filter.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem =
        Diagnostic::error(Code::NotInClevertap, call.name, format!("CleverTap has no filter `{name}`"));
    let problem = problem.with_help(help(name));
    let Some((rewrite, is_safe)) = rewrite(source, call, is_captured) else { return Some(problem) };
    let fix = Fix::replace(format!("write it for CleverTap instead of `{name}`"), call.span, rewrite);
    Some(problem.with_fix(if is_safe { fix } else { fix.unsafe_to_apply() }))
}

/// Returns the filters that do the same, and whether they do exactly that.
fn rewrite(source: &str, call: &FilterCall, is_captured: bool) -> Option<(String, bool)> {
    match call.filter.name {
        "json_escape" => Some((escapes::PORTABLE_JSON_ESCAPE.to_owned(), true)),
        // Numbers get quotes too, and nothing is an empty text instead of `null`; what was captured is neither.
        "json" => {
            Some((format!("{} | prepend: '\"' | append: '\"'", escapes::PORTABLE_JSON_ESCAPE), is_captured))
        }
        "tg_html" => Some(("escape".to_owned(), true)),
        "tg_markdown" => Some((escapes::portable_replaces(escapes::MARKDOWN), true)),
        "tg_markdown_v2" => Some((escapes::portable_replaces(escapes::MARKDOWN_V2), true)),
        // In India's time, whatever the zone was.
        "date_tz" => Some((format!("date: {}", call.arguments.first()?.span().of(source)), false)),
        _ => None,
    }
}

fn help(name: &str) -> &'static str {
    match name {
        "json" => "text goes into quotes, escaped; a number needs no filter, only a `default`",
        "date_tz" => "`date` prints the time in the account's zone; `now` is India's",
        "where" | "reject" => {
            "go through the list: `{% for item in list %}{% if item.plan == 'gold' %}…{% endif %}{% endfor %}`"
        }
        "find" | "find_index" | "has" => {
            "go through the list and `{% break %}` at the first item that fits: `{% for %}{% if %}`"
        }
        "sum" => {
            "add up in a loop: `{% for item in list %}{% assign total = total | plus: item.price %}{% endfor %}`"
        }
        "replace_last" => "`replace` replaces everywhere and `replace_first` where it stands first",
        "remove_last" => "`remove` takes it out everywhere and `remove_first` where it stands first",
        "base64_encode" | "base64_decode" | "base64_url_safe_encode" | "base64_url_safe_decode" => {
            "CleverTap cannot do this: upload the value to a property of the profile, and print that"
        }
        _ => "CleverTap's own filters can do this",
    }
}

pub(super) fn tag_problem(source: &str, span: Span, name: Span, arguments: Span) -> Option<Diagnostic> {
    let word = name.of(source);
    let tag = TAGS.iter().find(|tag| tag.name == word)?;
    if tag.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem = Diagnostic::error(Code::NotInClevertap, span, format!("CleverTap has no tag `{word}`"));
    let words = arguments.of(source);
    Some(match word {
        "echo" => {
            let output = span.of(source).replacen("{%", "{{", 1).replacen("echo", "", 1);
            let output = output.strip_suffix("%}").map(|inner| format!("{inner}}}}}"));
            let fix = Fix::replace("write `{{ }}`", span, one_blank(&output.unwrap_or_default()));
            problem.with_help("write `{{ }}`").with_fix(fix)
        }
        "#" => problem.with_help("write `{% comment %}`").with_fix(Fix::replace(
            "write `{% comment %}`",
            span,
            format!("{{% comment %}}{words}{{% endcomment %}}"),
        )),
        "render" => problem
            .with_help("`include` sees all names of this body; `render` does not")
            .with_fix(Fix::replace("write `include`", name, "include").unsafe_to_apply()),
        "doc" => {
            let problem = problem.with_help("write `{% comment %}`");
            match source.get(span.end..).and_then(|behind| behind.find("enddoc")) {
                Some(at) => problem.with_fix(comment_fix(name, span.end + at)),
                None => problem,
            }
        }
        _ => problem.with_help("write each of its lines as a tag of its own").with_fix(Fix::replace(
            "write its lines as tags",
            span,
            lines(source, span, arguments),
        )),
    })
}

fn comment_fix(name: Span, end: usize) -> Fix {
    let edit = |span: Span, text: &str| TextEdit { span, replacement: text.to_owned() };
    Fix {
        title: "write `{% comment %}`".into(),
        edits: vec![edit(name, "comment"), edit(Span::new(end, end + "enddoc".len()), "endcomment")],
        safe: true,
    }
}

/// What taking a word out leaves are two blanks.
fn one_blank(output: &str) -> String {
    output.replacen("  ", " ", 1)
}

/// Writes the lines of `{% liquid %}` as tags, with the dashes it has at its ends.
fn lines(source: &str, span: Span, arguments: Span) -> String {
    let before = if span.of(source).starts_with("{%-") { "-" } else { "" };
    let behind = if span.of(source).ends_with("-%}") { "-" } else { "" };
    let lines: Vec<&str> = arguments
        .of(source)
        .lines()
        .map(|line| line.trim_matches(scan::is_space))
        .filter(|line| !line.is_empty())
        .collect();
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 { before } else { "" };
        let right = if index + 1 == lines.len() { behind } else { "" };
        match (line.strip_prefix("echo "), line.strip_prefix('#')) {
            (Some(value), _) => out.push_str(&format!("{{{{{left} {} {right}}}}}", value.trim())),
            (None, Some(words)) => {
                out.push_str(&format!("{{%{left} comment %}}{}{{% endcomment {right}%}}", words.trim()))
            }
            (None, None) => out.push_str(&format!("{{%{left} {line} {right}%}}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
