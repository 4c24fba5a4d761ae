//! Decodes the response to a Bot API call. For an error, gives the kind, the meaning, and what to do.
//!
//! The wording of descriptions changes between server versions. So an error is recognized by its code alone, or by its
//! code and a fragment of its description in lower case. [`ApiError`] always keeps the server's own description.

mod known;

use serde_json::Value;

use super::api_error::{ApiError, ErrorParameters};
use crate::text;

/// The maximum number of characters in the excerpt of a body that is not a Bot API response.
const MAX_EXCERPT: usize = 200;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ApiResponse {
    /// `"ok": true`, with its `result`.
    Ok(Value),
    /// `"ok": false`.
    Error(ApiError),
    /// Not a response of the Bot API. Examples are a proxy's page, incomplete JSON, or an empty body.
    NotBotApi {
        status: u16,
        /// The beginning of the body, on one line and safe to print. Empty if the body is empty.
        excerpt: String,
    },
}

impl ApiResponse {
    pub(crate) fn decode(status: u16, body: &[u8]) -> Self {
        let answer: Option<Value> = serde_json::from_slice(body).ok();
        let decoded = answer.and_then(|mut answer| match answer.get("ok")? {
            Value::Bool(true) => answer.get_mut("result").map(|result| ApiResponse::Ok(result.take())),
            Value::Bool(false) => ApiError::from_answer(status, &answer).map(ApiResponse::Error),
            _ => None,
        });
        decoded.unwrap_or_else(|| ApiResponse::NotBotApi { status, excerpt: excerpt(body) })
    }
}

impl ApiError {
    /// Reads an error from a response's JSON, or returns `None` if the JSON has no `description` string.
    ///
    /// If the JSON has no valid `error_code`, the code is `status`, the HTTP status.
    pub fn from_answer(status: u16, answer: &Value) -> Option<Self> {
        let description = answer.get("description")?.as_str()?;
        // The code in the JSON is preferred to the HTTP status, because a proxy may change the HTTP status.
        let code = answer.get("error_code").and_then(Value::as_u64);
        let parameter = |name: &str| answer.get("parameters").and_then(|parameters| parameters.get(name));
        let retry_after = parameter("retry_after").and_then(Value::as_u64).map(ErrorParameters::RetryAfter);
        let migrate =
            parameter("migrate_to_chat_id").and_then(Value::as_i64).map(ErrorParameters::MigrateToChatId);
        Some(Self {
            error_code: code.and_then(|code| u16::try_from(code).ok()).unwrap_or(status),
            description: description.to_owned(),
            location: None,
            cause: None,
            parameters: retry_after.or(migrate),
        })
    }

    /// Returns the byte offset that the description of a markup error mentions. The offset counts the bytes of the text
    /// including its markup. Returns `None` if the description mentions no offset.
    pub fn byte_offset(&self) -> Option<usize> {
        let (_, offset) = self.description.rsplit_once("at byte offset ")?;
        // Some messages continue after the offset: `at byte offset 5, expected "</b>", found "</i>"`.
        let digits = offset.find(|c: char| !c.is_ascii_digit()).unwrap_or(offset.len());
        offset[..digits].parse().ok()
    }
}

fn excerpt(body: &[u8]) -> String {
    // Only the start of a large body is decoded. A character has at most four bytes, so this start has at least
    // `MAX_EXCERPT` characters.
    let start = &body[..body.len().min(MAX_EXCERPT * 4)];
    let line = String::from_utf8_lossy(start).split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MAX_EXCERPT).collect();
    // The body comes from an unknown server: control characters must not reach the terminal.
    text::visible(&cut).into_owned()
}

/// The kind of an error, by what is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ApiErrorKind {
    /// The text of this recipient's message. The chat itself is fine.
    Content,
    /// The body of the request. The error usually occurs for every recipient.
    Body,
    NoChat,
    /// The recipient blocked the bot, and may unblock it.
    Blocked,
    /// The account was deleted, or the chat is another bot.
    Deactivated,
    NotStarted,
    /// The bot is not a member of the chat, or the chat was deleted.
    Left,
    NoRights,
    Migrated,
    /// An error whose cause can disappear within minutes. So a single error of this kind proves nothing about the chat.
    Transient,
    Reply,
    Token,
    /// Another program reads the bot's updates.
    Conflict,
    WebhookActive,
    Rate,
    /// The webhook's URL or headers, or the size of the body.
    Setup,
    /// The server itself. The message may or may not have been delivered.
    Server,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub fault: ApiErrorKind,
    /// What the error means, without a full stop.
    pub meaning: &'static str,
    /// What to do, without a full stop.
    pub action: String,
}

pub(crate) fn advice_for(error: &ApiError) -> Advice {
    let description = error.description.to_lowercase();
    let known = known::find(error.error_code, &description);
    let (fault, meaning, action) = match known {
        Some(known) => (known.fault, known.meaning, known.action),
        None => (
            ApiErrorKind::Unknown,
            "Telegram refused the request",
            "read the description; the request was not carried out",
        ),
    };
    // The parameters of the response give more precise advice than the fixed text of the row.
    let action = match error.parameters {
        Some(ErrorParameters::RetryAfter(seconds)) => format!("wait {seconds} s, then send again"),
        Some(ErrorParameters::MigrateToChatId(id)) => format!("replace the chat id with {id} and send again"),
        None => action.to_owned(),
    };
    Advice { fault, meaning, action }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: u16, description: &str, expected: ApiErrorKind) {
        assert_eq!(advice_for(&ApiError::plain(code, description)).fault, expected, "{description}");
    }

    #[test]
    fn errors_are_classified_by_code_and_description() {
        check(
            400,
            "Bad Request: can't parse entities: Unsupported start tag \"br\" at byte offset 3",
            ApiErrorKind::Content,
        );
        check(400, "Bad Request: message is too long", ApiErrorKind::Content);
        check(400, "Bad Request: chat not found", ApiErrorKind::NoChat);
        check(400, "Bad Request: CHAT_WRITE_FORBIDDEN", ApiErrorKind::NoRights);
        check(400, "Bad Request: object expected as reply markup", ApiErrorKind::Body);
        check(400, "Bad Request: BUTTON_DATA_INVALID", ApiErrorKind::Body);
        check(400, "Bad Request: there is no photo in the request", ApiErrorKind::Body);
        check(400, "Bad Request: SOMETHING_NEW", ApiErrorKind::Unknown);
        check(401, "Unauthorized", ApiErrorKind::Token);
        check(403, "Forbidden: bot was blocked by the user", ApiErrorKind::Blocked);
        check(403, "Forbidden: bot was kicked from the supergroup chat", ApiErrorKind::Left);
        check(403, "Forbidden: bot can't send messages to the user", ApiErrorKind::Transient);
        check(404, "Not Found", ApiErrorKind::Token);
        check(404, "Not Found: method not found", ApiErrorKind::Setup);
        check(409, "Conflict: terminated by other getUpdates request", ApiErrorKind::Conflict);
        check(
            409,
            "Conflict: can't use getUpdates method while webhook is active",
            ApiErrorKind::WebhookActive,
        );
        check(502, "Bad Gateway", ApiErrorKind::Server);
    }

    #[test]
    fn advice_for_a_refused_keyboard_says_what_to_write() {
        for (description, expected) in [
            (
                "Bad Request: field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
                "each row is a list of buttons: `[[{…}]]`",
            ),
            (
                "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
                "give the button a `url` or `callback_data`",
            ),
            ("Bad Request: BUTTON_DATA_INVALID", "callback_data may have at most 64 bytes"),
        ] {
            assert_eq!(advice_for(&ApiError::plain(400, description)).action, expected);
        }
    }

    #[test]
    fn advice_names_the_wait_and_the_new_chat_id() {
        let advice = advice_for(&ApiError::too_many_requests(35));
        assert_eq!(
            (advice.fault, advice.action.as_str()),
            (ApiErrorKind::Rate, "wait 35 s, then send again")
        );
        let body = br#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234}}"#;
        let ApiResponse::Error(error) = ApiResponse::decode(400, body) else { panic!("expected an error") };
        assert_eq!(advice_for(&error).action, "replace the chat id with -1001234 and send again");
    }

    #[test]
    fn responses_that_are_not_from_a_bot_api_are_detected() {
        assert_eq!(
            ApiResponse::decode(200, br#"{"ok":true,"result":true}"#),
            ApiResponse::Ok(Value::Bool(true))
        );
        let page = "<html>\r\n<h1>502 Bad\x1b[31m Gateway</h1>";
        let excerpt = "<html> <h1>502 Bad\u{241b}[31m Gateway</h1>".to_owned();
        assert_eq!(
            ApiResponse::decode(502, page.as_bytes()),
            ApiResponse::NotBotApi { status: 502, excerpt }
        );
        for body in ["", "{\"ok\":tr", "{\"ok\":false}", "[]", "{\"ok\":true}"] {
            let answer = ApiResponse::decode(200, body.as_bytes());
            assert!(matches!(answer, ApiResponse::NotBotApi { .. }), "{body}");
        }
    }
}
