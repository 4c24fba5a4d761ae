//! Finds link addresses that contain Liquid, and replaces them while the markup is parsed.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::liquid::is_placeholder;
use crate::telegram::{ParseMode, parse};
use crate::text::Span;

/// The first character that stands for an address. It is in plane 16, which is for private use like plane 15, from
/// which the characters that stand for Liquid come.
const FIRST: u32 = 0x10_0000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiquidAddress {
    /// The address without the mode's escapes, with its Liquid masked.
    pub text: String,
    range: Range<usize>,
    mark: char,
}

impl LiquidAddress {
    /// Returns a replacement address that needs no escapes in any mode and that normalization does not change.
    pub(super) fn stand_in(&self) -> String {
        format!("tg://h?{}", self.mark)
    }
}

static HREF: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"<[aA]\s[^<>"']*?href\s*=\s*(?:"([^"]*)"|'([^']*)')"#;
    Regex::new(pattern).expect("the pattern is a constant, and tests use it")
});

/// Returns the possible addresses with Liquid in them, in the order of the text.
pub(super) fn find(masked: &str, mode: ParseMode) -> Vec<LiquidAddress> {
    let ranges: Vec<Range<usize>> = match mode {
        ParseMode::Html => HREF
            .captures_iter(masked)
            .filter_map(|found| found.get(1).or(found.get(2)))
            .map(|value| value.range())
            .collect(),
        ParseMode::Markdown | ParseMode::MarkdownV2 => in_parentheses(masked, mode == ParseMode::MarkdownV2),
    };
    let with_liquid = ranges.into_iter().filter(|range| masked[range.clone()].contains(is_placeholder));
    // No text that the server accepts has as many addresses as there are characters here, which is 65,534.
    let marks = (FIRST..=0x10_fffd).filter_map(char::from_u32);
    let addresses = with_liquid.zip(marks).map(|(range, mark)| {
        let text = unescaped(&masked[range.clone()], mode);
        LiquidAddress { text, range, mark }
    });
    addresses.collect()
}

fn in_parentheses(masked: &str, has_escapes: bool) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(at) = masked[from..].find("](") {
        let start = from + at + 2;
        let mut is_escaped = false;
        // An escaped `)` is part of the address, but only MarkdownV2 has escapes.
        let end = masked[start..].find(|c| {
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
        // References in attributes are the same as between tags, so the parser can decode them.
        ParseMode::Html => parse(mode, &address.replace('<', "&lt;"))
            .map_or_else(|_| address.to_owned(), |parsed| parsed.text),
        // Legacy Markdown has no escapes in addresses.
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

/// Replaces each address with its stand-in.
pub(super) fn replace(masked: &str, addresses: &[LiquidAddress]) -> String {
    let mut out = String::with_capacity(masked.len());
    let mut from = 0;
    for address in addresses {
        out.push_str(&masked[from..address.range.start]);
        out.push_str(&address.stand_in());
        from = address.range.end;
    }
    out.push_str(&masked[from..]);
    out
}

/// Maps a span of the text with replaced addresses back to the masked text.
pub(super) fn original(span: Span, addresses: &[LiquidAddress]) -> Span {
    let map_offset = |at: usize| {
        let mut grown = 0_isize;
        for address in addresses {
            let start = address.range.start.saturating_add_signed(grown);
            if at < start {
                break;
            }
            let stand_in = address.stand_in().len();
            if at < start + stand_in {
                // Inside a stand-in there is no exact counterpart, so the start of the address is used.
                return address.range.start;
            }
            grown += stand_in as isize - address.range.len() as isize;
        }
        at.saturating_add_signed(-grown)
    };
    Span::new(map_offset(span.start), map_offset(span.end))
}
