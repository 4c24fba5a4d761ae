//! LiqP's filters of texts.

use super::super::datum::{Datum, LiquidText};
use super::super::filters::{Call, FilterError};
use super::arguments::{FilterResult, check_count, needed, number_of, text_of};
use super::values;
use crate::text::utf16_len;

fn with_text<'a>(call: &mut Call<'_, 'a>, change: impl FnOnce(&str) -> String) -> FilterResult<'a> {
    let input = call.input.clone();
    let text = text_of(call, &input)?;
    // Escapes make a text at most six times as long.
    call.budget.allow_text(text.as_str().len())?;
    Ok(change(text.as_str()).into())
}

/// Changes a text, and leaves every other value as it is.
fn of_text_only<'a>(call: &mut Call<'_, 'a>, change: impl FnOnce(&str) -> String) -> FilterResult<'a> {
    match call.input {
        Datum::Text(_) => with_text(call, change),
        _ => Ok(call.input.clone()),
    }
}

pub(super) fn append<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let added = needed(call, 0)?;
    let added = text_of(call, &added)?;
    with_text(call, |text| format!("{text}{}", added.as_str()))
}

pub(super) fn prepend<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let added = needed(call, 0)?;
    let added = text_of(call, &added)?;
    with_text(call, |text| format!("{}{text}", added.as_str()))
}

/// Only the first letter changes.
pub(super) fn capitalize<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| {
        let mut chars = text.chars();
        match chars.next() {
            Some(first) => {
                let mut upper = first.to_uppercase();
                // Java's character method changes a letter only if its upper case is one letter too.
                let first = if upper.len() == 1 { upper.next().unwrap_or(first) } else { first };
                format!("{first}{}", chars.as_str())
            }
            None => String::new(),
        }
    })
}

pub(super) fn downcase<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, str::to_lowercase)
}

pub(super) fn upcase<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, str::to_uppercase)
}

fn escape_rest(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An apostrophe stays as it is.
pub(super) fn escape<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| escape_rest(&text.replace('&', "&amp;")))
}

pub(super) fn escape_once<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| {
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            out.push(c);
            if c == '&' && !is_entity(&text[at + 1..]) {
                out.push_str("amp;");
            }
        }
        escape_rest(&out)
    })
}

/// Whether the text after a `&` is a name or a number that ends with `;`.
fn is_entity(text: &str) -> bool {
    // The longest name of HTML has 31 letters; more are read here, but not without end.
    let end = text.bytes().take(64).position(|byte| byte == b';');
    let Some(name) = end.map(|end| &text[..end]) else { return false };
    let is_all = |text: &str, is: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|byte| is(&byte));
    match (name.strip_prefix("#x"), name.strip_prefix('#')) {
        (Some(digits), _) => is_all(digits, u8::is_ascii_hexdigit),
        (None, Some(digits)) => is_all(digits, u8::is_ascii_digit),
        (None, None) => is_all(name, u8::is_ascii_alphabetic),
    }
}

/// The whitespace of Java's regular expressions.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

pub(super) fn strip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    of_text_only(call, |text| values::trimmed(text).to_owned())
}

pub(super) fn lstrip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    of_text_only(call, |text| text.trim_start_matches(is_space).to_owned())
}

pub(super) fn rstrip<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    of_text_only(call, |text| text.trim_end_matches(is_space).to_owned())
}

pub(super) fn newline_to_br<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| text.replace('\n', "<br />\n"))
}

pub(super) fn strip_newlines<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| text.replace(['\r', '\n'], ""))
}

/// Returns what to search for. Nil is an error.
fn pattern<'a>(call: &Call<'_, 'a>) -> Result<LiquidText<'a>, FilterError> {
    match needed(call, 0)? {
        Datum::Nil => Err(FilterError::argument(0, "this has no value")),
        value => Ok(values::printed(&value, call.settings.zone)),
    }
}

/// Returns what to write instead: nothing without a second argument, but an argument without a value is an error.
fn replacement<'a>(call: &mut Call<'_, 'a>) -> Result<LiquidText<'a>, FilterError> {
    match call.arguments.get(1).cloned() {
        None => Ok(LiquidText::Borrowed("")),
        Some(Datum::Nil) => Err(FilterError::argument(1, "this has no value")),
        Some(value) => text_of(call, &value),
    }
}

fn replaced<'a>(call: &mut Call<'_, 'a>, with: &str, most: usize) -> FilterResult<'a> {
    let pattern = pattern(call)?;
    let input = call.input.clone();
    let text = text_of(call, &input)?;
    let (text, pattern) = (text.as_str(), pattern.as_str());
    let n_found = text.matches(pattern).take(most).count();
    call.budget.allow_text(text.len() + n_found.saturating_mul(with.len()))?;
    Ok(text.replacen(pattern, with, most).into())
}

pub(super) fn remove<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replaced(call, "", usize::MAX)
}

pub(super) fn remove_first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    replaced(call, "", 1)
}

pub(super) fn replace<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let with = replacement(call)?;
    replaced(call, with.as_str(), usize::MAX)
}

pub(super) fn replace_first<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let with = replacement(call)?;
    replaced(call, with.as_str(), 1)
}

/// A separator at the start of the text does not separate, and empty items at the end are left out.
pub(super) fn split<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let input = call.input.clone();
    let text = text_of(call, &input)?;
    let separator = needed(call, 0)?;
    let separator = text_of(call, &separator)?;
    let (text, separator) = (text.as_str(), separator.as_str());
    call.budget.spend(text.len() / 4)?;
    let mut items: Vec<&str> = Vec::new();
    if separator.is_empty() {
        items.extend(text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]));
    } else {
        let mut start = 0;
        // The search starts after the first character, because a separator at the start does not count.
        let mut from = text.chars().next().map_or(0, char::len_utf8);
        while let Some(at) = text[from..].find(separator) {
            items.push(&text[start..from + at]);
            start = from + at + separator.len();
            from = start;
        }
        items.push(&text[start..]);
        while items.last().is_some_and(|item| item.is_empty()) {
            items.pop();
        }
    }
    if text.is_empty() {
        items = vec![""];
    }
    Ok(items.into_iter().map(|item| Datum::from(item.to_owned())).collect())
}

pub(super) fn slice<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    check_count(call, 1, 2)?;
    let zone = call.settings.zone;
    let mut bounds = [0, 1];
    for (index, bound) in call.arguments.iter().enumerate() {
        if !values::is_whole(bound, zone) {
            return Err(FilterError::argument(index, "this is not a whole number"));
        }
        bounds[index] = i64::from(number_of(call, bound)?.as_i32());
    }
    let [start, length] = bounds;
    let units: Option<Vec<u16>> = match &call.input {
        Datum::List(_) => None,
        _ => {
            let input = call.input.clone();
            Some(text_of(call, &input)?.as_str().encode_utf16().collect())
        }
    };
    let total = match (&call.input, &units) {
        (_, Some(units)) => units.len(),
        (Datum::List(list), None) => list.len(),
        (_, None) => 0,
    };
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let start = if start < 0 { total + start } else { start };
    if total < start || start < 0 {
        return Ok(Datum::Text(LiquidText::Borrowed("")));
    }
    let length = length.min(total - start);
    let Ok(length) = usize::try_from(length) else {
        return Err(FilterError::argument(1, "this is less than 0"));
    };
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    Ok(match (&call.input, units) {
        (Datum::List(list), None) => (start..start + length).filter_map(|at| list.at(at)).collect(),
        (_, units) => String::from_utf16_lossy(&units.unwrap_or_default()[start..start + length]).into(),
    })
}

pub(super) fn truncate<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Text(LiquidText::Borrowed("")));
    }
    let (length, ending) = length_and_ending(call, 50)?;
    with_text(call, |text| {
        let units: Vec<u16> = text.encode_utf16().collect();
        let ending_length = utf16_len(ending.as_str());
        match usize::try_from(length) {
            Ok(length) if units.len() <= length => text.to_owned(),
            Ok(length) if ending_length < length => {
                String::from_utf16_lossy(&units[..length - ending_length]) + ending.as_str()
            }
            _ => ending.as_str().to_owned(),
        }
    })
}

pub(super) fn truncatewords<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Text(LiquidText::Borrowed("")));
    }
    let (length, ending) = length_and_ending(call, 15)?;
    with_text(call, |text| {
        let mut words: Vec<&str> = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(is_space) {
            words.push(&rest[..at]);
            rest = rest[at..].trim_start_matches(is_space);
        }
        words.push(rest);
        while 1 < words.len() && words.last().is_some_and(|word| word.is_empty()) {
            words.pop();
        }
        match usize::try_from(length) {
            Ok(length) if words.len() <= length => text.to_owned(),
            length => {
                let kept = words[..length.unwrap_or(0)].join(" ");
                format!("{}{}", values::trimmed(&kept), ending.as_str())
            }
        }
    })
}

fn length_and_ending<'a>(
    call: &mut Call<'_, 'a>,
    otherwise: i32,
) -> Result<(i32, LiquidText<'a>), FilterError> {
    let length = match call.arguments.first() {
        Some(length) => number_of(call, length)?.as_i32(),
        None => otherwise,
    };
    let ending = match call.arguments.get(1).cloned() {
        Some(ending) => text_of(call, &ending)?,
        None => LiquidText::Borrowed("..."),
    };
    Ok((length, ending))
}

pub(super) fn url_encode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |text| {
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b' ' => out.push('+'),
                b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    })
}

/// A text with a faulty escape stays as it is.
pub(super) fn url_decode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let input = call.input.clone();
    let text = text_of(call, &input)?;
    let mut out = Vec::with_capacity(text.as_str().len());
    let mut bytes = text.as_str().bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                    return Ok(input);
                };
                out.push((high * 16 + low) as u8);
            }
            _ => out.push(byte),
        }
    }
    Ok(String::from_utf8_lossy(&out).into_owned().into())
}

/// LiqP reads the text as an HTML page and returns what the page shows: without tags, with entities as characters, and
/// with one space for all whitespace.
pub(super) fn strip_html<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    with_text(call, |html| {
        let mut shown = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            shown.push_str(&unescaped(&rest[..at]));
            let tag = &rest[at + 1..];
            let Some(end) = tag_end(tag) else {
                shown.push('<');
                rest = tag;
                continue;
            };
            let name: String =
                tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            let name = name.to_ascii_lowercase();
            if !INLINE.contains(&name.as_str()) && !tag.starts_with('!') {
                shown.push(' ');
            }
            rest = &tag[end..];
            if matches!(name.as_str(), "script" | "style" | "title") && !tag.starts_with('/') {
                let close = format!("</{name}");
                rest = rest.to_ascii_lowercase().find(&close).map_or("", |at| &rest[at..]);
            }
        }
        shown.push_str(&unescaped(rest));
        let words: Vec<&str> = shown.split(is_space).filter(|word| !word.is_empty()).collect();
        words.join(" ")
    })
}

/// The elements that do not start a new line.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdo", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "label", "mark",
    "q", "s", "small", "span", "strike", "strong", "sub", "sup", "u",
];

/// Returns the offset after the end of the tag, declaration, or comment that starts here, without its `<`.
fn tag_end(tag: &str) -> Option<usize> {
    if tag.starts_with("!--") {
        return Some(tag.find("-->").map_or(tag.len(), |end| end + 3));
    }
    let is_tag = tag.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic())
        || tag.starts_with(['!', '?']);
    is_tag.then(|| tag.find('>').map_or(tag.len(), |end| end + 1))
}

/// Returns the text with the characters of its entities: the numbers, and the commonest names.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';').unwrap_or(0);
        match rest.get(1..end).and_then(character) {
            Some(c) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = entity.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
