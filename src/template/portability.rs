//! What CleverTap would not accept, and what to write instead.

use crate::diagnostic::{Diagnostic, Fix};
use crate::text::Span;

use super::dialect::Dialect;
use super::escapes;
use super::syntax::{Block, FilterCall};
use super::tags::TAGS;
use super::walk;

/// Returns a problem for each part of `body` that CleverTap does not know, ascending.
pub(super) fn check(source: &str, body: &Block) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    walk::pipes(body, &mut |piped| {
        problems.extend(piped.filters.iter().filter_map(|call| filter_problem(source, call)));
    });
    problems
}

fn filter_problem(source: &str, call: &FilterCall) -> Option<Diagnostic> {
    let name = call.filter.name;
    if let Some((key, _)) = call.keywords.first() {
        let message = format!("CleverTap's `{name}` has no `{key}`");
        return Some(Diagnostic::error("not-in-clevertap", call.span, message));
    }
    if call.filter.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem =
        Diagnostic::error("not-in-clevertap", call.name, format!("CleverTap has no filter `{name}`"));
    let Some((rewrite, is_safe)) = rewrite(source, call) else {
        return Some(problem.with_help("there is no way to write this with CleverTap's filters"));
    };
    let fix = Fix::replace(format!("write it for CleverTap instead of `{name}`"), call.span, rewrite);
    let fix = if is_safe { fix } else { fix.unsafe_to_apply() };
    Some(problem.with_help("CleverTap's own filters can do this").with_fix(fix))
}

/// Returns the filters that do the same, and whether they do exactly that.
fn rewrite(source: &str, call: &FilterCall) -> Option<(String, bool)> {
    match call.filter.name {
        "json_escape" => Some((escapes::PORTABLE_JSON_ESCAPE.to_owned(), true)),
        "tg_html" => Some(("escape".to_owned(), true)),
        "tg_markdown" => Some((escapes::portable_replaces(escapes::MARKDOWN), true)),
        "tg_markdown_v2" => Some((escapes::portable_replaces(escapes::MARKDOWN_V2), true)),
        // In India's time, whatever the zone was.
        "date_tz" => Some((format!("date: {}", call.arguments.first()?.span().of(source)), false)),
        _ => None,
    }
}

/// Returns the problem of a tag that CleverTap does not know.
pub(super) fn tag_problem(source: &str, span: Span, name: Span, arguments: Span) -> Option<Diagnostic> {
    let word = name.of(source);
    let tag = TAGS.iter().find(|tag| tag.name == word)?;
    if tag.dialects.contains(&Dialect::CleverTap) {
        return None;
    }
    let problem = Diagnostic::error("not-in-clevertap", span, format!("CleverTap has no tag `{word}`"));
    let arguments = arguments.of(source);
    Some(match word {
        "echo" => problem.with_help("write `{{ }}`").with_fix(Fix::replace(
            "write `{{ }}`",
            span,
            format!("{{{{ {arguments} }}}}"),
        )),
        "#" => problem.with_help("write `{% comment %}`").with_fix(Fix::replace(
            "write `{% comment %}`",
            span,
            format!("{{% comment %}}{arguments}{{% endcomment %}}"),
        )),
        "render" => problem
            .with_help("`include` sees all names of this body; `render` does not")
            .with_fix(Fix::replace("write `include`", name, "include").unsafe_to_apply()),
        "doc" => problem.with_help("write `{% comment %}`"),
        _ => problem.with_help("write each of its lines as a tag of its own"),
    })
}
