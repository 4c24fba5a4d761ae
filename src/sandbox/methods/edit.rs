//! The methods that change a message of the bot.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::content::{self, CAPTION_FIELDS, CAPTIONED, ContentContext};
use super::keyboard;
use super::lookup::{self, CheckedCall, FoundMessage, FoundTarget};
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::SandboxChat;
use crate::telegram::request::ChatKind;
use crate::telegram::{ApiError, ApiRequest, Method};

/// The fields of the contents that editMessageMedia can replace with a file. This includes a text.
const REPLACEABLE: [&str; 6] = ["text", "photo", "video", "animation", "audio", "document"];

/// Handles the methods that edit a message, and returns the changed message.
pub(super) fn edit(
    bot: &mut SandboxBot,
    method: Method,
    call: &MethodCall,
    now: Timestamp,
) -> Result<MethodResult, ApiError> {
    let CheckedCall { request, target, .. } = lookup::check(bot, method, call)?;
    let (chat, mut message) = single(target)?;
    close_poll(&mut message.members, now);
    check_editable(bot, method, &chat, &message, now)?;
    let content = content::of(
        request.content(),
        &mut ContentContext { call, chats: &bot.chats, files: &mut bot.files, message_id: message.id, now },
    )?;
    let mut changed = message.members.clone();
    changed.retain(|key, _| match method {
        Method::EditMessageText => !["text", "entities", "link_preview_options"].contains(&key.as_str()),
        Method::EditMessageCaption => !CAPTION_FIELDS.contains(&key.as_str()),
        Method::EditMessageMedia => !content::is_content(key),
        _ => true,
    });
    changed.extend(content);
    set_keyboard(&mut changed, &request);
    if changed == message.members {
        return Err(ApiError::bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    changed.insert("edit_date".into(), now.as_second().into());
    let changed = Value::Object(changed);
    bot.messages.replace_sent(chat.id, message.id, &changed);
    Ok(changed.into())
}

pub(super) fn stop_poll(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let CheckedCall { request, target, .. } = lookup::check(bot, Method::StopPoll, call)?;
    let (chat, mut message) = single(target)?;
    let Some(poll) = message.members.get_mut("poll") else {
        return Err(ApiError::bad_request("Message is not a poll"));
    };
    if !message.is_own || poll["is_closed"] == true {
        return Err(ApiError::bad_request("Poll can't be stopped"));
    }
    poll["is_closed"] = true.into();
    let stopped = poll.clone();
    set_keyboard(&mut message.members, &request);
    bot.messages.replace_sent(chat.id, message.id, &Value::Object(message.members));
    Ok(stopped.into())
}

/// Closes a poll whose time is over. The sandbox has no timer for polls, so it checks the time only when a poll is
/// edited.
fn close_poll(members: &mut Map<String, Value>, now: Timestamp) {
    if let Some(poll) = members.get_mut("poll")
        && poll["close_date"].as_i64().is_some_and(|date| date <= now.as_second())
    {
        poll["is_closed"] = true.into();
    }
}

/// Returns the message of a call that is about exactly one message.
fn single(target: Option<FoundTarget>) -> Result<(SandboxChat, FoundMessage), ApiError> {
    // Without a target, the call has an `inline_message_id`. The sandbox has no inline messages.
    let Some(FoundTarget { chat, mut messages }) = target else {
        return Err(ApiError::bad_request("Invalid inline message identifier specified"));
    };
    // Unreachable: `lookup::check` reports a missing message.
    let message = messages.pop().ok_or_else(|| ApiError::bad_request("message not found"))?;
    Ok((chat, message))
}

// An edit without a keyboard removes the keyboard.
fn set_keyboard(members: &mut Map<String, Value>, request: &ApiRequest) {
    match request.reply_markup().and_then(keyboard::inline_rows) {
        Some(rows) => members.insert("reply_markup".into(), json!({ "inline_keyboard": rows })),
        None => members.shift_remove("reply_markup"),
    };
}

fn check_editable(
    bot: &SandboxBot,
    method: Method,
    chat: &SandboxChat,
    message: &FoundMessage,
    now: Timestamp,
) -> Result<(), ApiError> {
    let has = |key: &str| message.members.contains_key(key);
    // In a channel, an administrator can edit the posts of others.
    let is_own = message.is_own || (chat.kind == ChatKind::Channel && has("sender_chat"));
    let can_edit = is_own
        && !has("forward_origin")
        && !bot.messages.has_reply_keyboard(chat.id, message.id)
        && (is_editable(&message.members, now) || method == Method::EditMessageReplyMarkup);
    let (fits, problem) = match method {
        Method::EditMessageText => (has("text"), "There is no text in the message to edit"),
        Method::EditMessageCaption => {
            (CAPTIONED.into_iter().any(has), "There is no caption in the message to edit")
        }
        Method::EditMessageMedia => {
            (can_edit && REPLACEABLE.into_iter().any(has), "Message media can't be edited")
        }
        _ => (true, ""),
    };
    if !can_edit && method != Method::EditMessageMedia {
        return Err(ApiError::bad_request("Message can't be edited"));
    }
    if fits { Ok(()) } else { Err(ApiError::bad_request(problem)) }
}

fn is_editable(members: &Map<String, Value>, now: Timestamp) -> bool {
    if let Some(poll) = members.get("poll") {
        return poll["is_closed"] == false;
    }
    if let Some(period) = members.get("location").and_then(|location| location["live_period"].as_i64()) {
        let sent = members.get("date").and_then(Value::as_i64).unwrap_or(0);
        return now.as_second() - sent < period;
    }
    members.contains_key("text") || CAPTIONED.iter().any(|key| members.contains_key(*key))
}
