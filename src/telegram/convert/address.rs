//! Finds link addresses that contain Liquid, and replaces them with stand-ins while the markup is parsed. In the
//! *masked* text that this module gets, one placeholder character already stands for each piece of Liquid.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::liquid::is_placeholder;
use crate::telegram::{ParseMode, parse};
use crate::text::Span;

/// The first of the characters that stand for addresses. They are in Unicode's plane 16, which is for private use. The
/// characters that stand for Liquid are in plane 15.
const FIRST: u32 = 0x10_0000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::telegram) struct LiquidAddress {
    /// The address, with decoded escapes and with placeholders in place of Liquid.
    pub text: String,
    /// Its range in the masked text.
    pub range: Range<usize>,
    /// The private-use character that makes the stand-in of this address unique.
    mark: char,
}

impl LiquidAddress {
    /// Returns the stand-in: an address that needs no escapes in any mode and that normalization does not change.
    pub(super) fn stand_in(&self) -> String {
        format!("tg://h?{}", self.mark)
    }
}

static HREF: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"<[aA]\s[^<>"']*?href\s*=\s*(?:"([^"]*)"|'([^']*)')"#;
    Regex::new(pattern).expect("the pattern is a constant, and tests use it")
});

/// Returns every part of the text that has Liquid in it and may be a link address, in the order of the text. A part
/// inside code that only looks like an address is returned, too.
pub(in crate::telegram) fn find(masked: &str, mode: ParseMode) -> Vec<LiquidAddress> {
    let ranges: Vec<Range<usize>> = match mode {
        ParseMode::Html => HREF
            .captures_iter(masked)
            .filter_map(|found| found.get(1).or(found.get(2)))
            .map(|value| value.range())
            .collect(),
        ParseMode::Markdown | ParseMode::MarkdownV2 => in_parentheses(masked, mode == ParseMode::MarkdownV2),
    };
    let with_liquid = ranges.into_iter().filter(|range| masked[range.clone()].contains(is_placeholder));
    // There are 65,534 marks. They are enough: each link needs only one mark but is several characters long, and the
    // parser refuses a text of more than 65,536 characters.
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
        // An escaped `)` is part of the address. Only MarkdownV2 has escapes in addresses.
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
        // HTML references such as `&amp;` are the same in attributes as in text, so parsing the address as text decodes
        // them.
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

/// Replaces each address in the masked text with its stand-in.
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

/// Maps a span of the text with stand-ins back to the masked text.
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
                // An offset inside a stand-in has no exact counterpart, so the start of the address is used.
                return address.range.start;
            }
            grown += stand_in as isize - address.range.len() as isize;
        }
        at.saturating_add_signed(-grown)
    };
    Span::new(map_offset(span.start), map_offset(span.end))
}
