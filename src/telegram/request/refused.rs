//! A refusal on its way out: who finds it knows the words, who is above it the place in a list.

use crate::telegram::api_error::{ApiError, Cause, Place};

/// A refusal in the server's inner words, before they become an answer.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub words: String,
    pub place: Place,
    pub cause: Option<Cause>,
}

impl Refused {
    pub fn at(place: Place, words: &str) -> Self {
        Self { words: words.to_owned(), place, cause: None }
    }

    pub fn because(self, cause: Cause) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// Puts words in front, as the server does for what lies inside a list. The causes are those of the message's own
    /// text and buttons, not of an item's.
    pub fn after(self, prefix: &str) -> Self {
        Self { words: format!("{prefix}{}", self.words), cause: None, ..self }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self { cause: refused.cause, ..ApiError::bad_request(&refused.words).at(refused.place) }
    }
}
