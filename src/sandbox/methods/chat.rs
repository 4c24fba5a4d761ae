//! getChat and sendChatAction.

use serde_json::Value;

use super::done::Done;
use crate::sandbox::bot::Bot;
use crate::sandbox::call::Call;
use crate::sandbox::chats::Chat;
use crate::telegram::{self, ApiError, Method};

/// getChat: does not tell whether the bot is blocked.
pub(super) fn get_chat(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    Ok(chat(bot, Method::GetChat, call)?.to_full_json().into())
}

pub(super) fn send_chat_action(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    chat(bot, Method::SendChatAction, call)?.check_writable()?;
    Ok(Value::Bool(true).into())
}

fn chat(bot: &Bot, method: Method, call: &Call) -> Result<Chat, ApiError> {
    let checked = telegram::check(method.as_str(), &call.arguments);
    let request = checked.result?;
    let chat_id = request.chat_id().ok_or_else(|| ApiError::bad_request("chat_id is empty"))?;
    bot.chats.find(chat_id)
}
