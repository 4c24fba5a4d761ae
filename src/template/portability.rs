//! Finds filters and tags that CleverTap does not support, and suggests replacements.

mod lists;

use crate::diagnostic::{Code, Diagnostic, Fix, TextEdit};
use crate::dialect::Dialect;
use crate::text::Span;

use super::escapes;
use super::syntax::{Block, Expression, FilterCall, SyntaxNode, TagNode};
use super::tags::TAGS;
use super::{scan, walk};

/// Returns a problem for each filter call in `body` that CleverTap does not support, in source order. CleverTap does
/// not support a call with a keyword argument, even if CleverTap has the filter itself.
///
/// Tags are checked by [`tag_problem`].
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

/// Returns the variables that certainly hold captured text, each with the offset in the body from which this is
/// certain.
///
/// A `capture` at the top level of the body sets such a variable, and no other kind of tag does. The offset is the
/// start of the node after the `capture`. From this offset on, the variable is text and never nil.
fn captured_texts(body: &Block) -> Vec<(&str, usize)> {
    let mut captured: Vec<(&str, usize)> = Vec::new();
    for (node, next) in body.nodes.iter().zip(body.nodes.iter().skip(1)) {
        if let SyntaxNode::Tag(_, tag) = node
            && let TagNode::Capture { name, .. } = &**tag
        {
            captured.push((name, next.span().start));
        }
    }
    walk::tags(body, &mut |_, tag| {
        let changed = match tag {
            TagNode::Assign { name, .. } | TagNode::Increment(name) | TagNode::Decrement(name) => {
                name.as_str()
            }
            TagNode::For(each) | TagNode::TableRow(each) => each.variable.as_str(),
            // An included partial can assign any variable.
            TagNode::Partial(call) if !call.is_isolated => return captured.clear(),
            _ => return,
        };
        captured.retain(|(name, _)| *name != changed);
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
        let message = format!("CleverTap's `{name}` has no argument `{key}`");
        let end = call.arguments.iter().map(|argument| argument.span().end).fold(call.name.end, usize::max);
        let keyword_span = Span::new(end, call.span.end);
        let fix = Fix::replace(format!("remove `{key}`"), keyword_span, "").unsafe_to_apply();
        let problem = Diagnostic::error(Code::NotInClevertap, call.span, message);
        let help = format!("remove `{key}`, or test the value with `{{% if %}}`");
        return Some(problem.with_help(help).with_fix(fix));
    }
    if call.filter.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem =
        Diagnostic::error(Code::NotInClevertap, call.name, format!("CleverTap has no filter `{name}`"));
    let problem = problem.with_help(help(name));
    let Some((rewrite, is_safe)) = rewrite(source, call, is_captured) else { return Some(problem) };
    let fix = Fix::replace(format!("replace `{name}` with CleverTap's filters"), call.span, rewrite);
    Some(problem.with_fix(if is_safe { fix } else { fix.unsafe_to_apply() }))
}

/// Returns CleverTap's filters that replace the call, and whether the replacement is safe to apply without review.
/// Returns `None` if no filters can replace the call.
fn rewrite(source: &str, call: &FilterCall, is_captured: bool) -> Option<(String, bool)> {
    match call.filter.name {
        "json_escape" => Some((escapes::PORTABLE_JSON_ESCAPE.to_owned(), true)),
        // For values that are not text, the replacement does not print what `json` prints: a number gets quotes, and
        // nil becomes "" instead of `null`. The replacement is safe for a captured variable, which always holds text.
        "json" => {
            Some((format!("{} | prepend: '\"' | append: '\"'", escapes::PORTABLE_JSON_ESCAPE), is_captured))
        }
        "tg_html" => Some(("escape".to_owned(), true)),
        "tg_markdown" => Some((escapes::portable_replaces(escapes::MARKDOWN), true)),
        "tg_markdown_v2" => Some((escapes::portable_replaces(escapes::MARKDOWN_V2), true)),
        // The replacement is not safe: `date` has no argument for the zone, so the zone is lost.
        "date_tz" => Some((format!("date: {}", call.arguments.first()?.span().of(source)), false)),
        _ => None,
    }
}

fn help(name: &str) -> &'static str {
    match name {
        "json" => "put text in quotes and escape it; a number needs only a `default`",
        "date_tz" => "`date` uses the account's time zone; `now` is in India's",
        "where" | "reject" => {
            "loop over the list: `{% for item in list %}{% if item.plan == 'gold' %}…{% endif %}{% endfor %}`"
        }
        "find" | "find_index" | "has" => {
            "loop over the list and `{% break %}` at the first match: `{% for %}{% if %}`"
        }
        "sum" => {
            "add up in a loop: `{% for item in list %}{% assign total = total | plus: item.price %}{% endfor %}`"
        }
        "squish" => "`strip` removes the whitespace at both ends",
        "replace_last" => "`replace` replaces every occurrence, `replace_first` the first",
        "remove_last" => "`remove` removes every occurrence, `remove_first` the first",
        "base64_encode" | "base64_decode" | "base64_url_safe_encode" | "base64_url_safe_decode" => {
            "CleverTap cannot do this: upload the result as a profile property and print that"
        }
        _ => "use CleverTap's own filters",
    }
}

/// Returns a problem if CleverTap does not support the tag. Returns `None` if CleverTap supports the tag, or if no tag
/// has this name.
pub(super) fn tag_problem(source: &str, span: Span, name: Span, arguments: Span) -> Option<Diagnostic> {
    let tag_name = name.of(source);
    let tag = TAGS.iter().find(|tag| tag.name == tag_name)?;
    if tag.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem = Diagnostic::error(Code::NotInClevertap, span, format!("CleverTap has no tag `{tag_name}`"));
    let text = arguments.of(source);
    Some(match tag_name {
        "echo" => {
            let output = span.of(source).replacen("{%", "{{", 1).replacen("echo", "", 1);
            let output = output.strip_suffix("%}").map(|inner| format!("{inner}}}}}"));
            let fix = Fix::replace("use `{{ }}`", span, collapse_double_space(&output.unwrap_or_default()));
            problem.with_help("use `{{ }}`").with_fix(fix)
        }
        "#" => {
            let problem = problem.with_help("use `{% comment %}`");
            match comment(span.of(source), text) {
                Some(comment) => problem.with_fix(Fix::replace("use `{% comment %}`", span, comment)),
                None => problem,
            }
        }
        "render" => problem
            .with_help("`include` sees all variables of this body; `render` does not")
            .with_fix(Fix::replace("use `include`", name, "include").unsafe_to_apply()),
        "doc" => {
            let problem = problem.with_help("use `{% comment %}`");
            match source.get(span.end..).and_then(|rest| rest.find("enddoc")) {
                Some(at) => problem.with_fix(comment_fix(name, span.end + at)),
                None => problem,
            }
        }
        _ => problem.with_help("write each of its lines as a separate tag").with_fix(Fix::replace(
            "turn its lines into tags",
            span,
            lines_as_tags(source, span, arguments),
        )),
    })
}

/// Returns the `#` comment `tag` with the text `text` as a `comment` that trims the same whitespace. Returns `None` if
/// the text has tags, which could end the comment.
fn comment(tag: &str, text: &str) -> Option<String> {
    if text.contains("{%") || text.contains("{{") {
        return None;
    }
    let left = if tag.starts_with("{%-") { "{%-" } else { "{%" };
    let right = if tag.ends_with("-%}") { "-%}" } else { "%}" };
    Some(format!("{left} comment %}}{text}{{% endcomment {right}"))
}

fn comment_fix(name: Span, end: usize) -> Fix {
    let edit = |span: Span, text: &str| TextEdit { span, replacement: text.to_owned() };
    Fix {
        title: "use `{% comment %}`".into(),
        edits: vec![edit(name, "comment"), edit(Span::new(end, end + "enddoc".len()), "endcomment")],
        safe: true,
    }
}

// Replaces the first double space with a single one. Removing `echo` from a tag leaves a double space.
fn collapse_double_space(output: &str) -> String {
    output.replacen("  ", " ", 1)
}

/// Returns the lines of `{% liquid %}` as separate tags. A dash at the start of `{% liquid %}` goes to the first tag. A
/// dash at its end goes to the last tag.
fn lines_as_tags(source: &str, span: Span, arguments: Span) -> String {
    let before = if span.of(source).starts_with("{%-") { "-" } else { "" };
    let after = if span.of(source).ends_with("-%}") { "-" } else { "" };
    let lines: Vec<&str> = arguments
        .of(source)
        .lines()
        .map(|line| line.trim_matches(scan::is_space))
        .filter(|line| !line.is_empty())
        .collect();
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 { before } else { "" };
        let right = if index + 1 == lines.len() { after } else { "" };
        match (line.strip_prefix("echo "), line.strip_prefix('#')) {
            (Some(value), _) => out.push_str(&format!("{{{{{left} {} {right}}}}}", value.trim())),
            (None, Some(comment)) => {
                out.push_str(&format!("{{%{left} comment %}}{}{{% endcomment {right}%}}", comment.trim()))
            }
            (None, None) => out.push_str(&format!("{{%{left} {line} {right}%}}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
