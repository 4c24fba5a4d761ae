//! Defines the error that a check returns. At the end, the error becomes an `ApiError`, which is the server's answer.
//! Before that, some callers put a prefix before the error's message, as the server does.

use crate::telegram::api_error::{ApiError, ArgumentLocation, CheckFailure};

/// An error with the server's internal message. Usually the message has no `Bad Request: ` prefix and begins with a
/// capital letter, but `ApiError::bad_request` accepts other messages too.
#[derive(Debug, Clone)]
pub(super) struct RequestError {
    pub message: String,
    pub location: ArgumentLocation,
    pub cause: Option<CheckFailure>,
}

impl RequestError {
    pub(super) fn at(location: ArgumentLocation, message: &str) -> Self {
        Self { message: message.to_owned(), location, cause: None }
    }

    pub(super) fn with_cause(self, cause: CheckFailure) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// Puts a prefix before the message, as the server does for an item of a list.
    // The cause is dropped, because it selects the help for the error. That help is about the text or the buttons of a
    // whole message, so it would be wrong for an item of a list.
    pub(super) fn with_prefix(self, prefix: &str) -> Self {
        Self { message: format!("{prefix}{}", self.message), cause: None, ..self }
    }
}

impl From<RequestError> for ApiError {
    fn from(error: RequestError) -> Self {
        Self { cause: error.cause, ..ApiError::bad_request(&error.message).at(error.location) }
    }
}
