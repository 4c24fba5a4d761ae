//! What came back from a Bot API call, decoded, and what a refusal means and asks for, in plain words.
//!
//! Wordings drift between versions: a refusal is known by its code and a lower-case part of its description, and
//! the description itself is always kept.

use serde_json::Value;

use super::api_error::{ApiError, ErrorParameters};
use crate::text;

/// The most characters of a foreign body that are kept to show.
const EXCERPT: usize = 200;

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// `"ok": true`, with its `result`.
    Ok(Value),
    /// `"ok": false`.
    Error(ApiError),
    /// Something that no Bot API server says: a proxy's page, half a JSON, nothing.
    NotBotApi {
        status: u16,
        /// The beginning of the body, on one line and safe to print; empty where there was none.
        excerpt: String,
    },
}

impl Answer {
    pub fn decode(status: u16, body: &[u8]) -> Self {
        let answer: Option<Value> = serde_json::from_slice(body).ok();
        let decoded = answer.and_then(|mut answer| match answer.get("ok")? {
            Value::Bool(true) => answer.get_mut("result").map(|result| Answer::Ok(result.take())),
            Value::Bool(false) => ApiError::from_answer(status, &answer).map(Answer::Error),
            _ => None,
        });
        decoded.unwrap_or_else(|| Answer::NotBotApi { status, excerpt: excerpt(body) })
    }
}

impl ApiError {
    /// Reads a refusal from an answer's JSON, or `None` where it has no description.
    ///
    /// `status` is the code where the answer itself names none.
    pub fn from_answer(status: u16, answer: &Value) -> Option<Self> {
        let description = answer.get("description")?.as_str()?;
        let code = answer.get("error_code").and_then(Value::as_u64);
        let number = |name: &str| answer.get("parameters").and_then(|parameters| parameters.get(name));
        let retry_after = number("retry_after").and_then(Value::as_u64).map(ErrorParameters::RetryAfter);
        let migrate =
            number("migrate_to_chat_id").and_then(Value::as_i64).map(ErrorParameters::MigrateToChatId);
        Some(Self {
            error_code: code.and_then(|code| u16::try_from(code).ok()).unwrap_or(status),
            description: description.to_owned(),
            at: None,
            cause: None,
            parameters: retry_after.or(migrate),
        })
    }

    /// Returns the byte of the text that the description names; see [`super::ParseError::message`].
    pub fn byte_offset(&self) -> Option<usize> {
        let (_, offset) = self.description.rsplit_once("at byte offset ")?;
        let digits = offset.find(|c: char| !c.is_ascii_digit()).unwrap_or(offset.len());
        offset[..digits].parse().ok()
    }
}

fn excerpt(body: &[u8]) -> String {
    let start = &body[..body.len().min(EXCERPT * 4)];
    let words = String::from_utf8_lossy(start).split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(EXCERPT).collect();
    text::visible(&cut).into_owned()
}

/// Whose fault a refusal is, which decides what happens to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The text of this recipient's message: the chat is not to blame.
    Content,
    /// The body is wrong for everybody.
    Body,
    NoChat,
    /// The person blocked the bot, and may come back.
    Blocked,
    /// The account is gone for good.
    Deactivated,
    NotStarted,
    /// The bot has left, or was made to leave, the chat.
    Left,
    NoRights,
    Migrated,
    /// Seen for minutes and then not: proves nothing by one answer.
    Transient,
    Reply,
    Token,
    /// Another process that uses the bot.
    Conflict,
    WebhookActive,
    Rate,
    /// The address or the server's set-up.
    Setup,
    /// The server broke: the message may or may not have been delivered.
    Server,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub fault: Fault,
    /// What it means; no full stop.
    pub meaning: &'static str,
    /// What to do; no full stop.
    pub action: String,
}

pub fn what_to_do(error: &ApiError) -> Advice {
    let description = error.description.to_lowercase();
    let known = KNOWN.iter().find(|known| {
        known.codes.contains(&error.error_code)
            && (known.parts.is_empty() || known.parts.iter().any(|part| description.contains(part)))
    });
    let (fault, meaning, action) = match known {
        Some(known) => (known.fault, known.meaning, known.action),
        None => (
            Fault::Unknown,
            "Telegram refused the request",
            "read the description; the request was not carried out",
        ),
    };
    let action = match error.parameters {
        Some(ErrorParameters::RetryAfter(seconds)) => format!("wait {seconds} s, then send again"),
        Some(ErrorParameters::MigrateToChatId(id)) => format!("replace the chat id by {id} and send again"),
        None => action.to_owned(),
    };
    Advice { fault, meaning, action }
}

struct Known {
    codes: &'static [u16],
    /// Any of these lower-case parts; none fits every description.
    parts: &'static [&'static str],
    fault: Fault,
    meaning: &'static str,
    action: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        codes: &[400],
        parts: &["can't parse entities"],
        fault: Fault::Content,
        meaning: "the markup is broken for this profile's values",
        action: "escape the values for the parse mode; sending it again as it is fails again",
    },
    Known {
        codes: &[400],
        parts: &[
            "message text is empty",
            "text must be non-empty",
            "message is too long",
            "text is too long",
            "caption is too long",
        ],
        fault: Fault::Content,
        meaning: "the text is empty or too long for this profile's values",
        action: "change the text; sending it again as it is fails again",
    },
    Known {
        codes: &[400],
        parts: &["group chat was upgraded"],
        fault: Fault::Migrated,
        meaning: "the group became a supergroup and has a new id",
        action: "replace the chat id and send again",
    },
    Known {
        codes: &[400],
        parts: &["chat_id is empty"],
        fault: Fault::Body,
        meaning: "the body names no chat",
        action: "set chat_id in the body",
    },
    Known {
        codes: &[400],
        parts: &["private chat not found", "chat not found", "user not found"],
        fault: Fault::NoChat,
        meaning: "this bot has never met that chat: a wrong id, another bot's list, or a deleted chat",
        action: "check the chat id, and that the recipient has started this very bot",
    },
    Known {
        codes: &[400],
        parts: &[
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
        fault: Fault::NoRights,
        meaning: "the bot may not write in that chat",
        action: "let the bot write there, or take the chat out of the audience",
    },
    Known {
        codes: &[400],
        parts: &["message to be replied not found", "reply_message_id_invalid", "quote_text_invalid"],
        fault: Fault::Reply,
        meaning: "the message that is replied to, or the quote from it, is not there",
        action: "drop the reply, or set allow_sending_without_reply",
    },
    Known {
        codes: &[400],
        parts: &[
            "effect_id_invalid",
            "business_connection",
            "allow_payment_required",
            "privacy_premium_required",
            "balance_too_low",
        ],
        fault: Fault::Body,
        meaning: "an option of the message is not open to this bot or this recipient",
        action: "take the option out, or the recipient",
    },
    Known {
        codes: &[400],
        parts: &[
            "unsupported parse_mode",
            "object expected as",
            "can't parse",
            "can't find field",
            "must be of type",
            "must be a number",
            "must be a valid number",
            "button_data_invalid",
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
            "media_",
        ],
        fault: Fault::Body,
        meaning: "a field of the body is not as the Bot API wants it",
        action: "correct the field; it fails for every recipient",
    },
    Known {
        codes: &[401],
        parts: &[],
        fault: Fault::Token,
        meaning: "the bot token is wrong or was revoked",
        action: "set the token that @BotFather shows for this bot",
    },
    Known {
        codes: &[403],
        parts: &["blocked by the user"],
        fault: Fault::Blocked,
        meaning: "the recipient has blocked the bot",
        action: "leave the recipient out until they write to the bot again",
    },
    Known {
        codes: &[403],
        parts: &["user is deactivated"],
        fault: Fault::Deactivated,
        meaning: "the recipient's account was deleted",
        action: "take the recipient out of the audience",
    },
    Known {
        codes: &[403],
        parts: &["can't initiate conversation"],
        fault: Fault::NotStarted,
        meaning: "the recipient has never started this bot, or the id is another bot's",
        action: "send the recipient a link that starts the bot",
    },
    Known {
        codes: &[403],
        parts: &["can't send messages to the user"],
        fault: Fault::Transient,
        meaning: "Telegram does not let the bot write to this person now; this can pass within minutes",
        action: "try once more later; do not count the person as gone",
    },
    Known {
        codes: &[403],
        parts: &["can't send messages to the bot", "can't send messages to bots"],
        fault: Fault::Deactivated,
        meaning: "the chat is a bot, and bots cannot write to each other",
        action: "take the id out of the audience",
    },
    Known {
        codes: &[403],
        parts: &["was kicked", "is not a member", "chat was deleted"],
        fault: Fault::Left,
        meaning: "the bot is no longer in that chat",
        action: "add the bot to the chat again, or take the chat out of the audience",
    },
    Known {
        codes: &[404],
        parts: &["method not found"],
        fault: Fault::Setup,
        meaning: "the server has no such method",
        action: "correct the method's name at the end of the webhook's URL",
    },
    Known {
        codes: &[404],
        parts: &[],
        fault: Fault::Token,
        meaning: "the token is malformed, or the path is not /bot<token>/METHOD",
        action: "check the webhook's URL and the token in it",
    },
    Known {
        codes: &[409],
        parts: &["terminated by other getupdates"],
        fault: Fault::Conflict,
        meaning: "another program reads this bot's updates",
        action: "stop the other program, or capture with another bot",
    },
    Known {
        codes: &[409],
        parts: &["webhook is active"],
        fault: Fault::WebhookActive,
        meaning: "the bot has a webhook, so that its updates cannot be read",
        action: "delete the webhook only if nothing else needs it",
    },
    Known {
        codes: &[413, 415, 421, 431, 501],
        parts: &[],
        fault: Fault::Setup,
        meaning: "the server does not take such a request",
        action: "check the webhook's URL, headers and the size of the body",
    },
    Known {
        codes: &[429],
        parts: &[],
        fault: Fault::Rate,
        meaning: "Telegram asks for patience",
        action: "wait, then send again",
    },
    Known {
        codes: &[500, 502, 503, 504],
        parts: &[],
        fault: Fault::Server,
        meaning: "the server broke while it worked; the message may have been delivered or not",
        action: "look into the chat before sending again",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: u16, description: &str, expected: Fault) {
        assert_eq!(what_to_do(&ApiError::plain(code, description)).fault, expected, "{description}");
    }

    #[test]
    fn refusals_are_known_by_code_and_words() {
        check(
            400,
            "Bad Request: can't parse entities: Unsupported start tag \"br\" at byte offset 3",
            Fault::Content,
        );
        check(400, "Bad Request: message is too long", Fault::Content);
        check(400, "Bad Request: chat not found", Fault::NoChat);
        check(400, "Bad Request: CHAT_WRITE_FORBIDDEN", Fault::NoRights);
        check(400, "Bad Request: object expected as reply markup", Fault::Body);
        check(400, "Bad Request: BUTTON_DATA_INVALID", Fault::Body);
        check(400, "Bad Request: there is no photo in the request", Fault::Body);
        check(400, "Bad Request: SOMETHING_NEW", Fault::Unknown);
        check(401, "Unauthorized", Fault::Token);
        check(403, "Forbidden: bot was blocked by the user", Fault::Blocked);
        check(403, "Forbidden: bot was kicked from the supergroup chat", Fault::Left);
        check(403, "Forbidden: bot can't send messages to the user", Fault::Transient);
        check(404, "Not Found", Fault::Token);
        check(404, "Not Found: method not found", Fault::Setup);
        check(409, "Conflict: terminated by other getUpdates request", Fault::Conflict);
        check(409, "Conflict: can't use getUpdates method while webhook is active", Fault::WebhookActive);
        check(502, "Bad Gateway", Fault::Server);
    }

    #[test]
    fn the_wait_and_the_new_id_are_named() {
        let advice = what_to_do(&ApiError::too_many_requests(35));
        assert_eq!((advice.fault, advice.action.as_str()), (Fault::Rate, "wait 35 s, then send again"));
        let body = br#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234}}"#;
        let Answer::Error(error) = Answer::decode(400, body) else { panic!("a refusal") };
        assert_eq!(what_to_do(&error).action, "replace the chat id by -1001234 and send again");
    }

    #[test]
    fn what_no_bot_api_says_is_told_apart() {
        assert_eq!(Answer::decode(200, br#"{"ok":true,"result":true}"#), Answer::Ok(Value::Bool(true)));
        let page = "<html>\r\n<h1>502 Bad\x1b[31m Gateway</h1>";
        let excerpt = "<html> <h1>502 Bad\u{241b}[31m Gateway</h1>".to_owned();
        assert_eq!(Answer::decode(502, page.as_bytes()), Answer::NotBotApi { status: 502, excerpt });
        for body in ["", "{\"ok\":tr", "{\"ok\":false}", "[]", "{\"ok\":true}"] {
            let answer = Answer::decode(200, body.as_bytes());
            assert!(matches!(answer, Answer::NotBotApi { .. }), "{body}");
        }
    }
}
