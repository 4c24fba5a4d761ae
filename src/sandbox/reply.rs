//! The answer to a call: a result or an error, in the JSON form of the Bot API, or the HTML page of a 502.

use serde_json::Value;

use crate::telegram::{ApiError, ErrorParameters};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct HttpReply {
    pub(super) status: u16,
    /// JSON, except for [`HttpReply::bad_gateway`].
    pub(super) body: String,
    /// The value of the `Retry-After` header, in seconds.
    pub(super) retry_after: Option<u64>,
    pub(super) content_type: &'static str,
}

const JSON: &str = "application/json";

impl HttpReply {
    /// Creates an answer with status 200 and a JSON body.
    pub(super) fn json(body: &Value) -> HttpReply {
        HttpReply { status: 200, body: body.to_string(), retry_after: None, content_type: JSON }
    }

    /// Creates an answer with status 200 and a `result`, which is already JSON text.
    pub(super) fn result(result: &str) -> HttpReply {
        let body = format!(r#"{{"ok":true,"result":{result}}}"#);
        HttpReply { status: 200, body, retry_after: None, content_type: JSON }
    }

    /// Creates the answer of a reverse proxy that cannot reach the Bot API: status 502 and an HTML page.
    pub(super) fn bad_gateway() -> HttpReply {
        // The body is HTML and not JSON on purpose: clients must not assume that every answer is JSON.
        let body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                    <center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
        HttpReply { status: 502, body: body.to_owned(), retry_after: None, content_type: "text/html" }
    }
}

impl From<ApiError> for HttpReply {
    fn from(error: ApiError) -> HttpReply {
        let retry_after = match error.parameters {
            Some(ErrorParameters::RetryAfter(seconds)) => Some(seconds),
            Some(ErrorParameters::MigrateToChatId(_)) | None => None,
        };
        HttpReply {
            status: error.error_code,
            body: error.to_json().to_string(),
            retry_after,
            content_type: JSON,
        }
    }
}

pub(super) fn conflict(reason: &str) -> ApiError {
    ApiError::plain(409, &format!("Conflict: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_code_is_in_the_status_and_the_body() {
        let reply = HttpReply::from(ApiError::bad_request("chat not found"));
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#
        );
    }

    #[test]
    fn rate_limit_reply_has_the_wait_in_text_parameters_and_header() {
        let reply = HttpReply::from(ApiError::too_many_requests(7));
        assert_eq!(reply.retry_after, Some(7));
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#
        );
    }
}
