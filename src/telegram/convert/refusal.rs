//! The error of a conversion.

use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConversionError {
    pub span: Span,
    pub message: String,
}
