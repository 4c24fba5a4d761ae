//! Fills in what Telegram always sends and a made-up update leaves out: strict clients refuse less.
//!
//! What is given is never changed.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::News;
use crate::sandbox::bot::Bot;
use crate::sandbox::chats::{Chat, ChatKind, Standing};
use crate::sandbox::methods::content::of_entity;
use crate::telegram;

type Members = Map<String, Value>;

/// Completes the object of an update of this kind, and returns what is to be learnt from it.
pub(super) fn complete(
    bot: &mut Bot,
    kind: &str,
    body: &mut Members,
    now: Timestamp,
) -> Result<Vec<News>, String> {
    match kind {
        "message" | "channel_post" => new_message(bot, body, now),
        "edited_message" | "edited_channel_post" | "guest_message" => {
            let (chat, _) = message(bot, body, now)?;
            Ok(vec![News::Seen(chat)])
        }
        "callback_query" => callback_query(bot, body, now),
        "my_chat_member" => my_chat_member(bot, body, now),
        "chat_join_request" => {
            let mut news = vec![News::Seen(chat(bot, body)?)];
            if let Some(id) = body.get("user_chat_id") {
                news.push(News::Seen(bot.chats.read(&json!({ "id": id, "type": "private" }))?));
            }
            Ok(news)
        }
        "chat_member"
        | "message_reaction"
        | "message_reaction_count"
        | "chat_boost"
        | "removed_chat_boost" => Ok(vec![News::Seen(chat(bot, body)?)]),
        _ => Ok(Vec::new()),
    }
}

/// Reads the chat of an update and gives it the type and the name that a Chat object always has.
fn chat(bot: &Bot, body: &mut Members) -> Result<Chat, String> {
    let value = body.get_mut("chat").ok_or("it needs a `chat`")?;
    let chat = bot.chats.read(value)?;
    if let (Value::Object(given), Value::Object(whole)) = (value, chat.to_json()) {
        for (key, value) in whole {
            given.entry(key).or_insert(value);
        }
    }
    Ok(chat)
}

/// Gives `from` what a User object always has; in a private chat it can be left out.
fn sender(body: &mut Members, chat: &Chat) -> Result<(), String> {
    if chat.kind == ChatKind::Private {
        body.entry("from").or_insert_with(|| json!({ "id": chat.id }));
    }
    let Some(from) = body.get_mut("from") else { return Ok(()) };
    let from = from.as_object_mut().ok_or("`from` is a JSON object")?;
    let id = from.get("id").and_then(Value::as_i64).ok_or("`from` needs an `id`, a whole number")?;
    from.entry("is_bot").or_insert(false.into());
    let name = match &chat.first_name {
        Some(name) if id == chat.id => name.clone(),
        _ => format!("User {id}"),
    };
    from.entry("first_name").or_insert(name.into());
    Ok(())
}

/// Completes a message and returns its chat and its id.
fn message(bot: &mut Bot, body: &mut Members, now: Timestamp) -> Result<(Chat, i64), String> {
    let chat = chat(bot, body)?;
    sender(body, &chat)?;
    let id = match body.get("message_id") {
        None => bot.messages.next_id(),
        Some(id) => {
            let known = id.as_i64().filter(|id| (0..=i64::from(i32::MAX)).contains(id));
            known.ok_or("`message_id` is a whole number")?
        }
    };
    body.insert("message_id".into(), id.into());
    body.entry("date").or_insert(now.as_second().into());
    find_entities(bot, body, "text", "entities");
    find_entities(bot, body, "caption", "caption_entities");
    Ok((chat, id))
}

/// Gives a text the entities that Telegram finds in it: clients know commands by them.
fn find_entities(bot: &Bot, body: &mut Members, text_key: &str, entities_key: &str) {
    if body.contains_key(entities_key) {
        return;
    }
    let text = body.get(text_key).and_then(Value::as_str).unwrap_or_default();
    let found: Vec<Value> =
        telegram::detect(text).iter().map(|entity| of_entity(entity, &bot.chats)).collect();
    if !found.is_empty() {
        body.insert(entities_key.into(), Value::Array(found));
    }
}

/// Whoever writes has not blocked the bot; service messages tell of goings and moves.
fn new_message(bot: &mut Bot, body: &mut Members, now: Timestamp) -> Result<Vec<News>, String> {
    let (chat, id) = message(bot, body, now)?;
    let chat_id = chat.id;
    let is_bot = |user: &Value| user.get("id").and_then(Value::as_i64) == Some(bot.identity.id);
    let mut news = Vec::new();
    let standing = if let Some(moved) = body.get("migrate_to_chat_id") {
        let supergroup = json!({ "id": moved, "type": "supergroup", "title": chat.title });
        let supergroup = bot.chats.read(&supergroup)?;
        let standing = Standing::Migrated(supergroup.id);
        news.push(News::Seen(supergroup));
        standing
    } else if body.get("left_chat_member").is_some_and(is_bot) {
        Standing::Left
    } else {
        Standing::Open
    };
    news.push(News::Seen(chat));
    news.push(News::Stands(chat_id, standing));
    news.push(News::Wrote { chat: chat_id, id, message: Value::Object(body.clone()) });
    Ok(news)
}

/// A button was pressed: the message is the one that was sent, where only its id is given.
fn callback_query(bot: &mut Bot, body: &mut Members, now: Timestamp) -> Result<Vec<News>, String> {
    body.entry("id").or_insert(now.as_second().to_string().into());
    body.entry("chat_instance").or_insert("1".into());
    let Some(pressed) = body.get_mut("message") else { return Ok(Vec::new()) };
    let pressed = pressed.as_object_mut().ok_or("`message` is a JSON object")?;
    let chat = chat(bot, pressed)?;
    if let Some(id) = pressed.get("message_id").and_then(Value::as_i64)
        && let Some(whole) = bot.messages.find(chat.id, id)
        && let Ok(Value::Object(whole)) = serde_json::from_str(whole)
    {
        for (key, value) in whole {
            pressed.entry(key).or_insert(value);
        }
    }
    pressed.entry("date").or_insert(now.as_second().into());
    sender(body, &chat)?;
    Ok(vec![News::Seen(chat)])
}

fn my_chat_member(bot: &mut Bot, body: &mut Members, now: Timestamp) -> Result<Vec<News>, String> {
    let chat = chat(bot, body)?;
    sender(body, &chat)?;
    body.entry("date").or_insert(now.as_second().into());
    let user = bot.identity.to_json();
    let status = member(body, "new_chat_member", &user)?;
    let standing = match status.as_str() {
        "kicked" => Standing::Kicked,
        "left" => Standing::Left,
        "member" | "administrator" | "creator" | "restricted" => Standing::Open,
        other => return Err(format!("`{other}` is no status of a member: kicked, left, member, …")),
    };
    let before = if status == "member" { "kicked" } else { "member" };
    body.entry("old_chat_member").or_insert(json!({ "status": before }));
    member(body, "old_chat_member", &user)?;
    let id = chat.id;
    Ok(vec![News::Seen(chat), News::Stands(id, standing)])
}

/// Completes a ChatMember object and returns its status.
fn member(body: &mut Members, key: &str, user: &Value) -> Result<String, String> {
    let member = body.get_mut(key).and_then(Value::as_object_mut);
    let member = member.ok_or_else(|| format!("`my_chat_member` needs a `{key}` with a `status`"))?;
    let status = member.get("status").and_then(Value::as_str);
    let status =
        status.ok_or_else(|| format!("`{key}` needs a `status`: kicked, left, member, …"))?.to_owned();
    member.entry("user").or_insert(user.clone());
    if status == "kicked" {
        member.entry("until_date").or_insert(0.into());
    }
    Ok(status)
}
