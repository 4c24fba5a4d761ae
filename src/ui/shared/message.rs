//! Lays out a message as a Telegram client would: as lines of styled runs, which `bubble` draws.
//!
//! ```text
//! text + entities ──style──▶ styled ranges ──block──▶ paragraphs, quotes, code blocks ──wrap──▶ lines
//! ```
//!
//! This module does not depend on colors or on the terminal. Right-to-left text stays in logical order. Control
//! characters are replaced by visible symbols.

mod block;
mod content;
mod keyboard;
mod line;
mod style;
mod wrap;

use crate::compose::MessagePart;
use crate::telegram::request::Button;
use crate::telegram::{EntityKind, FormattedText};
use crate::text::Span;

pub(crate) use content::layout_request;
pub(crate) use line::{LayoutOptions, MessageLayout, MessageLine, RunRole, RunStyle, StyledRun};

pub(crate) fn layout(text: &FormattedText, rows: &[Vec<Button>], options: LayoutOptions) -> MessageLayout {
    let mut body = block::lines(text, options);
    body.extend(addresses(text, options));
    MessageLayout { body, keyboard: keyboard::lines(rows, options) }
}

/// Returns lines that list the addresses of links, and of users that are mentioned by id. A link is left out if its
/// text is its address. Each address is listed once and in full.
fn addresses(text: &FormattedText, options: LayoutOptions) -> Vec<MessageLine> {
    let mut listed: Vec<(String, Span)> = Vec::new();
    for (entity, range) in text.entities.iter().zip(text.byte_ranges()) {
        let address = match &entity.kind {
            EntityKind::TextLink { url } => url.clone(),
            EntityKind::TextMention { user_id } => format!("tg://user?id={user_id}"),
            _ => continue,
        };
        // A link whose text is its address hides nothing. Any other text can pretend to be a different address, so the
        // link's real address is always listed.
        let is_listed = listed.iter().any(|(other, _)| *other == address);
        if text.text[range.clone()] != address && !is_listed {
            listed.push((address, range.into()));
        }
    }
    let arrow = if options.is_ascii { "-> " } else { "↗ " };
    let lines = listed.into_iter().flat_map(|(address, linked)| {
        let mut lines = wrap::address(arrow, &address, options.width);
        lines.iter_mut().for_each(|line| line.set_part(MessagePart::Text(linked)));
        lines
    });
    lines.collect()
}

#[cfg(test)]
mod tests;
