//! Recognizes quotes that are missing, of another kind, or not escaped.

use super::fault::{Fault, Mistake, insert, is_punctuation, remove};
use crate::diagnostic::{TextEdit, apply_edits};
use crate::json::{self, Expected, JsonTokenKind, SyntaxErrorKind};
use crate::telegram::fields;
use crate::text::Span;

/// The maximum number of strings in other quotes that one repair changes. Each of them takes one pass over the text.
const MAX_STRINGS: usize = 32;

/// The maximum number of places that are tried as the end of a string with quotes inside. Each try parses the whole
/// text.
const MAX_TRIES: usize = 8;

/// Recognizes JSON in which the quotes are escaped, as if it were inside a string.
pub(super) fn escaped(fault: &Fault<'_>) -> Option<Mistake> {
    if !fault.is_between_tokens() || !fault.rest().starts_with("\\\"") {
        return None;
    }
    let quotes = fault.text.match_indices("\\\"").map(|(at, _)| remove(Span::new(at, at + 1)));
    Some(
        Mistake::help("the quotes that begin and end a string have no backslash: write `\"` for `\\\"`")
            .with_choice("remove the backslashes", quotes.collect()),
    )
}

/// Recognizes single quotes, curly quotes, and other quotes in place of straight double ones.
pub(super) fn foreign(fault: &Fault<'_>) -> Option<Mistake> {
    let help = || Mistake::help("JSON needs straight double quotes: `\"`");
    let title = "use straight double quotes";
    if let Some(edits) = foreign_string(fault) {
        return Some(help().with_choice(title, with_next_strings(fault, edits)));
    }
    // The string began with a straight quote and ended with a curly one, so the parser read on to the next straight
    // one.
    let string = fault.string_before()?;
    let text = string.of(fault.text);
    let (at, closer) = text.char_indices().find(|(at, c)| {
        matches!(c, '”' | '“' | '″' | '»') && ends_string(&text[at + c.len_utf8()..], true)
    })?;
    let span = Span::new(string.start + at, string.start + at + closer.len_utf8());
    let edits = vec![TextEdit::new(span, "\"")];
    fault.is_repaired_by(&edits).then(|| help().at(span).with_choice(title, edits))
}

/// Adds the edits for the strings after the first one, until an error has another cause.
fn with_next_strings(fault: &Fault<'_>, mut edits: Vec<TextEdit>) -> Vec<TextEdit> {
    for _ in 1..MAX_STRINGS {
        let Some(repaired) = apply_edits(&edits, fault.text) else { break };
        let Err(error) = json::parse(&repaired) else { break };
        let Some(next) = foreign_string(&Fault { text: &repaired, error: &error }) else { break };
        let n_added: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
        let n_removed: usize = edits.iter().map(|edit| edit.span.len()).sum();
        let n_done = edits.last().map_or(0, |edit| edit.span.end);
        // All edits so far are before the error, so its offset in the original text differs by the bytes that they
        // added and removed.
        for edit in next {
            let original = |at: usize| (at + n_removed).saturating_sub(n_added);
            let span = Span::new(original(edit.span.start), original(edit.span.end));
            if n_done <= span.start {
                edits.push(TextEdit { span, ..edit });
            }
        }
    }
    edits
}

/// Returns the edits that give the string at the error straight quotes.
fn foreign_string(fault: &Fault<'_>) -> Option<Vec<TextEdit>> {
    if !fault.is_between_tokens() {
        return None;
    }
    let rest = fault.rest();
    let (opener, closers): (&str, &[&str]) = match rest.chars().next()? {
        '\'' => ("'", &["'"]),
        '`' => ("`", &["`"]),
        '“' => ("“", &["”", "“", "\""]),
        '”' => ("”", &["”", "“", "\""]),
        '„' => ("„", &["”", "“", "\""]),
        '‘' => ("‘", &["’"]),
        '’' => ("’", &["’"]),
        '«' => ("«", &["»"]),
        '″' => ("″", &["″"]),
        '＂' => ("＂", &["＂"]),
        '&' if rest.starts_with("&quot;") => ("&quot;", &["&quot;"]),
        _ => return None,
    };
    let inside = rest.get(opener.len()..)?.lines().next()?;
    // Not every closer ends the string, because an apostrophe inside a word is the same character as a closing quote.
    let (end, closer) = inside.char_indices().find_map(|(at, _)| {
        let closer = closers.iter().find(|closer| inside[at..].starts_with(**closer))?;
        ends_string(&inside[at + closer.len()..], true).then_some((at, *closer))
    })?;
    let start = fault.at() + opener.len();
    let mut edits = vec![TextEdit::new(Span::new(fault.at(), start), "\"")];
    let mut is_escaped = false;
    for (at, c) in inside[..end].char_indices().map(|(at, c)| (start + at, c)) {
        match c {
            '"' if !is_escaped => edits.push(insert(at, "\\")),
            '\'' | '`' if is_escaped => edits.push(remove(Span::new(at - 1, at))),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    edits.push(TextEdit::new(Span::new(start + end, start + end + closer.len()), "\""));
    Some(edits)
}

/// Returns whether a string may have ended directly before this text.
fn ends_string(after: &str, is_end_of_line_enough: bool) -> bool {
    let next = after.trim_start_matches([' ', '\t']).chars().next();
    next.is_none_or(|next| ",:}]".contains(next) || (is_end_of_line_enough && "\r\n".contains(next)))
}

/// Recognizes a key without its closing quote, such as that of `{"chat_id: 1, "text": "x"}`. The string extends to the
/// opening quote of the next string, so a line break may be in it.
pub(super) fn unclosed_key(fault: &Fault<'_>) -> Option<Mistake> {
    let string = match fault.error.kind {
        SyntaxErrorKind::Expected(Expected::Colon) => fault.string_before()?,
        SyntaxErrorKind::ControlCharacter(_) => {
            let is_around = |span: Span| span.start < fault.at() && fault.at() < span.end;
            json::tokens(fault.text).find(|token| is_around(token.span))?.span
        }
        _ => return None,
    };
    let is_key = fault.text.get(..string.start)?.trim_end().ends_with(['{', ',']);
    let inside = string.of(fault.text).strip_prefix('"').filter(|_| is_key)?;
    let name = inside[..inside.find(':')?].trim_end();
    let edits = vec![insert(string.start + 1 + name.len(), "\"")];
    (fields::is_known_name(name) && fault.is_repaired_by(&edits)).then(|| {
        Mistake::help("close the string with `\"` before the `:`")
            .saying("a string without its closing quote")
            .at(Span::new(string.start, string.start + 1))
            .with_choice("add the `\"`", edits)
    })
}

/// Recognizes a string without its closing quote. Such a string extends to the opening quote of the next string.
pub(super) fn missing_closer(fault: &Fault<'_>) -> Option<Mistake> {
    let separator = match fault.error.kind {
        SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket) => ',',
        SyntaxErrorKind::Expected(Expected::Colon) => ':',
        _ => return None,
    };
    let string = fault.string_before()?;
    let inside = string.of(fault.text).strip_suffix('"')?.trim_end();
    let end = string.start + inside.strip_suffix(separator)?.trim_end().len();
    let edits = vec![insert(end, "\"")];
    fault.is_repaired_by(&edits).then(|| {
        Mistake::help(format!("close the string with `\"` before the `{separator}`"))
            .saying("a string without its closing quote")
            .at(Span::new(string.start, string.start + 1))
            .with_choice("add the `\"`", edits)
    })
}

/// Recognizes a string without its opening quote.
pub(super) fn missing_opener(fault: &Fault<'_>) -> Option<Mistake> {
    let can_be_string = matches!(
        fault.error.kind,
        SyntaxErrorKind::Word(_)
            | SyntaxErrorKind::Expected(Expected::Key | Expected::FirstKey | Expected::KeyOrBrace)
    );
    let line = fault.rest().lines().next().unwrap_or_default();
    let (text, after) = line.split_once('"')?;
    if !can_be_string || text.is_empty() || !ends_string(after, true) {
        return None;
    }
    let edits = vec![insert(fault.at(), "\"")];
    fault.is_repaired_by(&edits).then(|| {
        Mistake::help("open the string with `\"`")
            .saying("a string without its opening quote")
            .with_choice("add the `\"`", edits)
    })
}

pub(super) fn unquoted_key(fault: &Fault<'_>) -> Option<Mistake> {
    let is_key_expected = matches!(
        fault.error.kind,
        SyntaxErrorKind::Expected(Expected::Key | Expected::FirstKey | Expected::KeyOrBrace)
    );
    let key = key_at(fault.text, fault.at()).filter(|_| is_key_expected)?.of(fault.text);
    let edits = fault.all_or_first(unquoted_keys(fault.text));
    let title =
        if edits.len() == 1 { "put the key in double quotes" } else { "put the keys in double quotes" };
    Some(Mistake::help(format!("put the key in double quotes: `\"{key}\"`")).with_repair(title, edits))
}

/// Returns the edits that put all keys in double quotes.
fn unquoted_keys(text: &str) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut is_key_next = false;
    for token in json::tokens(text) {
        // A key with an underscore is several tokens.
        if edits.last().is_some_and(|edit| token.span.start < edit.span.end) {
            continue;
        }
        if is_key_next
            && token.kind != JsonTokenKind::String
            && let Some(key) = key_at(text, token.span.start)
        {
            edits.push(TextEdit::new(key, format!("\"{}\"", key.of(text))));
        }
        is_key_next = is_punctuation(&token, '{') || is_punctuation(&token, ',');
    }
    edits
}

/// Returns the span of the word at `at` if a colon follows it.
fn key_at(text: &str, at: usize) -> Option<Span> {
    let rest = text.get(at..)?;
    let end =
        rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '$')).unwrap_or(rest.len());
    let is_key = 0 < end && rest[end..].trim_start().starts_with(':');
    is_key.then(|| Span::new(at, at + end))
}

/// Recognizes a quote inside a string, which ended the string too early.
pub(super) fn inner_quote(fault: &Fault<'_>) -> Option<Mistake> {
    let help = Mistake::help("a quote inside a string is written `\\\"`");
    let title = "escape the quotes inside the string";
    match fault.error.kind {
        SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket)
            if !matches!(fault.found(), Some(':' | ']' | '}')) =>
        {
            let string = fault.string_before()?;
            Some(match escaped_quotes(fault, string) {
                Some(edits) => help.with_choice(title, edits),
                None => help,
            })
        }
        // The string ended before a comma that belongs to its text.
        SyntaxErrorKind::Expected(Expected::Key) => {
            let end = fault.before().strip_suffix(',')?.trim_end().len();
            let string = json::tokens(fault.text).take_while(|token| token.span.end <= end).last()?;
            let is_string = string.kind == JsonTokenKind::String && string.span.end == end;
            let edits = escaped_quotes(fault, string.span).filter(|_| is_string)?;
            fault.is_repaired_by(&edits).then(|| help.with_choice(title, edits))
        }
        _ => None,
    }
}

/// Returns the edits that escape the quotes inside a string that ended too early. The string's real end is the first
/// quote with which the text becomes JSON.
fn escaped_quotes(fault: &Fault<'_>, string: Span) -> Option<Vec<TextEdit>> {
    let mut edits = vec![insert(string.end - 1, "\\")];
    let mut first = None;
    let mut n_tries = 0;
    let mut is_escaped = false;
    let rest = &fault.text[string.end..];
    for (at, byte) in rest.bytes().enumerate() {
        if byte == b'"' && !is_escaped {
            if ends_string(&rest[at + 1..], true) {
                if fault.is_repaired_by(&edits) {
                    return Some(edits);
                }
                first = first.or_else(|| Some(edits.clone()));
                n_tries += 1;
                if n_tries == MAX_TRIES {
                    break;
                }
            }
            edits.push(insert(string.end + at, "\\"));
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    first
}
