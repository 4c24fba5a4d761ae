//! Checks a call in the server's order: first all arguments, then the chat, then everything that needs the chat.

use super::chat_rules::{ChatFeature, ChatKind};
use super::error::RequestError;
use super::findings;
use super::markup::{self, MarkupDraft, ReplyMarkup};
use super::media::{self, Media, MediaKind};
use super::options::{self, Delivery, LinkPreview, ReplyParameters};
use super::target::TargetMessages;
use super::{ApiRequest, Caption, ChatId, Contact, Finding, Location, MessageContent, Repeat, Venue};
use super::{commands, contact, file_id, location, poll, reaction, target, text, webhook};
use crate::telegram::api_error::{ApiError, ArgumentLocation, CheckFailure};
use crate::telegram::arguments::Arguments;
use crate::telegram::fields;
use crate::telegram::method::Method;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequestCheck {
    pub result: Result<ApiRequest, ApiError>,
    /// The existing messages that the call is about, or `None` if there are none or the server reports `result` without
    /// looking them up. If they do not exist, the error about them takes precedence over an error in `result`.
    pub target: Option<TargetMessages>,
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
        return RequestCheck {
            result: Err(ApiError::method_not_found()),
            target: None,
            chat: None,
            warnings: Vec::new(),
        };
    };
    let mut lookups = Lookups::default();
    let result = read_request(method, arguments, kind_of, &mut lookups).map_err(ApiError::from);
    let warnings = findings::collect(method, arguments, result.as_ref().ok());
    RequestCheck { result, target: lookups.target, chat: lookups.chat, warnings }
}

/// What the server looks up before it finishes its checks.
#[derive(Default)]
struct Lookups {
    target: Option<TargetMessages>,
    chat: Option<ChatId>,
}

// `lookups` is an out-parameter because the caller needs the chat even if a later check fails. If the chat does not
// exist, the server reports the missing chat instead of the later error. This module does not know which chats and
// messages exist, but the caller may.
fn read_request(
    method: Method,
    arguments: &Arguments,
    kind_of: &dyn Fn(&ChatId) -> Option<ChatKind>,
    lookups: &mut Lookups,
) -> Result<ApiRequest, RequestError> {
    let from = arguments.text("from_chat_id");
    if method.repeats() && from.is_empty() {
        return Err(target::required("from_chat_id", arguments));
    }
    let content = ContentDraft::read(method, arguments)?;
    let (mut reply, mut markup) = (None, None);
    // A message that is sent again is looked up before the options of the new message are read.
    let mut target = None;
    if method.repeats() {
        target = read_target(method, arguments, lookups)?;
    }
    if method.can_reply() {
        reply = ReplyParameters::read(arguments)?;
    }
    if method.sends() {
        options::check_suggested_post(arguments)?;
    }
    // For an album, the server does not read `reply_markup`, so a broken `reply_markup` is not an error.
    if method.takes_reply_markup() {
        markup = markup::read(arguments)?;
    }
    if !method.repeats() {
        target = read_target(method, arguments, lookups)?;
    }
    let chat = &mut lookups.chat;
    if method.requires_chat_id() {
        let text = arguments.text("chat_id");
        if text.is_empty() {
            return Err(RequestError::at(arguments.location("chat_id"), "Bad Request: chat_id is empty"));
        }
        *chat = Some(ChatId::from_argument(text));
    }
    let delivery = Delivery::read(arguments);
    let has_effect = method.sends() && delivery.message_effect_id.is_some();
    let call = CallDraft { content, markup, has_effect, is_inline_only: !method.sends() };
    // The keyboard of an edited message depends on the message's chat.
    let place = chat.as_ref().or(target.as_ref().map(|target| &target.chat_id));
    let known = place.and_then(kind_of);
    // A call without a chat contains nothing that depends on the chat.
    let kinds = match (&known, place) {
        (Some(kind), _) => std::slice::from_ref(kind),
        (None, Some(chat)) => ChatKind::possible(chat),
        (None, None) => &[ChatKind::Private],
    };
    let (content, reply_markup) = call.finish_in_any(kinds)?;
    Ok(ApiRequest { method, chat_id: chat.clone(), target, content, reply, reply_markup, delivery })
}

fn read_target(
    method: Method,
    arguments: &Arguments,
    lookups: &mut Lookups,
) -> Result<Option<TargetMessages>, RequestError> {
    let target = target::read(method, arguments)?;
    lookups.target.clone_from(&target);
    match &target {
        Some(found) => found.check_id(method, arguments).map(|()| target),
        None => Ok(None),
    }
}

/// A call whose arguments are read. The server makes the remaining checks only after it has found the chat; `finish_in`
/// makes them.
#[derive(Clone)]
struct CallDraft<'a> {
    content: ContentDraft<'a>,
    markup: Option<MarkupDraft>,
    has_effect: bool,
    /// Whether the message can have an inline keyboard only, whatever its chat is.
    is_inline_only: bool,
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
        if let Some(markup) = self.markup.as_ref().filter(|_| self.is_inline_only) {
            markup.check_inline()?;
        }
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
    PaidMedia(Box<media::PaidDraft<'a>>),
    Poll(Box<poll::PollDraft<'a>>),
    Location(Location),
    Venue(Box<Venue>),
    Contact(Box<Contact>),
    Dice(String),
    Repeat(Repeat, Option<text::TextDraft<'a>>),
    Caption { text: text::TextDraft<'a>, show_caption_above_media: bool },
    EditedMedia(Box<Result<Media, RequestError>>),
    Nothing,
}

impl<'a> ContentDraft<'a> {
    fn read(method: Method, arguments: &'a Arguments) -> Result<Self, RequestError> {
        let media = |kind| media::read(arguments, kind).map(|draft| ContentDraft::Media(Box::new(draft)));
        match method {
            Method::SendMessage | Method::EditMessageText => {
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
            Method::SendAudio => media(MediaKind::Audio),
            Method::SendVoice => media(MediaKind::Voice),
            Method::SendVideoNote => media(MediaKind::VideoNote),
            Method::SendSticker => media(MediaKind::Sticker),
            Method::SendMediaGroup => media::read_album(arguments).map(ContentDraft::Album),
            // The poll draft is boxed because it is several times as large as the other variants.
            Method::SendPoll => poll::read(arguments).map(|poll| ContentDraft::Poll(Box::new(poll))),
            Method::SendPaidMedia => {
                media::read_paid(arguments).map(|paid| ContentDraft::PaidMedia(Box::new(paid)))
            }
            Method::SendLocation => location::read(arguments).map(ContentDraft::Location),
            Method::SendVenue => {
                contact::read_venue(arguments).map(|venue| ContentDraft::Venue(Box::new(venue)))
            }
            Method::SendContact => {
                contact::read_contact(arguments).map(|contact| ContentDraft::Contact(Box::new(contact)))
            }
            Method::SendDice => Ok(ContentDraft::Dice(arguments.text("emoji").to_owned())),
            Method::CopyMessage | Method::CopyMessages | Method::ForwardMessage | Method::ForwardMessages => {
                Self::repeat(method, arguments)
            }
            Method::EditMessageCaption => Ok(ContentDraft::Caption {
                text: text::read_arguments(arguments, text::TextFields::CAPTION)?,
                show_caption_above_media: arguments.boolean("show_caption_above_media"),
            }),
            Method::EditMessageMedia => {
                media::read_edited(arguments).map(|media| ContentDraft::EditedMedia(Box::new(media)))
            }
            Method::SendChatAction => check_action(arguments).map(|()| ContentDraft::Nothing),
            Method::SetMessageReaction => reaction::check(arguments).map(|()| ContentDraft::Nothing),
            Method::GetChatMember => check_user(arguments).map(|()| ContentDraft::Nothing),
            Method::GetFile => check_file_id(arguments).map(|()| ContentDraft::Nothing),
            Method::SetWebhook => webhook::check(arguments).map(|()| ContentDraft::Nothing),
            Method::SetMyCommands => {
                commands::read_commands(arguments)?;
                commands::read_scope(arguments).map(|_| ContentDraft::Nothing)
            }
            Method::GetMyCommands | Method::DeleteMyCommands => {
                commands::read_scope(arguments).map(|_| ContentDraft::Nothing)
            }
            Method::EditMessageReplyMarkup
            | Method::StopPoll
            | Method::DeleteMessage
            | Method::DeleteMessages
            | Method::PinChatMessage
            | Method::UnpinChatMessage
            | Method::UnpinAllChatMessages
            | Method::GetChat
            | Method::GetChatMemberCount
            | Method::GetChatAdministrators
            | Method::AnswerCallbackQuery
            | Method::GetMe
            | Method::GetUpdates
            | Method::GetWebhookInfo
            | Method::DeleteWebhook => Ok(ContentDraft::Nothing),
        }
    }

    fn repeat(method: Method, arguments: &'a Arguments) -> Result<Self, RequestError> {
        // A caption replaces the message's own one even if it is empty.
        let has_caption = method == Method::CopyMessage && arguments.get("caption").is_some();
        let caption = match has_caption {
            true => Some(text::read_arguments(arguments, text::TextFields::CAPTION)?),
            false => None,
        };
        let repeat = Repeat {
            is_forward: matches!(method, Method::ForwardMessage | Method::ForwardMessages),
            caption: None,
            show_caption_above_media: method == Method::CopyMessage
                && arguments.boolean("show_caption_above_media"),
            removes_captions: method == Method::CopyMessages && arguments.boolean("remove_caption"),
        };
        Ok(ContentDraft::Repeat(repeat, caption))
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
            ContentDraft::PaidMedia(paid) => paid.finish().map(MessageContent::PaidMedia),
            ContentDraft::Location(location) => location::finish(location).map(MessageContent::Location),
            ContentDraft::Venue(venue) => {
                contact::finish_venue(*venue).map(|venue| MessageContent::Venue(Box::new(venue)))
            }
            ContentDraft::Contact(contact) => Ok(MessageContent::Contact(contact)),
            ContentDraft::Dice(emoji) => finish_dice(emoji).map(MessageContent::Dice),
            ContentDraft::Repeat(repeat, caption) => {
                let caption = caption.map(|caption| caption.finish(text::TextRules::Caption)).transpose()?;
                Ok(MessageContent::Repeat(Repeat { caption, ..repeat }))
            }
            ContentDraft::Caption { text, show_caption_above_media } => {
                let text = text.finish(text::TextRules::Caption)?;
                Ok(MessageContent::Caption(Caption { text, show_caption_above_media }))
            }
            ContentDraft::EditedMedia(media) => (*media).map(MessageContent::Media),
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

fn check_user(arguments: &Arguments) -> Result<(), RequestError> {
    match 0 < arguments.integer("user_id") {
        true => Ok(()),
        false => Err(RequestError::at(arguments.location("user_id"), "Invalid user_id specified")),
    }
}

fn check_file_id(arguments: &Arguments) -> Result<(), RequestError> {
    let location = arguments.location("file_id");
    match arguments.text("file_id") {
        "" => Err(RequestError::at(location, "Bad Request: file_id not specified")),
        // The server gives no reason.
        id => file_id::check_id(id).map_err(|_| RequestError::at(location, "invalid file_id")),
    }
}

/// The emoji that is thrown if the call gives none.
const DEFAULT_DICE: &str = "🎲";

fn finish_dice(emoji: String) -> Result<String, RequestError> {
    if emoji.is_empty() {
        return Ok(DEFAULT_DICE.to_owned());
    }
    let known = fields::of_method(Method::SendDice).iter().find(|field| field.name == "emoji");
    // Some clients write an emoji with a variation selector.
    let plain = emoji.replace('\u{fe0f}', "");
    match known.is_some_and(|field| field.values.contains(&plain)) {
        true => Ok(plain),
        // The error is that of Telegram's remote server, which knows the emoji.
        false => Err(RequestError::at(ArgumentLocation::argument("emoji"), "EMOTICON_INVALID")),
    }
}
