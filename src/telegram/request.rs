//! A call of the Bot API, checked as the server checks it, without the network.
//!
//! ```text
//! Arguments ──read──▶ text, options, markup ──chat_id──▶ (the server looks the chat up) ──finish──▶ Request
//! ```
//!
//! Errors come in the server's order and words. Knows nothing of HTTP, of chats that exist and of bots.

mod chat_id;
mod check;
mod findings;
mod fullness;
mod location;
mod markup;
mod media;
mod options;
mod poll;
mod refused;
mod text;
mod url;
mod value;

use super::api_error::Place;
use super::method::Method;
use crate::diagnostic::{Code, Severity};

pub use chat_id::ChatId;
pub use check::{CHAT_ACTIONS, Checked, check};
pub use fullness::{Counted, Fullness};
pub use location::Location;
pub use markup::{
    Button, ButtonAction, ButtonStyle, MAX_BUTTONS, MAX_BUTTONS_IN_ROW, MAX_CALLBACK_DATA, ReplyMarkup,
};
pub use media::{File, MAX_ALBUM, Media, MediaKind};
pub use options::{Delivery, LinkPreview, Reply};
pub use poll::{MAX_OPTIONS, Poll, PollKind};
pub use text::{MAX_CAPTION, MAX_TEXT, MarkedText};

/// A call that the server would take, as far as can be known without the chat; made by [`check`] alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    method: Method,
    chat_id: Option<ChatId>,
    content: Content,
    reply: Option<Reply>,
    reply_markup: Option<ReplyMarkup>,
    delivery: Delivery,
}

impl Request {
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the chat; every method that sends has one.
    pub fn chat_id(&self) -> Option<&ChatId> {
        self.chat_id.as_ref()
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Returns the message's text, caption or question, where it has one; of an album the first caption.
    pub fn text(&self) -> Option<&MarkedText> {
        match &self.content {
            Content::Text { text, .. } => Some(text),
            Content::Media(media) => Some(&media.caption),
            Content::Album(items) => items.first().map(|media| &media.caption),
            Content::Poll(poll) => Some(&poll.question),
            Content::Location(_) | Content::Nothing => None,
        }
    }

    pub fn reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    pub fn reply_markup(&self) -> Option<&ReplyMarkup> {
        self.reply_markup.as_ref()
    }

    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Text { text: MarkedText, link_preview: LinkPreview },
    Media(Media),
    Album(Vec<Media>),
    Poll(Box<Poll>),
    Location(Location),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub place: Place,
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
}

#[cfg(test)]
mod tests;
