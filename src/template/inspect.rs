//! Writes text in the format of Ruby's `inspect`. Liquid uses this format for the strings in an object that is printed,
//! and for the strings in a list that a filter reads as text.

use std::fmt::Write;

/// Appends `text` as a Ruby string literal in double quotes.
pub(super) fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        // The next character matters only for `#`, because `#{`, `#$`, and `#@` start an interpolation in Ruby.
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
