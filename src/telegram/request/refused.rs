//! A refusal on its way out: who finds it knows the words, who is above it the place in a list.

use crate::telegram::api_error::{ApiError, Place};

/// A refusal in the server's inner words, before they become an answer.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub words: String,
    pub place: Place,
}

impl Refused {
    pub fn at(place: Place, words: &str) -> Self {
        Self { words: words.to_owned(), place }
    }

    /// Puts words in front, as the server does for what lies inside a list.
    pub fn after(self, prefix: &str) -> Self {
        Self { words: format!("{prefix}{}", self.words), ..self }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        ApiError::bad_request(&refused.words).at(refused.place)
    }
}
