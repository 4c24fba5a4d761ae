//! Lists the HTML tags that Telegram supports, and reads the attributes inside a start tag.

use super::markup::{MarkupInput, TextFormat, is_space};
use super::{ParseError, ParseErrorKind, html_reference};
use crate::text::Span;

/// A supported tag. Aliases are separate tags: `</em>` does not close `<i>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HtmlTag {
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
pub(super) const TAGS: [(&str, HtmlTag); 17] = [
    ("a", HtmlTag::A),
    ("b", HtmlTag::B),
    ("blockquote", HtmlTag::Blockquote),
    ("code", HtmlTag::Code),
    ("del", HtmlTag::Del),
    ("em", HtmlTag::Em),
    ("i", HtmlTag::I),
    ("ins", HtmlTag::Ins),
    ("pre", HtmlTag::Pre),
    ("s", HtmlTag::S),
    ("span", HtmlTag::Span),
    ("strike", HtmlTag::Strike),
    ("strong", HtmlTag::Strong),
    ("tg-emoji", HtmlTag::Emoji),
    ("tg-spoiler", HtmlTag::Spoiler),
    ("tg-time", HtmlTag::Time),
    ("u", HtmlTag::U),
];

impl HtmlTag {
    /// Looks up a tag by its name, case-insensitively.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, tag)| *tag)
    }

    pub(super) fn format(self) -> Option<TextFormat> {
        match self {
            HtmlTag::B | HtmlTag::Strong => Some(TextFormat::Bold),
            HtmlTag::I | HtmlTag::Em => Some(TextFormat::Italic),
            HtmlTag::U | HtmlTag::Ins => Some(TextFormat::Underline),
            HtmlTag::S | HtmlTag::Strike | HtmlTag::Del => Some(TextFormat::Strikethrough),
            HtmlTag::Spoiler | HtmlTag::Span => Some(TextFormat::Spoiler),
            HtmlTag::Code => Some(TextFormat::Code),
            HtmlTag::Blockquote => Some(TextFormat::Quote),
            HtmlTag::A => Some(TextFormat::Link),
            HtmlTag::Pre | HtmlTag::Emoji | HtmlTag::Time => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        TAGS.iter().find(|(_, tag)| *tag == self).map_or("", |(name, _)| name)
    }
}

pub(super) struct Attribute<'a> {
    pub name: &'a str,
    pub value: Option<String>,
    pub span: Span,
}

/// Reads the next attribute from `*i` on and moves `*i` past the attribute. If there is no attribute before the `>` of
/// the tag, returns `None` and moves `*i` to the `>`.
///
/// `start` is the byte offset of the tag's `<`. Errors have this offset, except that the error of an unquoted value has
/// the offset of the value.
pub(super) fn next_attribute<'a>(
    input: MarkupInput<'a>,
    tag: HtmlTag,
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
    // A `/` ends an attribute's name but cannot start one, so `<a href="x"/>` fails here: Telegram has no self-closing
    // tags.
    if name.is_empty() {
        let kind = ParseErrorKind::EmptyAttributeName { tag: tag.name().into() };
        // The span includes the byte that cannot begin a name. At the end of the input, there is no such byte.
        return Err(ParseError::at(kind, start, Span::new(start, (name_start + 1).min(input.len()))));
    }
    *i = skip_space(input, name_end);
    // If the input ends after an attribute's name or after a `=`, TDLib's message names the tag. If the input ends
    // inside or after a value, the message does not name the tag.
    let unclosed = |tag: Option<HtmlTag>, end: usize| {
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
        quote @ (b'"' | b'\'') => read_quoted(input, quote, i),
        _ => read_unquoted(input, i)?,
    };
    if input.at(*i) == 0 {
        return unclosed(None, *i);
    }
    Ok(Some(Attribute { name, value: Some(value), span: Span::new(name_start, *i) }))
}

fn skip_space(input: MarkupInput<'_>, at: usize) -> usize {
    // To `is_space`, a NUL byte is whitespace. But the callers treat a NUL byte as the end of the input, so it must not
    // be skipped.
    input.find(at, |byte| byte == 0 || !is_space(byte))
}

/// Reads a quoted value and decodes its references. A value without a closing quote extends to the next NUL byte or to
/// the end of the input. The caller reports the missing quote as an unclosed tag.
fn read_quoted(input: MarkupInput<'_>, quote: u8, i: &mut usize) -> String {
    let mut value = String::new();
    *i += 1;
    loop {
        let stop = input.find(*i, |byte| byte == quote || byte == 0 || byte == b'&');
        value.push_str(input.slice(*i, stop));
        *i = stop;
        match input.at(stop) {
            b'&' => match html_reference::decode(input, stop) {
                Some((code, end)) => {
                    // A `String` cannot hold half a surrogate pair.
                    value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    *i = end;
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

/// Reads an unquoted value, which consists of letters, digits, dots, and hyphens. As in TDLib, the value is
/// lower-cased.
fn read_unquoted(input: MarkupInput<'_>, i: &mut usize) -> Result<String, ParseError> {
    let start = *i;
    *i = input.find(start, |byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')));
    // The end of the input reads as NUL, which `is_space` accepts. So the end of the input is not an error here; the
    // caller reports it as an unclosed tag.
    if !is_space(input.at(*i)) && input.at(*i) != b'>' {
        let end = input.find(*i, |byte| is_space(byte) || byte == b'>');
        return Err(ParseError::at(ParseErrorKind::UnexpectedEndOfToken, start, Span::new(start, end)));
    }
    Ok(input.slice(start, *i).to_ascii_lowercase())
}

/// Reads an optional minus sign and the leading digits as TDLib does for `tg-time`. Overflow wraps, so 9999999999
/// becomes 1410065407.
pub(super) fn lenient_i32(text: &str) -> i32 {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let magnitude = digits.fold(0_u32, |n, digit| n.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
    // TDLib computes with a C `int` of 32 bits.
    let wrapped = magnitude.cast_signed();
    if is_negative { wrapped.wrapping_neg() } else { wrapped }
}

/// Returns the end of the text at `at` if it looks like a tag, or `None` if the `<` is more likely meant as text.
///
/// This is used only for recovery and for explanations: to Telegram, every `<` starts a tag.
pub(super) fn tag_like_end(input: MarkupInput<'_>, at: usize) -> Option<usize> {
    let first = input.at(at + 1);
    let end = input.find(at + 1, |byte| matches!(byte, b'>' | b'<'));
    let is_tag = (first.is_ascii_alphabetic() || first == b'!') && input.at(end) == b'>';
    is_tag.then_some(end + 1)
}
