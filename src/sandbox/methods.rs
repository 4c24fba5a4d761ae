//! The methods of the Bot API that the sandbox answers, by name.

mod chat;
pub(super) mod content;
mod done;
mod keyboard;
mod message;
mod webhook;

use super::bot::Bot;
use super::call::Call;
use crate::telegram::{self, ApiError};
use jiff::Timestamp;

pub(super) use done::Done;

#[derive(Clone, Copy)]
pub(super) enum Handling {
    /// At once and always.
    Ask(Ask),
    /// With a message that is sent, so that limits and failures apply.
    Send(telegram::Method),
    Poll,
}

type Ask = fn(&mut Bot, &Call) -> Result<Done, ApiError>;

const ASKED: [(&str, Ask); 6] = [
    ("deleteWebhook", webhook::delete),
    ("getChat", chat::get_chat),
    ("getMe", |bot, _| Ok(bot.identity.to_full_json().into())),
    ("getWebhookInfo", webhook::info),
    ("sendChatAction", chat::send_chat_action),
    ("setWebhook", webhook::set),
];

/// Finds a method by its name in any case.
pub(super) fn find(name: &str) -> Option<Handling> {
    if name.eq_ignore_ascii_case("getUpdates") {
        return Some(Handling::Poll);
    }
    let asked = ASKED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    match asked {
        Some((_, answer)) => Some(Handling::Ask(*answer)),
        None => telegram::Method::from_name(name).filter(|method| method.sends()).map(Handling::Send),
    }
}

pub(super) fn send(
    bot: &mut Bot,
    method: telegram::Method,
    call: &Call,
    now: Timestamp,
) -> Result<Done, ApiError> {
    message::send(bot, method, call, now).map(Done::from)
}
