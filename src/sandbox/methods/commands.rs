//! The methods that set, get, and delete the commands of the bot's menu.

use serde_json::{Value, json};

use super::lookup;
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::telegram::request::{self, ChatKind, CommandScope};
use crate::telegram::{ApiError, Method};

/// The maximum number of command lists that are kept for a bot. More lists are ignored, without an error.
const MAX_LISTS: usize = 1000;

pub(super) fn set(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let key = key(bot, Method::SetMyCommands, call)?;
    let commands = request::commands(&call.arguments)?;
    if commands.is_empty() {
        bot.commands.remove(&key);
    } else if bot.commands.len() < MAX_LISTS || bot.commands.contains_key(&key) {
        bot.commands.insert(key, commands);
    }
    Ok(Value::Bool(true).into())
}

pub(super) fn get(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let key = key(bot, Method::GetMyCommands, call)?;
    let commands = bot.commands.get(&key).map_or(&[][..], Vec::as_slice).iter();
    let commands =
        commands.map(|command| json!({ "command": command.command, "description": command.description }));
    Ok(commands.collect::<Value>().into())
}

pub(super) fn delete(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let key = key(bot, Method::DeleteMyCommands, call)?;
    bot.commands.remove(&key);
    Ok(Value::Bool(true).into())
}

/// Checks a call and returns the scope and the language of the list that it is about.
fn key(bot: &SandboxBot, method: Method, call: &MethodCall) -> Result<(CommandScope, String), ApiError> {
    lookup::check(bot, method, call)?;
    let scope = request::scope(&call.arguments)?;
    if let Some(chat_id) = &scope.chat_id {
        match (bot.chats.find(chat_id)?.kind, scope.kind.as_str()) {
            (ChatKind::Channel, _) => {
                return Err(ApiError::bad_request("Can't change commands in channel chats"));
            }
            (ChatKind::Private, "chat_administrators" | "chat_member") => {
                return Err(ApiError::bad_request("Can't use specified scope in private chats"));
            }
            _ => {}
        }
    }
    Ok((scope, call.text("language_code").to_owned()))
}
