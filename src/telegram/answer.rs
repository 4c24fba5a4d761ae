//! Decodes the response to a Bot API call. For an error, gives the kind, the meaning, and what to do.
//!
//! The wording of descriptions changes between server versions. So an error is recognized by its code alone, or by its
//! code and a fragment of its description in lower case. [`ApiError`] always keeps the server's own description.

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
    // The first matching row of `KNOWN` counts. So in `KNOWN`, specific rows come before general rows with the same
    // code.
    let known = KNOWN.iter().find(|known| {
        known.codes.contains(&error.error_code)
            && (known.fragments.is_empty() || known.fragments.iter().any(|part| description.contains(part)))
    });
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

struct KnownError {
    codes: &'static [u16],
    /// The description must contain one of these fragments, in lower case. An empty list matches every description.
    fragments: &'static [&'static str],
    fault: ApiErrorKind,
    meaning: &'static str,
    action: &'static str,
}

const KNOWN: &[KnownError] = &[
    KnownError {
        codes: &[400],
        fragments: &["can't parse entities"],
        fault: ApiErrorKind::Content,
        meaning: "the markup is broken for this profile's values",
        action: "escape the values for the parse mode; sending it again as it is fails again",
    },
    KnownError {
        codes: &[400],
        fragments: &[
            "message text is empty",
            "text must be non-empty",
            "message is too long",
            "text is too long",
            "caption is too long",
        ],
        fault: ApiErrorKind::Content,
        meaning: "the text is empty or too long for this profile's values",
        action: "change the text; sending it again as it is fails again",
    },
    KnownError {
        codes: &[400],
        fragments: &["group chat was upgraded"],
        fault: ApiErrorKind::Migrated,
        meaning: "the group became a supergroup and has a new id",
        action: "replace the chat id and send again",
    },
    KnownError {
        codes: &[400],
        fragments: &["chat_id is empty"],
        fault: ApiErrorKind::Body,
        meaning: "the body has no chat_id",
        action: "set chat_id in the body",
    },
    KnownError {
        codes: &[400],
        fragments: &["private chat not found", "chat not found", "user not found"],
        fault: ApiErrorKind::NoChat,
        meaning: "the bot does not know this chat: a wrong id, another bot's list, or a deleted chat",
        action: "check the chat id, and that the recipient has started this bot",
    },
    KnownError {
        codes: &[400],
        fragments: &[
            "not enough rights",
            "have no rights",
            "need administrator rights",
            "have no write access",
            "chat_write_forbidden",
            "chat_restricted",
            "chat_send_",
            "topic_closed",
            "message thread not found",
        ],
        fault: ApiErrorKind::NoRights,
        meaning: "the bot may not write in that chat",
        action: "allow the bot to write there, or remove the chat from the audience",
    },
    KnownError {
        codes: &[400],
        fragments: &["message to be replied not found", "reply_message_id_invalid", "quote_text_invalid"],
        fault: ApiErrorKind::Reply,
        meaning: "the message to reply to, or the quote from it, was not found",
        action: "remove the reply, or set allow_sending_without_reply",
    },
    KnownError {
        codes: &[400],
        fragments: &[
            "effect_id_invalid",
            "business_connection",
            "allow_payment_required",
            "privacy_premium_required",
            "balance_too_low",
        ],
        fault: ApiErrorKind::Body,
        meaning: "an option of the message is not available to this bot or this recipient",
        action: "remove the option or the recipient",
    },
    KnownError {
        codes: &[400],
        fragments: &["must be an array of arrays"],
        fault: ApiErrorKind::Body,
        meaning: "the keyboard is not a list of rows",
        action: "each row is a list of buttons: `[[{…}]]`",
    },
    KnownError {
        codes: &[400],
        fragments: &["text buttons are unallowed"],
        fault: ApiErrorKind::Body,
        meaning: "a button has no action",
        action: "give the button a `url` or `callback_data`",
    },
    KnownError {
        codes: &[400],
        fragments: &["button_data_invalid"],
        fault: ApiErrorKind::Body,
        meaning: "the data of a button is too long",
        action: "callback_data may have at most 64 bytes",
    },
    KnownError {
        codes: &[400],
        fragments: &[
            "unsupported parse_mode",
            "object expected as",
            "can't parse",
            "can't find field",
            "must be of type",
            "must be a number",
            "must be a valid number",
            "button_url_invalid",
            "inline keyboard button",
            "keyboard button text",
            "button style",
            "reply_markup_invalid",
            "reply markup is too long",
            "wrong http url",
            "failed to get http url",
            "wrong type of the web page",
            "wrong file identifier",
            "there is no ",
            // The common prefix of several error codes, such as MEDIA_EMPTY.
            "media_",
        ],
        fault: ApiErrorKind::Body,
        meaning: "a field of the body is not valid for the Bot API",
        action: "correct the field; it fails for every recipient",
    },
    KnownError {
        codes: &[401],
        fragments: &[],
        fault: ApiErrorKind::Token,
        meaning: "the bot token is wrong or was revoked",
        action: "set the token that @BotFather shows for this bot",
    },
    KnownError {
        codes: &[403],
        fragments: &["blocked by the user"],
        fault: ApiErrorKind::Blocked,
        meaning: "the recipient has blocked the bot",
        action: "skip the recipient until they write to the bot again",
    },
    KnownError {
        codes: &[403],
        fragments: &["user is deactivated"],
        fault: ApiErrorKind::Deactivated,
        meaning: "the recipient's account was deleted",
        action: "remove the recipient from the audience",
    },
    KnownError {
        codes: &[403],
        fragments: &["can't initiate conversation"],
        fault: ApiErrorKind::NotStarted,
        meaning: "the recipient has never started this bot, or the id comes from another bot",
        action: "send the recipient a link that starts the bot",
    },
    KnownError {
        codes: &[403],
        // This error reportedly passes within minutes. So a single error of this kind must not remove a recipient from
        // an audience.
        fragments: &["can't send messages to the user"],
        fault: ApiErrorKind::Transient,
        meaning: "the bot cannot write to this recipient now; this can pass within minutes",
        action: "try again later, and keep the recipient",
    },
    KnownError {
        codes: &[403],
        fragments: &["can't send messages to the bot", "can't send messages to bots"],
        fault: ApiErrorKind::Deactivated,
        meaning: "the chat is a bot, and bots cannot write to each other",
        action: "remove the id from the audience",
    },
    KnownError {
        codes: &[403],
        fragments: &["was kicked", "is not a member", "chat was deleted"],
        fault: ApiErrorKind::Left,
        meaning: "the bot is no longer in that chat",
        action: "add the bot to the chat again, or remove the chat from the audience",
    },
    KnownError {
        codes: &[404],
        // This row must come before the row for all other 404s, which says that the token is wrong. With this
        // description, the server knows the token but not the method.
        fragments: &["method not found"],
        fault: ApiErrorKind::Setup,
        meaning: "the server has no such method",
        action: "correct the method's name at the end of the webhook's URL",
    },
    KnownError {
        codes: &[404],
        fragments: &[],
        fault: ApiErrorKind::Token,
        // For a malformed token and for a malformed path, api.telegram.org answers the same "Not Found". So the meaning
        // names both.
        meaning: "the token is malformed, or the path is not /bot<token>/METHOD",
        action: "check the webhook's URL and the token in it",
    },
    KnownError {
        codes: &[409],
        fragments: &["terminated by other getupdates"],
        fault: ApiErrorKind::Conflict,
        meaning: "another program reads this bot's updates",
        action: "stop the other program, or capture with another bot",
    },
    KnownError {
        codes: &[409],
        // This error has a kind of its own, because the help in `crate::capture` differs from that for `Conflict`.
        fragments: &["webhook is active"],
        fault: ApiErrorKind::WebhookActive,
        meaning: "the bot has a webhook, so its updates cannot be read",
        action: "delete the webhook only if nothing else needs it",
    },
    KnownError {
        codes: &[413, 415, 421, 431, 501],
        fragments: &[],
        fault: ApiErrorKind::Setup,
        meaning: "the server does not accept this request",
        action: "check the webhook's URL and headers and the size of the body",
    },
    KnownError {
        codes: &[429],
        fragments: &[],
        fault: ApiErrorKind::Rate,
        meaning: "the bot sends too many requests",
        action: "wait, then send again",
    },
    KnownError {
        codes: &[500, 502, 503, 504],
        fragments: &[],
        fault: ApiErrorKind::Server,
        meaning: "the server failed during the request; the message may or may not have been delivered",
        action: "check the chat before sending again",
    },
];

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
