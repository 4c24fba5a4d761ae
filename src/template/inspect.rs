//! Values as Ruby inspects them: what a list or an object is as a text, and what an object prints.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::datum::{Datum, Map};

/// Appends `value` as Ruby writes it: `[1, nil, "x"]`, `{"name"=>"Anna"}`.
pub(super) fn write(out: &mut String, value: &Datum<'_>, zone: &TimeZone) {
    match value {
        Datum::Nil => out.push_str("nil"),
        Datum::Text(text) => write_quoted(out, text.as_str()),
        Datum::List(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if 0 < index {
                    out.push_str(", ");
                }
                write(out, &item, zone);
            }
            out.push(']');
        }
        Datum::Map(Map::Loop(_)) => value.write_to(out, zone),
        Datum::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                if 0 < index {
                    out.push_str(", ");
                }
                write_quoted(out, key);
                out.push_str("=>");
                write(out, &value, zone);
            }
            out.push('}');
        }
        other => other.write_to(out, zone),
    }
}

/// Appends `text` in quotes, so that Ruby would read it back.
fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = rest.as_str().chars().next();
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '#' if matches!(next, Some('{' | '$' | '@')) => out.push_str("\\#"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7f}' => out.push_str("\\x7F"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
