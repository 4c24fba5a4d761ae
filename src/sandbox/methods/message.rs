//! sendMessage.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::sandbox::bot::{Bot, unix_seconds};
use crate::sandbox::call::Call;
use crate::sandbox::chats::{Chat, ChatKind};
use crate::sandbox::reply::Refusal;

/// sendMessage
pub(super) fn send_message(bot: &mut Bot, call: &Call, now: Timestamp) -> Result<Value, Refusal> {
    let text = call.text("text");
    if text.is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    let chat = bot.chats.find(call.text("chat_id"))?;
    chat.check_writable()?;
    let chat = chat.clone();
    let mut content = Map::new();
    content.insert("text".into(), text.into());
    Ok(post(bot, &chat, content, now))
}

/// Sends `content`, the members that make up this kind of message, and returns the Message object.
fn post(bot: &mut Bot, chat: &Chat, content: Map<String, Value>, now: Timestamp) -> Value {
    let id = bot.messages.next_id();
    let mut message = Map::new();
    message.insert("message_id".into(), id.into());
    match chat.kind {
        ChatKind::Channel => message.insert("sender_chat".into(), chat.to_json()),
        _ => message.insert("from".into(), bot.identity.to_json()),
    };
    message.insert("chat".into(), chat.to_json());
    message.insert("date".into(), unix_seconds(now).into());
    message.extend(content);
    let message = Value::Object(message);
    bot.messages.sent(chat.id, id, &message);
    message
}
