//! Who answers at a webhook's address: the workspace's sandbox, a real bot, another host, or nobody.

use super::session::{ResolveError, Session};
use crate::botapi::{Bot, CallError, SendError};
use crate::campaign::{Webhook, bot_api};
use crate::compose::Filled;

/// What is known of who answers at a webhook's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotStatus {
    /// Nobody was asked yet.
    Unknown,
    /// The answer is on its way.
    Asking,
    /// A sandbox of telecast's own: nothing reaches a person.
    Sandbox {
        /// The bot's `@name`.
        bot: String,
    },
    /// A bot at a Bot API that is no sandbox: messages reach people.
    Live {
        /// The bot's `@name`.
        bot: String,
        /// The host that answered.
        host: String,
    },
    /// The address is no Bot API's; it was not called.
    OtherHost {
        /// The host.
        host: String,
    },
    /// The address is a Bot API's, but who answers is not known.
    Trouble {
        /// Whose fault it is.
        kind: TroubleKind,
        /// What is wrong and what to do, secrets by name.
        words: String,
    },
}

/// Why it is not known who answers.
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

/// Asks who answers at the webhook's address: `GET /sandbox`, then getMe.
pub async fn check_bot(session: &Session, webhook: &Webhook) -> BotStatus {
    if bot_api(&webhook.url).is_none() {
        return BotStatus::OtherHost { host: host_of(&webhook.url) };
    }
    match ask(session, webhook).await {
        Ok(status) => status,
        Err((kind, words)) => BotStatus::Trouble { kind, words: session.redact(&words) },
    }
}

async fn ask(session: &Session, webhook: &Webhook) -> Result<BotStatus, (TroubleKind, String)> {
    let (bot, base) = bot_of(session, webhook).await.map_err(|words| (TroubleKind::Incomplete, words))?;
    let client = session.client().map_err(|error| (TroubleKind::NoAnswer, error.to_string()))?;
    let is_sandbox = client.is_sandbox(&base).await;
    let user = bot.get_me(client).await.map_err(|error| (kind_of(&error), explained(&error)))?;
    let bot = user.username.map_or(user.first_name, |name| format!("@{name}"));
    Ok(if is_sandbox { BotStatus::Sandbox { bot } } else { BotStatus::Live { bot, host: host_of(&base) } })
}

/// Returns the bot that a webhook speaks for, secrets filled in, and the address of its Bot API.
pub(super) async fn bot_of(session: &Session, webhook: &Webhook) -> Result<(Bot, String), String> {
    let url = session.resolve(&Filled::of_typed(&webhook.url)).await.map_err(|error| resolve_help(&error))?;
    let bot = Bot::of_url(&url).ok_or("the webhook's URL is not a Bot API's: …/bot<token>/METHOD")?;
    let base = bot_api(&url).map(|parts| parts.base.of(&url).to_owned()).unwrap_or_default();
    Ok((bot, base))
}

/// Says why a secret has no value, and what to do.
pub fn resolve_help(error: &ResolveError) -> String {
    match error {
        ResolveError::Missing { names } => {
            let first = names.first().map_or("NAME", String::as_str);
            format!("{error}: set it with `telecast secrets set {first}`, or as an environment variable")
        }
        ResolveError::Secret(_) | ResolveError::Sandbox(_) => error.to_string(),
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

/// The host in an address, with what stands before it taken away.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_shown_without_what_could_be_a_secret() {
        assert_eq!(host_of("https://user:pw@crm.example:8443/x?y"), "crm.example:8443");
        assert_eq!(host_of("crm.example/x"), "crm.example");
    }
}
