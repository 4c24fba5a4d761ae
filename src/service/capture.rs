//! Finds the user's own chat with the bot and saves it as a test chat.

use serde_json::json;

use super::bot::{BotError, resolve_bot};
use super::session::Session;
use super::trust::{NotPermitted, WebhookInUse};
use crate::botapi::{CallError, ClientError};
use crate::capture::{self, CaptureError, CaptureOptions, CapturedChat};
use crate::paths::Paths;
use crate::workspace::{Folder, LockError, SaveError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum CaptureOwnChatError {
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    #[error(transparent)]
    Bot(#[from] BotError),
    /// Another telecast process is reading this bot's updates, or the lock file cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("only a sandbox has made-up users")]
    NotSandbox,
    #[error(transparent)]
    Call(#[from] CallError),
    /// No chat was found. The error may quote the server's answer, which can contain the token. So mask secrets in the
    /// error before showing it.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// Waits for a message to the webhook's bot, and saves the chat of the message as a test chat, under the chat's title.
pub(crate) async fn capture_own_chat(
    session: &Session,
    folder: &Folder,
    paths: &Paths,
    in_use: &WebhookInUse,
    options: &CaptureOptions,
) -> Result<CapturedChat, CaptureOwnChatError> {
    // The folder is checked first, so that the user does not wait for a message whose chat cannot be saved.
    folder.ensure_private_folder()?;
    let permit = session.permit(in_use).await?;
    let bot = resolve_bot(session, &permit, &in_use.webhook).await?;
    // If two processes poll one bot, they interrupt each other (409 Conflict), so polling needs a lock. The user's own
    // sandbox is polled without a lock.
    let _polling = match bot.id().filter(|_| !permit.is_sandbox()) {
        Some(id) => Some(folder.lock_polling(paths, id)?),
        None => None,
    };
    let mut chat = capture::wait_for_chat(session.client()?, &bot, options).await?;
    // A hostile server can put the token into the title, and the title is written to a file in the workspace. So the
    // token is masked.
    chat.title = session.redact(&chat.title);
    folder.add_test_chat(&chat.title, &chat.id.to_string())?;
    Ok(chat)
}

/// Lets a made-up user write to the webhook's bot in the sandbox. A capture that is waiting then gets this user's chat.
pub(crate) async fn simulate_message(
    session: &Session,
    in_use: &WebhookInUse,
) -> Result<(), CaptureOwnChatError> {
    let permit = session.permit(in_use).await?;
    if !permit.is_sandbox() {
        return Err(CaptureOwnChatError::NotSandbox);
    }
    let bot = resolve_bot(session, &permit, &in_use.webhook).await?;
    let user = json!({"id": 1001, "is_bot": false, "first_name": "Test", "last_name": "User"});
    let chat = json!({"id": 1001, "type": "private", "first_name": "Test", "last_name": "User"});
    let message = json!({"message_id": 1, "date": 0, "from": user, "chat": chat, "text": "/start"});
    Ok(bot.queue_update(session.client()?, &json!({ "message": message })).await?)
}
