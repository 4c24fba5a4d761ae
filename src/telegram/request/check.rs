//! Checks a call in the server's order: first all arguments, then the chat, then everything that needs the chat.

use super::chat_rules::{ChatFeature, ChatKind};
use super::error::RequestError;
use super::findings;
use super::markup::{self, MarkupDraft, ReplyMarkup};
use super::media::{self, MediaKind};
use super::options::{self, Delivery, LinkPreview, ReplyParameters};
use super::{ApiRequest, ChatId, Finding, Location, MessageContent, location, poll, text};
use crate::telegram::api_error::{ApiError, ArgumentLocation, CheckFailure};
use crate::telegram::arguments::Arguments;
use crate::telegram::method::Method;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequestCheck {
    pub result: Result<ApiRequest, ApiError>,
    /// The chat, or `None` if the server reports `result` without looking up a chat. If the chat does not exist, "chat
    /// not found" takes precedence over an error in `result`.
    pub chat: Option<ChatId>,
    pub warnings: Vec<Finding>,
}

/// Checks a call whose chat is known only by its id. See `chat_rules` for what is known from the id.
pub(crate) fn check(method: &str, arguments: &Arguments) -> RequestCheck {
    check_with_chats(method, arguments, &|_| None)
}

/// Checks a call. `kind_of` returns the kind of a chat, or `None` if the chat is known only by its id.
pub(crate) fn check_with_chats(
    method: &str,
    arguments: &Arguments,
    kind_of: &dyn Fn(&ChatId) -> Option<ChatKind>,
) -> RequestCheck {
    let Some(method) = Method::from_name(method) else {
        return RequestCheck { result: Err(ApiError::method_not_found()), chat: None, warnings: Vec::new() };
    };
    let mut chat = None;
    let result = read_request(method, arguments, kind_of, &mut chat).map_err(ApiError::from);
    let warnings = findings::collect(method, arguments, result.as_ref().ok());
    RequestCheck { result, chat, warnings }
}

// `chat` is an out-parameter because the caller needs the chat even if a later check fails. If the chat does not exist,
// the server reports the missing chat instead of the later error. This module does not know which chats exist, but the
// caller may.
fn read_request(
    method: Method,
    arguments: &Arguments,
    kind_of: &dyn Fn(&ChatId) -> Option<ChatKind>,
    chat: &mut Option<ChatId>,
) -> Result<ApiRequest, RequestError> {
    let content = ContentDraft::read(method, arguments)?;
    let (mut reply, mut markup) = (None, None);
    if method.sends() {
        reply = ReplyParameters::read(arguments)?;
        options::check_suggested_post(arguments)?;
        // An album cannot have a keyboard. For an album, the server does not read `reply_markup`, so a broken
        // `reply_markup` is not an error.
        if method != Method::SendMediaGroup {
            markup = markup::read(arguments)?;
        }
    }
    if method.requires_chat_id() {
        let text = arguments.text("chat_id");
        if text.is_empty() {
            return Err(RequestError::at(arguments.location("chat_id"), "Bad Request: chat_id is empty"));
        }
        *chat = Some(ChatId::from_argument(text));
    }
    let delivery = Delivery::read(arguments);
    let has_effect = method.sends() && delivery.message_effect_id.is_some();
    let call = CallDraft { content, markup, has_effect };
    let known = chat.as_ref().and_then(kind_of);
    // A call without a chat contains nothing that depends on the chat.
    let kinds = match (&known, &*chat) {
        (Some(kind), _) => std::slice::from_ref(kind),
        (None, Some(chat)) => ChatKind::possible(chat),
        (None, None) => &[ChatKind::Private],
    };
    let (content, reply_markup) = call.finish_in_any(kinds)?;
    Ok(ApiRequest { method, chat_id: chat.clone(), content, reply, reply_markup, delivery })
}

/// A call whose arguments are read. The server makes the remaining checks only after it has found the chat; `finish_in`
/// makes them.
#[derive(Clone)]
struct CallDraft<'a> {
    content: ContentDraft<'a>,
    markup: Option<MarkupDraft>,
    has_effect: bool,
}

type CheckedContent = (MessageContent, Option<ReplyMarkup>);

impl CallDraft<'_> {
    /// Finishes the call for the first of `kinds` that accepts it. If no kind accepts it, returns the error for the
    /// first kind.
    fn finish_in_any(self, kinds: &[ChatKind]) -> Result<CheckedContent, RequestError> {
        let Some((first, others)) = kinds.split_first() else { return self.finish_in(ChatKind::Private) };
        // Only an ambiguous id, which has several kinds, needs a copy.
        let again = (!others.is_empty()).then(|| self.clone());
        self.finish_in(*first).or_else(|error| match again {
            Some(draft) => others.iter().find_map(|kind| draft.clone().finish_in(*kind).ok()).ok_or(error),
            None => Err(error),
        })
    }

    // The order of these checks is TDLib's: of two errors, the first one found is reported.
    fn finish_in(self, chat: ChatKind) -> Result<CheckedContent, RequestError> {
        let checked = self.markup.map(|markup| markup::finish(markup, chat)).transpose()?;
        if self.has_effect {
            ChatFeature::MessageEffect.check_in(chat, &ArgumentLocation::argument("message_effect_id"))?;
        }
        let content = self.content.finish()?;
        if let MessageContent::Poll(poll) = &content
            && !poll.is_anonymous
        {
            ChatFeature::NamedPoll.check_in(chat, &ArgumentLocation::argument("is_anonymous"))?;
        }
        let Some(checked) = checked else { return Ok((content, None)) };
        match checked.remote_error {
            Some(error) => Err(error),
            None => Ok((content, checked.markup)),
        }
    }
}

#[derive(Clone)]
enum ContentDraft<'a> {
    Text(text::TextDraft<'a>, LinkPreview),
    Media(Box<media::MediaDraft<'a>>),
    Album(media::AlbumDraft),
    Poll(Box<poll::PollDraft<'a>>),
    Location(Location),
    Nothing,
}

impl<'a> ContentDraft<'a> {
    fn read(method: Method, arguments: &'a Arguments) -> Result<Self, RequestError> {
        let media = |kind| media::read(arguments, kind).map(|draft| ContentDraft::Media(Box::new(draft)));
        match method {
            Method::SendMessage => {
                let link_preview = LinkPreview::read(arguments)?;
                // The text is checked before the parse mode, so an empty text with a bad parse mode is reported as
                // empty.
                if arguments.text("text").is_empty() {
                    return Err(RequestError::at(arguments.location("text"), "Message text is empty")
                        .with_cause(CheckFailure::NoText));
                }
                Ok(ContentDraft::Text(
                    text::read_arguments(arguments, text::TextFields::MESSAGE)?,
                    link_preview,
                ))
            }
            Method::SendPhoto => media(MediaKind::Photo),
            Method::SendVideo => media(MediaKind::Video),
            Method::SendAnimation => media(MediaKind::Animation),
            Method::SendDocument => media(MediaKind::Document),
            Method::SendMediaGroup => media::read_album(arguments).map(ContentDraft::Album),
            // The poll draft is boxed because it is several times as large as the other variants.
            Method::SendPoll => poll::read(arguments).map(|poll| ContentDraft::Poll(Box::new(poll))),
            Method::SendLocation => location::read(arguments).map(ContentDraft::Location),
            Method::SendChatAction => check_action(arguments).map(|()| ContentDraft::Nothing),
            Method::GetChat
            | Method::GetMe
            | Method::GetUpdates
            | Method::GetWebhookInfo
            | Method::DeleteWebhook => Ok(ContentDraft::Nothing),
        }
    }

    fn finish(self) -> Result<MessageContent, RequestError> {
        match self {
            ContentDraft::Text(text, link_preview) => {
                let rules = if link_preview.has_url() {
                    text::TextRules::MessageWithPreview
                } else {
                    text::TextRules::Message
                };
                Ok(MessageContent::Text { text: text.finish(rules)?, link_preview })
            }
            ContentDraft::Media(media) => media.finish().map(MessageContent::Media),
            ContentDraft::Album(album) => album.finish().map(MessageContent::Album),
            ContentDraft::Poll(poll) => poll.finish().map(|poll| MessageContent::Poll(Box::new(poll))),
            ContentDraft::Location(location) => location::finish(location).map(MessageContent::Location),
            ContentDraft::Nothing => Ok(MessageContent::Nothing),
        }
    }
}

/// The actions of sendChatAction that show something in the chat. The server compares them case-insensitively.
pub(crate) const CHAT_ACTIONS: [&str; 14] = [
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

fn check_action(arguments: &Arguments) -> Result<(), RequestError> {
    let action = arguments.text("action");
    // The server also accepts "cancel", which shows nothing.
    let is_known = CHAT_ACTIONS.iter().chain(&["cancel"]).any(|known| known.eq_ignore_ascii_case(action));
    if is_known {
        Ok(())
    } else {
        Err(RequestError::at(arguments.location("action"), "Wrong parameter action in request"))
    }
}
