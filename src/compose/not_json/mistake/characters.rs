//! Recognizes text that may not be between the tokens of JSON: invisible characters, comments, and Markdown's code
//! fences. Also recognizes raw control characters in strings.

use super::fault::{Fault, Mistake, remove};
use crate::diagnostic::TextEdit;
use crate::json::{self, JsonTokenKind, QuoteState, SyntaxErrorKind};
use crate::text::Span;

pub(super) fn invisible(fault: &Fault<'_>) -> Option<Mistake> {
    if !fault.is_between_tokens() {
        return None;
    }
    // The span of a `TrailingText` error is trimmed. If only whitespace that JSON does not know follows the value, the
    // span is empty, and the character is in the rest of the text.
    let wrong = match fault.error.span {
        span if span.is_empty() => fault.rest(),
        span => span.of(fault.text),
    };
    let c = wrong.chars().next().filter(|c| is_invisible(*c))?;
    let at = fault.at();
    let span = Span::new(at, at + c.len_utf8());
    let code = format!("U+{:04X}", u32::from(c));
    if c == '\u{feff}' && fault.text[..at].trim().is_empty() {
        return Some(
            Mistake::help("remove it: save the file as UTF-8 without a byte order mark")
                .saying(format!("a byte order mark ({code}) before the JSON"))
                .at(span)
                .with_repair("remove the byte order mark", vec![remove(span)]),
        );
    }
    let written = |span: Span, c: char| TextEdit::new(span, if c.is_whitespace() { " " } else { "" });
    let all: Vec<TextEdit> = json::tokens(fault.text)
        .filter(|token| token.kind == JsonTokenKind::Other)
        .filter_map(|token| Some((token.span, token.span.of(fault.text).chars().next()?)))
        .filter(|(_, c)| is_invisible(*c))
        .map(|(span, c)| written(span, c))
        .collect();
    let edits = if fault.is_repaired_by(&all) { all } else { vec![written(span, c)] };
    let (message, help, title) = match c.is_whitespace() {
        true => ("a space that JSON does not know", "write an ordinary space", "write ordinary spaces"),
        false => ("an invisible character", "remove it", "remove the invisible characters"),
    };
    Some(Mistake::help(help).saying(format!("{message} ({code})")).at(span).with_repair(title, edits))
}

fn is_invisible(c: char) -> bool {
    let has_no_width = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    has_no_width || (c.is_control() || c.is_whitespace()) && !matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Recognizes JSON that was copied with the fence of a Markdown code block around it.
pub(super) fn code_fence(fault: &Fault<'_>) -> Option<Mistake> {
    if !fault.is_between_tokens() || !fault.rest().starts_with("```") {
        return None;
    }
    let mut edits = Vec::new();
    let mut start = 0;
    for line in fault.text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            edits.push(remove(Span::new(start, start + line.len())));
        }
        start += line.len();
    }
    let help = "remove the lines with three backticks: they belong to Markdown";
    Some(Mistake::help(help).with_repair("remove the code fence", edits))
}

pub(super) fn comment(fault: &Fault<'_>) -> Option<Mistake> {
    if !fault.is_between_tokens() || comment_length(fault.rest()).is_none() {
        return None;
    }
    let edits = comments(fault.text);
    let title = if edits.len() == 1 { "remove the comment" } else { "remove the comments" };
    let mistake = Mistake::help("JSON has no comments: remove it");
    // After a quote inside a string, the rest of the string can look like a comment. It ends with the string's quote.
    let has_lone_quote = |edit: &TextEdit| {
        !edit.span.of(fault.text).bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2)
    };
    Some(match edits.iter().any(has_lone_quote) {
        true => mistake.with_choice(title, edits),
        false => mistake.with_repair(title, edits),
    })
}

/// Returns the length of the comment at the start of a text, without the line break after it.
fn comment_length(text: &str) -> Option<usize> {
    if let Some(inside) = text.strip_prefix("/*") {
        return Some(inside.find("*/").map_or(text.len(), |end| end + 4));
    }
    let is_line = text.starts_with("//") || text.starts_with('#');
    is_line.then(|| text.find(['\r', '\n']).unwrap_or(text.len()))
}

/// Returns the edits that remove all comments, with the blanks before them. A line that has only a comment is removed.
fn comments(text: &str) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut quoting = QuoteState::default();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let length = match byte {
            b'/' | b'#' if !quoting.is_inside() => comment_length(&text[at..]),
            _ => None,
        };
        let Some(length) = length else {
            quoting.read(*byte);
            at += 1;
            continue;
        };
        let after = &text[at + length..];
        let mut start = text[..at].trim_end_matches([' ', '\t']).len();
        if let Some(previous) = text[..start].strip_suffix('\n').filter(|_| after.starts_with(['\r', '\n'])) {
            start = previous.strip_suffix('\r').unwrap_or(previous).len();
        }
        // Adjacent comments share the blanks between them.
        start = edits.last().map_or(start, |last| start.max(last.span.end));
        let mut end = at + length;
        if start == 0 {
            end += after.len() - after.trim_start_matches(['\r', '\n']).len();
        }
        edits.push(remove(Span::new(start, end)));
        at = end;
    }
    edits
}

/// Recognizes a raw control character in a string.
pub(super) fn in_string(fault: &Fault<'_>) -> Option<Mistake> {
    let SyntaxErrorKind::ControlCharacter(c) = fault.error.kind else { return None };
    Some(Mistake::help(match c {
        '\n' | '\r' => "write a line break inside a string as `\\n`".to_owned(),
        '\t' => "write a tab inside a string as `\\t`".to_owned(),
        c => format!("remove it, or write it as `\\u{:04x}`", u32::from(c)),
    }))
}
