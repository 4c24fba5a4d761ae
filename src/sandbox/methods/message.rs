//! The methods that send: checked as Telegram checks them, answered with Message objects.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{content, keyboard};
use crate::sandbox::bot::Bot;
use crate::sandbox::call::Call;
use crate::sandbox::chats::{Chat, ChatKind};
use crate::telegram::request::Reply;
use crate::telegram::{self, ApiError, Content, Method, Request};

/// Sends what a call asks for and returns its Message object, an array of them for an album.
///
/// A chat that cannot be written to goes before what is wrong with the message only where the server looks in that
/// order.
pub(super) fn send(bot: &mut Bot, method: Method, call: &Call, now: Timestamp) -> Result<Value, ApiError> {
    let checked = telegram::check(method.as_str(), &call.arguments);
    let chat = match &checked.chat {
        Some(chat_id) => Some(writable(bot, chat_id)?),
        None => None,
    };
    let request = checked.result?;
    let chat = chat.ok_or_else(|| ApiError::bad_request("chat_id is empty"))?;
    let mut around = Around { replied: None, settings: settings(&request, &chat) };
    if let Some(reply) = request.reply() {
        around.replied = replied(bot, &chat, reply)?;
    }
    Ok(match request.content() {
        Content::Album(items) => {
            let album = bot.messages.next_album_id();
            let messages = items.iter().map(|media| {
                let mut content = Map::new();
                content.insert("media_group_id".into(), album.to_string().into());
                content.extend(content::of_media(media, call, &bot.chats));
                content
            });
            let contents: Vec<Map<String, Value>> = messages.collect();
            contents.into_iter().map(|content| post(bot, &chat, &around, content, now)).collect()
        }
        single => {
            let content = content::of(single, call, &bot.chats);
            post(bot, &chat, &around, content, now)
        }
    })
}

fn writable(bot: &Bot, chat_id: &telegram::ChatId) -> Result<Chat, ApiError> {
    if *chat_id == telegram::ChatId::Id(bot.identity.id) {
        return Err(ApiError::forbidden("the bot can't send messages to the bot"));
    }
    let chat = bot.chats.find(chat_id)?;
    chat.check_writable()?;
    Ok(chat)
}

struct Around {
    replied: Option<Map<String, Value>>,
    settings: Map<String, Value>,
}

fn post(bot: &mut Bot, chat: &Chat, around: &Around, content: Map<String, Value>, now: Timestamp) -> Value {
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
    message.extend(around.replied.clone().unwrap_or_default());
    message.extend(content);
    message.extend(around.settings.clone());
    let message = Value::Object(message);
    bot.messages.add_sent(chat.id, id, &message);
    message
}

fn settings(request: &Request, chat: &Chat) -> Map<String, Value> {
    let mut settings = Map::new();
    let delivery = request.delivery();
    if let Some(rows) = request.reply_markup().and_then(keyboard::inline_rows) {
        settings.insert("reply_markup".into(), json!({ "inline_keyboard": rows }));
    }
    if delivery.protect_content {
        settings.insert("has_protected_content".into(), true.into());
    }
    if let Some(thread) = delivery.message_thread_id.filter(|_| chat.is_forum) {
        settings.insert("message_thread_id".into(), thread.into());
        settings.insert("is_topic_message".into(), true.into());
    }
    if let Some(effect) = delivery.message_effect_id.filter(|_| chat.kind == ChatKind::Private) {
        settings.insert("effect_id".into(), effect.to_string().into());
    }
    settings
}

/// Finds the message that is replied to in the same chat; one that is not there is an error unless that is allowed.
///
/// Messages of other chats are not shown in answers.
fn replied(bot: &Bot, chat: &Chat, reply: &Reply) -> Result<Option<Map<String, Value>>, ApiError> {
    let is_elsewhere = reply.chat_id.as_ref().is_some_and(|id| *id != telegram::ChatId::Id(chat.id));
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
    // A reply shows the message it answers, but not what that one answered.
    message.shift_remove("reply_to_message");
    let mut members = Map::new();
    members.insert("reply_to_message".into(), Value::Object(message));
    if let Some(quote) = &reply.quote {
        let mut object = content::marked(quote, "text", "entities", &bot.chats);
        object.insert("position".into(), 0.into());
        object.insert("is_manual".into(), true.into());
        members.insert("quote".into(), Value::Object(object));
    }
    Ok(Some(members))
}
