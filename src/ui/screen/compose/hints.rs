//! Decides whether the open body is small enough for the features that run after each key: colors, preview, and
//! completion. A larger body can be edited, but without these features.

use crate::ui::editor::MAX_HINTED_BYTES;
use crate::ui::screen::compose::Compose;

// The size of the largest body that is read in the same frame as the typed key. Reading a larger body would delay the
// frame.
const MAX_INSTANT_BYTES: usize = 64 * 1024;

impl Compose {
    /// Returns whether the open body is small enough to be colored, composed, and completed after each key. True if no
    /// body is open.
    pub fn has_hints(&self) -> bool {
        self.buffer().is_none_or(|buffer| buffer.editor.len() <= MAX_HINTED_BYTES)
    }

    /// Returns whether features that read the whole body may do so before the typed key is drawn. In a larger body, the
    /// key is drawn first.
    pub fn has_instant_hints(&self) -> bool {
        self.buffer().is_none_or(|buffer| buffer.editor.len() <= MAX_INSTANT_BYTES)
    }

    /// Returns the message for a body that is too large for colors, preview, and completion. `None` if the body is
    /// small enough, or if no body is open.
    pub fn hints_off_message(&self) -> Option<String> {
        let length = self.buffer()?.editor.len();
        (MAX_HINTED_BYTES < length).then(|| {
            let tenths = length / (1024 * 1024 / 10);
            format!("{}.{} MB: preview and completion off", tenths / 10, tenths % 10)
        })
    }
}
