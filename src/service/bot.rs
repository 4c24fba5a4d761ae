//! Who answers at a webhook's address: the workspace's sandbox, a real bot, another host, or nobody.

use super::session::{ResolveError, Session};
use super::trust::{NotPermitted, Permit, Question, WebhookInUse};
use crate::botapi::{Bot, CallError, SendError};
use crate::campaign::{Webhook, bot_api};
use crate::compose::Filled;
use crate::secrets::Movable;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotStatus {
    /// A sandbox of telecast's own: nothing reaches a person.
    Sandbox {
        /// The bot's `@name`.
        bot: String,
    },
    /// A bot at a Bot API that is no sandbox: messages reach people.
    Live {
        /// The bot's `@name`.
        bot: String,
        host: String,
    },
    /// The address is no Bot API's; it was not called.
    OtherHost { host: String },
    /// The user has not said that it may be sent to; nobody was asked.
    NotTrusted(Question),
    /// Something stands in it that may not, in words; it is never sent to.
    Invalid(String),
    /// The address is a Bot API's, but who answers is not known.
    Trouble {
        kind: TroubleKind,
        /// What is wrong and what to do, secrets by name.
        words: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// The webhook cannot be called: a secret has no value, or the URL is none. Nothing was sent.
    Incomplete,
    /// Somebody answered, and it was not the bot: a wrong token, or no Bot API.
    Refused,
    /// Nobody answered, or the system could not ask.
    NoAnswer,
}

impl BotStatus {
    /// Whether it is certain that nothing reaches a person.
    pub fn is_sandbox(&self) -> bool {
        matches!(self, BotStatus::Sandbox { .. })
    }
}

/// Asks who answers at the webhook's address: getMe, where it is a Bot API's and may be sent to.
pub async fn check_bot(session: &Session, in_use: &WebhookInUse) -> BotStatus {
    let permit = match session.permit(in_use).await {
        Ok(permit) => permit,
        Err(NotPermitted::Untrusted(question)) => return BotStatus::NotTrusted(question),
        Err(error @ NotPermitted::Invalid(_)) => return BotStatus::Invalid(error.to_string()),
        Err(error) => return BotStatus::Trouble { kind: TroubleKind::NoAnswer, words: error.to_string() },
    };
    if permit.route.bot_call.is_none() {
        return BotStatus::OtherHost { host: permit.host() };
    }
    match ask(session, &permit, &in_use.webhook).await {
        Ok(bot) if permit.is_sandbox() => BotStatus::Sandbox { bot },
        Ok(bot) => BotStatus::Live { bot, host: permit.host() },
        Err((kind, words)) => BotStatus::Trouble { kind, words: session.in_short(&words) },
    }
}

async fn ask(session: &Session, permit: &Permit, webhook: &Webhook) -> Result<String, (TroubleKind, String)> {
    let bot = bot_of(session, permit, webhook).await;
    let bot = bot.map_err(|error| (TroubleKind::Incomplete, error.to_string()))?;
    let client = session.client().map_err(|error| (TroubleKind::NoAnswer, error.to_string()))?;
    let user = bot.get_me(client).await.map_err(|error| (kind_of(&error), explained(&error)))?;
    // Whatever answers there may repeat the token as its name.
    Ok(session.redact(&user.username.map_or(user.first_name, |name| format!("@{name}"))))
}

#[derive(Debug, thiserror::Error)]
pub enum BotError {
    #[error("the webhook's URL is not a Bot API's: …/bot<token>/METHOD")]
    NotBotApi,
    #[error("{}", resolve_help(.0))]
    Resolve(#[source] ResolveError),
}

pub(super) async fn bot_of(session: &Session, permit: &Permit, webhook: &Webhook) -> Result<Bot, BotError> {
    // Parameters are left out: a message's, which methods of the bot's own must not get.
    let address = bot_api(&webhook.url).and_then(|parts| webhook.url.get(..parts.method.end));
    let address = Filled::of_typed(address.ok_or(BotError::NotBotApi)?);
    let url = session.resolve(permit, &address).await.map_err(BotError::Resolve)?;
    permit.admits(&url).map_err(|error| BotError::Resolve(error.into()))?;
    Bot::of_url(&url).ok_or(BotError::NotBotApi)
}

pub fn resolve_help(error: &ResolveError) -> String {
    match error {
        ResolveError::Missing { movable, .. } if !movable.is_empty() => {
            let kept = |movable: &Movable| {
                let Movable { name, from } = movable;
                format!("one is kept for {from}: `telecast trust --move-secrets {name}` moves it here")
            };
            let kept: Vec<String> = movable.iter().map(kept).collect();
            format!("{error}: {}", kept.join("; "))
        }
        ResolveError::Missing { names, .. } => {
            let first = names.first().map_or("NAME", String::as_str);
            format!("{error}: set it with `telecast secrets set {first}`, or as an environment variable")
        }
        ResolveError::Secret(_)
        | ResolveError::Sandbox(_)
        | ResolveError::Announce(_)
        | ResolveError::Misdirected(_) => error.to_string(),
    }
}

fn kind_of(error: &CallError) -> TroubleKind {
    match error {
        CallError::Send(SendError::Url { .. } | SendError::Method { .. } | SendError::Header { .. }) => {
            TroubleKind::Incomplete
        }
        CallError::Send(_) => TroubleKind::NoAnswer,
        CallError::Refused { .. } | CallError::NotBotApi { .. } | CallError::Missing { .. } => {
            TroubleKind::Refused
        }
    }
}

fn explained(error: &CallError) -> String {
    match error {
        CallError::Refused { code: 401, .. } => {
            format!("{error}: the token is wrong or was revoked (BotFather, /token)")
        }
        CallError::Refused { code: 404, .. } => format!("{error}: the token is not complete"),
        _ => error.to_string(),
    }
}
