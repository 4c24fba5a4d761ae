//! Chat ids from the bot's updates: waits for a message to the bot and says whose chat it came from.
//!
//! Only looks: no offset is ever sent, so every update stays for the program it is meant for. The one who calls holds
//! the lock for polling the bot.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{self, Instant};

use crate::botapi::{Bot, CallError, Client};
use crate::telegram::Fault;

mod chat;

pub use chat::{CapturedChat, ChatKind};

/// How long one call waits at the server; proxies cut longer ones.
const POLL: Duration = Duration::from_secs(20);

/// How many updates a server gives at once: with so many waiting, a newer one stays out of sight.
const FULL: usize = 100;

/// How many failures in a row that may pass are waited out.
const MAX_FAILED: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureOptions {
    /// How long to wait in all.
    pub patience: Duration,
    /// Updates up to this one are passed over: those of an earlier capture, which are still there.
    pub after: Option<i64>,
    /// The pause behind an answer that came at once and held no message; Telegram answers worse within 3 s.
    pub pause: Duration,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(120), after: None, pause: Duration::from_secs(3) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    #[error(
        "the bot's updates go to a webhook{}: its owner reads them, and telecast does not remove it by itself",
        address.as_ref().map(|address| format!(" at {address}")).unwrap_or_default()
    )]
    WebhookActive {
        /// The webhook's host.
        address: Option<String>,
    },
    #[error("another program reads this bot's updates: stop it, or enter the chat id by hand")]
    OtherPoller,
    #[error(
        "{FULL} or more updates wait for this bot and none is a message: let its own program read them first"
    )]
    Backlog,
    #[error("no message came within {} s: write to the bot and try again", waited.as_secs())]
    NoMessage { waited: Duration },
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Waits until a message to the bot can be seen and returns its chat, the newest where there are several.
///
/// Ends when `options.patience` is over; to stop earlier, drop the future. Nothing is confirmed at the server.
pub async fn mine(
    client: &Client,
    bot: &Bot,
    options: &CaptureOptions,
) -> Result<CapturedChat, CaptureError> {
    match time::timeout(options.patience, look(client, bot, options)).await {
        Ok(result) => result,
        Err(_) => Err(CaptureError::NoMessage { waited: options.patience }),
    }
}

async fn look(client: &Client, bot: &Bot, options: &CaptureOptions) -> Result<CapturedChat, CaptureError> {
    let mut n_failed = 0;
    loop {
        let asked = Instant::now();
        let pause = match bot.get_updates(client, None, POLL.min(options.patience), None).await {
            Ok(updates) => match newest(&updates, options.after) {
                Some(chat) => return Ok(chat),
                None if FULL <= updates.len() => return Err(CaptureError::Backlog),
                None => {
                    n_failed = 0;
                    options.pause.saturating_sub(asked.elapsed())
                }
            },
            Err(error) if n_failed == MAX_FAILED => return Err(error.into()),
            Err(error) => {
                n_failed += 1;
                wait_for(client, bot, error, options.pause).await?
            }
        };
        time::sleep(pause).await;
    }
}

/// Says how long to wait after an error that passes, or why there is no use in waiting.
async fn wait_for(
    client: &Client,
    bot: &Bot,
    error: CallError,
    pause: Duration,
) -> Result<Duration, CaptureError> {
    match &error {
        CallError::Refused { fault: Fault::WebhookActive, .. } => {
            // Only for its host's name in the message; without it the message says enough.
            let info = bot.get_webhook_info(client).await.unwrap_or_default();
            Err(CaptureError::WebhookActive { address: host(&info.url) })
        }
        CallError::Refused { code: 409, .. } => Err(CaptureError::OtherPoller),
        CallError::Refused { code: 429, retry_after, .. } => {
            Ok(retry_after.map_or(pause, Duration::from_secs).max(pause))
        }
        CallError::Refused { code: 500.., .. } => Ok(pause),
        // A long poll that a proxy cuts, or a server that restarts.
        CallError::Send(broken) if !broken.certainly_not_delivered() => Ok(pause),
        _ => Err(error.into()),
    }
}

fn newest(updates: &[Value], after: Option<i64>) -> Option<CapturedChat> {
    updates.iter().rev().filter_map(CapturedChat::of_update).find(|chat| match (chat.update_id, after) {
        (Some(id), Some(after)) => after < id,
        _ => true,
    })
}

/// Returns the host of a webhook's address; the rest of it may hold a secret.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    Some(crate::text::visible(host).into_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests;
