//! Simulated users: an update that a test or a demo makes up, completed to what Telegram would have sent.
//!
//! Strict clients refuse an update that lacks what Telegram always gives, so that is filled in; what is given is
//! never changed.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::diagnostic::did_you_mean;

use super::bot::{Bot, unix_seconds};
use super::chats::{Chat, ChatKind, Standing};
use super::queue::{Asked, BadId, KINDS, MAX_UPDATE_ID};

/// Queues an update for a bot and takes note of what it says about chats; returns its id, or what is wrong with it.
pub(super) fn queue(bot: &mut Bot, update: Value, now: Timestamp) -> Result<i64, String> {
    let Value::Object(update) = update else { return Err("an update is a JSON object".into()) };
    let id = update_id(bot, &update)?;
    let (kind, asked, mut body) = subject(update)?;
    let news = complete(bot, kind, &mut body, now)?;
    for event in news {
        learn(bot, event);
    }
    if bot.updates.wants(kind, asked) {
        let mut update = Map::new();
        update.insert("update_id".into(), id.into());
        update.insert(kind.into(), Value::Object(body));
        bot.updates.push(id, Value::Object(update).to_string().into());
    } else {
        bot.updates.skip(id);
    }
    Ok(id)
}

fn update_id(bot: &Bot, update: &Map<String, Value>) -> Result<i64, String> {
    let wanted = match update.get("update_id") {
        None => None,
        Some(id) => Some(id.as_i64().ok_or("`update_id` is a whole number")?),
    };
    bot.updates.next_id(wanted).map_err(|problem| match problem {
        BadId::OutOfRange => format!("`update_id` is from 1 to {MAX_UPDATE_ID}"),
        BadId::Taken => {
            "an update with this `update_id` was queued already; leave it out to get a new one".into()
        }
    })
}

/// Returns the one member besides the id: what kind of update it is, and its object.
fn subject(update: Map<String, Value>) -> Result<(&'static str, Asked, Map<String, Value>), String> {
    let mut members = update.into_iter().filter(|(key, _)| key != "update_id");
    let (key, value) = members.next().ok_or("an update needs one of `message`, `my_chat_member`, …")?;
    let Some((kind, asked)) = KINDS.iter().find(|(kind, _)| *kind == key) else {
        let hint = match did_you_mean(&key, KINDS.map(|(kind, _)| kind)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        return Err(format!("`{key}` is no kind of update{hint}"));
    };
    if let Some((other, _)) = members.next() {
        return Err(format!("an update is one thing: `{kind}` and `{other}` do not go together"));
    }
    match value {
        Value::Object(body) => Ok((kind, *asked, body)),
        _ => Err(format!("`{kind}` is a JSON object")),
    }
}

/// What an update says about the world.
enum News {
    Seen(Chat),
    Stands(i64, Standing),
    Wrote { chat: i64, message: Value },
}

fn learn(bot: &mut Bot, news: News) {
    match news {
        News::Seen(chat) => bot.chats.meet(chat),
        News::Stands(chat, standing) => bot.chats.set_standing(chat, standing),
        News::Wrote { chat, message } => {
            if let Some(id) = message.get("message_id").and_then(Value::as_i64) {
                bot.messages.received(chat, id, &message);
            }
        }
    }
}

/// Fills in what the kind of update always has, and returns what is to be learnt from it.
fn complete(
    bot: &mut Bot,
    kind: &str,
    body: &mut Map<String, Value>,
    now: Timestamp,
) -> Result<Vec<News>, String> {
    match kind {
        "message" | "channel_post" => {
            let mut news = message(bot, body, now)?;
            if let [News::Seen(chat), ..] = &news[..] {
                let standing = standing_after(bot, chat, body)?;
                let id = chat.id;
                news.extend(standing.1);
                news.push(News::Stands(id, standing.0));
                news.push(News::Wrote { chat: id, message: Value::Object(body.clone()) });
            }
            Ok(news)
        }
        "edited_message" | "edited_channel_post" | "guest_message" => message(bot, body, now),
        "callback_query" => callback_query(bot, body, now),
        "my_chat_member" => my_chat_member(bot, body, now),
        "chat_join_request" => {
            let mut news = vec![News::Seen(chat(body)?)];
            if let Some(id) = body.get("user_chat_id").and_then(Value::as_i64) {
                news.push(News::Seen(Chat::of_id(id)));
            }
            Ok(news)
        }
        "chat_member"
        | "message_reaction"
        | "message_reaction_count"
        | "chat_boost"
        | "removed_chat_boost" => Ok(vec![News::Seen(chat(body)?)]),
        _ => Ok(Vec::new()),
    }
}

/// Reads the chat of an update and gives it the type and the name that a Chat object always has.
fn chat(body: &mut Map<String, Value>) -> Result<Chat, String> {
    let value = body.get_mut("chat").ok_or("it needs a `chat`")?;
    let chat = Chat::from_json(value)?;
    if let (Value::Object(given), Value::Object(whole)) = (value, chat.to_json()) {
        for (key, value) in whole {
            given.entry(key).or_insert(value);
        }
    }
    Ok(chat)
}

/// Gives `from` what a User object always has; in a private chat it can be left out.
fn sender(body: &mut Map<String, Value>, chat: &Chat) -> Result<(), String> {
    let is_private = chat.kind == ChatKind::Private;
    if is_private && !body.contains_key("from") {
        body.insert("from".into(), json!({ "id": chat.id }));
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

fn message(bot: &mut Bot, body: &mut Map<String, Value>, now: Timestamp) -> Result<Vec<News>, String> {
    let chat = chat(body)?;
    sender(body, &chat)?;
    match body.get("message_id") {
        None => {
            body.insert("message_id".into(), bot.messages.next_id().into());
        }
        Some(id) if id.as_i64().is_some_and(|id| 0 <= id && id <= i64::from(i32::MAX)) => {}
        Some(_) => return Err("`message_id` is a whole number".into()),
    }
    body.entry("date").or_insert(unix_seconds(now).into());
    Ok(vec![News::Seen(chat)])
}

/// Whoever writes has not blocked the bot; service messages tell of comings, goings and moves.
fn standing_after(
    bot: &Bot,
    chat: &Chat,
    body: &Map<String, Value>,
) -> Result<(Standing, Option<News>), String> {
    let is_bot = |user: &Value| user.get("id").and_then(Value::as_i64) == Some(bot.identity.id);
    if body.get("left_chat_member").is_some_and(is_bot) {
        return Ok((Standing::Left, None));
    }
    match body.get("migrate_to_chat_id") {
        None => Ok((Standing::Open, None)),
        Some(id) => {
            let id =
                id.as_i64().filter(|id| *id < 0).ok_or("`migrate_to_chat_id` is a whole number below 0")?;
            let moved = Chat { title: chat.title.clone(), ..Chat::of_id(id) };
            Ok((Standing::Migrated(id), Some(News::Seen(moved))))
        }
    }
}

fn callback_query(bot: &mut Bot, body: &mut Map<String, Value>, now: Timestamp) -> Result<Vec<News>, String> {
    body.entry("id").or_insert(unix_seconds(now).to_string().into());
    body.entry("chat_instance").or_insert("1".into());
    let Some(pressed) = body.get_mut("message") else { return Ok(Vec::new()) };
    let pressed = pressed.as_object_mut().ok_or("`message` is a JSON object")?;
    let chat = chat(pressed)?;
    if let Some(id) = pressed.get("message_id").and_then(Value::as_i64)
        && let Some(whole) = bot.messages.find(chat.id, id)
        && let Ok(Value::Object(whole)) = serde_json::from_str(whole)
    {
        for (key, value) in whole {
            pressed.entry(key).or_insert(value);
        }
    }
    pressed.entry("date").or_insert(unix_seconds(now).into());
    sender(body, &chat)?;
    Ok(vec![News::Seen(chat)])
}

fn my_chat_member(bot: &mut Bot, body: &mut Map<String, Value>, now: Timestamp) -> Result<Vec<News>, String> {
    let chat = chat(body)?;
    sender(body, &chat)?;
    body.entry("date").or_insert(unix_seconds(now).into());
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
fn member(body: &mut Map<String, Value>, key: &str, user: &Value) -> Result<String, String> {
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
