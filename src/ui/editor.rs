//! The view of the text model: rows, colours, marks, vim's modes.

pub(crate) mod change;
pub mod highlight;
pub(crate) mod tab_stops;
pub(crate) mod view;
pub mod vim;

/// The largest text, in bytes, that is coloured, checked and completed while it is edited. It is over a hundred times
/// what Telegram accepts.
pub(crate) const MAX_HINTED_BYTES: usize = 1024 * 1024;
