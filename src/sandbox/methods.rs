//! Answers the Bot API methods, each in the way of Telegram.

mod callback;
mod chat;
mod commands;
pub(super) mod content;
mod edit;
mod existing;
mod file;
mod keyboard;
mod lookup;
mod media;
mod message;
mod repeat;
mod result;
mod webhook;

use super::bot::SandboxBot;
use super::call::MethodCall;
use crate::telegram::{ApiError, Method};
use jiff::Timestamp;

pub(super) use result::MethodResult;

/// Answers a call of any method but getUpdates, which may have to wait.
pub(super) fn answer(
    bot: &mut SandboxBot,
    method: Method,
    call: &MethodCall,
    now: Timestamp,
) -> Result<MethodResult, ApiError> {
    match method {
        Method::EditMessageText
        | Method::EditMessageCaption
        | Method::EditMessageMedia
        | Method::EditMessageReplyMarkup => edit::edit(bot, method, call, now),
        Method::StopPoll => edit::stop_poll(bot, call),
        Method::DeleteMessage | Method::DeleteMessages => existing::delete(bot, method, call, now),
        Method::PinChatMessage => existing::pin(bot, call),
        Method::UnpinChatMessage => existing::unpin(bot, call),
        Method::UnpinAllChatMessages => existing::unpin_all(bot, call),
        Method::SetMessageReaction => existing::react(bot, call),
        Method::SendChatAction => chat::send_chat_action(bot, call),
        Method::GetChat => chat::get_chat(bot, call),
        Method::GetChatMember => chat::member(bot, call),
        Method::GetChatMemberCount => chat::member_count(bot, call),
        Method::GetChatAdministrators => chat::administrators(bot, call),
        Method::AnswerCallbackQuery => callback::answer(bot, call),
        Method::GetFile => file::get(bot, call),
        Method::SetMyCommands => commands::set(bot, call),
        Method::GetMyCommands => commands::get(bot, call),
        Method::DeleteMyCommands => commands::delete(bot, call),
        Method::GetMe => Ok(bot.identity.to_full_json().into()),
        Method::SetWebhook => webhook::set(bot, call),
        Method::GetWebhookInfo => webhook::info(bot),
        Method::DeleteWebhook => webhook::delete(bot, call),
        sending => message::send(bot, sending, call, now).map(MethodResult::from),
    }
}
