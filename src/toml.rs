//! TOML with source positions: reading values with diagnostics at their spans, and editing that changes nothing else.
//!
//! ```text
//! text ──read──▶ Table ──string / parsed / table …──▶ value + diagnostics (wrong types, unknown keys)
//! text ──edit──▶ Editor ──set_string / remove …──▶ text with these changes
//! ```
//!
//! Only this module uses `toml_edit`. The module knows neither the files nor the names of their keys.

mod edit;

mod read;

#[cfg(test)]
mod tests;

pub(crate) use edit::{Editor, edit, new_document, update_document};
pub(crate) use read::{Spanned, Table, read, value_span};
