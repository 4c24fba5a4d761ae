//! Reads TOML values, and reports problems at the spans of the values. Also edits single values in a TOML text. An edit
//! keeps the comments and the order of the keys in the rest of the text.
//!
//! ```text
//! text ──read──▶ Table ──string / parsed / table …──▶ value + diagnostics (wrong types, unknown keys)
//! text ──edit──▶ Editor ──set_string / remove …──▶ text with these changes
//! ```
//!
//! Only this module uses `toml_edit`. The module does not know which files and keys exist: its callers pass the text
//! and the names of the keys.

mod edit;

mod read;

#[cfg(test)]
mod tests;

pub(crate) use edit::{Editor, edit, new_document, update_document};
pub(crate) use read::{Spanned, Table, read, value_span};
