//! "Capture mine": one's own chat, for testing.

use super::bot::{BotError, bot_of};
use super::session::Session;
use super::trust::{NotPermitted, WebhookInUse};
use crate::botapi::ClientError;
use crate::capture::{self, CaptureError, CaptureOptions, CapturedChat};
use crate::paths::Paths;
use crate::workspace::{Folder, LockError, SaveError};

#[derive(Debug, thiserror::Error)]
pub enum CaptureMineError {
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    #[error(transparent)]
    Bot(#[from] BotError),
    /// Another telecast reads this bot's updates.
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Client(#[from] ClientError),
    /// No message came; a server that is quoted may repeat the token: [`Session::in_short`].
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// Waits for a message to the webhook's bot and keeps its chat among the test chats, under the chat's name.
pub async fn capture_mine(
    session: &Session,
    folder: &Folder,
    paths: &Paths,
    in_use: &WebhookInUse,
    options: &CaptureOptions,
) -> Result<CapturedChat, CaptureMineError> {
    // Asked first: a chat that cannot be kept is not worth waiting for.
    folder.private()?;
    let permit = session.permit(in_use).await?;
    let bot = bot_of(session, &permit, &in_use.webhook).await?;
    // A sandbox of one's own has no other reader on this machine to agree with.
    let _polling = match bot.id().filter(|_| !permit.is_sandbox()) {
        Some(id) => Some(folder.lock_polling(paths, id)?),
        None => None,
    };
    let mut chat = capture::mine(session.client()?, &bot, options).await?;
    // It is written to a file of the workspace, and whoever answers may repeat the token.
    chat.title = session.redact(&chat.title);
    folder.add_test_chat(&chat.title, &chat.id.to_string())?;
    Ok(chat)
}
