//! The layers stay apart.
