//! A call of the Bot API, checked as the server checks it, without the network.
//!
//! ```text
//! Arguments ──read──▶ text, options, markup ──chat_id──▶ (the server looks the chat up) ──finish──▶ Request
//! ```
//!
//! Errors come in the server's order and words. Knows nothing of HTTP, of chats that exist and of bots.

mod markup;
mod text;
mod value;

use super::api_error::{ApiError, Place};
use super::arguments::{self, Arguments};
use super::method::Method;
use crate::diagnostic::Severity;

pub use markup::{
    Button, ButtonAction, ButtonStyle, MAX_BUTTONS, MAX_BUTTONS_IN_ROW, MAX_CALLBACK_DATA, ReplyMarkup,
};
pub use text::MarkedText;

/// A call that the server would take, as far as can be known without the chat; made by [`check`] alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    method: Method,
    chat_id: Option<ChatId>,
    content: Content,
    reply_markup: Option<ReplyMarkup>,
    is_silent: bool,
    is_protected: bool,
}

impl Request {
    /// Returns the method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the chat; every method that sends has one.
    pub fn chat_id(&self) -> Option<&ChatId> {
        self.chat_id.as_ref()
    }

    /// Returns what is sent.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Returns the message's text or caption, where it has one.
    pub fn text(&self) -> Option<&MarkedText> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Nothing => None,
        }
    }

    /// Returns the keyboard.
    pub fn reply_markup(&self) -> Option<&ReplyMarkup> {
        self.reply_markup.as_ref()
    }

    /// Whether it arrives without a sound.
    pub fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Whether it cannot be forwarded or saved.
    pub fn is_protected(&self) -> bool {
        self.is_protected
    }
}

/// What a call sends.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text message.
    Text(MarkedText),
    /// No message: the method asks or tells something else.
    Nothing,
}

/// The chat a call is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChatId {
    /// A number: users above 0, groups below, supergroups and channels from -1000000000000 down.
    Id(i64),
    /// `@name` of a public channel, supergroup or bot, with its `@`.
    Username(String),
}

impl ChatId {
    /// Reads an argument that is not empty, as the server does: what is no `@name` is a number, leniently.
    pub fn from_argument(text: &str) -> Self {
        if text.starts_with('@') {
            ChatId::Username(text.to_owned())
        } else {
            ChatId::Id(arguments::lenient_i64(text))
        }
    }
}

impl std::fmt::Display for ChatId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChatId::Id(id) => id.fmt(f),
            ChatId::Username(name) => name.fmt(f),
        }
    }
}

/// What the server makes of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The call, or the server's refusal.
    pub result: Result<Request, ApiError>,
    /// The chat, where the server comes to look it up before it gives `result`: "chat not found" goes before that.
    pub chat: Option<ChatId>,
    /// What the server does without a word and is likely not meant.
    pub warnings: Vec<Finding>,
}

/// Something in a request worth telling, that the server does not refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// How bad it is.
    pub severity: Severity,
    /// A stable name in kebab case.
    pub code: &'static str,
    /// What is wrong, in plain words.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A refusal in the server's inner words, before they become an answer.
#[derive(Debug, Clone)]
struct Refused {
    words: String,
    place: Place,
}

impl Refused {
    fn at(place: Place, words: &str) -> Self {
        Self { words: words.to_owned(), place }
    }

    /// Puts words in front, as the server does for what lies inside a list.
    fn after(self, prefix: &str) -> Self {
        Self { words: format!("{prefix}{}", self.words), ..self }
    }
}

/// Checks a call as the server does.
pub fn check(method: &str, arguments: &Arguments) -> Checked {
    let Some(method) = Method::from_name(method) else {
        return Checked { result: Err(ApiError::method_not_found()), chat: None, warnings: Vec::new() };
    };
    let mut chat = None;
    let result = request(method, arguments, &mut chat).map_err(ApiError::from);
    Checked { result, chat, warnings: Vec::new() }
}

fn request(method: Method, arguments: &Arguments, chat: &mut Option<ChatId>) -> Result<Request, Refused> {
    let content = match method {
        Method::SendMessage => Content::Text(message_text(arguments)?),
        _ => Content::Nothing,
    };
    let markup = if method.sends() { markup::read(arguments)? } else { None };
    if method.has_chat() {
        let text = arguments.text("chat_id");
        if text.is_empty() {
            return Err(Refused::at(arguments.place("chat_id"), "Bad Request: chat_id is empty"));
        }
        *chat = Some(ChatId::from_argument(text));
    }
    let reply_markup = markup.map(markup::finish).transpose()?.flatten();
    Ok(Request {
        method,
        chat_id: chat.clone(),
        content,
        reply_markup,
        is_silent: arguments.boolean("disable_notification"),
        is_protected: arguments.boolean("protect_content"),
    })
}

fn message_text(arguments: &Arguments) -> Result<MarkedText, Refused> {
    let text = arguments.text("text");
    if text.is_empty() {
        return Err(Refused::at(arguments.place("text"), "Message text is empty"));
    }
    text::parse(&text::Input {
        text,
        parse_mode: arguments.text("parse_mode"),
        place: arguments.place("text"),
        mode_place: arguments.place("parse_mode"),
    })
}
