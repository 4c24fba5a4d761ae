//! Completes a made-up update with the fields that Telegram always sends, so that clients with strict types accept it.
//!
//! Fields that the update already has are never changed.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ChatFact;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::chats::{Membership, SandboxChat};
use crate::sandbox::methods::content::of_entity;
use crate::telegram;
use crate::telegram::request::ChatKind;

type UpdateFields = Map<String, Value>;

/// Completes `body`, the object of an update of the kind `kind`. Returns the facts that the sandbox learns from the
/// update.
pub(super) fn complete(
    bot: &mut SandboxBot,
    kind: &str,
    body: &mut UpdateFields,
    now: Timestamp,
) -> Result<Vec<ChatFact>, String> {
    match kind {
        "message" | "channel_post" => new_message(bot, body, now),
        "edited_message" | "edited_channel_post" | "guest_message" => {
            let (chat, _) = message(bot, body, now)?;
            Ok(vec![ChatFact::Seen(chat)])
        }
        "callback_query" => callback_query(bot, body, now),
        "my_chat_member" => my_chat_member(bot, body, now),
        "chat_join_request" => {
            let mut facts = vec![ChatFact::Seen(chat(bot, body)?)];
            // The bot may write to a user who asked to join, even if the user never started the bot.
            if let Some(id) = body.get("user_chat_id") {
                facts.push(ChatFact::Seen(bot.chats.read(&json!({ "id": id, "type": "private" }))?));
            }
            Ok(facts)
        }
        "chat_member"
        | "message_reaction"
        | "message_reaction_count"
        | "chat_boost"
        | "removed_chat_boost" => Ok(vec![ChatFact::Seen(chat(bot, body)?)]),
        // The other kinds have no chat (inline queries, poll answers, …) or are not simulated (business messages, …).
        // The bot receives them unchanged.
        _ => Ok(Vec::new()),
    }
}

/// Reads the chat of an update and adds the type and the name that a Chat object always has.
fn chat(bot: &SandboxBot, body: &mut UpdateFields) -> Result<SandboxChat, String> {
    let value = body.get_mut("chat").ok_or("`chat` is missing")?;
    let chat = bot.chats.read(value)?;
    if let (Value::Object(given), Value::Object(whole)) = (value, chat.to_json()) {
        for (key, value) in whole {
            given.entry(key).or_insert(value);
        }
    }
    Ok(chat)
}

/// Adds to `from` the fields that a User object always has. In a private chat, a missing `from` is added.
fn sender(body: &mut UpdateFields, chat: &SandboxChat) -> Result<(), String> {
    // A private chat has the id of its user.
    if chat.kind == ChatKind::Private {
        body.entry("from").or_insert_with(|| json!({ "id": chat.id }));
    }
    let Some(from) = body.get_mut("from") else { return Ok(()) };
    let from = from.as_object_mut().ok_or("`from` must be a JSON object")?;
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
fn message(
    bot: &mut SandboxBot,
    body: &mut UpdateFields,
    now: Timestamp,
) -> Result<(SandboxChat, i64), String> {
    let mut chat = chat(bot, body)?;
    sender(body, &chat)?;
    if let Some(thread) = body.get("message_thread_id").and_then(Value::as_i64).filter(|_| chat.is_forum) {
        chat.add_topic(thread);
    }
    let id = match body.get("message_id") {
        None => bot.messages.next_id(),
        Some(id) => {
            let known = id.as_i64().filter(|id| (0..=i64::from(i32::MAX)).contains(id));
            known.ok_or("`message_id` must be a whole number")?
        }
    };
    body.insert("message_id".into(), id.into());
    body.entry("date").or_insert(now.as_second().into());
    // Clients recognize a command by its entity, so "/start" without an entity would not reach a command handler.
    find_entities(bot, body, "text", "entities");
    find_entities(bot, body, "caption", "caption_entities");
    Ok((chat, id))
}

/// Adds the entities that Telegram finds in a text, such as commands and links. Does nothing if the update gives
/// entities.
fn find_entities(bot: &SandboxBot, body: &mut UpdateFields, text_key: &str, entities_key: &str) {
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

// A message shows that the bot may write to the chat: a user who writes has not blocked the bot. There are two
// exceptions: the service message that the bot was removed, and the service message that the group became a supergroup.
fn new_message(
    bot: &mut SandboxBot,
    body: &mut UpdateFields,
    now: Timestamp,
) -> Result<Vec<ChatFact>, String> {
    let (chat, id) = message(bot, body, now)?;
    let chat_id = chat.id;
    let is_bot = |user: &Value| user.get("id").and_then(Value::as_i64) == Some(bot.identity.id);
    let mut facts = Vec::new();
    let membership = if let Some(moved) = body.get("migrate_to_chat_id") {
        // The new chat is added too, because the bot's later calls use the new chat's id.
        let supergroup = json!({ "id": moved, "type": "supergroup", "title": chat.title });
        let supergroup = bot.chats.read(&supergroup)?;
        let membership = Membership::Migrated(supergroup.id);
        facts.push(ChatFact::Seen(supergroup));
        membership
    } else if body.get("left_chat_member").is_some_and(is_bot) {
        Membership::Left
    } else {
        Membership::Writable
    };
    // The chat comes first: a membership can only be set for a chat that is known.
    facts.push(ChatFact::Seen(chat));
    facts.push(ChatFact::MembershipChanged(chat_id, membership));
    facts.push(ChatFact::MessageReceived { chat: chat_id, id, message: Value::Object(body.clone()) });
    Ok(facts)
}

// Completes an update about a pressed button. Fields of the message that the update does not give are taken from the
// stored message.
fn callback_query(
    bot: &mut SandboxBot,
    body: &mut UpdateFields,
    now: Timestamp,
) -> Result<Vec<ChatFact>, String> {
    let id = body.entry("id").or_insert(now.as_second().to_string().into());
    let query = id.as_str().ok_or("the `id` of a `callback_query` must be a string")?.to_owned();
    let answerable = ChatFact::ButtonPressed { query };
    body.entry("chat_instance").or_insert("1".into());
    // A button of an inline message has `inline_message_id` instead of a message.
    let Some(pressed) = body.get_mut("message") else { return Ok(vec![answerable]) };
    let pressed = pressed.as_object_mut().ok_or("`message` must be a JSON object")?;
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
    Ok(vec![ChatFact::Seen(chat), answerable])
}

fn my_chat_member(
    bot: &mut SandboxBot,
    body: &mut UpdateFields,
    now: Timestamp,
) -> Result<Vec<ChatFact>, String> {
    let chat = chat(bot, body)?;
    sender(body, &chat)?;
    body.entry("date").or_insert(now.as_second().into());
    let user = bot.identity.to_json();
    let status = member(body, "new_chat_member", &user)?;
    let membership = match status.as_str() {
        "kicked" => Membership::Kicked,
        "left" => Membership::Left,
        "member" | "administrator" | "creator" | "restricted" => Membership::Writable,
        other => return Err(format!("`{other}` is not a member status: kicked, left, member, …")),
    };
    // If the update gives no previous status, the most likely one is made up. An update with the new status `member`
    // usually means that a user has unblocked the bot.
    let before = if status == "member" { "kicked" } else { "member" };
    body.entry("old_chat_member").or_insert(json!({ "status": before }));
    member(body, "old_chat_member", &user)?;
    let id = chat.id;
    Ok(vec![ChatFact::Seen(chat), ChatFact::MembershipChanged(id, membership)])
}

/// Completes a ChatMember object and returns its status.
fn member(body: &mut UpdateFields, key: &str, user: &Value) -> Result<String, String> {
    let member = body.get_mut(key).and_then(Value::as_object_mut);
    let member = member.ok_or_else(|| format!("`my_chat_member` needs a `{key}` with a `status`"))?;
    let status = member.get("status").and_then(Value::as_str);
    let status =
        status.ok_or_else(|| format!("`{key}` needs a `status`: kicked, left, member, …"))?.to_owned();
    member.entry("user").or_insert(user.clone());
    // ChatMemberBanned always has `until_date`; 0 means forever.
    if status == "kicked" {
        member.entry("until_date").or_insert(0.into());
    }
    Ok(status)
}
