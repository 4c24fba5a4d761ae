//! Reads the commands of a bot's menu and the people they are for.

use super::ChatId;
use super::error::RequestError;
use super::value::{self, ArgumentValue};
use crate::telegram::api_error::{ApiError, ArgumentLocation};
use crate::telegram::arguments::Arguments;

/// One command of the menu (Bot API, `BotCommand`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BotCommand {
    /// Without a slash.
    pub command: String,
    pub description: String,
}

/// The people that a list of commands is for (Bot API, `BotCommandScope`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CommandScope {
    pub kind: String,
    pub chat_id: Option<ChatId>,
    /// The user of the kind `chat_member`; 0 for the other kinds.
    pub user_id: i64,
}

const MAX_COMMANDS: usize = 100;
const MAX_COMMAND: usize = 32;
const MAX_DESCRIPTION: usize = 256;

/// Returns the scope of a call that passed the check.
pub(crate) fn scope(arguments: &Arguments) -> Result<CommandScope, ApiError> {
    read_scope(arguments).map_err(ApiError::from)
}

/// Returns the commands of a call that passed the check.
pub(crate) fn commands(arguments: &Arguments) -> Result<Vec<BotCommand>, ApiError> {
    read_commands(arguments).map_err(ApiError::from)
}

pub(super) fn read_scope(arguments: &Arguments) -> Result<CommandScope, RequestError> {
    let everybody = || CommandScope { kind: "default".to_owned(), chat_id: None, user_id: 0 };
    value::read(
        arguments,
        "scope",
        "BotCommandScope",
        || Ok(everybody()),
        |scope| {
            scope_of(scope, everybody()).map_err(|error| error.with_prefix("Can't parse BotCommandScope: "))
        },
    )
}

fn scope_of(scope: &ArgumentValue<'_>, everybody: CommandScope) -> Result<CommandScope, RequestError> {
    if !scope.is_object() {
        return Err(scope.error("BotCommandScope must be an Object"));
    }
    let kind = scope.required_string("type")?;
    match kind.as_str() {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => {
            return Ok(CommandScope { kind, ..everybody });
        }
        "chat" | "chat_administrators" | "chat_member" => {}
        _ => return Err(scope.error("Unsupported type specified")),
    }
    let chat_id = scope.required_string("chat_id")?;
    if chat_id.is_empty() {
        return Err(scope.error("Empty chat_id specified"));
    }
    let user_id = if kind == "chat_member" { scope.required_integer("user_id")? } else { 0 };
    if kind == "chat_member" && user_id <= 0 {
        return Err(scope.error("Invalid user_id specified"));
    }
    Ok(CommandScope { kind, chat_id: Some(ChatId::from_argument(&chat_id)), user_id })
}

pub(super) fn read_commands(arguments: &Arguments) -> Result<Vec<BotCommand>, RequestError> {
    value::read(arguments, "commands", "commands", || Ok(Vec::new()), commands_of)
}

fn commands_of(value: &ArgumentValue<'_>) -> Result<Vec<BotCommand>, RequestError> {
    let items = value.array("BotCommand")?;
    let mut commands = Vec::new();
    for item in &items {
        commands.push(command(item).map_err(|error| error.with_prefix("Can't parse BotCommand: "))?);
    }
    let finished = commands.into_iter().zip(&items).map(|(command, item)| finish(command, item));
    let commands = finished.collect::<Result<Vec<BotCommand>, RequestError>>()?;
    // Telegram's remote server makes these checks.
    if MAX_COMMANDS < commands.len() {
        return Err(RequestError::at(ArgumentLocation::argument("commands"), "BOT_COMMANDS_TOO_MUCH"));
    }
    let is_name = |command: &BotCommand| {
        command.command.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    match commands.iter().position(|command| !is_name(command)) {
        Some(bad) => Err(items[bad].error("BOT_COMMAND_INVALID")),
        None => Ok(commands),
    }
}

fn command(item: &ArgumentValue<'_>) -> Result<BotCommand, RequestError> {
    if !item.is_object() {
        return Err(item.error("expected an Object"));
    }
    Ok(BotCommand {
        command: item.required_string("command")?,
        description: item.required_string("description")?,
    })
}

fn finish(command: BotCommand, item: &ArgumentValue<'_>) -> Result<BotCommand, RequestError> {
    let trimmed = command.command.trim();
    let name = trimmed.strip_prefix('/').unwrap_or(trimmed).to_owned();
    let description = command.description.trim().to_owned();
    if name.is_empty() {
        return Err(item.error("Command must be non-empty"));
    }
    if MAX_COMMAND < name.chars().count() {
        return Err(item.error(format!("Command length must not exceed {MAX_COMMAND}")));
    }
    if description.is_empty() {
        return Err(item.error("Command description must be non-empty"));
    }
    if MAX_DESCRIPTION < description.chars().count() {
        return Err(item.error(format!("Command description length must not exceed {MAX_DESCRIPTION}")));
    }
    Ok(BotCommand { command: name, description })
}
