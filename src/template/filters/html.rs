//! Filters for HTML, URLs, and base64.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::super::datum::Datum;
use super::call::{Call, FilterError, FilterResult};

pub(super) fn escape<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    // As in Shopify, a missing value stays missing, so that a later `default` applies to it.
    if matches!(call.input, Datum::Nil) {
        return Ok(Datum::Nil);
    }
    escape_unless(call, |_| false)
}

pub(super) fn escape_once<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    escape_unless(call, starts_with_entity)
}

fn escape_unless<'a>(call: &mut Call<'_, 'a>, is_entity: fn(&str) -> bool) -> FilterResult<'a> {
    let text = call.text()?;
    let text = text.as_str();
    call.budget.allow_text(text.len().saturating_mul(6))?;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // This is Shopify's spelling. HTML 4 has no `&apos;`.
            '\'' => out.push_str("&#39;"),
            '&' if !is_entity(&text[at + 1..]) => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    Ok(out.into())
}

// The search for the `;` of an entity stops after this many bytes, because no entity has a longer name.
const MAX_ENTITY: usize = 40;

fn starts_with_entity(text: &str) -> bool {
    let (text, is_part): (&str, fn(&u8) -> bool) = match text.strip_prefix('#') {
        Some(rest) => (rest, u8::is_ascii_digit),
        None => (text, u8::is_ascii_alphabetic),
    };
    let length = text.bytes().take(MAX_ENTITY).take_while(is_part).count();
    0 < length && text.as_bytes().get(length) == Some(&b';')
}

/// Removes scripts, comments, and styles including their content, and then all other tags.
pub(super) fn strip_html<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    let mut out = text.as_str().to_owned();
    for (open, close) in [("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>"), ("<", ">")] {
        out = remove_between(&out, open, close);
    }
    Ok(out.into())
}

fn remove_between(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        // If no closing delimiter follows this opening delimiter, none follows any later opening delimiter, so the loop
        // ends. A separate search for each opening delimiter, as in the `liquid` crate, took minutes for text with many
        // `<`.
        let Some(length) = rest[start + open.len()..].find(close) else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + open.len() + length + close.len()..];
    }
    out.push_str(rest);
    out
}

pub(super) fn url_encode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(3))?;
    let mut out = String::with_capacity(text.as_str().len());
    for byte in text.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            // Ruby's `CGI.escape` uses form encoding, in which a space is a plus sign.
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.extend(
                    [byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])),
                );
            }
        }
    }
    Ok(out.into())
}

pub(super) fn url_decode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    // Plus signs are replaced before percent-decoding, because a `%2B` must become a plus sign and not a space.
    let text = call.text()?.as_str().replace('+', " ");
    match percent_encoding::percent_decode_str(&text).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned().into()),
        Err(_) => Err(FilterError::input("this does not decode to UTF-8 text")),
    }
}

pub(super) fn base64_encode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(2))?;
    Ok(STANDARD.encode(text.as_str()).into())
}

pub(super) fn base64_url_safe_encode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    call.budget.allow_text(text.as_str().len().saturating_mul(2))?;
    Ok(URL_SAFE.encode(text.as_str()).into())
}

pub(super) fn base64_decode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    decoded(STANDARD.decode(text.as_str()))
}

pub(super) fn base64_url_safe_decode<'a>(call: &mut Call<'_, 'a>) -> FilterResult<'a> {
    let text = call.text()?;
    let text = text.as_str();
    // URLs often omit the padding. Shopify accepts the text with and without it.
    decoded(if text.ends_with('=') { URL_SAFE.decode(text) } else { URL_SAFE_NO_PAD.decode(text) })
}

fn decoded<'a>(bytes: Result<Vec<u8>, base64::DecodeError>) -> FilterResult<'a> {
    let bytes = bytes.map_err(|_| FilterError::input("this is not valid base64"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Datum::from(text)),
        Err(_) => Err(FilterError::input("this does not decode to UTF-8 text")),
    }
}
