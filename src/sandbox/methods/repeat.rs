//! The methods that send existing messages again: copies, and forwarded messages that name the original sender.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::content::{self, CAPTION_FIELDS, CAPTIONED};
use super::lookup::{CheckedCall, FoundMessage};
use super::message::{self, MessageExtras};
use crate::sandbox::bot::SandboxBot;
use crate::telegram::request::Repeat;
use crate::telegram::{ApiError, Method};

/// The fields of the contents that Telegram does not copy.
const NOT_COPIED: [&str; 4] = ["paid_media", "invoice", "giveaway", "giveaway_winners"];

pub(super) fn send(
    bot: &mut SandboxBot,
    method: Method,
    checked: &CheckedCall,
    repeat: &Repeat,
    extras: &MessageExtras,
    now: Timestamp,
) -> Result<Value, ApiError> {
    let chat = checked.required_chat()?;
    let sources = checked.target.as_ref().map_or(&[][..], |target| target.messages.as_slice());
    let mut albums = HashMap::new();
    let mut sent = Vec::new();
    for source in sources {
        let Some(mut content) = repeated(bot, source, repeat) else { continue };
        keep_album(bot, source, &mut albums, &mut content);
        sent.push(message::post(bot, chat, extras, content, now));
    }
    let id_of = |message: &Value| json!({ "message_id": message["message_id"] });
    match (method, sent.first()) {
        (Method::CopyMessages | Method::ForwardMessages, Some(_)) => Ok(sent.iter().map(id_of).collect()),
        (Method::CopyMessages | Method::ForwardMessages, None) => {
            Err(ApiError::bad_request("Messages can't be forwarded"))
        }
        (Method::ForwardMessage, Some(message)) => Ok(message.clone()),
        (_, Some(message)) => Ok(id_of(message)),
        (_, None) => {
            let verb = if repeat.is_forward { "forwarded" } else { "copied" };
            Err(ApiError::bad_request(&format!("The message can't be {verb}")))
        }
    }
}

/// Returns the content of the new message, or `None` if the message cannot be sent again.
fn repeated(bot: &SandboxBot, source: &FoundMessage, repeat: &Repeat) -> Option<Map<String, Value>> {
    let has = |key: &str| source.members.contains_key(key);
    if has("has_protected_content") || (!repeat.is_forward && NOT_COPIED.into_iter().any(has)) {
        return None;
    }
    let members = source.members.iter().filter(|(key, _)| content::is_content(key));
    let mut members: Map<String, Value> = members.map(|(key, value)| (key.clone(), value.clone())).collect();
    // A message without content is a service message, such as the one about a new member.
    if members.is_empty() {
        return None;
    }
    if repeat.is_forward {
        let mut forwarded = origin(source);
        forwarded.extend(members);
        return Some(forwarded);
    }
    if let Some(poll) = members.get_mut("poll") {
        // A bot that does not know the correct answers of a quiz cannot copy it.
        let is_secret = poll["type"] == "quiz" && poll.get("correct_option_ids").is_none();
        if is_secret {
            return None;
        }
        content::reset_poll(poll, bot.messages.upcoming_id());
    }
    let can_have_caption = CAPTIONED.into_iter().any(has);
    if repeat.removes_captions || (repeat.caption.is_some() && can_have_caption) {
        members.retain(|key, _| !CAPTION_FIELDS.contains(&key.as_str()));
    }
    if let Some(caption) = repeat.caption.as_ref().filter(|_| can_have_caption) {
        members.extend(content::marked(caption, "caption", "caption_entities", &bot.chats));
        if repeat.show_caption_above_media && members.contains_key("caption") {
            members.insert("show_caption_above_media".into(), true.into());
        }
    }
    Some(members)
}

/// Returns the fields that name the original sender of a forwarded message.
fn origin(source: &FoundMessage) -> Map<String, Value> {
    let get = |key: &str| source.members.get(key).cloned();
    if let Some(first) = get("forward_origin") {
        return Map::from_iter([("forward_origin".to_owned(), first)]);
    }
    let date = get("date").unwrap_or(0.into());
    let origin = match (get("sender_chat"), get("from")) {
        (Some(chat), _) if chat["type"] == "channel" => {
            json!({ "type": "channel", "chat": chat, "message_id": source.id, "date": date })
        }
        (Some(chat), _) => json!({ "type": "chat", "sender_chat": chat, "date": date }),
        (None, Some(user)) => json!({ "type": "user", "sender_user": user, "date": date }),
        (None, None) => json!({ "type": "hidden_user", "sender_user_name": "Somebody", "date": date }),
    };
    Map::from_iter([("forward_origin".to_owned(), origin)])
}

// Messages that are sent again together stay an album, but not the album of the original messages.
fn keep_album(
    bot: &mut SandboxBot,
    source: &FoundMessage,
    albums: &mut HashMap<String, String>,
    content: &mut Map<String, Value>,
) {
    if let Some(old) = source.members.get("media_group_id").and_then(Value::as_str) {
        let new = albums.entry(old.to_owned()).or_insert_with(|| bot.messages.next_album_id().to_string());
        content.insert("media_group_id".into(), new.as_str().into());
    }
}
