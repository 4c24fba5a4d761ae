//! Finds a chat id in the bot's updates: waits for a message to the bot and returns the chat it came from.
//!
//! getUpdates is called without an offset. So no update is confirmed, and the bot's own program still receives all
//! updates. If two processes call getUpdates for the same bot, they interrupt each other. So the caller must hold the
//! bot's polling lock, which only one telecast process can hold. A bot of the user's own sandbox needs no lock.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{self, Instant};

use crate::botapi::{Bot, CallError, Client};
use crate::telegram::ApiErrorKind;

mod chat;

pub(crate) use chat::CapturedChat;

// How long the server waits for an update in one call of getUpdates. Proxies often end calls that take longer.
const POLL: Duration = Duration::from_secs(20);

// The maximum number of updates that a server returns at once. If that many old updates are waiting, newer updates are
// returned only after the old updates are confirmed. But telecast confirms no updates, because the bot's own program
// would never receive a confirmed update.
const MAX_UPDATES: usize = 100;

// How many temporary failures in a row are tolerated.
const MAX_FAILED: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaptureOptions {
    /// How long to wait in total.
    pub timeout: Duration,
    /// Updates up to this id are skipped. An earlier capture has seen these updates, but they are still waiting on the
    /// server.
    pub after: Option<i64>,
    /// The minimum time from one call to the next. If a call with the same offset follows within 3 s, Telegram waits
    /// longer and returns fewer updates.
    pub pause: Duration,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(120), after: None, pause: Duration::from_secs(3) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CaptureError {
    #[error(
        "the bot's updates go to a webhook{}: telecast does not delete it; enter the chat id by hand",
        address.as_ref().map(|address| format!(" at {address}")).unwrap_or_default()
    )]
    WebhookActive {
        /// The webhook's host, without the path.
        address: Option<String>,
    },
    #[error("another program reads this bot's updates: stop it, or enter the chat id by hand")]
    OtherPoller,
    #[error(
        "{MAX_UPDATES} or more updates wait for this bot and none is a message: let its own program read them \
         first"
    )]
    Backlog,
    #[error("no message arrived within {} s: write to the bot and try again", waited.as_secs())]
    NoMessage { waited: Duration },
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Waits until a message to the bot arrives, and returns the chat that it came from. If several messages are waiting,
/// returns the chat of the newest.
///
/// Ends with [`CaptureError::NoMessage`] after `options.timeout`. To stop earlier, drop the future.
pub(crate) async fn wait_for_chat(
    client: &Client,
    bot: &Bot,
    options: &CaptureOptions,
) -> Result<CapturedChat, CaptureError> {
    match time::timeout(options.timeout, poll(client, bot, options)).await {
        Ok(result) => result,
        Err(_) => Err(CaptureError::NoMessage { waited: options.timeout }),
    }
}

async fn poll(client: &Client, bot: &Bot, options: &CaptureOptions) -> Result<CapturedChat, CaptureError> {
    let mut n_failed = 0;
    loop {
        let started = Instant::now();
        // The server is never asked to wait longer than `options.timeout`. If it were, the call would have to be
        // canceled at the end of a short timeout.
        let pause = match bot.get_updates(client, None, POLL.min(options.timeout), None).await {
            Ok(updates) => match newest(&updates, options.after) {
                Some(chat) => return Ok(chat),
                None if MAX_UPDATES <= updates.len() => return Err(CaptureError::Backlog),
                None => {
                    n_failed = 0;
                    // The time that the call took counts toward the pause.
                    options.pause.saturating_sub(started.elapsed())
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

/// Returns how long to wait after a temporary error, or the reason why waiting is useless.
async fn wait_for(
    client: &Client,
    bot: &Bot,
    error: CallError,
    pause: Duration,
) -> Result<Duration, CaptureError> {
    match &error {
        CallError::Refused { fault: ApiErrorKind::WebhookActive, .. } => {
            // This call is needed only for the host in the error message, so a failure of the call is ignored.
            let info = bot.get_webhook_info(client).await.unwrap_or_default();
            Err(CaptureError::WebhookActive { address: host(&info.url) })
        }
        CallError::Refused { code: 409, .. } => Err(CaptureError::OtherPoller),
        CallError::Refused { code: 429, retry_after, .. } => {
            Ok(retry_after.map_or(pause, Duration::from_secs).max(pause))
        }
        CallError::Refused { code: 500.., .. } => Ok(pause),
        // The request may have been sent, but no usable answer came: a proxy may have ended the call, or the server is
        // restarting. So the call is tried again. A failure to connect is reported at once, because waiting would not
        // help.
        CallError::Send(broken) if !broken.certainly_not_delivered() => Ok(pause),
        _ => Err(error.into()),
    }
}

fn newest(updates: &[Value], after: Option<i64>) -> Option<CapturedChat> {
    // An update without an id counts as new: servers other than Telegram's may omit the id.
    updates.iter().rev().filter_map(CapturedChat::of_update).find(|chat| match (chat.update_id, after) {
        (Some(id), Some(after)) => after < id,
        _ => true,
    })
}

/// Returns the host of a webhook's address, or `None` if the address has none.
// The user name and the path are left out, because both may contain a secret.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    Some(crate::text::visible(host).into_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests;
