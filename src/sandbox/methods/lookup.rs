//! Checks a call and looks up the chats and the messages that it is about, in the order of the Bot API server.

use serde_json::{Map, Value};

use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::{ChatAccess, SandboxChat};
use crate::telegram::request::{Delivery, TargetIds, TargetMessages, not_found};
use crate::telegram::{self, ApiError, ApiRequest, ChatId, Method};

/// A call that passed all checks of its arguments, and what it is about.
pub(super) struct CheckedCall {
    pub(super) request: ApiRequest,
    /// The chat of the argument `chat_id`; `None` for a method without this argument.
    pub(super) chat: Option<SandboxChat>,
    pub(super) target: Option<FoundTarget>,
}

/// The existing messages that a call is about.
pub(super) struct FoundTarget {
    pub(super) chat: SandboxChat,
    pub(super) messages: Vec<FoundMessage>,
}

pub(super) struct FoundMessage {
    pub(super) id: i64,
    pub(super) members: Map<String, Value>,
    /// Whether the bot sent the message.
    pub(super) is_own: bool,
}

impl CheckedCall {
    /// Returns the chat, or the error for a call without one.
    pub(super) fn required_chat(&self) -> Result<&SandboxChat, ApiError> {
        // Unreachable: `check` accepts no call without a `chat_id` if the method requires one. The error only avoids a
        // panic.
        self.chat.as_ref().ok_or_else(|| ApiError::bad_request("chat_id is empty"))
    }
}

/// Checks a call. An error about a chat or a message is reported before an error in another argument, unless the server
/// checks that argument before it looks up the chat.
pub(super) fn check(bot: &SandboxBot, method: Method, call: &MethodCall) -> Result<CheckedCall, ApiError> {
    let kind_of = |chat_id: &ChatId| bot.chats.find(chat_id).ok().map(|chat| chat.kind);
    let checked = telegram::check_with_chats(method.as_str(), &call.arguments, &kind_of);
    let target = checked.target.map(|target| find_target(bot, method, &target)).transpose()?;
    let chat = match &checked.chat {
        Some(chat_id) if method.sends() => Some(find_writable_chat(bot, chat_id)?),
        Some(chat_id) => {
            let chat = bot.chats.find(chat_id)?;
            chat.check_access(access(method))?;
            Some(chat)
        }
        None => None,
    };
    if let Some(chat) = chat.as_ref().filter(|_| method.sends()) {
        chat.check_thread(Delivery::read(&call.arguments).message_thread_id)?;
    }
    Ok(CheckedCall { request: checked.result?, chat, target })
}

fn find_writable_chat(bot: &SandboxBot, chat_id: &ChatId) -> Result<SandboxChat, ApiError> {
    if *chat_id == ChatId::Id(bot.identity.id) {
        return Err(ApiError::forbidden("the bot can't send messages to the bot"));
    }
    let chat = bot.chats.find(chat_id)?;
    chat.check_writable()?;
    Ok(chat)
}

/// Returns what the bot must be allowed to do in the chat. For a method that sends, this is the chat of the original
/// messages.
fn access(method: Method) -> ChatAccess {
    match method {
        Method::EditMessageText
        | Method::EditMessageCaption
        | Method::EditMessageMedia
        | Method::EditMessageReplyMarkup
        | Method::StopPoll => ChatAccess::Edit,
        Method::DeleteMessage
        | Method::DeleteMessages
        | Method::PinChatMessage
        | Method::UnpinChatMessage
        | Method::UnpinAllChatMessages => ChatAccess::Write,
        Method::GetChatMember | Method::GetChatMemberCount | Method::GetChatAdministrators => {
            ChatAccess::ReadMembers
        }
        _ => ChatAccess::Read,
    }
}

fn find_target(bot: &SandboxBot, method: Method, target: &TargetMessages) -> Result<FoundTarget, ApiError> {
    let chat = bot.chats.find(&target.chat_id)?;
    chat.check_access(access(method))?;
    let find = |id: &i32| find_message(bot, chat.id, i64::from(*id));
    let messages = match &target.ids {
        // `check` reports the missing id.
        TargetIds::One(None) => Vec::new(),
        TargetIds::One(Some(id)) => {
            vec![find(id).ok_or_else(|| ApiError::bad_request(&not_found(method)))?]
        }
        TargetIds::Several(ids) => ids.iter().filter_map(find).collect(),
    };
    Ok(FoundTarget { chat, messages })
}

fn find_message(bot: &SandboxBot, chat: i64, id: i64) -> Option<FoundMessage> {
    let members = serde_json::from_str(bot.messages.find(chat, id)?).ok()?;
    Some(FoundMessage { id, members, is_own: bot.messages.is_sent(chat, id) })
}
