//! getChat and sendChatAction.

use serde_json::Value;

use super::Done;
use crate::sandbox::bot::Bot;
use crate::sandbox::call::Call;
use crate::telegram::{ApiError, ChatId};

/// The actions a bot can be seen doing.
const ACTIONS: [&str; 15] = [
    "cancel",
    "choose_sticker",
    "find_location",
    "pick_up_location",
    "record_audio",
    "record_video",
    "record_video_note",
    "record_voice",
    "typing",
    "upload_audio",
    "upload_document",
    "upload_photo",
    "upload_video",
    "upload_video_note",
    "upload_voice",
];

/// getChat: does not tell whether the bot is blocked.
pub(super) fn get_chat(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    Ok(bot.chats.find(&chat_id(call)?)?.to_full_json().into())
}

/// sendChatAction
pub(super) fn send_chat_action(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    let action = call.text("action");
    if !ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action)) {
        return Err(ApiError::bad_request("Wrong parameter action in request"));
    }
    bot.chats.find(&chat_id(call)?)?.check_writable()?;
    Ok(Value::Bool(true).into())
}

fn chat_id(call: &Call) -> Result<ChatId, ApiError> {
    match call.text("chat_id") {
        "" => Err(ApiError::bad_request("chat_id is empty")),
        text => Ok(ChatId::from_argument(text)),
    }
}
