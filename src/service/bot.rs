//! Checks where a webhook's URL leads: to a sandbox, to a real bot, to another host, or nowhere.

use super::session::{ResolveError, Session};
use super::trust::{NotPermitted, Permit, TrustQuestion, WebhookInUse};
use crate::botapi::{Bot, BotUser, CallError, SendError};
use crate::campaign::{Webhook, parse_bot_api_url};
use crate::compose::SecretTemplate;
use crate::secrets::MovableSecret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotStatus {
    /// A sandbox that this user started: nothing reaches a person.
    Sandbox {
        /// The bot's `@name`.
        bot: String,
    },
    /// A bot at a real Bot API: messages reach people.
    Live {
        /// The bot's `@name`.
        bot: String,
        host: String,
    },
    /// The URL is not a Bot API URL, so it was not called.
    OtherHost { host: String },
    /// The user does not trust the webhook yet, so it was not called.
    NotTrusted(TrustQuestion),
    /// The webhook is invalid, for the reason given here, so it was not called.
    Invalid(String),
    /// The check was not completed.
    Failed {
        kind: BotFailureKind,
        /// What is wrong and, if known, what to do, with secrets masked.
        message: String,
        /// The names of the secrets in the URL that have no value.
        missing_secrets: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotFailureKind {
    /// The webhook cannot be called, for example because a secret has no value or the URL is not valid. Nothing was
    /// sent.
    Incomplete,
    /// The server refused the call or gave an unusable answer, for example because the token is wrong or the server is
    /// not a Bot API.
    Refused,
    /// There was no answer, or the call could not be made.
    NoAnswer,
}

impl BotStatus {
    pub fn failed(kind: BotFailureKind, message: String) -> Self {
        BotStatus::Failed { kind, message, missing_secrets: Vec::new() }
    }

    /// Returns whether it is certain that no message reaches a person.
    pub fn is_sandbox(&self) -> bool {
        matches!(self, BotStatus::Sandbox { .. })
    }
}

/// Finds out where the webhook's URL leads. Calls getMe if the URL is a Bot API URL and the session permits requests to
/// the webhook.
pub(crate) async fn check_bot(session: &Session, in_use: &WebhookInUse) -> BotStatus {
    let permit = match session.permit(in_use).await {
        Ok(permit) => permit,
        Err(NotPermitted::Untrusted(question)) => return BotStatus::NotTrusted(question),
        Err(error @ NotPermitted::Invalid(_)) => return BotStatus::Invalid(error.to_string()),
        Err(error) => return BotStatus::failed(BotFailureKind::NoAnswer, error.to_string()),
    };
    // A host without the Bot API has no method like getMe that is safe to call.
    if permit.route.method_path.is_none() {
        return BotStatus::OtherHost { host: permit.host() };
    }
    let bot = match resolve_bot(session, &permit, &in_use.webhook).await {
        Ok(bot) => bot,
        Err(error) => {
            return BotStatus::Failed {
                kind: BotFailureKind::Incomplete,
                message: session.redact_and_shorten(&error.to_string()),
                missing_secrets: error.missing_secrets().to_vec(),
            };
        }
    };
    match fetch_bot_name(session, &bot).await {
        Ok(bot) if permit.is_sandbox() => BotStatus::Sandbox { bot },
        Ok(bot) => BotStatus::Live { bot, host: permit.host() },
        // The message may quote the server's answer, which can contain the token. So secrets are masked.
        Err((kind, message)) => BotStatus::failed(kind, session.redact_and_shorten(&message)),
    }
}

async fn fetch_bot_name(session: &Session, bot: &Bot) -> Result<String, (BotFailureKind, String)> {
    let client = session.client().map_err(|error| (BotFailureKind::NoAnswer, error.to_string()))?;
    let user = bot.get_me(client).await.map_err(|error| (kind_of(&error), explain(&error)))?;
    // A hostile server can return the token as the bot's name, so the name is masked too.
    Ok(session.redact(&bot_name(user)))
}

pub(super) fn bot_name(user: BotUser) -> String {
    user.username.map_or(user.first_name, |name| format!("@{name}"))
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BotError {
    #[error("the webhook's URL is not a Bot API URL: …/bot<token>/METHOD")]
    NotBotApi,
    #[error("{}", describe_resolve_error(.0))]
    Resolve(#[source] ResolveError),
}

impl BotError {
    fn missing_secrets(&self) -> &[String] {
        match self {
            BotError::Resolve(ResolveError::Missing { names, .. }) => names,
            BotError::NotBotApi | BotError::Resolve(_) => &[],
        }
    }
}

pub(super) async fn resolve_bot(
    session: &Session,
    permit: &Permit,
    webhook: &Webhook,
) -> Result<Bot, BotError> {
    // The query is left out, because its parameters are for the message and not for methods such as getMe.
    let address = parse_bot_api_url(&webhook.url).and_then(|parts| webhook.url.get(..parts.method.end));
    let address = SecretTemplate::parse(address.ok_or(BotError::NotBotApi)?);
    let url = session.resolve(permit, &address).await.map_err(BotError::Resolve)?;
    permit.check_url(&url).map_err(|error| BotError::Resolve(error.into()))?;
    Bot::of_url(&url).ok_or(BotError::NotBotApi)
}

pub(crate) fn describe_resolve_error(error: &ResolveError) -> String {
    match error {
        // The secret's value is not moved here; the message only says how to move it. Without the user's consent, a
        // copy of a workspace must not get the secrets of the original.
        ResolveError::Missing { movable, .. } if !movable.is_empty() => {
            let offer = |movable: &MovableSecret| {
                let MovableSecret { name, from } = movable;
                format!("a value is kept for {from}: `telecast trust --move-secrets {name}` moves it here")
            };
            let offers: Vec<String> = movable.iter().map(offer).collect();
            format!("{error}: {}", offers.join("; "))
        }
        ResolveError::Missing { names, .. } => {
            let first = names.first().map_or("NAME", String::as_str);
            format!("{error}: set it with `telecast secrets set {first}`, or as an environment variable")
        }
        ResolveError::Secret(_)
        | ResolveError::Sandbox(_)
        | ResolveError::Announce(_)
        | ResolveError::RouteMismatch(_) => error.to_string(),
    }
}

pub(super) fn kind_of(error: &CallError) -> BotFailureKind {
    match error {
        CallError::Send(SendError::Url { .. } | SendError::Method { .. } | SendError::Header { .. }) => {
            BotFailureKind::Incomplete
        }
        CallError::Send(_) => BotFailureKind::NoAnswer,
        CallError::Refused { .. } | CallError::NotBotApi { .. } | CallError::Missing { .. } => {
            BotFailureKind::Refused
        }
    }
}

pub(super) fn explain(error: &CallError) -> String {
    match error {
        CallError::Refused { code: 401, .. } => {
            format!("{error}: the token is wrong or was revoked (BotFather, /token)")
        }
        // api.telegram.org answers 404 to a malformed token, and 401 to a wrong or revoked token.
        CallError::Refused { code: 404, .. } => format!("{error}: the token is incomplete"),
        _ => error.to_string(),
    }
}
