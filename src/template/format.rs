//! The JSON of a body, laid out anew: only white space outside strings and outside Liquid changes.
//!
//! ```text
//! source ──words──▶ tokens ──tree──▶ containers and branches ──layout──▶ what stands before each token ──▶ edits
//! ```
//!
//! The layout depends on the tokens alone, so that formatting twice changes nothing more. What `capture`, `raw` and
//! comments hold stays as typed. Two neighbours of which neither is JSON's own punctuation nor a string, such as a value
//! and the tag behind it, may be parts of one number once rendered: white space is neither put between them nor taken
//! away whole.

mod layout;
mod tree;
mod words;

use crate::diagnostic::{Diagnostic, TextEdit};
use crate::text::Span;

use super::Template;

use layout::{Before, INDENT};

/// Returns the edits that lay the body's JSON out, or why and where it cannot be read as JSON around its Liquid.
///
/// It renders to the same JSON afterwards, as long as what a `{{ }}` outside strings prints is whole values.
pub fn format(template: &Template) -> Result<Vec<TextEdit>, Diagnostic> {
    let source = template.source();
    let tokens = words::tokens(source, template.dialect())?;
    let root = tree::build(source, &tokens)?;
    let before = layout::lay_out(source, &tokens, &root);
    let line_end = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    let mut end = 0;
    for (token, before) in tokens.iter().zip(before) {
        let put = match before {
            Before::Nothing => String::new(),
            Before::Space => " ".to_owned(),
            Before::Line(level) => format!("{line_end}{}", " ".repeat(level * INDENT)),
        };
        change(source, Span::new(end, token.span.start), put, &mut edits);
        end = token.span.end;
    }
    if end < source.len() {
        change(source, Span::new(end, source.len()), line_end.to_owned(), &mut edits);
    }
    Ok(edits)
}

fn change(source: &str, gap: Span, put: String, edits: &mut Vec<TextEdit>) {
    if gap.of(source) != put {
        edits.push(TextEdit { span: gap, replacement: put });
    }
}

#[cfg(test)]
mod tests;
