//! What a caller gets: a result or a refusal, in the Bot API's words and shape.

use serde_json::{Map, Value, json};

/// The answer to one request, ready for the wire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body, JSON but for [`Reply::bad_gateway`].
    pub(super) body: String,
    /// The seconds of the `Retry-After` header.
    pub(super) retry_after: Option<u64>,
    /// The `Content-Type` header.
    pub(super) content_type: &'static str,
}

const JSON: &str = "application/json";

impl Reply {
    /// Makes the answer 200 from a whole JSON value.
    pub(super) fn json(body: &Value) -> Reply {
        Reply { status: 200, body: body.to_string(), retry_after: None, content_type: JSON }
    }

    /// Makes the answer 200 from a result that is JSON text already.
    pub(super) fn result(result: &str) -> Reply {
        let body = format!(r#"{{"ok":true,"result":{result}}}"#);
        Reply { status: 200, body, retry_after: None, content_type: JSON }
    }

    /// Makes what a front server says when the Bot API behind it is gone: no JSON.
    pub(super) fn bad_gateway() -> Reply {
        let body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
        Reply { status: 502, body: body.to_owned(), retry_after: None, content_type: "text/html" }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Reply {
        let mut body = Map::new();
        body.insert("ok".into(), false.into());
        body.insert("error_code".into(), refusal.code.into());
        body.insert("description".into(), refusal.description.into());
        let mut retry_after = None;
        match refusal.parameters {
            None => {}
            Some(Parameters::RetryAfter(seconds)) => {
                retry_after = Some(seconds);
                body.insert("parameters".into(), json!({ "retry_after": seconds }));
            }
            Some(Parameters::MigrateToChatId(id)) => {
                body.insert("parameters".into(), json!({ "migrate_to_chat_id": id }));
            }
        }
        let body = Value::Object(body).to_string();
        Reply { status: refusal.code, body, retry_after, content_type: JSON }
    }
}

/// A request that is turned down; the code is the HTTP status and the `error_code`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) parameters: Option<Parameters>,
}

/// The `parameters` of an error answer (Bot API, `ResponseParameters`).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parameters {
    /// Seconds to wait.
    RetryAfter(u64),
    /// Where the group went.
    MigrateToChatId(i64),
}

impl Refusal {
    /// Makes a refusal whose description is the status' name and `reason`.
    pub(super) fn new(code: u16, reason: &str) -> Refusal {
        let name = match code {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Request Entity Too Large",
            429 => "Too Many Requests",
            501 => "Not Implemented",
            500.. => "Internal Server Error",
            _ => "Bad Request",
        };
        let description = if reason.is_empty() { name.to_owned() } else { format!("{name}: {reason}") };
        Refusal { code, description, parameters: None }
    }

    /// Makes a 400.
    pub(super) fn bad_request(reason: &str) -> Refusal {
        Refusal::new(400, reason)
    }

    /// Makes a 403.
    pub(super) fn forbidden(reason: &str) -> Refusal {
        Refusal::new(403, reason)
    }

    /// Makes the 429 that asks for `seconds` of patience.
    pub(super) fn flood(seconds: u64) -> Refusal {
        let parameters = Some(Parameters::RetryAfter(seconds));
        Refusal { parameters, ..Refusal::new(429, &format!("retry after {seconds}")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_code_twice() {
        let reply = Reply::from(Refusal::bad_request("chat not found"));
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#
        );
    }

    #[test]
    fn flood_says_how_long_in_words_parameters_and_header() {
        let reply = Reply::from(Refusal::flood(7));
        assert_eq!(reply.retry_after, Some(7));
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#
        );
    }
}
