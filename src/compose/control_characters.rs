//! Finds the raw line breaks, tabs, and other control characters in the strings of a rendered body. JSON allows them
//! only as escapes. Also makes the fixes that write line breaks and tabs as escapes. Only characters that were typed in
//! the body get such a fix, not those that Liquid printed.

use super::locate::Locator;
use super::problems::BodySource;
use crate::diagnostic::{Fix, TextEdit};
use crate::json::{self, JsonTokenKind, SyntaxError, SyntaxErrorKind};
use crate::telegram::fields;
use crate::text::Span;

/// An error about control characters, and the fix for it.
pub(super) struct ControlCharacters {
    /// The error at the first of the control characters.
    pub error: SyntaxError,
    /// Escapes all typed line breaks and tabs of the string, or adds the quote that is missing before the first of
    /// them.
    /// `None` if no fix would help.
    pub fix: Option<Fix>,
    /// Whether the fix adds the missing quote.
    pub adds_quote: bool,
    /// Whether the characters are in a key. No key of the Bot API has any.
    pub is_in_key: bool,
}

/// Finds the control characters of all strings if they are the only reason why the rendered text is not JSON. If there
/// is another reason, finds only those of the string that has the `error`.
///
/// The typed control characters of a string are reported together. The control characters that Liquid printed are
/// reported once for each `{{ … }}` or tag that printed them.
pub(super) fn find(body: BodySource<'_>, locator: &Locator, error: &SyntaxError) -> Vec<ControlCharacters> {
    let sent = locator.text();
    let mut strings: Vec<(Span, Vec<Span>)> = json::tokens(sent)
        .filter(|token| token.kind == JsonTokenKind::String)
        .map(|token| (token.span, in_string(sent, token.span)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    // If a quote is missing, the lexer treats the text between two strings as a string. The line breaks in that text
    // must stay. This is probably the case if the rendered text is not JSON even with blanks in place of all
    // control characters.
    let other_error = json::parse(&blanked(sent, strings.iter().flat_map(|(_, found)| found))).err();
    if other_error.is_some() {
        strings.retain(|(string, _)| string.touches(error.span.start));
    }
    let mut problems: Vec<ControlCharacters> =
        strings.iter().flat_map(|(string, found)| in_one_string(body, locator, *string, found)).collect();
    // If only whitespace separates the string from the other error, the quote that ends the string was probably meant
    // to start another string: in `"a": "x⏎"b": 1`, the quote before `b`. In this case, escaping the line breaks does
    // not help.
    if let (Some(other), Some((string, _))) = (other_error, strings.first())
        && sent.get(string.end..other.span.start).is_some_and(|between| between.trim().is_empty())
    {
        problems.iter_mut().for_each(|problem| problem.fix = None);
        if let Some((problem, fix)) = problems.first_mut().zip(missing_quote(locator, error.span.start)) {
            problem.fix = Some(fix);
            problem.adds_quote = true;
        }
    }
    problems
}

/// Returns what a control character is called in messages.
pub(super) fn name_of(c: char) -> &'static str {
    match c {
        '\n' | '\r' => "line break",
        '\t' => "tab",
        _ => "control character",
    }
}

/// Returns the fix that ends a string before the control character at `at`, if this makes the text JSON.
fn missing_quote(locator: &Locator, at: usize) -> Option<Fix> {
    let (before, after) = locator.text().split_at_checked(at)?;
    let added =
        ["\"", "\","].into_iter().find(|added| json::parse(&format!("{before}{added}{after}")).is_ok())?;
    let typed = locator.typed(Span::new(at, at + 1))?;
    let name = name_of(after.chars().next()?);
    Some(
        Fix::replace(format!("add `{added}` before the {name}"), Span::at(typed.start), added)
            .unsafe_to_apply(),
    )
}

/// Returns the control characters of a string. A line break of two characters, `\r\n`, counts as one.
fn in_string(sent: &str, string: Span) -> Vec<Span> {
    let text = string.of(sent);
    let mut found: Vec<Span> = Vec::new();
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| *byte < 0x20) {
        match found.last_mut() {
            Some(last) if byte == b'\n' && last.end == at && text[last.start..].starts_with('\r') => {
                last.end += 1
            }
            _ => found.push(Span::new(at, at + 1)),
        }
    }
    found.into_iter().map(|span| span.shifted(string.start)).collect()
}

/// Returns the text with a blank for each byte of the control characters, so that all offsets stay the same.
fn blanked<'a>(sent: &str, found: impl Iterator<Item = &'a Span>) -> String {
    let mut out = String::with_capacity(sent.len());
    let mut from = 0;
    for span in found {
        out.push_str(&sent[from..span.start]);
        out.extend(std::iter::repeat_n(' ', span.len()));
        from = span.end;
    }
    out.push_str(&sent[from..]);
    out
}

fn in_one_string(
    body: BodySource<'_>,
    locator: &Locator,
    string: Span,
    found: &[Span],
) -> Vec<ControlCharacters> {
    let sent = locator.text();
    let is_in_key = sent.get(string.end..).is_some_and(|after| after.trim_start().starts_with(':'));
    let mut problems = Vec::new();
    let mut typed: Vec<(Span, char)> = Vec::new();
    let mut causes = Vec::new();
    for span in found {
        let c = match span.of(sent).chars().next().unwrap_or_default() {
            '\r' | '\n' => '\n',
            c => c,
        };
        let error = SyntaxError { span: *span, kind: SyntaxErrorKind::ControlCharacter(c) };
        match locator.typed(*span) {
            Some(span) if typed.is_empty() => {
                typed.push((span, c));
                problems.push(ControlCharacters { error, fix: None, adds_quote: false, is_in_key });
            }
            Some(span) => typed.push((span, c)),
            None => {
                let cause = locator.locate(*span).span;
                if !causes.contains(&cause) {
                    causes.push(cause);
                    problems.push(ControlCharacters { error, fix: None, adds_quote: false, is_in_key });
                }
            }
        }
    }
    let fix = match is_in_key {
        true => fix_in_key(string.of(sent), typed),
        false => fix(body.text, indentation_at(body.text, locator, string, &typed), typed),
    };
    let is_typed = |problem: &&mut ControlCharacters| locator.typed(problem.error.span).is_some();
    if let Some(problem) = problems.iter_mut().find(is_typed) {
        problem.fix = fix;
    }
    problems
}

/// Returns the fix that removes the control characters from a key, if the key is a field of the Bot API without them.
/// For any other key, only the author knows what was meant.
fn fix_in_key(key: &str, typed: Vec<(Span, char)>) -> Option<Fix> {
    let name: String = key.trim_matches('"').chars().filter(|c| !c.is_control()).collect();
    let (_, first) = typed.first()?;
    let title = format!("remove the {}", name_of(*first));
    let mut edits: Vec<TextEdit> =
        typed.iter().map(|(span, _)| TextEdit { span: *span, replacement: String::new() }).collect();
    // A loop prints the same typed text more than once.
    edits.sort_by_key(|edit| edit.span.start);
    edits.dedup();
    fields::is_known_name(&name).then_some(Fix { title, edits, safe: true })
}

/// Returns the indentation of the line on which a string begins in the body.
fn indentation_at<'b>(body: &'b str, locator: &Locator, string: Span, typed: &[(Span, char)]) -> &'b str {
    let quote = locator.typed(Span::new(string.start, string.start + 1));
    let Some(at) = quote.or(typed.first().map(|(span, _)| *span)).map(|span| span.start) else { return "" };
    let line = body.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = body.get(line..).unwrap_or_default();
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns the fix that writes the line breaks and tabs as escapes. After each line break, the author's editor usually
/// repeats the indentation of the string's first line. This indentation is not meant for the recipients, so it is
/// removed. Blanks after the indentation are part of the text and stay.
fn fix(body: &str, indentation: &str, mut typed: Vec<(Span, char)>) -> Option<Fix> {
    // A loop prints the same typed text more than once.
    typed.sort_unstable();
    typed.dedup();
    let mut edits: Vec<TextEdit> = Vec::new();
    let (mut n_breaks, mut n_tabs) = (0, 0);
    for (span, c) in typed {
        if edits.last().is_some_and(|last| span.start < last.span.end) {
            continue;
        }
        let (end, replacement) = match c {
            '\n' => {
                n_breaks += 1;
                let after = body.get(span.end..).unwrap_or_default();
                let n_same = after.bytes().zip(indentation.bytes()).take_while(|(a, b)| a == b).count();
                (span.end + n_same, "\\n")
            }
            '\t' => {
                n_tabs += 1;
                (span.end, "\\t")
            }
            _ => continue,
        };
        edits.push(TextEdit { span: Span::new(span.start, end), replacement: replacement.to_owned() });
    }
    let title = match (n_breaks, n_tabs) {
        (0, 0) => return None,
        (1, 0) => "write `\\n`".to_owned(),
        (n, 0) => format!("write `\\n` for all {n} line breaks"),
        (0, 1) => "write `\\t`".to_owned(),
        (0, n) => format!("write `\\t` for all {n} tabs"),
        _ => "write the line breaks and tabs as `\\n` and `\\t`".to_owned(),
    };
    // If the author forgot the quote that ends the string before the line break, the body is still not JSON after this
    // fix, and `gate` marks the fix as unsafe.
    Some(Fix { title, edits, safe: true })
}
