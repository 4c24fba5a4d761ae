//! The methods that send: checked as Telegram checks them, answered with a Message object.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{keyboard, media};
use crate::sandbox::bot::{Bot, unix_seconds};
use crate::sandbox::call::Call;
use crate::sandbox::chats::{Chat, ChatKind};
use crate::telegram::request::MarkedText;
use crate::telegram::{self, ApiError, Entity, EntityKind, Method, Request, entity_json};

/// Sends one message and returns its Message object.
///
/// A chat that cannot be written to goes before what is wrong with the message only where the server looks in that
/// order.
pub(super) fn send(bot: &mut Bot, method: Method, call: &Call, now: Timestamp) -> Result<Value, ApiError> {
    let checked = telegram::check(method.as_str(), &call.arguments);
    let chat = match &checked.chat {
        Some(chat_id) => {
            let chat = bot.chats.find(chat_id)?;
            chat.check_writable()?;
            Some(chat.clone())
        }
        None => None,
    };
    let request = checked.result?;
    let chat = chat.ok_or_else(|| ApiError::bad_request("chat_id is empty"))?;
    if chat.id == bot.identity.id {
        return Err(ApiError::forbidden("the bot can't send messages to the bot"));
    }
    let replied = replied(bot, &chat, call)?;
    let mut content = Map::new();
    if let Some(message) = replied {
        content.insert("reply_to_message".into(), message);
    }
    add_content(&mut content, method, &request, call, bot);
    add_settings(&mut content, &request, call, &chat);
    Ok(post(bot, &chat, content, now))
}

/// Puts a message made of `content` into a chat and returns its Message object.
fn post(bot: &mut Bot, chat: &Chat, content: Map<String, Value>, now: Timestamp) -> Value {
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
    message.insert("date".into(), unix_seconds(now).into());
    message.extend(content);
    let message = Value::Object(message);
    bot.messages.sent(chat.id, id, &message);
    message
}

fn add_content(content: &mut Map<String, Value>, method: Method, request: &Request, call: &Call, bot: &Bot) {
    let (text_key, entities_key) = match method {
        Method::SendMessage => ("text", "entities"),
        _ => ("caption", "caption_entities"),
    };
    content.extend(media::members(method, call));
    if let Some(text) = request.text().filter(|text| !text.sent.text.is_empty()) {
        content.insert(text_key.into(), text.sent.text.clone().into());
        let entities = entities(text, bot);
        if !entities.is_empty() {
            content.insert(entities_key.into(), Value::Array(entities));
        }
    }
    if method == Method::SendMessage
        && let Some(options) = link_preview(call)
    {
        content.insert("link_preview_options".into(), options);
    }
}

/// The message's entities as the Bot API writes them: a mentioned user is a whole User object.
fn entities(text: &MarkedText, bot: &Bot) -> Vec<Value> {
    let entity = |entity: &Entity| {
        let mut object = entity_json::to_json(entity);
        if let (EntityKind::TextMention { user_id }, Some(members)) = (&entity.kind, object.as_object_mut()) {
            members.shift_remove("user_id");
            members.insert("user".into(), bot.chats.user(*user_id));
        }
        object
    };
    text.sent.entities.iter().map(entity).collect()
}

/// The link preview options as the answer repeats them: only what is on.
fn link_preview(call: &Call) -> Option<Value> {
    let given: Value = serde_json::from_str(call.text("link_preview_options")).unwrap_or(Value::Null);
    let mut options = Map::new();
    let is_disabled = given.get("is_disabled") == Some(&Value::Bool(true))
        || given.is_null() && call.arguments.boolean("disable_web_page_preview");
    if is_disabled {
        options.insert("is_disabled".into(), true.into());
    }
    if let Some(url) = given.get("url").and_then(Value::as_str).filter(|url| !url.is_empty()) {
        options.insert("url".into(), url.into());
    }
    for key in ["prefer_small_media", "prefer_large_media", "show_above_text"] {
        if given.get(key) == Some(&Value::Bool(true)) {
            options.insert(key.into(), true.into());
        }
    }
    (!options.is_empty()).then_some(Value::Object(options))
}

fn add_settings(content: &mut Map<String, Value>, request: &Request, call: &Call, chat: &Chat) {
    if let Some(rows) = request.reply_markup().and_then(keyboard::inline_rows) {
        content.insert("reply_markup".into(), json!({ "inline_keyboard": rows }));
    }
    if request.delivery().protect_content {
        content.insert("has_protected_content".into(), true.into());
    }
    let thread = call.arguments.integer("message_thread_id");
    if chat.is_forum && 0 < thread {
        content.insert("message_thread_id".into(), thread.into());
        content.insert("is_topic_message".into(), true.into());
    }
    let effect = call.text("message_effect_id");
    if chat.kind == ChatKind::Private && !effect.is_empty() {
        content.insert("effect_id".into(), effect.into());
    }
}

/// Finds the message that is replied to in the same chat; one that is not there is an error unless that is allowed.
fn replied(bot: &Bot, chat: &Chat, call: &Call) -> Result<Option<Value>, ApiError> {
    let parameters: Value = serde_json::from_str(call.text("reply_parameters")).unwrap_or(Value::Null);
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let id = match parameters.get("message_id").and_then(number) {
        Some(id) => id,
        None => call.arguments.integer("reply_to_message_id"),
    };
    let elsewhere = parameters.get("chat_id").and_then(number).is_some_and(|other| other != chat.id);
    if id <= 0 || elsewhere {
        return Ok(None);
    }
    let is_optional = parameters.get("allow_sending_without_reply") == Some(&Value::Bool(true))
        || call.arguments.boolean("allow_sending_without_reply");
    match bot.messages.find(chat.id, id).map(serde_json::from_str::<Value>) {
        Some(Ok(mut message)) => {
            // A reply shows the message it answers, but not what that one answered.
            if let Some(members) = message.as_object_mut() {
                members.shift_remove("reply_to_message");
            }
            Ok(Some(message))
        }
        _ if is_optional => Ok(None),
        _ => Err(ApiError::bad_request("message to be replied not found")),
    }
}
