//! Entities as stretches of text that look alike throughout.

use std::ops::Range;

use crate::telegram::{EntityKind, FormattedText};
use crate::ui::shared::message::{Options, Role, RunStyle};

/// Bytes of the text that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub range: Range<usize>,
    pub style: RunStyle,
    pub link: Option<String>,
    pub is_hidden: bool,
}

/// Cuts the whole text into stretches, in order and without gaps.
pub(super) fn stretches(text: &FormattedText, options: Options) -> Vec<Stretch> {
    let ranges = text.byte_ranges();
    let mut edges: Vec<(usize, bool, usize)> = Vec::with_capacity(ranges.len() * 2);
    for (nth, range) in ranges.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
        edges.push((range.start, true, nth));
        edges.push((range.end, false, nth));
    }
    edges.sort_unstable();
    let mut stretches = Vec::new();
    let mut active: Vec<usize> = Vec::new();
    let mut at = 0;
    for (edge, starts, nth) in edges {
        if at < edge {
            stretches.push(stretch(text, &ranges, &active, at..edge, options));
            at = edge;
        }
        if starts {
            active.push(nth);
        } else {
            active.retain(|other| *other != nth);
        }
    }
    if at < text.text.len() {
        stretches.push(stretch(text, &ranges, &active, at..text.text.len(), options));
    }
    stretches
}

fn stretch(
    text: &FormattedText,
    ranges: &[Range<usize>],
    active: &[usize],
    range: Range<usize>,
    options: Options,
) -> Stretch {
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
            EntityKind::Code => style.role = Role::Code,
            EntityKind::Pre { .. } => style.role = Role::Pre,
            EntityKind::TextLink { url } => (style.role, link) = (Role::Link, Some(url.clone())),
            EntityKind::TextMention { user_id } => {
                (style.role, link) = (Role::Mention, Some(format!("tg://user?id={user_id}")));
            }
            EntityKind::Url => (style.role, link) = (Role::Link, Some(with_scheme(shown()))),
            EntityKind::Email => (style.role, link) = (Role::Link, Some(format!("mailto:{}", shown()))),
            EntityKind::Mention
            | EntityKind::Hashtag
            | EntityKind::Cashtag
            | EntityKind::BotCommand
            | EntityKind::PhoneNumber
            | EntityKind::BankCardNumber => style.role = Role::Mention,
            EntityKind::CustomEmoji { .. } => style.role = Role::Emoji,
            EntityKind::DateTime { .. } => style.role = Role::Time,
        }
    }
    let is_hidden = is_spoiler && !options.reveals_spoilers;
    if is_hidden {
        style = RunStyle { role: Role::Spoiler, in_quote: style.in_quote, ..RunStyle::default() };
        link = None;
    } else if is_spoiler && style.role == Role::Text {
        style.role = Role::Spoiler;
    }
    Stretch { range, style, link, is_hidden }
}

fn with_scheme(address: String) -> String {
    if address.contains("://") { address } else { format!("http://{address}") }
}
