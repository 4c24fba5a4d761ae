//! Connects a workspace to a bot, for the set-up guide: checks the token, then stores it and creates the webhook.

use std::sync::Arc;

use super::bot::{BotFailureKind, BotStatus, bot_name, check_bot, explain, kind_of};
use super::create::SaveWebhookError;
use super::session::{ResolveError, Session};
use super::trust::WebhookInUse;
use crate::botapi::{Bot, ClientError};
use crate::campaign::{Destination, Webhook, find_placeholders, is_token, parse_bot_api_url};
use crate::secrets::{Secret, SecretError, SecretScope};
use crate::workspace::SaveError;

/// What the user has entered about a bot.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBot {
    /// The webhook whose token is missing. If this is `None`, a webhook is created.
    pub webhook: Option<Box<WebhookInUse>>,
    /// The Bot API server, such as `https://api.telegram.org` or `${SANDBOX}`. Not used if there is a webhook.
    pub server: String,
    pub token: Secret,
    /// Whether the webhook is created even if the server does not answer.
    pub allows_unchecked: bool,
    /// The stem of a campaign that has no webhook yet. The new webhook is assigned to it.
    pub assign_to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedBot {
    /// The bot's `@name`. `None` if the server did not answer, or if the webhook is not trusted.
    pub name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("this is not a bot token: paste all of it, digits, a colon, and letters, as in 123456789:AAE…")]
    NotAToken,
    /// The URL of the server or of the existing webhook cannot be used, for this reason.
    #[error("{0}")]
    Server(String),
    /// The bot could not be checked, for example because the server refused the token or is not a Bot API.
    #[error("{0}")]
    Refused(String),
    /// The server did not answer. The user can decide to create the webhook without the check.
    #[error("{0}")]
    Unreachable(String),
    #[error("{0} already has another value: change it with `telecast secrets set {0}`")]
    Taken(String),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Webhook(#[from] SaveWebhookError),
    #[error(transparent)]
    Campaign(#[from] SaveError),
}

/// Checks the bot with getMe. Then stores the bot's token as a secret and creates a trusted webhook for the bot. If the
/// check fails, stores and creates nothing. With [`NewBot::allows_unchecked`], a missing answer is not a failure.
///
/// If the webhook already exists, stores the missing token first. Then checks the bot if the webhook is trusted.
pub(crate) async fn connect_bot(session: &Arc<Session>, bot: &NewBot) -> Result<ConnectedBot, ConnectError> {
    let token = bot.token.expose().trim().to_owned();
    if !is_token(&token) {
        return Err(ConnectError::NotAToken);
    }
    if let Some(in_use) = &bot.webhook {
        return complete_webhook(session, in_use, Secret::new(token)).await;
    }
    let server = bot.server.trim().trim_end_matches('/');
    let webhook = Webhook::of_server(server);
    let route = webhook.route().map_err(|violations| {
        let first = violations.into_iter().next().map(|violation| violation.problem);
        ConnectError::Server(first.map_or_else(String::new, |problem| match problem.help {
            Some(help) => format!("{}: {help}", problem.message),
            None => problem.message,
        }))
    })?;
    let sandbox = match &route.destination {
        Destination::Sandbox => Some(session.sandbox_url().await?),
        Destination::Host(_) => None,
    };
    let final_url = format!("{}/bot{token}/sendMessage", sandbox.as_deref().unwrap_or(server));
    route.check_url(&final_url, sandbox.as_deref()).map_err(ResolveError::from)?;
    // The server may repeat the token in its answer, so the token is masked from now on.
    session.remember("BOT_TOKEN", &Secret::new(token.as_str()));
    let not_an_url = || ConnectError::Server("this is not the URL of a Bot API server".to_owned());
    let asked = Bot::of_url(&final_url).ok_or_else(not_an_url)?;
    let name = match asked.get_me(session.client()?).await {
        Ok(user) => Some(session.redact(&bot_name(user))),
        Err(error) => {
            let message = session.redact_and_shorten(&explain(&error));
            match kind_of(&error) {
                BotFailureKind::NoAnswer if bot.allows_unchecked => None,
                BotFailureKind::NoAnswer => return Err(ConnectError::Unreachable(message)),
                BotFailureKind::Refused | BotFailureKind::Incomplete => {
                    return Err(ConnectError::Refused(message));
                }
            }
        }
    };
    // The literal token in this URL is moved to the secret store before the webhook's file is written.
    let webhook = Webhook { url: format!("{server}/bot{token}/sendMessage"), ..webhook };
    let assign_to = bot.assign_to.clone();
    blocking(session, move |session| {
        let stem = session.create_webhook(webhook)?;
        Ok(assign_to.map_or(Ok(()), |campaign| session.set_campaign_webhook(&campaign, &stem))?)
    })
    .await?;
    Ok(ConnectedBot { name })
}

async fn complete_webhook(
    session: &Arc<Session>,
    in_use: &WebhookInUse,
    token: Secret,
) -> Result<ConnectedBot, ConnectError> {
    let url = &in_use.webhook.url;
    let name = parse_bot_api_url(url).and_then(|parts| find_placeholders(parts.token.of(url)).pop());
    let Some(name) = name.map(|placeholder| placeholder.name) else {
        return Err(ConnectError::Server("the webhook's URL has no ${NAME} for the token".to_owned()));
    };
    if session.secrets().find(&name).await?.is_some() {
        return Err(ConnectError::Taken(name));
    }
    blocking(session, move |session| Ok(session.secrets().set(&name, &token, SecretScope::Workspace)?))
        .await?;
    match check_bot(session, in_use).await {
        BotStatus::Sandbox { bot } | BotStatus::Live { bot, .. } => Ok(ConnectedBot { name: Some(bot) }),
        BotStatus::NotTrusted(_) | BotStatus::OtherHost { .. } => Ok(ConnectedBot { name: None }),
        BotStatus::Invalid(message) | BotStatus::Failed { message, .. } => {
            Err(ConnectError::Refused(message))
        }
    }
}

/// Runs file operations on a thread where they do not delay the screen.
async fn blocking(
    session: &Arc<Session>,
    work: impl FnOnce(&Session) -> Result<(), ConnectError> + Send + 'static,
) -> Result<(), ConnectError> {
    let session = Arc::clone(session);
    match tokio::task::spawn_blocking(move || work(&session)).await {
        Ok(result) => result,
        // A panic continues in this task, which reports it.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
