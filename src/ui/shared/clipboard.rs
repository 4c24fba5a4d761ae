//! Cut, copy, and paste within the console. Every cut and copy fills the console's own register, so that pasting works
//! even if the terminal or the system refuses the text. The text is also offered to the system's clipboard: with a
//! command, or through the terminal with an escape sequence (OSC 52), and the notice says which.
//!
//! A program in a terminal cannot read the system's clipboard portably. Text from other programs is therefore pasted
//! with the terminal's own key, and does not go into the register.

use std::sync::Arc;

use crate::text::grouped;
use crate::ui::editor::register::Register;
use crate::ui::shared::SharedState;
use crate::ui::shared::copy_job::CopyJob;
use crate::ui::shared::effect::{Effect, LoopEffect, Task};
use crate::ui::widget::{FieldText, Input, Key, TextField};

pub(crate) const COPY: Key = Key { ctrl: true, ..Key::char('c') };
pub(crate) const CUT: Key = Key { ctrl: true, ..Key::char('x') };
pub(crate) const PASTE: Key = Key { ctrl: true, ..Key::char('v') };

/// The longest text for the terminal, in bytes. In base64 with the sequence around it, it has 100,000 bytes, and some
/// terminals ignore longer sequences.
const MAX_TERMINAL_BYTES: usize = 74_994;

const HIDDEN: &str = "a hidden value cannot be copied or cut";

impl SharedState {
    /// Keeps a text in the register, and returns the effect that offers it to the system's clipboard. The notice starts
    /// with `said`, such as `copied the rendered body`.
    pub fn copy(&mut self, copied: impl Into<Register>, said: impl Into<String>) -> Option<Effect> {
        self.register = Arc::new(copied.into());
        let (text, said) = (self.register.text.clone(), said.into());
        let commands = self.settings.clipboard.commands.clone();
        if commands.is_empty() {
            return self.copy_to_terminal(text, &said, "");
        }
        self.show_notice(said.as_str());
        Some(Effect::Task(Task::Copy(CopyJob { commands, text, said })))
    }

    /// Sends a text to the terminal, unless it is too long. `reason` says why no command has copied the text.
    fn copy_to_terminal(&mut self, text: String, said: &str, reason: &str) -> Option<Effect> {
        let reason = if reason.is_empty() { String::new() } else { format!("; {reason}") };
        if MAX_TERMINAL_BYTES < text.len() {
            let max = grouped(MAX_TERMINAL_BYTES);
            self.show_error(format!("{said} within telecast only: more than {max} bytes{reason}"));
            return None;
        }
        self.show_notice(format!("{said}; sent to the terminal (OSC 52), which may refuse it{reason}"));
        Some(Effect::Loop(LoopEffect::Copy(text)))
    }

    /// Handles the result of a job's commands: how the text was copied, or why they failed.
    pub(crate) fn finish_copy(&mut self, job: CopyJob, result: Result<String, String>) -> Option<Effect> {
        match result {
            Ok(how) => {
                // If another notice is shown by now, it is newer and stays.
                if self.notice.as_ref().is_some_and(|notice| notice.text == job.said) {
                    self.show_notice(format!("{} {how}", job.said));
                }
                None
            }
            Err(reason) => self.copy_to_terminal(job.text, &job.said, &reason),
        }
    }

    /// Like [`SharedState::copy`], and shows how much was copied. `done` is `copied` or `cut`.
    pub(crate) fn copy_and_say(&mut self, done: &str, copied: impl Into<Register>) -> Option<Effect> {
        let copied = copied.into();
        let said = format!("{done} {}", copied.amount());
        self.copy(copied, said)
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
            FieldText::Visible(text) if key == CUT => (unhandled, self.copy_and_say("cut", text)),
            FieldText::Visible(text) => (None, self.copy_and_say("copied", text)),
        }
    }
}
