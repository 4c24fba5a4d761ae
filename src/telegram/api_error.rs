//! Defines an error of the Bot API, with the code and description of the server's answer. An error that telecast's own
//! checks found can also have the location of the fault in the body.

use super::Limit;
use crate::json::JsonStep;
use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct ApiError {
    /// The `error_code` of the answer. The server uses the same number as the HTTP status.
    pub error_code: u16,
    /// The whole `description`, such as `Bad Request: can't parse entities: …`.
    pub description: String,
    pub location: Option<ArgumentLocation>,
    /// What went wrong, for those errors of telecast's own checks that callers must tell apart.
    pub cause: Option<CheckFailure>,
    pub parameters: Option<ErrorParameters>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFailure {
    Markup,
    /// Before parsing, the text is longer than the server accepts.
    InputTooLong,
    /// After parsing, the text is longer than a message or a caption may be.
    TooLong(Limit),
    NoText,
    ParseMode,
    ButtonUrl,
}

/// The `parameters` of an error (Bot API, `ResponseParameters`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorParameters {
    /// Wait this many seconds, then send again.
    RetryAfter(u64),
    /// The group became the supergroup with this id.
    MigrateToChatId(i64),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ArgumentLocation {
    /// The path from the top of the body to the value. The first step is the argument's name. The path is empty if no
    /// argument of the call is at fault.
    pub path: Vec<JsonStep>,
    /// A byte range of the decoded string at `path`, if the fault is inside that string.
    pub decoded: Option<Span>,
}

impl ArgumentLocation {
    pub fn argument(name: &str) -> Self {
        Self { path: vec![JsonStep::Key(name.to_owned())], decoded: None }
    }

    /// Returns the location of a field or an item of the value at this location.
    #[must_use]
    pub fn child(&self, step: JsonStep) -> Self {
        // This location is already a byte range inside a string. If the string contains JSON, the values of this inner
        // JSON have no path in the body. So their location is the same byte range.
        if self.decoded.is_some() {
            return self.clone();
        }
        let mut path = self.path.clone();
        path.push(step);
        Self { path, decoded: None }
    }

    /// Returns the location of a byte range of the decoded string at this path.
    #[must_use]
    pub fn within_string(&self, decoded: Span) -> Self {
        Self { path: self.path.clone(), decoded: Some(decoded) }
    }
}

impl ApiError {
    /// Creates an error with the code 400 from TDLib's message. As in the server, a message that already starts with
    /// `Bad Request` is not changed. Any other message gets `Bad Request: ` before it. The first letter of such a
    /// message becomes lower case, except in a code such as `MESSAGE_TOO_LONG`.
    pub fn bad_request(message: &str) -> Self {
        Self::prefixed(400, "Bad Request", message)
    }

    pub fn forbidden(message: &str) -> Self {
        Self::prefixed(403, "Forbidden", message)
    }

    pub fn method_not_found() -> Self {
        Self::plain(404, "Not Found: method not found")
    }

    /// Returns the error for a well-formed token that belongs to no bot.
    pub fn unauthorized() -> Self {
        Self::plain(401, "Unauthorized")
    }

    pub fn too_many_requests(retry_after: u64) -> Self {
        let parameters = Some(ErrorParameters::RetryAfter(retry_after));
        Self { parameters, ..Self::plain(429, &format!("Too Many Requests: retry after {retry_after}")) }
    }

    /// Creates an error from its full description.
    pub fn plain(error_code: u16, description: &str) -> Self {
        Self {
            error_code,
            description: description.to_owned(),
            location: None,
            cause: None,
            parameters: None,
        }
    }

    fn prefixed(error_code: u16, prefix: &str, message: &str) -> Self {
        if message.starts_with(prefix) {
            return Self::plain(error_code, message);
        }
        let mut chars = message.chars();
        let first = chars.next();
        // Codes such as `MESSAGE_TOO_LONG` keep their first letter in upper case.
        let keeps_case =
            chars.clone().next().is_some_and(|second| second == '_' || second.is_ascii_uppercase());
        let description = match first {
            Some(first) if !keeps_case => {
                format!("{prefix}: {}{}", first.to_ascii_lowercase(), chars.as_str())
            }
            _ => format!("{prefix}: {message}"),
        };
        Self::plain(error_code, &description)
    }

    #[must_use]
    pub fn at(mut self, location: ArgumentLocation) -> Self {
        self.location = Some(location);
        self
    }

    pub fn to_json(&self) -> serde_json::Value {
        let mut answer = serde_json::json!({
            "ok": false,
            "error_code": self.error_code,
            "description": self.description,
        });
        match self.parameters {
            Some(ErrorParameters::RetryAfter(seconds)) => {
                answer["parameters"] = serde_json::json!({"retry_after": seconds})
            }
            Some(ErrorParameters::MigrateToChatId(id)) => {
                answer["parameters"] = serde_json::json!({"migrate_to_chat_id": id})
            }
            None => {}
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_letter_is_lowercased_unless_a_capital_or_underscore_follows() {
        let check =
            |text: &str, expected: &str| assert_eq!(ApiError::bad_request(text).description, expected);
        check("Can't parse entities: X", "Bad Request: can't parse entities: X");
        check("MESSAGE_TOO_LONG", "Bad Request: MESSAGE_TOO_LONG");
        check("Bad Request: chat_id is empty", "Bad Request: chat_id is empty");
        check("a_b", "Bad Request: a_b");
        check("Q", "Bad Request: q");
        check("", "Bad Request: ");
    }

    #[test]
    fn error_json_includes_its_parameters() {
        assert_eq!(
            ApiError::too_many_requests(7).to_json().to_string(),
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#
        );
    }
}
