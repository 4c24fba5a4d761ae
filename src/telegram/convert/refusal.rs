//! Why a text is not converted.

use crate::text::Span;

/// Why a text is not converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The place in the text.
    pub span: Span,
    /// What is in the way, in plain words.
    pub message: String,
}
