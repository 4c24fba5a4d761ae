//! Cut, copy, and paste within the console. Every cut and copy fills the console's own register, so that pasting works
//! even if the terminal or the system refuses the text. The text is also offered to the system's clipboard.
//!
//! A program in a terminal cannot read the system's clipboard portably. Text from other programs is therefore pasted
//! with the terminal's own key, and does not go into the register.

use std::sync::Arc;

use crate::ui::editor::register::Register;
use crate::ui::shared::effect::{Effect, LoopEffect, Task};
use crate::ui::shared::{Clipboard, SharedState};
use crate::ui::widget::{FieldText, Input, Key, TextField};

pub(crate) const COPY: Key = Key { ctrl: true, ..Key::char('c') };
pub(crate) const CUT: Key = Key { ctrl: true, ..Key::char('x') };
pub(crate) const PASTE: Key = Key { ctrl: true, ..Key::char('v') };

const HIDDEN: &str = "a hidden value cannot be copied or cut";

impl SharedState {
    /// Keeps a text in the register, and returns the effect that offers it to the system's clipboard.
    pub fn copy(&mut self, copied: impl Into<Register>) -> Effect {
        let copied = Arc::new(copied.into());
        self.register = Arc::clone(&copied);
        let text = copied.text.clone();
        match &self.settings.clipboard {
            Clipboard::Terminal => Effect::Loop(LoopEffect::Copy(text)),
            Clipboard::Command(command) => {
                Effect::Task(Task::CopyByCommand { command: command.clone(), text })
            }
        }
    }

    /// Like [`SharedState::copy`], and shows how much was copied. `done` is `copied` or `cut`.
    pub(crate) fn copy_and_say(&mut self, done: &str, copied: impl Into<Register>) -> Effect {
        let effect = self.copy(copied);
        self.show_notice(format!("{done} {}", self.register.amount()));
        effect
    }

    /// Returns the register for pasting. If the register is empty, shows how to paste from other programs, and returns
    /// `None`.
    pub(crate) fn register_to_paste(&mut self) -> Option<Arc<Register>> {
        if self.register.text.is_empty() {
            self.show_notice(
                "use your terminal's paste key, often Ctrl-Shift-V: nothing was copied here yet",
            );
            return None;
        }
        Some(Arc::clone(&self.register))
    }

    /// Handles the keys of cut, copy, and paste in a single-line field. Returns the input that the field's owner still
    /// has to handle, if any, and the effect of copying.
    pub(crate) fn use_register(&mut self, field: &TextField, key: Key) -> (Option<Input>, Option<Effect>) {
        let unhandled = Some(Input::Key(key));
        let text = match key {
            PASTE => {
                let copied = self.register_to_paste();
                return (copied.map(|copied| Input::Paste(copied.text.clone())), None);
            }
            COPY => field.selected_text(),
            CUT => field.text_to_cut(),
            _ => return (unhandled, None),
        };
        match text {
            // Without a selection, `^C` closes the dialog or the search.
            FieldText::Empty => (unhandled, None),
            FieldText::Hidden => {
                self.show_error(HIDDEN);
                (None, None)
            }
            FieldText::Visible(text) if key == CUT => (unhandled, Some(self.copy_and_say("cut", text))),
            FieldText::Visible(text) => (None, Some(self.copy_and_say("copied", text))),
        }
    }
}
