//! deleteMessage(s), the methods that pin and unpin messages, and setMessageReaction.

use jiff::Timestamp;
use serde_json::Value;

use super::lookup::{self, FoundMessage};
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::telegram::request::ChatKind;
use crate::telegram::{ApiError, Method};

/// How long a bot can delete a message outside supergroups and channels, in seconds.
const DELETE_LIMIT: i64 = 2 * 86_400;

/// How long a dice in a private chat cannot be deleted, in seconds.
const DICE_LIMIT: i64 = 86_400;

pub(super) fn delete(
    bot: &mut SandboxBot,
    method: Method,
    call: &MethodCall,
    now: Timestamp,
) -> Result<MethodResult, ApiError> {
    let target = lookup::check(bot, method, call)?.target;
    let Some(target) = target else { return done() };
    // If one of the messages cannot be deleted, none is.
    if !target.messages.iter().all(|message| is_deletable(target.chat.kind, message, now)) {
        return Err(ApiError::bad_request("Message can't be deleted for everyone"));
    }
    for message in &target.messages {
        bot.messages.remove(target.chat.id, message.id);
        bot.pins.remove(target.chat.id, message.id);
    }
    done()
}

fn is_deletable(chat: ChatKind, message: &FoundMessage, now: Timestamp) -> bool {
    let date = message.members.get("date").and_then(Value::as_i64).unwrap_or(0);
    let age = now.as_second() - date;
    match chat {
        ChatKind::Private if message.members.contains_key("dice") && age < DICE_LIMIT => false,
        ChatKind::Private | ChatKind::Group => age <= DELETE_LIMIT,
        ChatKind::Supergroup | ChatKind::Channel => true,
    }
}

pub(super) fn pin(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let target = lookup::check(bot, Method::PinChatMessage, call)?.target;
    for (chat, message) in
        target.iter().flat_map(|target| target.messages.iter().map(|m| (target.chat.id, m.id)))
    {
        bot.pins.add(chat, message);
    }
    done()
}

pub(super) fn unpin(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let checked = lookup::check(bot, Method::UnpinChatMessage, call)?;
    let chat = checked.required_chat()?.id;
    let named = checked.target.as_ref().and_then(|target| target.messages.first()).map(|message| message.id);
    let Some(message) = named.or_else(|| bot.pins.latest(chat)) else {
        return Err(ApiError::bad_request("Message to unpin not found"));
    };
    bot.pins.remove(chat, message);
    done()
}

pub(super) fn unpin_all(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let chat = lookup::check(bot, Method::UnpinAllChatMessages, call)?.required_chat()?.id;
    bot.pins.clear(chat);
    done()
}

pub(super) fn react(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    // The reaction is not stored, because no method returns the reactions of a bot.
    lookup::check(bot, Method::SetMessageReaction, call)?;
    done()
}

fn done() -> Result<MethodResult, ApiError> {
    Ok(Value::Bool(true).into())
}
