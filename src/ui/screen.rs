//! The screens, a folder each.

pub mod compose;
