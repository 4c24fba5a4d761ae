//! Finds what a message says that a campaign copies or forwards, for the preview. Only Telegram knows the messages of
//! real chats, but the workspace's own sandbox knows its messages.

use serde_json::Value;

use super::session::Session;
use crate::campaign::SANDBOX;
use crate::compose::Composed;
use crate::telegram::MessageContent;
use crate::telegram::request::TargetIds;
use crate::text::{shorten, visible};

/// How much of the message's text is shown, in characters.
const MAX_TEXT: usize = 80;

/// Fills in [`Composed::repeated`] if the request goes to the workspace's own sandbox and the sandbox runs in this
/// process. Does not start a sandbox.
pub(crate) fn look_up_repeated(session: &Session, composed: &mut Composed) {
    let Some(request) = &composed.request else { return };
    let is_to_sandbox =
        composed.http.as_ref().is_some_and(|http| http.url.secret_names().any(|name| name == SANDBOX));
    if !is_to_sandbox || !matches!(request.content(), MessageContent::Repeat(_)) {
        return;
    }
    let Some(target) = request.target() else { return };
    let TargetIds::One(Some(id)) = target.ids else { return };
    composed.repeated = session.sandbox_message(&target.chat_id, id.into()).map(|message| summary(&message));
}

/// Describes a Message object on one line: its text or caption, or else the kind of its content.
fn summary(message: &Value) -> String {
    let text = ["text", "caption"].into_iter().find_map(|key| message[key].as_str());
    let question = message["poll"]["question"].as_str().map(|question| format!("poll: {question}"));
    let kinds = [
        "photo",
        "video",
        "animation",
        "audio",
        "document",
        "voice",
        "video_note",
        "sticker",
        "venue",
        "location",
    ];
    let kind = kinds.into_iter().find(|kind| message.get(*kind).is_some());
    let described = text.map(str::to_owned).or(question).or_else(|| kind.map(|kind| kind.replace('_', " ")));
    let line = described.unwrap_or_else(|| "a message without text".to_owned()).replace('\n', " ");
    visible(&shorten(&line, MAX_TEXT)).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_described_on_one_line() {
        let check = |message: Value, expected: &str| assert_eq!(summary(&message), expected);
        check(json!({ "text": "Hello\nAnna" }), "Hello Anna");
        check(json!({ "photo": [], "caption": "C" }), "C");
        check(json!({ "animation": {}, "document": {} }), "animation");
        check(json!({ "poll": { "question": "Q" } }), "poll: Q");
        check(json!({ "dice": {} }), "a message without text");
    }
}
