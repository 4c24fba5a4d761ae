//! The part of a template in which a mistake is sought: an output or tag, and possibly some text after it.

use super::super::flavour::Flavour;
use super::super::parser;
use super::super::scan::{self, SourceChunk};
use super::super::tags::TAGS;
use crate::diagnostic::TextEdit;
use crate::text::Span;

// The number of mistakes in one template for which fixes are sought. Each takes up to a few hundred small parses. In a
// template with more mistakes, the first ones are fixed first, and the next check of the template finds more.
pub(super) const MAX_REPAIRS: usize = 24;

/// The maximum length of a window, in bytes, so that the work for each mistake is bounded.
pub(super) const MAX_WINDOW: usize = 400;

/// Whether `text` is one output or tag, from its first to its last byte, and has no problem.
pub(in super::super) fn is_whole_markup(text: &str, flavour: Flavour) -> bool {
    let Some(inside) = text.get(2..).filter(|_| text.starts_with("{{") || text.starts_with("{%")) else {
        return false;
    };
    if inside.contains("{{") || inside.contains("{%") {
        return false;
    }
    let chunks = scan::scan(text);
    let (before, after) = match chunks.as_slice() {
        [SourceChunk::Output(markup)] if markup.is_closed && markup.span.len() == text.len() => {
            // Shopify accepts `{{ }}`, but nobody means it.
            if scan::trimmed(text, markup.inner).is_empty() {
                return false;
            }
            (String::new(), String::new())
        }
        [SourceChunk::Tag(tag)] if tag.markup.is_closed && tag.markup.span.len() == text.len() => {
            surroundings(tag.name.of(text))
        }
        _ => return false,
    };
    let parsed = parser::parse(&format!("{before}{text}{after}"), flavour);
    parsed.problems.is_empty()
}

/// Returns the tags that a tag with this name needs before and after it.
fn surroundings(name: &str) -> (String, String) {
    let is_block = |name: &str| TAGS.iter().any(|tag| tag.is_block && tag.name == name);
    let opener = |name: &str| match name {
        "if" | "unless" | "case" => format!("{{% {name} x %}}"),
        "for" | "tablerow" => format!("{{% {name} x in y %}}"),
        "capture" => "{% capture x %}".to_owned(),
        _ => format!("{{% {name} %}}"),
    };
    match name {
        "elsif" | "else" => (opener("if"), "{% endif %}".to_owned()),
        "when" => (opener("case"), "{% endcase %}".to_owned()),
        _ if is_block(name) => (String::new(), format!("{{% end{name} %}}")),
        _ => match name.strip_prefix("end").filter(|name| is_block(name)) {
            Some(opened) => (opener(opened), String::new()),
            None => (String::new(), String::new()),
        },
    }
}

/// Returns where the line around `at` starts, at most [`MAX_WINDOW`] bytes before it.
pub(super) fn floor_line(source: &str, at: usize) -> usize {
    let from = crate::text::floor_char_boundary(source, at.saturating_sub(MAX_WINDOW));
    source[from..at].rfind('\n').map_or(from, |newline| from + newline + 1)
}

/// Returns the smallest edit that turns the text of `window` into `text`.
pub(super) fn difference(source: &str, window: Span, text: &str) -> TextEdit {
    let old = window.of(source);
    let prefix: usize =
        old.chars().zip(text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[prefix..], &text[prefix..]);
    let suffix: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    TextEdit {
        span: Span::new(window.start + prefix, window.end - suffix),
        replacement: new_rest[..new_rest.len() - suffix].to_owned(),
    }
}
