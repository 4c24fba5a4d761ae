//! The methods that send messages. They check a call as Telegram does and answer with Message objects.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::content::{self, ContentContext};
use super::{keyboard, lookup, repeat};
use crate::sandbox::bot::{SandboxBot, SentKeyboard};
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::SandboxChat;
use crate::telegram::request::{ChatKind, ReplyMarkup, ReplyParameters};
use crate::telegram::{ApiError, ApiRequest, ChatId, MessageContent, Method};
use crate::text::utf16_len;

/// Sends the message of a call and returns its Message object, or an array of them for an album.
pub(super) fn send(
    bot: &mut SandboxBot,
    method: Method,
    call: &MethodCall,
    now: Timestamp,
) -> Result<Value, ApiError> {
    let checked = lookup::check(bot, method, call)?;
    let (request, chat) = (&checked.request, checked.required_chat()?);
    let keyboard = match request.reply_markup() {
        None | Some(ReplyMarkup::InlineKeyboard(_)) => SentKeyboard::InlineOrNone,
        Some(ReplyMarkup::Keyboard(_) | ReplyMarkup::RemoveKeyboard | ReplyMarkup::ForceReply) => {
            SentKeyboard::Reply
        }
    };
    let mut extras = MessageExtras { reply: None, options: option_members(request, chat), keyboard };
    if let Some(reply) = request.reply() {
        extras.reply = reply_members(bot, chat, reply)?;
    }
    if let MessageContent::Repeat(repeat) = request.content() {
        return repeat::send(bot, method, &checked, repeat, &extras, now);
    }
    let mut context = ContentContext {
        call,
        chats: &bot.chats,
        message_id: bot.messages.upcoming_id(),
        files: &mut bot.files,
        now,
    };
    let MessageContent::Album(items) = request.content() else {
        let content = content::of(request.content(), &mut context)?;
        return Ok(post(bot, chat, &extras, content, now));
    };
    // All contents are collected before the first `post`: building the contents borrows the bot's chats, and `post`
    // changes the bot.
    let contents = items
        .iter()
        .map(|media| content::of_media(media, &mut context))
        .collect::<Result<Vec<Map<String, Value>>, ApiError>>()?;
    let album = bot.messages.next_album_id().to_string();
    let posted = contents.into_iter().map(|content| {
        let mut members = Map::from_iter([("media_group_id".to_owned(), album.as_str().into())]);
        members.extend(content);
        post(bot, chat, &extras, members, now)
    });
    Ok(posted.collect())
}

/// The fields that all messages of a call have in common.
pub(super) struct MessageExtras {
    reply: Option<Map<String, Value>>,
    options: Map<String, Value>,
    keyboard: SentKeyboard,
}

pub(super) fn post(
    bot: &mut SandboxBot,
    chat: &SandboxChat,
    extras: &MessageExtras,
    content: Map<String, Value>,
    now: Timestamp,
) -> Value {
    let id = bot.messages.next_id();
    let mut message = Map::new();
    message.insert("message_id".into(), id.into());
    match chat.kind {
        ChatKind::Channel => message.insert("sender_chat".into(), chat.to_json()),
        ChatKind::Private | ChatKind::Group | ChatKind::Supergroup => {
            message.insert("from".into(), bot.identity.to_json())
        }
    };
    message.insert("chat".into(), chat.to_json());
    message.insert("date".into(), now.as_second().into());
    message.extend(extras.reply.clone().unwrap_or_default());
    message.extend(content);
    message.extend(extras.options.clone());
    let message = Value::Object(message);
    bot.messages.add_sent(chat.id, id, &message, extras.keyboard);
    message
}

fn option_members(request: &ApiRequest, chat: &SandboxChat) -> Map<String, Value> {
    let mut members = Map::new();
    let delivery = request.delivery();
    if let Some(rows) = request.reply_markup().and_then(keyboard::inline_rows) {
        members.insert("reply_markup".into(), json!({ "inline_keyboard": rows }));
    }
    if delivery.protect_content {
        members.insert("has_protected_content".into(), true.into());
    }
    if let Some(thread) = delivery.message_thread_id.filter(|_| chat.is_forum) {
        members.insert("message_thread_id".into(), thread.into());
        members.insert("is_topic_message".into(), true.into());
    }
    if let Some(effect) = delivery.message_effect_id.filter(|_| chat.kind == ChatKind::Private) {
        members.insert("effect_id".into(), effect.to_string().into());
    }
    members
}

/// Returns the fields that describe a reply: `reply_to_message` and `quote`. Returns an error if the message to reply
/// to does not exist, or if it does not contain the quote. If `allow_sending_without_reply` is set, returns `None`
/// instead of the error. Also returns `None` for a reply to a message in another chat.
fn reply_members(
    bot: &SandboxBot,
    chat: &SandboxChat,
    reply: &ReplyParameters,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let is_elsewhere = reply.chat_id.as_ref().is_some_and(|id| *id != ChatId::Id(chat.id));
    // As on Telegram, a reply to a message in another chat has no `reply_to_message`.
    if is_elsewhere {
        return Ok(None);
    }
    let found = bot.messages.find(chat.id, i64::from(reply.message_id)).map(serde_json::from_str);
    let Some(Ok(Value::Object(mut message))) = found else {
        return if reply.allow_sending_without_reply {
            Ok(None)
        } else {
            Err(ApiError::bad_request("message to be replied not found"))
        };
    };
    // As on Telegram (Bot API, `Message`), the message in `reply_to_message` has no `reply_to_message` itself.
    message.shift_remove("reply_to_message");
    let whole = ["text", "caption"].into_iter().find_map(|key| message.get(key)?.as_str());
    let whole = whole.unwrap_or_default().to_owned();
    let mut members = Map::new();
    members.insert("reply_to_message".into(), Value::Object(message));
    if let Some(quote) = &reply.quote {
        let position = position_in(&whole, &quote.sent.text);
        let position = position.ok_or_else(|| ApiError::bad_request("QUOTE_TEXT_INVALID"))?;
        let mut object = content::marked(quote, "text", "entities", &bot.chats);
        object.insert("position".into(), position.into());
        object.insert("is_manual".into(), true.into());
        members.insert("quote".into(), Value::Object(object));
    }
    Ok(Some(members))
}

/// Returns where a quote begins in the text that it quotes, in UTF-16 code units. Returns `None` if the text does not
/// contain exactly the quote, which Telegram refuses.
fn position_in(whole: &str, quote: &str) -> Option<usize> {
    whole.find(quote).map(|at| utf16_len(&whole[..at]))
}
