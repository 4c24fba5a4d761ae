//! The Bot API methods that the sandbox implements, by name.

mod chat;
pub(super) mod content;
mod keyboard;
mod message;
mod result;
mod webhook;

use super::bot::SandboxBot;
use super::call::MethodCall;
use crate::telegram::{self, ApiError};
use jiff::Timestamp;

pub(super) use result::MethodResult;

#[derive(Clone, Copy)]
pub(super) enum MethodKind {
    /// The method is answered immediately. The rate limit and the simulated failures do not apply to it.
    Query(QueryHandler),
    /// The method sends a message, so the rate limit and the simulated failures apply to it.
    Send(telegram::Method),
    Poll,
}

type QueryHandler = fn(&mut SandboxBot, &MethodCall) -> Result<MethodResult, ApiError>;

const QUERIES: [(&str, QueryHandler); 6] = [
    ("deleteWebhook", webhook::delete),
    ("getChat", chat::get_chat),
    ("getMe", |bot, _| Ok(bot.identity.to_full_json().into())),
    ("getWebhookInfo", webhook::info),
    ("sendChatAction", chat::send_chat_action),
    ("setWebhook", webhook::set),
];

/// Finds a method by its name, case-insensitively as on Telegram. Returns `None` if the sandbox does not implement it.
pub(super) fn find(name: &str) -> Option<MethodKind> {
    if name.eq_ignore_ascii_case("getUpdates") {
        return Some(MethodKind::Poll);
    }
    let query = QUERIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    match query {
        Some((_, answer)) => Some(MethodKind::Query(*answer)),
        None => telegram::Method::from_name(name).filter(|method| method.sends()).map(MethodKind::Send),
    }
}

pub(super) fn send(
    bot: &mut SandboxBot,
    method: telegram::Method,
    call: &MethodCall,
    now: Timestamp,
) -> Result<MethodResult, ApiError> {
    message::send(bot, method, call, now).map(MethodResult::from)
}
