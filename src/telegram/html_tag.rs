//! The tags Telegram knows, and the attributes inside a start tag.

use super::markup::{Input, is_space};
use super::{ParseError, ParseErrorKind, html_reference};
use crate::text::Span;

/// A tag Telegram knows. Aliases are tags of their own: `</em>` does not close `<i>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    A,
    B,
    Blockquote,
    Code,
    Del,
    Em,
    I,
    Ins,
    Pre,
    S,
    Span,
    Strike,
    Strong,
    Emoji,
    Spoiler,
    Time,
    U,
}

/// All tags by name, sorted.
pub(super) const TAGS: [(&str, Tag); 17] = [
    ("a", Tag::A),
    ("b", Tag::B),
    ("blockquote", Tag::Blockquote),
    ("code", Tag::Code),
    ("del", Tag::Del),
    ("em", Tag::Em),
    ("i", Tag::I),
    ("ins", Tag::Ins),
    ("pre", Tag::Pre),
    ("s", Tag::S),
    ("span", Tag::Span),
    ("strike", Tag::Strike),
    ("strong", Tag::Strong),
    ("tg-emoji", Tag::Emoji),
    ("tg-spoiler", Tag::Spoiler),
    ("tg-time", Tag::Time),
    ("u", Tag::U),
];

impl Tag {
    /// Returns the tag of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, tag)| *tag)
    }

    pub fn name(self) -> &'static str {
        TAGS.iter().find(|(_, tag)| *tag == self).map_or("", |(name, _)| name)
    }
}

pub(super) struct Attribute<'a> {
    pub name: &'a str,
    pub value: Option<String>,
    pub span: Span,
}

/// Reads the next attribute from `*i` on and leaves `*i` behind it; `None` at the `>`.
///
/// `start` is the place of the tag's `<`, which errors name.
pub(super) fn next_attribute<'a>(
    input: Input<'a>,
    tag: Tag,
    start: usize,
    i: &mut usize,
) -> Result<Option<Attribute<'a>>, ParseError> {
    if input.at(*i) == b'>' {
        return Ok(None);
    }
    let name_start = skip_space(input, *i);
    if input.at(name_start) == b'>' {
        *i = name_start;
        return Ok(None);
    }
    let name_end =
        input.find(name_start, |byte| is_space(byte) || matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\''));
    let name = input.slice(name_start, name_end);
    if name.is_empty() {
        let kind = ParseErrorKind::EmptyAttributeName { tag: tag.name().into() };
        return Err(ParseError::at(kind, start, Span::new(start, (name_start + 1).min(input.len()))));
    }
    *i = skip_space(input, name_end);
    let unclosed = |tag: Option<Tag>, end: usize| {
        let kind = ParseErrorKind::UnclosedStartTag { tag: tag.map(|tag| tag.name().into()) };
        Err(ParseError::at(kind, start, Span::new(start, end)))
    };
    if input.at(*i) != b'=' {
        return match input.at(*i) {
            0 => unclosed(Some(tag), *i),
            _ => Ok(Some(Attribute { name, value: None, span: Span::new(name_start, name_end) })),
        };
    }
    *i = skip_space(input, *i + 1);
    if input.at(*i) == 0 {
        return unclosed(Some(tag), *i);
    }
    let value = match input.at(*i) {
        quote @ (b'"' | b'\'') => quoted(input, quote, i),
        _ => token(input, i)?,
    };
    if input.at(*i) == 0 {
        return unclosed(None, *i);
    }
    Ok(Some(Attribute { name, value: Some(value), span: Span::new(name_start, *i) }))
}

/// Skips whitespace, except a NUL, which ends the input here.
fn skip_space(input: Input<'_>, at: usize) -> usize {
    input.find(at, |byte| byte == 0 || !is_space(byte))
}

/// Reads a quoted value with its references decoded; stops at the end of the input if the quote is not closed.
fn quoted(input: Input<'_>, quote: u8, i: &mut usize) -> String {
    let mut value = String::new();
    *i += 1;
    loop {
        let stop = input.find(*i, |byte| byte == quote || byte == 0 || byte == b'&');
        value.push_str(input.slice(*i, stop));
        *i = stop;
        match input.at(stop) {
            b'&' => match html_reference::decode(input, stop) {
                Some((code, behind)) => {
                    value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    *i = behind;
                }
                None => {
                    value.push('&');
                    *i += 1;
                }
            },
            0 => return value,
            _ => {
                *i += 1;
                return value;
            }
        }
    }
}

/// Reads an unquoted value: letters, digits, dots and hyphens, lower-cased.
fn token(input: Input<'_>, i: &mut usize) -> Result<String, ParseError> {
    let start = *i;
    *i = input.find(start, |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')));
    if !is_space(input.at(*i)) && input.at(*i) != b'>' {
        let end = input.find(*i, |byte| is_space(byte) || byte == b'>');
        return Err(ParseError::at(ParseErrorKind::UnexpectedEndOfToken, start, Span::new(start, end)));
    }
    Ok(input.slice(start, *i).to_ascii_lowercase())
}

/// Reads a number as far as it goes, wrapping as C integers of 32 bits do: `9999999999` is 1410065407.
pub(super) fn lenient_i32(text: &str) -> i32 {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let magnitude = digits.fold(0_u32, |n, digit| n.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
    let wrapped = magnitude.cast_signed();
    if is_negative { wrapped.wrapping_neg() } else { wrapped }
}

/// Returns the end of what at `at` looks like a tag, or `None` for a `<` that is more likely meant as text.
pub(super) fn looks_like_one(input: Input<'_>, at: usize) -> Option<usize> {
    let first = input.at(at + 1);
    let end = input.find(at + 1, |byte| matches!(byte, b'>' | b'<'));
    let is_tag = (first.is_ascii_alphabetic() || first == b'!') && input.at(end) == b'>';
    is_tag.then_some(end + 1)
}
