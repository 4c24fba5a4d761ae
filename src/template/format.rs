//! The formatter for a body's JSON. It changes only whitespace outside strings and outside Liquid.
//!
//! ```text
//! source ──lexer──▶ tokens ──tree──▶ containers and branches ──layout──▶ whitespace before each token ──▶ edits
//! ```
//!
//! Formatting twice has the same result as formatting once, because the layout does not depend on the existing line
//! breaks and indentation between tokens. The content of `capture`, `tablerow`, `ifchanged`, `raw`, and comments is not
//! changed.
//!
//! Two adjacent tokens that are neither JSON punctuation nor strings, such as a number and the tag after it, may render
//! to parts of one number. Between two such tokens, the formatter therefore adds no whitespace if there is none. If
//! there is whitespace, at least one whitespace character remains.

mod layout;
mod lexer;
mod tree;

use crate::diagnostic::{Diagnostic, TextEdit};
use crate::text::Span;

use super::Template;

use layout::{Gap, INDENT};

/// Returns the edits that format the body, in source order. Returns a diagnostic if the body cannot be formatted, for
/// example because it is not JSON with Liquid in it.
///
/// The formatted body renders to the same JSON if every `{{ }}` outside a string prints a complete value.
pub(crate) fn format(template: &Template) -> Result<Vec<TextEdit>, Diagnostic> {
    let source = template.source();
    let tokens = lexer::tokens(source, template.dialect())?;
    let root = tree::build(source, &tokens)?;
    let gaps = layout::lay_out(source, &tokens, &root);
    // If the body has any CRLF, new line breaks are CRLF: mixed line ends usually come from an editor that writes CRLF.
    let line_end = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    let mut end = 0;
    for (token, gap) in tokens.iter().zip(gaps) {
        let whitespace = match gap {
            Gap::Nothing => String::new(),
            Gap::Space => " ".to_owned(),
            Gap::Line(level) => format!("{line_end}{}", " ".repeat(level * INDENT)),
        };
        push_edit(source, Span::new(end, token.span.start), whitespace, &mut edits);
        end = token.span.end;
    }
    // Whitespace at the end of the body becomes one line break. If there is no whitespace, no line break is added.
    if end < source.len() {
        push_edit(source, Span::new(end, source.len()), line_end.to_owned(), &mut edits);
    }
    Ok(edits)
}

fn push_edit(source: &str, gap: Span, whitespace: String, edits: &mut Vec<TextEdit>) {
    if gap.of(source) != whitespace {
        edits.push(TextEdit { span: gap, replacement: whitespace });
    }
}

#[cfg(test)]
mod tests;
