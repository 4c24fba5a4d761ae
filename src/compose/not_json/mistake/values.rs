//! Recognizes values that JSON does not have: words, numbers, and escapes of other languages, and text without quotes.

use super::fault::{Fault, Mistake, insert, remove};
use crate::diagnostic::{TextEdit, did_you_mean};
use crate::json::SyntaxErrorKind;
use crate::telegram::fields;
use crate::text::Span;

pub(super) fn literal(fault: &Fault<'_>) -> Option<Mistake> {
    let word = match &fault.error.kind {
        SyntaxErrorKind::Word(word) => word.as_str(),
        SyntaxErrorKind::BadNumber => fault.error.span.of(fault.text),
        _ => return None,
    };
    if ["nan", "infinity"].contains(&word.trim_start_matches(['-', '+']).to_ascii_lowercase().as_str()) {
        return Some(Mistake::help(format!("JSON has no `{word}`: write a number or `null`")));
    }
    let literal = match word.to_ascii_lowercase().as_str() {
        "null" | "none" | "nil" | "undefined" => "null",
        "true" => "true",
        "false" => "false",
        lower => return near_literal(fault, lower),
    };
    let edits = vec![TextEdit::new(fault.error.span, literal)];
    // Telegram takes any value of these fields as text: with `null`, the recipients would read the word.
    if let Some(key) = fault.key_before().filter(|key| fields::is_text_name(key)) {
        let span = fault.error.span;
        let help = match literal {
            "null" => format!("`{key}` needs text: put it in double quotes, or leave the field out"),
            _ => format!("`{key}` needs text: put it in double quotes"),
        };
        return Some(
            Mistake::help(help)
                .with_choice("put it in quotes", vec![insert(span.start, "\""), insert(span.end, "\"")]),
        );
    }
    let title = format!("write `{literal}`");
    if word.eq_ignore_ascii_case(literal) {
        return Some(Mistake::help(format!("write `{literal}` in lower case")).with_repair(title, edits));
    }
    Some(Mistake::help(format!("write `{literal}`")).with_choice(title, edits))
}

/// Recognizes a slip such as `tru`, and the word of another format, such as `yes`.
fn near_literal(fault: &Fault<'_>, word: &str) -> Option<Mistake> {
    let span = fault.error.span;
    let after = fault.text.get(span.end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    // Several words are text, and a field for text takes any word.
    let is_alone = after.is_empty() || after.starts_with([',', '}', ']', '\r', '\n']);
    let is_for_text = fault.key_before().is_none_or(fields::is_text_name);
    if !is_alone || is_for_text || !matches!(fault.error.kind, SyntaxErrorKind::Word(_)) {
        return None;
    }
    let meant = match word {
        "yes" | "on" => "true",
        "no" | "off" => "false",
        _ => did_you_mean(word, ["true", "false", "null"])?,
    };
    Some(
        Mistake::help(format!("did you mean `{meant}`?"))
            .with_choice(format!("write `{meant}`"), vec![TextEdit::new(span, meant)]),
    )
}

/// Recognizes a dash or another sign that looks like a minus before a number.
pub(super) fn minus(fault: &Fault<'_>) -> Option<Mistake> {
    let rest = fault.rest();
    let sign = rest.chars().next().filter(|c| matches!(c, '–' | '—' | '−' | '‒' | '‑' | '－'))?;
    let number = &rest[sign.len_utf8()..];
    let digits = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let is_whole =
        number[digits..].trim_start().starts_with([',', '}', ']']) || number[digits..].trim().is_empty();
    if !fault.is_between_tokens() || !number.starts_with(|c: char| c.is_ascii_digit()) || !is_whole {
        return None;
    }
    let span = Span::new(fault.at(), fault.at() + sign.len_utf8());
    Some(
        Mistake::help("write an ordinary minus: `-`")
            .saying(format!("`{sign}` is not a minus"))
            .at(span)
            .with_repair("write `-`", vec![TextEdit::new(span, "-")]),
    )
}

pub(super) fn number(fault: &Fault<'_>) -> Option<Mistake> {
    let (raw, span) = (fault.error.span.of(fault.text), fault.error.span);
    match &fault.error.kind {
        SyntaxErrorKind::BadNumber => {}
        // The parser takes a word that begins with a dot for text.
        SyntaxErrorKind::Word(_) if raw.strip_prefix('.').is_some_and(is_digits) => {}
        _ => return None,
    }
    let unsigned = raw.strip_prefix(['-', '+']).unwrap_or(raw);
    let written = |number: &str| {
        let number = format!("{}{number}", if raw.starts_with('-') { "-" } else { "" });
        (format!("write `{number}`"), vec![TextEdit::new(span, number)])
    };
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let help = Mistake::help("JSON has only decimal numbers");
        let Ok(value) = u64::from_str_radix(digits, 16) else { return Some(help) };
        let (title, edits) = written(&value.to_string());
        return Some(help.with_choice(title, edits));
    }
    let ungrouped = unsigned.replace('_', "");
    if ungrouped != unsigned && is_digits(&ungrouped) && !ungrouped.starts_with('0') {
        let (title, edits) = written(&ungrouped);
        return Some(Mistake::help("a number has no `_` between its digits").with_choice(title, edits));
    }
    let (integer, fraction) = match unsigned.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (unsigned, None),
    };
    let has_leading_zero = 1 < integer.len() && integer.starts_with('0');
    let mistake = match fraction {
        // A number with two signs is not text, so quotes are not suggested.
        _ if unsigned.starts_with(['-', '+']) => Mistake::help("write a number such as 12 or -0.5"),
        _ if !integer.is_empty() && !is_digits(integer) => text_or_number(span),
        None | Some("") if has_leading_zero => {
            let digits = integer.trim_start_matches('0');
            let (title, edits) = written(if digits.is_empty() { "0" } else { digits });
            Mistake::help("a number has no leading zeros: remove them, or put the digits in double quotes")
                .with_choice(title, edits)
        }
        Some("") if !integer.is_empty() => {
            let (title, edits) = written(integer);
            Mistake::help("write a digit after the dot, or leave out the dot").with_repair(title, edits)
        }
        Some(fraction) if integer.is_empty() && is_digits(fraction) => {
            let (title, edits) = written(&format!("0.{fraction}"));
            Mistake::help("write a digit before the dot").with_repair(title, edits)
        }
        fraction if raw.starts_with('+') && !integer.is_empty() && fraction.is_none_or(is_digits) => {
            Mistake::help("write the number without `+`")
                .with_repair("remove the `+`", vec![remove(Span::new(span.start, span.start + 1))])
        }
        _ => text_or_number(span),
    };
    Some(mistake)
}

fn text_or_number(span: Span) -> Mistake {
    Mistake::help("put it in double quotes if it is text, or write a number such as 12 or 0.5")
        .with_choice("put it in quotes", vec![insert(span.start, "\""), insert(span.end, "\"")])
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const BACKSLASH: &str = "a backslash is written `\\\\` inside a JSON string";

pub(super) fn escape(fault: &Fault<'_>) -> Option<Mistake> {
    let start = fault.at();
    match fault.error.kind {
        SyntaxErrorKind::LoneSurrogate => {
            return Some(Mistake::help(format!(
                "`{}` is only half of a pair: write the character itself, or both halves",
                fault.error.span.of(fault.text)
            )));
        }
        SyntaxErrorKind::BadEscape => {}
        _ => return None,
    }
    let after = fault.rest().strip_prefix('\\')?;
    let doubled =
        |help: &str| Mistake::help(help).with_choice("double the backslash", vec![insert(start, "\\")]);
    let until = |length: usize| Span::new(start, start + 1 + length);
    let mistake = match after.chars().next() {
        Some('\'') => Mistake::help("an apostrophe needs no backslash: write `'`")
            .with_repair("remove the backslash", vec![remove(until(0))]),
        Some('\r' | '\n') => Mistake::help("a line break inside a string is written `\\n`"),
        Some('x') => match hex(after.get(1..3)) {
            Some(code) => character(until(3), code, "JSON has no `\\x`"),
            None => doubled(BACKSLASH),
        },
        Some('U') => match hex(after.get(1..9)) {
            Some(code) => character(until(9), code, "JSON has no `\\U`"),
            None => doubled(BACKSLASH),
        },
        Some('u') => match after.strip_prefix("u{").and_then(|rest| rest.split_once('}')) {
            Some((digits, _)) if hex(Some(digits)).is_some() => {
                let code = hex(Some(digits)).unwrap_or_default();
                character(until(digits.len() + 3), code, "`\\u` has four digits without braces")
            }
            _ => doubled("`\\u` needs four hexadecimal digits; a backslash itself is written `\\\\`"),
        },
        _ => doubled(BACKSLASH),
    };
    Some(mistake)
}

/// The repair that writes the character itself in place of an escape that JSON does not know.
fn character(escape: Span, code: u32, what: &str) -> Mistake {
    match char::from_u32(code).filter(|c| !c.is_control() && !matches!(c, '"' | '\\')) {
        Some(c) => Mistake::help(format!("{what}: write the character itself"))
            .with_choice(format!("write `{c}`"), vec![TextEdit::new(escape, c)]),
        None => Mistake::help(format!("{what}: write `\\u` and four hexadecimal digits")),
    }
}

fn hex(digits: Option<&str>) -> Option<u32> {
    // `from_str_radix` would also take a sign.
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// Recognizes text without quotes where JSON needs a value.
pub(super) fn unquoted_text(fault: &Fault<'_>) -> Option<Mistake> {
    let SyntaxErrorKind::Word(_) = &fault.error.kind else { return None };
    let help = Mistake::help("put text in double quotes");
    // The text may have several words. It ends at the line's end, or before the comma or bracket there.
    let line = fault.rest().lines().next().unwrap_or_default();
    let end = line.find(['"', ',', '}', ']', '{', '[']).unwrap_or(line.len());
    let text = line[..end].trim_end();
    if text.contains('\\') || line[end..].starts_with(['"', '{', '[']) {
        return Some(help);
    }
    let end = fault.at() + text.len();
    Some(help.with_choice("put it in quotes", vec![insert(fault.at(), "\""), insert(end, "\"")]))
}
