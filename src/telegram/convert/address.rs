//! Addresses that Liquid makes, wholly or in part.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::liquid::is_hole;
use crate::telegram::{ParseMode, parse};
use crate::text::Span;

/// The first of the characters that stand for addresses.
const FIRST: u32 = 0x10_0000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The address without the mode's escapes; holes closed.
    pub text: String,
    range: Range<usize>,
    mark: char,
}

impl Address {
    /// Returns what stands for it: an address that no mode escapes and the server's checks leave as it is.
    pub fn stand_in(&self) -> String {
        format!("tg://h?{}", self.mark)
    }
}

static HREF: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"<[aA]\s[^<>"']*?href\s*=\s*(?:"([^"]*)"|'([^']*)')"#;
    Regex::new(pattern).expect("the pattern is a constant, and tests use it")
});

/// Returns what may be an address with a hole in it, in the order of the text.
pub(super) fn find(closed: &str, mode: ParseMode) -> Vec<Address> {
    let ranges: Vec<Range<usize>> = match mode {
        ParseMode::Html => HREF
            .captures_iter(closed)
            .filter_map(|found| found.get(1).or(found.get(2)))
            .map(|value| value.range())
            .collect(),
        ParseMode::Markdown | ParseMode::MarkdownV2 => in_parentheses(closed, mode == ParseMode::MarkdownV2),
    };
    let with_holes = ranges.into_iter().filter(|range| closed[range.clone()].contains(is_hole));
    // Seventeen bits of private characters are enough for any text that the server takes.
    let marks = (FIRST..=0x10_fffd).filter_map(char::from_u32);
    let addresses = with_holes.zip(marks).map(|(range, mark)| {
        let text = unescaped(&closed[range.clone()], mode);
        Address { text, range, mark }
    });
    addresses.collect()
}

fn in_parentheses(closed: &str, has_escapes: bool) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(at) = closed[from..].find("](") {
        let start = from + at + 2;
        let mut is_escaped = false;
        let end = closed[start..].find(|c| {
            let ends = c == ')' && !is_escaped;
            is_escaped = has_escapes && c == '\\' && !is_escaped;
            ends
        });
        let Some(end) = end else { break };
        ranges.push(start..start + end);
        from = start + end;
    }
    ranges
}

fn unescaped(address: &str, mode: ParseMode) -> String {
    match mode {
        // Between tags and in attributes references are the same.
        ParseMode::Html => parse(mode, &address.replace('<', "&lt;"))
            .map_or_else(|_| address.to_owned(), |parsed| parsed.text),
        ParseMode::Markdown => address.to_owned(),
        ParseMode::MarkdownV2 => {
            let mut text = String::with_capacity(address.len());
            let mut chars = address.chars();
            while let Some(c) = chars.next() {
                text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
            }
            text
        }
    }
}

pub(super) fn replace(closed: &str, addresses: &[Address]) -> String {
    let mut out = String::with_capacity(closed.len());
    let mut from = 0;
    for address in addresses {
        out.push_str(&closed[from..address.range.start]);
        out.push_str(&address.stand_in());
        from = address.range.end;
    }
    out.push_str(&closed[from..]);
    out
}

pub(super) fn original(span: Span, addresses: &[Address]) -> Span {
    let lead = |at: usize| {
        let mut grown = 0_isize;
        for address in addresses {
            let start = address.range.start.saturating_add_signed(grown);
            if at < start {
                break;
            }
            let stand_in = address.stand_in().len();
            if at < start + stand_in {
                return address.range.start;
            }
            grown += stand_in as isize - address.range.len() as isize;
        }
        at.saturating_add_signed(-grown)
    };
    Span::new(lead(span.start), lead(span.end))
}
