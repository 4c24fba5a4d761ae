//! What the Bot API answers where it refuses: code and description as over HTTP, and the place that is to blame.

use super::Limit;
use crate::json::Step;
use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct ApiError {
    /// The HTTP status, and `error_code` of the answer.
    pub error_code: u16,
    /// The whole `description`: `Bad Request: can't parse entities: …`.
    pub description: String,
    pub at: Option<Place>,
    /// Why, where our own check refused and more than the words depends on it.
    pub cause: Option<Cause>,
    pub parameters: Option<ErrorParameters>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Markup,
    /// The text is longer than what the server parses.
    InputTooLong,
    /// The text is longer than a message or caption, after parsing.
    TooLong(Limit),
    NoText,
    ParseMode,
    ButtonUrl,
}

/// The `parameters` of a refusal (Bot API, `ResponseParameters`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorParameters {
    /// Wait this many seconds, then send again.
    RetryAfter(u64),
    /// The group became the supergroup with this id.
    MigrateToChatId(i64),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// From the top of the body to the value; the first step is the argument's name.
    pub path: Vec<Step>,
    /// The bytes of the decoded string at `path`.
    pub decoded: Option<Span>,
}

impl Place {
    pub fn argument(name: &str) -> Self {
        Self { path: vec![Step::Key(name.to_owned())], decoded: None }
    }

    /// Returns the place of a member or item of the value here.
    ///
    /// Within JSON that is written inside a string the path cannot go on; the place stays the string.
    #[must_use]
    pub fn child(&self, step: Step) -> Self {
        if self.decoded.is_some() {
            return self.clone();
        }
        let mut path = self.path.clone();
        path.push(step);
        Self { path, decoded: None }
    }

    #[must_use]
    pub fn part(&self, decoded: Span) -> Self {
        Self { path: self.path.clone(), decoded: Some(decoded) }
    }
}

impl ApiError {
    /// Makes a 400 from the server's inner words: the prefix put in front, the first letter lower-cased.
    ///
    /// The letter stays as it is where the second character is a capital or `_`, as in `MESSAGE_TOO_LONG`.
    pub fn bad_request(words: &str) -> Self {
        Self::prefixed(400, "Bad Request", words)
    }

    pub fn forbidden(words: &str) -> Self {
        Self::prefixed(403, "Forbidden", words)
    }

    pub fn method_not_found() -> Self {
        Self::plain(404, "Not Found: method not found")
    }

    /// Makes the answer for a token that is well-formed and no bot's.
    pub fn unauthorized() -> Self {
        Self::plain(401, "Unauthorized")
    }

    pub fn too_many_requests(retry_after: u64) -> Self {
        let parameters = Some(ErrorParameters::RetryAfter(retry_after));
        Self { parameters, ..Self::plain(429, &format!("Too Many Requests: retry after {retry_after}")) }
    }

    /// Makes an error whose description is given in full.
    pub fn plain(error_code: u16, description: &str) -> Self {
        Self { error_code, description: description.to_owned(), at: None, cause: None, parameters: None }
    }

    fn prefixed(error_code: u16, prefix: &str, words: &str) -> Self {
        if words.starts_with(prefix) {
            return Self::plain(error_code, words);
        }
        let mut chars = words.chars();
        let first = chars.next();
        let keeps_case =
            chars.clone().next().is_some_and(|second| second == '_' || second.is_ascii_uppercase());
        let description = match first {
            Some(first) if !keeps_case => {
                format!("{prefix}: {}{}", first.to_ascii_lowercase(), chars.as_str())
            }
            _ => format!("{prefix}: {words}"),
        };
        Self::plain(error_code, &description)
    }

    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.at = Some(place);
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
    fn the_first_letter_becomes_small_unless_a_capital_or_underscore_follows() {
        let check =
            |words: &str, expected: &str| assert_eq!(ApiError::bad_request(words).description, expected);
        check("Can't parse entities: X", "Bad Request: can't parse entities: X");
        check("MESSAGE_TOO_LONG", "Bad Request: MESSAGE_TOO_LONG");
        check("Bad Request: chat_id is empty", "Bad Request: chat_id is empty");
        check("a_b", "Bad Request: a_b");
        check("Q", "Bad Request: q");
        check("", "Bad Request: ");
    }

    #[test]
    fn an_answer_carries_its_parameters() {
        assert_eq!(
            ApiError::too_many_requests(7).to_json().to_string(),
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#
        );
    }
}
