//! A multipart body as the server splits it. Whatever two readers could split or name differently is not read at all.

use super::{Argument, Whereabouts, form};
use crate::text::Span;

const MAX_BOUNDARY: usize = 70;

/// Reads the parts of a body, files too; `None` where the header or the body is not plain enough.
pub(super) fn read(header: &str, body: &[u8]) -> Option<Vec<Argument>> {
    let delimiter = format!("--{}", boundary(header)?).into_bytes();
    let mut arguments = Vec::new();
    let mut at = body.starts_with(&delimiter).then_some(delimiter.len())?;
    while !body[at..].starts_with(b"--") {
        let head = body[at..].strip_prefix(b"\r\n").map(|_| at + 2)?;
        let head_end = head + find(&body[head..], b"\r\n\r\n")?;
        let part = Part::read(str::from_utf8(&body[head..head_end]).ok()?)?;
        let start = head_end + 4;
        let end = start + find(&body[start..], &[b"\r\n", delimiter.as_slice()].concat())?;
        if part.is_form {
            let shifted = |span: Span| Whereabouts::Body(Span::new(start + span.start, start + span.end));
            arguments.extend(form(&body[start..end], shifted));
        }
        let text = String::from_utf8_lossy(&body[start..end]).into_owned();
        arguments.push(Argument { name: part.name, text, at: Whereabouts::Body(Span::new(head, end)) });
        at = end + 2 + delimiter.len();
    }
    body[at + 2..].iter().all(u8::is_ascii_whitespace).then_some(arguments)
}

fn boundary(header: &str) -> Option<&str> {
    let lower = header.to_ascii_lowercase();
    if lower.matches("boundary").count() != 1 || !lower.trim_start().starts_with("multipart/form-data") {
        return None;
    }
    let (_, parameters) = header.split_at(lower.find("boundary")? + "boundary".len());
    let value = parameters.strip_prefix('=')?.split(';').next()?.trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (!value.is_empty() && value.len() <= MAX_BOUNDARY && is_plain).then_some(value)
}

struct Part {
    name: String,
    is_form: bool,
}

impl Part {
    fn read(head: &str) -> Option<Self> {
        let mut part = Part { name: String::new(), is_form: false };
        for line in head.split("\r\n") {
            let (name, value) = line.split_once(':')?;
            match name.to_ascii_lowercase().as_str() {
                "content-disposition" if part.name.is_empty() => part.name = field_name(value)?,
                "content-disposition" => return None,
                "content-type" => {
                    part.is_form |= value.to_ascii_lowercase().contains("x-www-form-urlencoded");
                }
                name if name.trim() == name => {}
                // A folded line, or a name that another reader would trim.
                _ => return None,
            }
        }
        (!part.name.is_empty()).then_some(part)
    }
}

fn field_name(disposition: &str) -> Option<String> {
    let parameters = disposition.trim().strip_prefix("form-data;")?;
    // Escapes and encodings of names are read in as many ways as there are servers.
    if parameters.contains(['\\', '%', '*']) {
        return None;
    }
    let mut names = parameters.split(';').filter_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("name").then(|| value.trim().trim_matches('"').to_owned())
    });
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
