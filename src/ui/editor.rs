//! The view of a text model: rows, colours, marks, vim's modes.

pub mod change;
pub mod highlight;
pub mod tab_stops;
pub mod view;
pub mod vim;

/// The largest text with hints, in bytes: over a hundred times what Telegram takes.
pub const HINTS_UP_TO: usize = 1024 * 1024;
