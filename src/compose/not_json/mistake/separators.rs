//! Recognizes commas, colons, and brackets that are missing, wrong, or superfluous.

use super::fault::{Fault, Mistake, insert, is_punctuation, remove};
use crate::diagnostic::TextEdit;
use crate::json::{self, Expected, JsonToken, JsonTokenKind, SyntaxErrorKind};
use crate::text::Span;

/// Recognizes doubled commas, a comma before the first item, and a comma after the last item.
pub(super) fn extra_comma(fault: &Fault<'_>) -> Option<Mistake> {
    let help = match fault.error.kind {
        SyntaxErrorKind::TrailingComma => "remove the comma",
        SyntaxErrorKind::Expected(
            Expected::Value | Expected::Key | Expected::FirstKey | Expected::KeyOrBrace,
        ) if fault.found() == Some(',') && !fault.before().ends_with(':') => "remove the extra comma",
        _ => return None,
    };
    let edits = fault.all_or_first(extra_commas(fault.text));
    let title = if edits.len() == 1 { "remove the comma" } else { "remove the extra commas" };
    Some(Mistake::help(help).with_repair(title, edits))
}

fn extra_commas(text: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let mut previous: Option<JsonToken> = None;
    let is_one_of = |token: &JsonToken, set: &[char]| set.iter().any(|c| is_punctuation(token, *c));
    for token in json::tokens(text) {
        if let Some(previous) = &previous {
            if is_punctuation(&token, ',') && is_one_of(previous, &['{', '[', ',']) {
                edits.push(remove(token.span));
            } else if is_punctuation(previous, ',') && is_one_of(&token, &['}', ']']) {
                edits.push(remove(previous.span));
            }
        }
        previous = Some(token);
    }
    // A comma may be both after another comma and before a bracket.
    edits.dedup();
    edits
}

/// Recognizes another character in place of a comma or a colon.
pub(super) fn wrong_separator(fault: &Fault<'_>) -> Option<Mistake> {
    let help = match fault.error.kind {
        SyntaxErrorKind::Expected(Expected::CommaOrBrace) => "separate members with `,`",
        SyntaxErrorKind::Expected(Expected::CommaOrBracket) => "separate items with `,`",
        SyntaxErrorKind::Expected(Expected::Colon) => "write `:` between the key and its value",
        _ => return None,
    };
    let found = fault.found()?;
    let right = separator_meant_by(found)?;
    let all: Vec<TextEdit> = json::tokens(fault.text)
        .filter(|token| token.kind == JsonTokenKind::Other)
        .filter_map(|token| {
            let right = separator_meant_by(token.span.of(fault.text).chars().next()?)?;
            Some(separator_edit(fault.text, token.span, right))
        })
        .collect();
    let edits = fault.all_or_first(all);
    let title = match edits.as_slice() {
        [edit] if edit.replacement.is_empty() => format!("remove the `{found}`"),
        _ => format!("write `{right}`"),
    };
    Some(Mistake::help(format!("{help}, not `{found}`")).with_repair(title, edits))
}

fn separator_meant_by(c: char) -> Option<char> {
    match c {
        ';' | '，' | '、' | '،' | '；' => Some(','),
        '=' | '：' => Some(':'),
        _ => None,
    }
}

fn separator_edit(text: &str, span: Span, right: char) -> TextEdit {
    let after = &text[span.end..];
    // Ruby and PHP write `=>`.
    if text[span.start..].starts_with("=>") {
        return TextEdit::new(Span::new(span.start, span.end + 1), right);
    }
    // Unlike a comma, a semicolon may also end the last member.
    let is_last = right == ',' && after.trim_start().starts_with(['}', ']']);
    if is_last { remove(span) } else { TextEdit::new(span, right) }
}

/// Recognizes a string in several parts, as many programming languages allow.
pub(super) fn joined_strings(fault: &Fault<'_>) -> Option<Mistake> {
    let is_after_value = matches!(
        fault.error.kind,
        SyntaxErrorKind::Expected(Expected::CommaOrBrace | Expected::CommaOrBracket)
    );
    let string = fault.string_before().filter(|_| is_after_value)?;
    let rest = fault.rest();
    let next = rest.strip_prefix(['+', '.', '&']).unwrap_or(rest).trim_start();
    let has_operator = next.len() < rest.len();
    let is_in_object = fault.error.kind == SyntaxErrorKind::Expected(Expected::CommaOrBrace);
    if !next.starts_with('"') || !(has_operator || is_in_object) {
        return None;
    }
    let opener = fault.text.len() - next.len();
    let edits = vec![remove(Span::new(string.end - 1, opener + 1))];
    let help = Mistake::help("JSON does not join strings: write the text as one string");
    // Without an operator, the quotes may also be a part of the text.
    let is_sure =
        has_operator || (fault.text[string.end..opener].contains('\n') && fault.is_repaired_by(&edits));
    is_sure.then(|| help.with_choice("join the strings", edits))
}

pub(super) fn missing_comma(fault: &Fault<'_>) -> Option<Mistake> {
    let help = match fault.error.kind {
        SyntaxErrorKind::Expected(Expected::CommaOrBrace) => "add a comma between the two members",
        SyntaxErrorKind::Expected(Expected::CommaOrBracket) => "add a comma between the two items",
        _ => return None,
    };
    let is_in_array = fault.error.kind == SyntaxErrorKind::Expected(Expected::CommaOrBracket);
    let (before, rest) = (fault.before(), fault.rest());
    let gap = &fault.text[before.len()..fault.at()];
    // The comma belongs directly after the previous value, not at the start of the next line.
    let edits = vec![insert(before.len(), ",")];
    let is_after_string = before.ends_with('"');
    let mistake = Mistake::help(help);
    let title = "add a comma";
    // In `"text": "Hi,"⏎"silent": true`, the comma and the quote changed places.
    if before.ends_with(",\"") && fault.found() == Some('"') && (gap.contains('\n') || is_key(rest)) {
        let comma = Span::new(before.len() - 2, before.len() - 1);
        let moved = vec![remove(comma), insert(before.len(), ",")];
        return Some(mistake.with_choice("move the comma after the quote", moved));
    }
    match fault.found()? {
        '"' | '{' | '[' if gap.contains('\n') => Some(mistake.with_repair(title, edits)),
        // A quote in the middle of a string ends the string too early, and the rest of that string can look like a new
        // member. So on the same line, a string counts as a new member only if a colon follows it.
        '"' if is_key(rest) => Some(mistake.with_repair(title, edits)),
        // Two strings on a line of a list may also be one with quotes inside: `["say "hi" now"]`.
        '"' if is_in_array && !gap.is_empty() && fault.is_repaired_by(&edits) => {
            Some(mistake.with_choice(title, edits))
        }
        '{' | '[' if is_in_array && !is_after_string => Some(mistake.with_repair(title, edits)),
        c if is_in_array
            && !is_after_string
            && !gap.is_empty()
            && (c.is_ascii_alphanumeric() || c == '-') =>
        {
            Some(mistake.with_repair(title, edits))
        }
        '"' if is_in_array && !is_after_string => Some(mistake.with_repair(title, edits)),
        _ => None,
    }
}

fn is_key(rest: &str) -> bool {
    let after =
        rest.strip_prefix('"').and_then(|key| key.split_once('"')).map(|(_, after)| after.trim_start());
    after.is_some_and(|after| after.starts_with(':'))
}

pub(super) fn wrong_bracket(fault: &Fault<'_>) -> Option<Mistake> {
    let (help, right) = match (&fault.error.kind, fault.found()?) {
        (SyntaxErrorKind::Expected(Expected::CommaOrBracket), '}') => (CLOSE_LIST, ']'),
        (SyntaxErrorKind::Expected(Expected::CommaOrBrace), ']') => (CLOSE_OBJECT, '}'),
        _ => return None,
    };
    let added = vec![insert(fault.before().len(), right)];
    if fault.is_repaired_by(&added) {
        return Some(Mistake::help(help).with_choice(format!("add a `{right}`"), added));
    }
    Some(
        Mistake::help(help)
            .with_choice(format!("write `{right}`"), vec![TextEdit::new(fault.error.span, right)]),
    )
}

const CLOSE_LIST: &str = "separate items with `,`, and close the list with `]`";
const CLOSE_OBJECT: &str = "separate members with `,`, and close the object with `}`";

pub(super) fn missing_colon(fault: &Fault<'_>) -> Option<Mistake> {
    if fault.error.kind != SyntaxErrorKind::Expected(Expected::Colon) {
        return None;
    }
    let edit = match fault.found() {
        Some(',') => TextEdit::new(fault.error.span, ":"),
        _ => insert(fault.before().len(), ":"),
    };
    let help = Mistake::help("write `:` between the key and its value");
    let edits = vec![edit];
    Some(if fault.is_repaired_by(&edits) { help.with_choice("write `:`", edits) } else { help })
}

pub(super) fn trailing_text(fault: &Fault<'_>) -> Option<Mistake> {
    if fault.error.kind != SyntaxErrorKind::TrailingText {
        return None;
    }
    let (start, end) = (fault.at(), fault.text.trim_end().len());
    let whole = Span::new(start, end);
    let mistake = match whole.of(fault.text) {
        separator @ (";" | ",") => Mistake::help(format!("remove the `{separator}`"))
            .with_repair(format!("remove the `{separator}`"), vec![remove(whole)]),
        bracket if bracket.chars().all(|c| "}] \t\r\n".contains(c)) => {
            Mistake::help("remove it, or check the brackets before it")
                .with_choice(format!("remove the `{bracket}`"), vec![remove(whole)])
        }
        rest if rest.starts_with(',') => {
            // The object was closed too early: `{"a": 1}, "b": 2}`.
            let closer = fault.before().len();
            let edits = vec![remove(Span::new(closer - 1, closer))];
            let help = "remove it, or check the brackets before it";
            match fault.is_repaired_by(&edits) {
                true => Mistake::help("remove the bracket before it, or the text")
                    .with_choice("remove the bracket before it", edits),
                false => Mistake::help(help),
            }
        }
        rest if rest.starts_with(':') && fault.before().ends_with('"') => {
            let before = fault.text.len() - fault.text.trim_start().len();
            Mistake::help("put the members in braces: `{ … }`")
                .with_choice("put the text in braces", vec![insert(before, "{"), insert(end, "}")])
        }
        rest if rest.starts_with(['{', '[']) => {
            Mistake::help("a body has only one JSON value: remove the second one")
        }
        _ => Mistake::help("remove it, or check the brackets before it"),
    };
    Some(mistake)
}

pub(super) fn unclosed(fault: &Fault<'_>) -> Option<Mistake> {
    let SyntaxErrorKind::UnexpectedEnd { opener: Some(opener), .. } = fault.error.kind else { return None };
    let closer = closer_of(opener.of(fault.text).chars().next()?)?;
    let mut open = Vec::new();
    for token in json::tokens(fault.text) {
        match token.kind {
            JsonTokenKind::Punctuation(c @ ('{' | '[')) => open.extend(closer_of(c)),
            JsonTokenKind::Punctuation('}' | ']') => {
                open.pop();
            }
            _ => {}
        }
    }
    let help = Mistake::help(format!("close it with `{closer}`"));
    let end = fault.text.trim_end().len();
    if closer == '"' {
        // The brackets at the end may be those that close the rest, and not a part of the string.
        let brackets =
            fault.text[..end].trim_end_matches(|c: char| c.is_whitespace() || "}]".contains(c)).len();
        let edits = vec![insert(brackets, "\"")];
        if fault.is_repaired_by(&edits) {
            return Some(help.with_choice("add the `\"`", edits));
        }
        open.push('"');
    }
    let closers: String = open.into_iter().rev().collect();
    Some(help.with_choice(format!("add the `{closers}`"), vec![insert(end, closers)]))
}

fn closer_of(opener: char) -> Option<char> {
    match opener {
        '{' => Some('}'),
        '[' => Some(']'),
        '"' => Some('"'),
        _ => None,
    }
}

/// Names what JSON expects at the error, if no other recognizer has found a mistake.
pub(super) fn expected(fault: &Fault<'_>) -> Option<Mistake> {
    let expected = match fault.error.kind {
        SyntaxErrorKind::Expected(expected) => expected,
        SyntaxErrorKind::Empty => return Some(Mistake::help("start with `{` and end with `}`")),
        _ => return None,
    };
    Some(Mistake::help(match expected {
        Expected::Value => "write a value here: a quoted text, a number, true, false or null",
        Expected::Key | Expected::FirstKey | Expected::KeyOrBrace => {
            "write a key in double quotes here: `\"key\": value`"
        }
        Expected::Colon => "write `:` between the key and its value",
        Expected::CommaOrBrace => CLOSE_OBJECT,
        Expected::CommaOrBracket => CLOSE_LIST,
        Expected::Quote => "close the string with `\"`",
    }))
}
