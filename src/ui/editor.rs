//! The view of a text model: rows, colours, marks, vim's modes.

pub mod change;
pub mod highlight;
pub mod tab_stops;
pub mod view;
pub mod vim;
