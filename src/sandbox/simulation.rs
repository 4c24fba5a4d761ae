//! Simulated users: an update that a test or a demo makes up is queued, and what it says about chats is learnt.

mod completion;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;

use super::bot::Bot;
use super::chats::{Chat, Standing};
use super::queue::{Asked, BadId, KINDS, MAX_UPDATE_ID};

/// Queues an update for a bot and returns its id, or what is wrong with it. It may bring so many new chats.
pub(super) fn queue(bot: &mut Bot, update: Value, room: usize, now: Timestamp) -> Result<i64, String> {
    let Value::Object(update) = update else { return Err("an update is a JSON object".into()) };
    let id = update_id(bot, &update)?;
    let (kind, asked, mut body) = subject(update)?;
    let news = completion::complete(bot, kind, &mut body, now)?;
    let is_new = |news: &&News| matches!(news, News::Seen(chat) if !bot.chats.knows(chat.id));
    if room < news.iter().filter(is_new).count() {
        return Err("updates have brought as many chats as a sandbox keeps: start it anew".into());
    }
    for news in news {
        learn(bot, news);
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

enum News {
    Seen(Chat),
    Stands(i64, Standing),
    Wrote { chat: i64, id: i64, message: Value },
}

fn learn(bot: &mut Bot, news: News) {
    match news {
        News::Seen(chat) => bot.chats.meet(chat),
        News::Stands(chat, standing) => bot.chats.set_standing(chat, standing),
        News::Wrote { chat, id, message } => bot.messages.add_shown(chat, id, &message),
    }
}
