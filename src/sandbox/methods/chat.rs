//! getChat and sendChatAction.

use serde_json::Value;

use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::SandboxChat;
use crate::telegram::{self, ApiError, Method};

/// Handles getChat. As on Telegram, it succeeds for a user who has blocked the bot.
pub(super) fn get_chat(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    Ok(chat(bot, Method::GetChat, call)?.to_full_json().into())
}

pub(super) fn send_chat_action(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    chat(bot, Method::SendChatAction, call)?.check_writable()?;
    Ok(Value::Bool(true).into())
}

fn chat(bot: &SandboxBot, method: Method, call: &MethodCall) -> Result<SandboxChat, ApiError> {
    // getChat and sendChatAction report every error in the arguments before "chat not found". The methods that send
    // report some of these errors after "chat not found".
    let checked = telegram::check(method.as_str(), &call.arguments);
    let request = checked.result?;
    let chat_id = request.chat_id().ok_or_else(|| ApiError::bad_request("chat_id is empty"))?;
    bot.chats.find(chat_id)
}
