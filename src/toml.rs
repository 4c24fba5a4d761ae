//! TOML with source positions: reading into types with diagnostics at their spans, and editing that keeps all comments.
//!
//! ```text
//! text ──read──▶ Table ──string / parsed / table …──▶ value + diagnostics (wrong types, unknown keys)
//! text ──edit──▶ Editor ──set / remove──▶ text that differs only there
//! ```
//!
//! Only this module uses `toml_edit`. It knows neither the files nor the names of their keys.

mod edit;

mod read;

#[cfg(test)]
mod tests;

pub(crate) use edit::{Editor, edit, new_document, update_document};
pub(crate) use read::{Spanned, Table, read, value_span};
