//! Up to which size a body is coloured, composed and completed while one types; a larger one is edited without.

use crate::ui::editor::HINTS_UP_TO;
use crate::ui::screen::compose::Compose;

impl Compose {
    /// Whether what depends on the whole body follows each key.
    pub fn has_hints(&self) -> bool {
        self.buffer().is_none_or(|buffer| buffer.editor.len() <= HINTS_UP_TO)
    }

    /// Returns the words for a body that is too large for hints; `None` for all others.
    pub fn hints_off(&self) -> Option<String> {
        let length = self.buffer()?.editor.len();
        (HINTS_UP_TO < length).then(|| {
            let tenths = length / (1024 * 1024 / 10);
            format!("{}.{} MB: hints are off", tenths / 10, tenths % 10)
        })
    }
}
