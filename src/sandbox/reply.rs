//! What a caller gets: a result or an error, in the Bot API's shape.

use serde_json::Value;

use crate::telegram::{ApiError, ErrorParameters};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// The body, JSON but for [`Reply::bad_gateway`].
    pub(super) body: String,
    /// The seconds of the `Retry-After` header.
    pub(super) retry_after: Option<u64>,
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

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Reply {
        let retry_after = match error.parameters {
            Some(ErrorParameters::RetryAfter(seconds)) => Some(seconds),
            Some(ErrorParameters::MigrateToChatId(_)) | None => None,
        };
        Reply { status: error.error_code, body: error.to_json().to_string(), retry_after, content_type: JSON }
    }
}

pub(super) fn conflict(reason: &str) -> ApiError {
    ApiError::plain(409, &format!("Conflict: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_code_twice() {
        let reply = Reply::from(ApiError::bad_request("chat not found"));
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#
        );
    }

    #[test]
    fn flood_says_how_long_in_words_parameters_and_header() {
        let reply = Reply::from(ApiError::too_many_requests(7));
        assert_eq!(reply.retry_after, Some(7));
        assert_eq!(
            reply.body,
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#
        );
    }
}
