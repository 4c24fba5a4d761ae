//! The check of a call, in the server's order: all arguments, the chat, then what it checks only once it has the chat.

use super::findings;
use super::markup;
use super::media::{self, MediaKind};
use super::options::{self, Delivery, LinkPreview, Reply};
use super::refused::Refused;
use super::{ChatId, Content, Finding, Location, Request, location, poll, text};
use crate::telegram::api_error::{ApiError, Cause};
use crate::telegram::arguments::Arguments;
use crate::telegram::method::Method;

#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub result: Result<Request, ApiError>,
    /// The chat, where the server comes to look it up before it gives `result`: "chat not found" goes before that.
    pub chat: Option<ChatId>,
    pub warnings: Vec<Finding>,
}

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
                    return Err(
                        Refused::at(arguments.place("text"), "Message text is empty").because(Cause::NoText)
                    );
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
