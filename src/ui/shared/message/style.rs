//! Divides a text with entities, which may be nested, into consecutive ranges of one style each.

use std::ops::Range;

use crate::telegram::{EntityKind, FormattedText};
use crate::ui::shared::message::{LayoutOptions, RunRole, RunStyle};

/// A byte range of the text with one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StyledRange {
    pub range: Range<usize>,
    pub style: RunStyle,
    pub link: Option<String>,
    pub is_hidden: bool,
}

/// Cuts the whole text into styled ranges, in order and without gaps.
pub(super) fn styled_ranges(text: &FormattedText, options: LayoutOptions) -> Vec<StyledRange> {
    let ranges = text.byte_ranges();
    let mut edges: Vec<(usize, bool, usize)> = Vec::with_capacity(ranges.len() * 2);
    for (nth, range) in ranges.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
        edges.push((range.start, true, nth));
        edges.push((range.end, false, nth));
    }
    // At the same offset, ends sort before starts (`false < true`), so an entity that ends where another one starts is
    // closed first.
    edges.sort_unstable();
    let mut styled = Vec::new();
    let mut active: Vec<usize> = Vec::new();
    let mut at = 0;
    for (edge, starts, nth) in edges {
        if at < edge {
            styled.push(styled_range(text, &ranges, &active, at..edge, options));
            at = edge;
        }
        if starts {
            active.push(nth);
        } else {
            active.retain(|other| *other != nth);
        }
    }
    if at < text.text.len() {
        styled.push(styled_range(text, &ranges, &active, at..text.text.len(), options));
    }
    styled
}

fn styled_range(
    text: &FormattedText,
    ranges: &[Range<usize>],
    active: &[usize],
    range: Range<usize>,
    options: LayoutOptions,
) -> StyledRange {
    let (mut style, mut link, mut is_spoiler) = (RunStyle::default(), None, false);
    for nth in active {
        let shown = || text.text[ranges[*nth].clone()].to_owned();
        match &text.entities[*nth].kind {
            EntityKind::Bold => style.bold = true,
            EntityKind::Italic => style.italic = true,
            EntityKind::Underline => style.underline = true,
            EntityKind::Strikethrough => style.strike = true,
            EntityKind::Spoiler => is_spoiler = true,
            EntityKind::Blockquote | EntityKind::ExpandableBlockquote => style.in_quote = true,
            EntityKind::Code => style.role = RunRole::Code,
            EntityKind::Pre { .. } => style.role = RunRole::Pre,
            EntityKind::TextLink { url } => (style.role, link) = (RunRole::Link, Some(url.clone())),
            EntityKind::TextMention { user_id } => {
                (style.role, link) = (RunRole::Mention, Some(format!("tg://user?id={user_id}")));
            }
            EntityKind::Url => (style.role, link) = (RunRole::Link, Some(with_scheme(shown()))),
            EntityKind::Email => (style.role, link) = (RunRole::Link, Some(format!("mailto:{}", shown()))),
            EntityKind::Mention
            | EntityKind::Hashtag
            | EntityKind::Cashtag
            | EntityKind::BotCommand
            | EntityKind::PhoneNumber
            | EntityKind::BankCardNumber => style.role = RunRole::Mention,
            EntityKind::CustomEmoji { .. } => style.role = RunRole::Emoji,
            EntityKind::DateTime { .. } => style.role = RunRole::Time,
        }
    }
    let is_hidden = is_spoiler && !options.reveals_spoilers;
    // A hidden spoiler hides its formatting and its link too, as in Telegram's clients.
    if is_hidden {
        style = RunStyle { role: RunRole::Spoiler, in_quote: style.in_quote, ..RunStyle::default() };
        link = None;
    } else if is_spoiler && style.role == RunRole::Text {
        style.role = RunRole::Spoiler;
    }
    StyledRange { range, style, link, is_hidden }
}

fn with_scheme(address: String) -> String {
    // Telegram also makes a link of an address without a scheme, such as `example.com`. Clients open such an address
    // with http.
    if address.contains("://") { address } else { format!("http://{address}") }
}
