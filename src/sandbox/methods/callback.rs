//! answerCallbackQuery.

use serde_json::Value;

use super::lookup;
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::telegram::{ApiError, Method};

/// Handles answerCallbackQuery. Only a press of a button that an update told the bot about can be answered.
pub(super) fn answer(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    lookup::check(bot, Method::AnswerCallbackQuery, call)?;
    match bot.pressed.contains(call.text("callback_query_id")) {
        true => Ok(Value::Bool(true).into()),
        false => {
            Err(ApiError::bad_request("query is too old and response timeout expired or query ID is invalid"))
        }
    }
}
