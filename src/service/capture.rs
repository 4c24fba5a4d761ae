//! "Capture mine": one's own chat, for testing.

use super::bot::bot_of;
use super::session::Session;
use super::test_send::ANSWER_CHARS;
use super::trust::WebhookInUse;
use crate::capture::{self, CaptureError, CaptureOptions, CapturedChat};
use crate::paths::Paths;
use crate::text::shorten;
use crate::workspace::Folder;

/// Waits for a message to the webhook's bot and keeps its chat among the test chats, under the chat's name.
pub async fn capture_mine(
    session: &Session,
    folder: &Folder,
    paths: &Paths,
    in_use: &WebhookInUse,
    options: &CaptureOptions,
) -> Result<CapturedChat, String> {
    // Asked first: a chat that cannot be kept is not worth waiting for.
    folder.private().map_err(|error| error.to_string())?;
    let permit = session.permit(in_use).await.map_err(|error| error.to_string())?;
    let bot = bot_of(session, &permit, &in_use.webhook).await.map_err(|error| session.redact(&error))?;
    // A sandbox of one's own has no other reader on this machine to agree with.
    let _polling = match bot.id().filter(|_| !permit.is_sandbox()) {
        Some(id) => Some(folder.lock_polling(paths, id).map_err(|error| error.to_string())?),
        None => None,
    };
    let client = session.client().map_err(|error| error.to_string())?;
    let in_words =
        |error: CaptureError| shorten(&session.redact(&error.to_string()), ANSWER_CHARS).into_owned();
    let mut chat = capture::mine(client, &bot, options).await.map_err(in_words)?;
    // It is written to a file of the workspace, and whoever answers may repeat the token.
    chat.title = session.redact(&chat.title);
    folder.add_test_chat(&chat.title, &chat.id.to_string()).map_err(|error| error.to_string())?;
    Ok(chat)
}
