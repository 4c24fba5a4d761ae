//! TOML with places: read key by key into types with problems at their bytes, and edited without losing a comment.
//!
//! ```text
//! text ──read──▶ Table ──string / parsed / table …──▶ value + diagnostics (wrong types, keys nobody asked for)
//! text ──edit──▶ Editor ──set / remove──▶ text that differs only there
//! ```
//!
//! The only place that names `toml_edit`. Knows no file and no key by name.

mod edit;

mod read;

#[cfg(test)]
mod tests;

pub use edit::{Editor, edit, updated, written};
pub use read::{Spanned, Table, read, value_span};
