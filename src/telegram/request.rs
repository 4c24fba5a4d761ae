//! A call of the Bot API, checked as the server checks it, without the network.
//!
//! ```text
//! Arguments ──read──▶ text, options, markup ──chat_id──▶ (the server looks the chat up) ──finish──▶ Request
//! ```
//!
//! Errors come in the server's order and words. Knows nothing of HTTP, of chats that exist and of bots.

mod findings;
mod fullness;
mod location;
mod markup;
mod media;
mod options;
mod poll;
mod text;
mod url;
mod value;

use super::api_error::{ApiError, Place};
use super::arguments::{self, Arguments};
use super::method::Method;
use crate::diagnostic::Severity;

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

    /// Returns the message that is replied to.
    pub fn reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    /// Returns the keyboard.
    pub fn reply_markup(&self) -> Option<&ReplyMarkup> {
        self.reply_markup.as_ref()
    }

    /// Returns how it is delivered.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

/// What a call sends.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text message.
    Text {
        /// The text.
        text: MarkedText,
        /// The card below it.
        link_preview: LinkPreview,
    },
    /// A photo, video, animation or document.
    Media(Media),
    /// Several of them.
    Album(Vec<Media>),
    /// A poll.
    Poll(Box<Poll>),
    /// A point on the map.
    Location(Location),
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
    let warnings = findings::of(method, arguments, result.as_ref().ok());
    Checked { result, chat, warnings }
}

/// Reads everything, then the chat, then checks what the server checks only once it has the chat.
fn request(method: Method, arguments: &Arguments, chat: &mut Option<ChatId>) -> Result<Request, Refused> {
    let draft = Draft::read(method, arguments)?;
    let (mut reply, mut markup) = (None, None);
    if method.sends() {
        reply = Reply::read(arguments)?;
        options::check_suggested_post(arguments)?;
        // An album has no keyboard; the server does not even look.
        if method != Method::SendMediaGroup {
            markup = markup::read(arguments)?;
        }
    }
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
        content: draft.finish()?,
        reply,
        reply_markup,
        delivery: Delivery::read(arguments),
    })
}

/// A content as read, before the chat is known.
enum Draft<'a> {
    Text(text::Draft<'a>, LinkPreview),
    Media(media::Draft<'a>),
    Album(media::AlbumDraft),
    Poll(Box<poll::Draft<'a>>),
    Location(Location),
    Nothing,
}

impl<'a> Draft<'a> {
    fn read(method: Method, arguments: &'a Arguments) -> Result<Self, Refused> {
        let media = |kind| media::read(arguments, kind).map(Draft::Media);
        match method {
            Method::SendMessage => {
                let link_preview = LinkPreview::read(arguments)?;
                if arguments.text("text").is_empty() {
                    return Err(Refused::at(arguments.place("text"), "Message text is empty"));
                }
                Ok(Draft::Text(text::of_arguments(arguments, text::Names::MESSAGE)?, link_preview))
            }
            Method::SendPhoto => media(MediaKind::Photo),
            Method::SendVideo => media(MediaKind::Video),
            Method::SendAnimation => media(MediaKind::Animation),
            Method::SendDocument => media(MediaKind::Document),
            Method::SendMediaGroup => media::read_album(arguments).map(Draft::Album),
            Method::SendPoll => poll::read(arguments).map(|poll| Draft::Poll(Box::new(poll))),
            Method::SendLocation => location::read(arguments).map(Draft::Location),
            Method::SendChatAction => check_action(arguments).map(|()| Draft::Nothing),
            Method::GetChat
            | Method::GetMe
            | Method::GetUpdates
            | Method::GetWebhookInfo
            | Method::DeleteWebhook => Ok(Draft::Nothing),
        }
    }

    fn finish(self) -> Result<Content, Refused> {
        match self {
            Draft::Text(text, link_preview) => {
                let rules =
                    if link_preview.has_url() { text::Rules::BesidePreview } else { text::Rules::Message };
                Ok(Content::Text { text: text.finish(rules)?, link_preview })
            }
            Draft::Media(media) => media.finish().map(Content::Media),
            Draft::Album(album) => album.finish().map(Content::Album),
            Draft::Poll(poll) => poll.finish().map(|poll| Content::Poll(Box::new(poll))),
            Draft::Location(location) => location::finish(location).map(Content::Location),
            Draft::Nothing => Ok(Content::Nothing),
        }
    }
}

/// What a bot can be seen doing, as sendChatAction takes it in any case.
pub const CHAT_ACTIONS: [&str; 14] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
    "record_audio",
    "upload_audio",
    "pick_up_location",
];

fn check_action(arguments: &Arguments) -> Result<(), Refused> {
    let action = arguments.text("action");
    let is_known = CHAT_ACTIONS.iter().chain(&["cancel"]).any(|known| known.eq_ignore_ascii_case(action));
    if is_known {
        Ok(())
    } else {
        Err(Refused::at(arguments.place("action"), "Wrong parameter action in request"))
    }
}

#[cfg(test)]
mod tests;
