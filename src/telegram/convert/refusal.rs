//! Defines the error of a conversion: what cannot be converted, and its span in the template's text.

use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConversionError {
    pub span: Span,
    pub message: String,
}
