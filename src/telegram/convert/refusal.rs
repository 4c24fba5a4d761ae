//! Why a text is not converted.

use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub span: Span,
    pub message: String,
}
