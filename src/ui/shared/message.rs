//! A message as a Telegram client would lay it out, as lines of styled runs: data, drawn elsewhere.
//!
//! ```text
//! text + entities ──style──▶ stretches ──block──▶ paragraphs, quotes, code blocks ──wrap──▶ lines
//! ```
//!
//! Knows no colours and no terminal. Right-to-left text stays in its logical order; what could drive a terminal is
//! shown as pictures.

mod block;
mod content;
mod keyboard;
mod line;
mod style;
mod wrap;

use crate::compose::Part;
use crate::telegram::request::Button;
use crate::telegram::{EntityKind, FormattedText};
use crate::text::Span;

pub use content::of_request;
pub use line::{Line, Message, Options, Role, Run, RunStyle};

pub fn layout(text: &FormattedText, rows: &[Vec<Button>], options: Options) -> Message {
    let mut body = block::lines(text, options);
    body.extend(addresses(text, options));
    Message { body, keyboard: keyboard::lines(rows, options) }
}

/// Lists the addresses that are not to be seen in the text, each once, in full.
fn addresses(text: &FormattedText, options: Options) -> Vec<Line> {
    let mut listed: Vec<(String, Span)> = Vec::new();
    for (entity, range) in text.entities.iter().zip(text.byte_ranges()) {
        let address = match &entity.kind {
            EntityKind::TextLink { url } => url.clone(),
            EntityKind::TextMention { user_id } => format!("tg://user?id={user_id}"),
            _ => continue,
        };
        let is_listed = listed.iter().any(|(other, _)| *other == address);
        if text.text[range.clone()] != address && !is_listed {
            listed.push((address, range.into()));
        }
    }
    let arrow = if options.is_ascii { "-> " } else { "↗ " };
    let lines = listed.into_iter().flat_map(|(address, linked)| {
        let mut lines = wrap::address(arrow, &address, options.width);
        lines.iter_mut().for_each(|line| line.stand_for(Part::Text(linked)));
        lines
    });
    lines.collect()
}

#[cfg(test)]
mod tests;
