//! The body's editor on the screen: drawing, syntax colours and vim's modes. The text model is `crate::editor`.

pub(crate) mod change;
pub mod highlight;
pub(crate) mod tab_stops;
pub(crate) mod view;
pub mod vim;

/// The largest text, in bytes, that is coloured, checked and completed while it is edited. This is far more than the
/// 4096 characters that Telegram accepts in a message.
pub(crate) const MAX_HINTED_BYTES: usize = 1024 * 1024;
