//! Simulates users. A test or a demo makes up an update, and this module queues the update for the bot. From the
//! update, this module also learns which chats exist, in which chats the bot may write, and which messages the bot
//! received.

mod completion;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;

use super::bot::SandboxBot;
use super::chats::{Membership, SandboxChat};
use super::queue::{MAX_UPDATE_ID, UPDATE_KINDS, UpdateIdError, UpdateSelection};

/// Queues an update for a bot. Returns the update's id, or a message that says what is wrong with the update. An update
/// of a kind that the bot did not ask for is not queued. But such an update gets an id, and the sandbox learns from it
/// which chats exist.
///
/// `max_new_chats` is the number of new chats that the update may add.
pub(super) fn queue(
    bot: &mut SandboxBot,
    update: Value,
    max_new_chats: usize,
    now: Timestamp,
) -> Result<i64, String> {
    let Value::Object(update) = update else { return Err("an update must be a JSON object".into()) };
    let id = update_id(bot, &update)?;
    let (kind, selection, mut body) = kind_and_body(update)?;
    // Everything that can fail comes before the bot learns anything, so that a refused update adds no chat.
    let facts = completion::complete(bot, kind, &mut body, now)?;
    let is_new = |fact: &&ChatFact| matches!(fact, ChatFact::Seen(chat) if !bot.chats.knows(chat.id));
    if max_new_chats < facts.iter().filter(is_new).count() {
        return Err("updates have added as many chats as a sandbox can hold: restart it".into());
    }
    // The facts are learned even if the bot did not ask for this kind of update. For example, if a user blocks the bot,
    // sending to that user must fail, even if the bot did not ask for updates about blocks.
    for fact in facts {
        learn(bot, fact);
    }
    if bot.updates.wants(kind, selection) {
        let mut update = Map::new();
        update.insert("update_id".into(), id.into());
        update.insert(kind.into(), Value::Object(body));
        bot.updates.push(id, Value::Object(update).to_string().into());
    } else {
        // As on Telegram, an update that the bot did not ask for uses up an id too.
        bot.updates.skip(id);
    }
    Ok(id)
}

fn update_id(bot: &SandboxBot, update: &Map<String, Value>) -> Result<i64, String> {
    let wanted = match update.get("update_id") {
        None => None,
        Some(id) => Some(id.as_i64().ok_or("`update_id` must be a whole number")?),
    };
    bot.updates.next_id(wanted).map_err(|problem| match problem {
        UpdateIdError::OutOfRange => format!("`update_id` must be from 1 to {MAX_UPDATE_ID}"),
        UpdateIdError::Taken => {
            "an update with this `update_id` was queued already; leave it out to get a new one".into()
        }
    })
}

/// Reads the only field of an update besides `update_id`. Returns the kind of the update, whether bots receive this
/// kind by default, and the field's object.
fn kind_and_body(
    update: Map<String, Value>,
) -> Result<(&'static str, UpdateSelection, Map<String, Value>), String> {
    let mut members = update.into_iter().filter(|(key, _)| key != "update_id");
    let (key, value) = members.next().ok_or("an update needs one of `message`, `my_chat_member`, …")?;
    let Some((kind, selection)) = UPDATE_KINDS.iter().find(|(kind, _)| *kind == key) else {
        let hint = match did_you_mean(&key, UPDATE_KINDS.map(|(kind, _)| kind)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        return Err(format!("`{key}` is not a kind of update{hint}"));
    };
    if let Some((other, _)) = members.next() {
        return Err(format!("an update has one kind: `{kind}` and `{other}` cannot be combined"));
    }
    match value {
        Value::Object(body) => Ok((kind, *selection, body)),
        _ => Err(format!("`{kind}` must be a JSON object")),
    }
}

enum ChatFact {
    Seen(SandboxChat),
    MembershipChanged(i64, Membership),
    MessageReceived { chat: i64, id: i64, message: Value },
    ButtonPressed { query: String },
}

fn learn(bot: &mut SandboxBot, fact: ChatFact) {
    match fact {
        ChatFact::Seen(chat) => bot.chats.add(chat),
        ChatFact::MembershipChanged(chat, membership) => bot.chats.set_membership(chat, membership),
        ChatFact::ButtonPressed { query } => bot.pressed.add(query),
        ChatFact::MessageReceived { chat, id, message } => bot.messages.add_received(chat, id, &message),
    }
}
