//! Reads which existing messages a call is about: the message that it edits, deletes, copies, ….

use super::ChatId;
use super::error::RequestError;
use super::value::{self, ArgumentValue};
use crate::json::JsonValue;
use crate::telegram::arguments::{Arguments, lenient_i64};
use crate::telegram::integer::parse_canonical;
use crate::telegram::method::Method;

/// The most messages that one call can copy, forward, or delete.
const MAX_MESSAGES: usize = 100;

/// The existing messages that a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetMessages {
    pub chat_id: ChatId,
    /// The ids are above 0.
    pub ids: TargetIds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetIds {
    /// The call fails if this message does not exist. `None` if the call gives no valid id; it then fails once the
    /// server has found the chat.
    One(Option<i32>),
    /// Messages that do not exist are left out.
    Several(Vec<i32>),
}

/// The arguments of a method that name its target, and the server's name for the target in errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TargetRule {
    chat: &'static str,
    has_several: bool,
    name: &'static str,
}

fn rule(method: Method) -> Option<TargetRule> {
    let one = |chat, name| Some(TargetRule { chat, has_several: false, name });
    let several = |chat, name| Some(TargetRule { chat, has_several: true, name });
    match method {
        Method::EditMessageText
        | Method::EditMessageCaption
        | Method::EditMessageMedia
        | Method::EditMessageReplyMarkup => one("chat_id", "message to edit"),
        Method::StopPoll => one("chat_id", "message with poll to stop"),
        Method::DeleteMessage => one("chat_id", "message to delete"),
        Method::DeleteMessages => several("chat_id", "message to delete"),
        Method::PinChatMessage => one("chat_id", "message to pin"),
        Method::UnpinChatMessage => one("chat_id", "message to unpin"),
        Method::SetMessageReaction => one("chat_id", "message to react"),
        Method::CopyMessage => one("from_chat_id", "message to copy"),
        Method::ForwardMessage => one("from_chat_id", "message to forward"),
        Method::CopyMessages | Method::ForwardMessages => several("from_chat_id", "message to forward"),
        _ => None,
    }
}

/// Returns the error for a message that does not exist.
pub(crate) fn not_found(method: Method) -> String {
    format!("{} not found", rule(method).map_or("message", |rule| rule.name))
}

/// Reads the target of a call. Returns `None` for a method without a target.
pub(super) fn read(method: Method, arguments: &Arguments) -> Result<Option<TargetMessages>, RequestError> {
    let Some(rule) = rule(method) else { return Ok(None) };
    let chat = arguments.text(rule.chat);
    let ids = match rule.has_several {
        true => TargetIds::Several(several(arguments)?),
        false => TargetIds::One(one(arguments)),
    };
    if method.edits() && chat.is_empty() && ids == TargetIds::One(None) {
        return inline(arguments);
    }
    match method {
        Method::UnpinChatMessage if ids == TargetIds::One(None) => return Ok(None),
        Method::DeleteMessage if chat.is_empty() => {
            return Err(RequestError::at(arguments.location("chat_id"), "Chat identifier is not specified"));
        }
        Method::DeleteMessage if ids == TargetIds::One(None) => {
            return Err(RequestError::at(
                arguments.location("message_id"),
                "Message identifier is not specified",
            ));
        }
        _ => {}
    }
    if chat.is_empty() {
        return Err(RequestError::at(arguments.location(rule.chat), "Bad Request: chat_id is empty"));
    }
    Ok(Some(TargetMessages { chat_id: ChatId::from_argument(chat), ids }))
}

pub(super) fn required(name: &str, arguments: &Arguments) -> RequestError {
    RequestError::at(arguments.location(name), &format!("Parameter \"{name}\" is required"))
}

/// Handles a call that edits a message which was sent inline. Such messages are not checked: only Telegram knows them.
fn inline(arguments: &Arguments) -> Result<Option<TargetMessages>, RequestError> {
    if arguments.text("inline_message_id").is_empty() {
        let location = arguments.location("inline_message_id");
        return Err(RequestError::at(location, "Message identifier is not specified"));
    }
    Ok(None)
}

// The server reads the id leniently and reports a bad id as a message that does not exist.
fn one(arguments: &Arguments) -> Option<i32> {
    i32::try_from(lenient_i64(arguments.text("message_id"))).ok().filter(|id| 0 < *id)
}

fn several(arguments: &Arguments) -> Result<Vec<i32>, RequestError> {
    let name = "message_ids";
    let refused = |message: &str| Err(RequestError::at(arguments.location(name), message));
    let missing = || refused("Message identifiers are not specified");
    value::read(arguments, name, name, missing, |value| {
        let Some(items) = value.items() else {
            return refused("Expected an Array of message identifiers");
        };
        if MAX_MESSAGES < items.len() {
            return refused("Too many message identifiers specified");
        }
        let ids = items.iter().map(id).collect::<Result<Vec<i32>, RequestError>>()?;
        if ids.is_empty() { missing() } else { Ok(ids) }
    })
}

fn id(item: &ArgumentValue<'_>) -> Result<i32, RequestError> {
    let text = match &item.node.value {
        JsonValue::Number(raw) => raw,
        JsonValue::String(text) => &text.decoded,
        _ => return Err(item.error("Message identifier must be a Number")),
    };
    match parse_canonical::<i32>(text) {
        None => Err(item.error("Can't parse message identifier as a Number")),
        Some(..=0) => Err(item.error("Invalid message identifier specified")),
        Some(id) => Ok(id),
    }
}

impl TargetMessages {
    /// Returns the error for a call without a valid message id.
    pub(super) fn check_id(&self, method: Method, arguments: &Arguments) -> Result<(), RequestError> {
        match self.ids {
            TargetIds::One(None) => {
                Err(RequestError::at(arguments.location("message_id"), &not_found(method)))
            }
            TargetIds::One(Some(_)) | TargetIds::Several(_) => Ok(()),
        }
    }
}
