//! A change of the workspace that the user has asked for in a prompt or a form. The dialog stays open until the change
//! has succeeded, so that nothing that was typed in it is lost if the change fails.

use crate::ui::screen::compose::{Compose, Dialog, update};
use crate::ui::shared::{Effect, Generation, SharedState, Task, WorkspaceChange};
use crate::ui::widget::Input;

#[derive(Debug)]
pub struct Submission {
    pub generation: Generation,
    // The input since the change was submitted. If the change succeeds, this input is handled as if it had been typed
    // after the dialog had closed. If the change fails, the input is dropped: it was not meant for the dialog, which is
    // still open.
    inputs: Vec<Input>,
}

impl Compose {
    /// Starts a change, and keeps the dialog open until the change is done.
    pub fn submit(&mut self, dialog: Dialog, change: WorkspaceChange) -> Vec<Effect> {
        let generation = self.generations.fresh();
        self.dialog = Some(dialog);
        self.submission = Some(Submission { generation, inputs: Vec::new() });
        vec![Effect::Task(Task::Submit(generation, change))]
    }

    /// Keeps an input until the submitted change is done. Returns the input if no change was submitted.
    pub fn hold(&mut self, input: Input) -> Option<Input> {
        let Some(submission) = &mut self.submission else { return Some(input) };
        match input {
            Input::Key(_) | Input::Paste(_) => submission.inputs.push(input),
            // A click is dropped. It may be meant for what is below the dialog, and the change may alter what is there.
            Input::Mouse(_) | Input::Resize(..) | Input::FocusGained => {}
        }
        None
    }

    /// Ends the submission with this generation. If the change has failed, shows the error in the dialog. Otherwise,
    /// closes the dialog and handles the inputs that have come since. Returns `None` if the change was not submitted by
    /// a dialog that is still open.
    pub fn end_submission(&mut self, shared: &mut SharedState, error: Option<&str>) -> Option<Vec<Effect>> {
        let submission = self.submission.take()?;
        if let Some(error) = error {
            return self.dialog.as_mut()?.show_error(error).then(Vec::new);
        }
        let mut effects = update::close_dialog(self, shared);
        effects.extend(
            submission.inputs.into_iter().flat_map(|input| update::handle_input(self, shared, input)),
        );
        Some(effects)
    }
}
