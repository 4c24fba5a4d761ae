//! Splits a multipart body into arguments as the Bot API server does. Refuses a body that another server could split at
//! other places, or whose parts another server could read under other names.

use super::{ArgumentSource, DecodedArgument, form};
use crate::text::Span;

/// The longest boundary that RFC 2046 allows, in bytes.
const MAX_BOUNDARY: usize = 70;

/// Reads all parts of a body, files included. Returns `None` if the `Content-Type` header or the body is malformed.
/// Also returns `None` if servers could read the header or the body in different ways.
pub(super) fn read(header: &str, body: &[u8]) -> Option<Vec<DecodedArgument>> {
    let delimiter = format!("--{}", boundary(header)?).into_bytes();
    let mut arguments = Vec::new();
    // Text before the first delimiter is refused: some servers skip such text, but others expect the delimiter at the
    // start of the body.
    let mut at = body.starts_with(&delimiter).then_some(delimiter.len())?;
    while !body[at..].starts_with(b"--") {
        let head = body[at..].strip_prefix(b"\r\n").map(|_| at + 2)?;
        let head_end = head + find(&body[head..], b"\r\n\r\n")?;
        let part = FormPart::read(str::from_utf8(&body[head..head_end]).ok()?)?;
        let start = head_end + 4;
        let end = start + find(&body[start..], &[b"\r\n", delimiter.as_slice()].concat())?;
        // If the content of the part is itself a URL-encoded form, the server takes each `name=value` pair of that form
        // as an argument, too.
        if part.is_form {
            let shifted = |span: Span| ArgumentSource::Body(Span::new(start + span.start, start + span.end));
            arguments.extend(form(&body[start..end], shifted));
        }
        let text = String::from_utf8_lossy(&body[start..end]).into_owned();
        arguments.push(DecodedArgument {
            name: part.name,
            text,
            at: ArgumentSource::Body(Span::new(head, end)),
        });
        at = end + 2 + delimiter.len();
    }
    // Only whitespace may follow the closing delimiter, because some servers would read any other text there as one
    // more part.
    body[at + 2..].iter().all(u8::is_ascii_whitespace).then_some(arguments)
}

fn boundary(header: &str) -> Option<&str> {
    let lower = header.to_ascii_lowercase();
    // A header with two boundaries is refused, because servers may use either of the two.
    if lower.matches("boundary").count() != 1 || !lower.trim_start().starts_with("multipart/form-data") {
        return None;
    }
    let (_, parameters) = header.split_at(lower.find("boundary")? + "boundary".len());
    let value = parameters.strip_prefix('=')?.split(';').next()?.trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (!value.is_empty() && value.len() <= MAX_BOUNDARY && is_plain).then_some(value)
}

struct FormPart {
    name: String,
    is_form: bool,
}

impl FormPart {
    fn read(head: &str) -> Option<Self> {
        let mut part = FormPart { name: String::new(), is_form: false };
        for line in head.split("\r\n") {
            let (name, value) = line.split_once(':')?;
            match name.to_ascii_lowercase().as_str() {
                "content-disposition" if part.name.is_empty() => part.name = field_name(value)?,
                "content-disposition" => return None,
                "content-type" => {
                    part.is_form |= value.to_ascii_lowercase().contains("x-www-form-urlencoded");
                }
                name if name.trim() == name => {}
                // A header name with whitespace around it is refused. Whitespace before the name means that the line
                // continues the previous header. Whitespace after the name is ambiguous, because another server may
                // trim it and accept the header.
                _ => return None,
            }
        }
        (!part.name.is_empty()).then_some(part)
    }
}

fn field_name(disposition: &str) -> Option<String> {
    let parameters = disposition.trim().strip_prefix("form-data;")?;
    // A name with an escape or an encoding is refused, because servers disagree about its meaning.
    if parameters.contains(['\\', '%', '*']) {
        return None;
    }
    let mut names = parameters.split(';').filter_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("name").then(|| value.trim().trim_matches('"').to_owned())
    });
    let name = names.next()?;
    // A part with two names is refused, because servers may use either of the two.
    names.next().is_none().then_some(name)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
