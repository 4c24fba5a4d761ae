//! Draws the editor of a campaign's body, colors its syntax, and handles the keys of vim mode. The text model, which
//! applies the edits, is in `crate::editor`.

pub(crate) mod change;
pub mod highlight;
pub mod register;
pub(crate) mod tab_stops;
pub(crate) mod view;
pub mod vim;

/// The largest body, in bytes, that gets syntax colors, checks, and completions while the user edits it. This is far
/// more than the 4096 characters that Telegram accepts in a message.
pub(crate) const MAX_HINTED_BYTES: usize = 1024 * 1024;
