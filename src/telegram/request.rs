//! Checks the arguments of a Bot API call as Telegram's server does, without the network.
//!
//! ```text
//! Arguments ──read──▶ drafts of text, options, and markup ──finish──▶ ApiRequest
//! ```
//!
//! A draft is read but not completely checked, because the server makes some checks only after it has found the chat.
//! `finish` makes these checks.
//!
//! Some checks depend on the kind of the chat; see `chat_rules`.
//!
//! The check ends at the first error that the server would report, and returns it with the server's message. This
//! module does not know about HTTP or bots, and it does not know which chats exist.
//!
//! The rules for reading arguments are from `Client.cpp` of telegram-bot-api. The rules that the server checks once the
//! chat is known are from TDLib (`MessageEntity.cpp`, `LinkManager.cpp`, `ReplyMarkup.cpp`).

mod chat_id;
mod chat_rules;
mod check;
mod commands;
mod contact;
mod error;
mod file_id;
mod findings;
mod fullness;
mod location;
mod markup;
mod media;
mod options;
mod poll;
mod reaction;
mod target;
mod text;
mod url;
mod value;
mod webhook;

use super::api_error::ArgumentLocation;
use super::method::Method;
use crate::diagnostic::{Code, Severity};

pub(crate) use chat_id::ChatId;
pub(crate) use chat_rules::{ChatKind, is_chat_refusal};
pub(crate) use check::{check, check_with_chats};
pub(crate) use commands::{BotCommand, CommandScope, commands, scope};
pub(crate) use contact::{Contact, Venue};
pub(crate) use fullness::{Counted, Fullness};
pub(crate) use location::Location;
pub(crate) use markup::{Button, ButtonAction, ButtonStyle, MAX_BUTTONS_IN_ROW, ReplyMarkup};
pub(crate) use media::{Media, MediaFile, MediaKind, PaidMedia};
pub(crate) use options::{Delivery, LinkPreview, ReplyParameters};
pub(crate) use poll::{Poll, PollKind};
pub(crate) use target::{TargetIds, TargetMessages, not_found};
pub(crate) use text::MarkedText;

/// A call that the server would accept, as far as that can be known without the chat. Only [`check()`] creates one.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiRequest {
    method: Method,
    chat_id: Option<ChatId>,
    target: Option<TargetMessages>,
    content: MessageContent,
    reply: Option<ReplyParameters>,
    reply_markup: Option<ReplyMarkup>,
    delivery: Delivery,
}

impl ApiRequest {
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the chat that the request is for. Every request that sends a message has a chat.
    pub fn chat_id(&self) -> Option<&ChatId> {
        self.chat_id.as_ref()
    }

    /// Returns the existing messages that the call copies, edits, deletes, …, or `None` for a call without any.
    pub fn target(&self) -> Option<&TargetMessages> {
        self.target.as_ref()
    }

    pub fn content(&self) -> &MessageContent {
        &self.content
    }

    /// Returns the message's text, caption, or poll question. For an album, returns the caption of the first item.
    /// Returns `None` for a message without a text of its own and for a request that sends no message.
    pub fn text(&self) -> Option<&MarkedText> {
        match &self.content {
            MessageContent::Text { text, .. } => Some(text),
            MessageContent::Media(media) => Some(&media.caption),
            // Usually only the first item of an album has a caption, and clients show it below the whole album.
            MessageContent::Album(items) => items.first().map(|media| &media.caption),
            MessageContent::PaidMedia(paid) => Some(&paid.caption),
            MessageContent::Poll(poll) => Some(&poll.question),
            MessageContent::Repeat(repeat) => repeat.caption.as_ref(),
            MessageContent::Caption(caption) => Some(&caption.text),
            MessageContent::Location(_)
            | MessageContent::Venue(_)
            | MessageContent::Contact(_)
            | MessageContent::Dice(_)
            | MessageContent::Nothing => None,
        }
    }

    pub fn reply(&self) -> Option<&ReplyParameters> {
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
pub enum MessageContent {
    Text {
        text: MarkedText,
        link_preview: LinkPreview,
    },
    Media(Media),
    Album(Vec<Media>),
    PaidMedia(PaidMedia),
    Poll(Box<Poll>),
    Location(Location),
    Venue(Box<Venue>),
    Contact(Box<Contact>),
    /// The emoji that is thrown.
    Dice(String),
    /// The content of the existing messages in [`ApiRequest::target`].
    Repeat(Repeat),
    /// The new caption of an existing message.
    Caption(Caption),
    Nothing,
}

/// How existing messages are sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// Whether the new messages name the original sender.
    pub is_forward: bool,
    /// The caption of the copy, or `None` to keep the message's own caption.
    pub caption: Option<MarkedText>,
    pub show_caption_above_media: bool,
    pub removes_captions: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    pub text: MarkedText,
    pub show_caption_above_media: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub place: ArgumentLocation,
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
}

#[cfg(test)]
mod tests;
