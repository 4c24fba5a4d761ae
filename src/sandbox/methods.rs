//! The methods of the Bot API that the sandbox answers, by name.

mod chat;
mod message;
mod webhook;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bot::Bot;
use super::call::Call;
use super::reply::Refusal;

/// How a method is answered.
#[derive(Clone, Copy)]
pub(super) enum Method {
    /// At once and always.
    Ask(fn(&mut Bot, &Call) -> Result<Done, Refusal>),
    /// With a message that is sent, so that limits and failures apply.
    Send(fn(&mut Bot, &Call, Timestamp) -> Result<Value, Refusal>),
    /// getUpdates, which can wait.
    Poll,
}

/// The methods by their lower-case name, in its order.
const METHODS: [(&str, Method); 8] = [
    ("deletewebhook", Method::Ask(webhook::delete)),
    ("getchat", Method::Ask(chat::get_chat)),
    ("getme", Method::Ask(|bot, _| Ok(bot.identity.to_full_json().into()))),
    ("getupdates", Method::Poll),
    ("getwebhookinfo", Method::Ask(webhook::info)),
    ("sendchataction", Method::Ask(chat::send_chat_action)),
    ("sendmessage", Method::Send(message::send_message)),
    ("setwebhook", Method::Ask(webhook::set)),
];

/// Finds a method by its name in any case.
pub(super) fn find(name: &str) -> Option<Method> {
    METHODS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, method)| *method)
}

/// What a method came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Done {
    result: Value,
    /// Words beside the result, as setWebhook has them.
    description: Option<&'static str>,
}

impl From<Value> for Done {
    fn from(result: Value) -> Done {
        Done { result, description: None }
    }
}

impl Done {
    /// Makes a `true` with words beside it.
    fn said(description: &'static str) -> Done {
        Done { result: Value::Bool(true), description: Some(description) }
    }

    /// Returns the whole answer.
    pub(super) fn to_json(&self) -> Value {
        match self.description {
            None => json!({ "ok": true, "result": self.result }),
            Some(description) => json!({ "ok": true, "result": self.result, "description": description }),
        }
    }
}
