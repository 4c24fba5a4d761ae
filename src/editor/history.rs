//! Records edits for undo and redo, and decides which edits form one undo step.
//!
//! A step is a typed word, a run of deletions, or one command. Steps do not depend on the time between keystrokes, so
//! the same commands always give the same steps.

use super::{Edit, Selection, Transaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// A typed character. It joins the undo step of the previous typed character, except at the start of a new word.
    Typing,
    Deleting,
    Alone,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    done: Vec<Transaction>,
    undone: Vec<Transaction>,
    /// The grouping of the last step, if the next edit may still join that step.
    open: Option<Grouping>,
}

impl History {
    pub(super) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    pub(super) fn seal(&mut self) {
        self.open = None;
    }

    /// Sets the selection that redo restores after the last step.
    pub(super) fn set_selection_after(&mut self, selection: Selection) {
        if let Some(last) = self.done.last_mut() {
            last.after = selection;
        }
    }

    pub(super) fn n_steps(&self) -> usize {
        self.done.len()
    }

    pub(super) fn join_after(&mut self, n: usize) {
        self.seal();
        if n < self.done.len() {
            // An insertion in vim mode consists of several steps (typing, completions, pastes), but the user expects
            // one undo step. So the steps are joined when the insertion ends. The alternative, a step that is kept open
            // during the insertion, would stay open if the insertion ended in an unexpected way.
            let mut steps = self.done.drain(n..);
            let first = steps.next();
            let joined = first.map(|first| {
                steps.fold(first, |mut joined, step| {
                    joined.absorb(step);
                    joined
                })
            });
            self.done.extend(joined);
        }
    }

    pub(super) fn push(&mut self, transaction: Transaction, grouping: Grouping) {
        self.undone.clear();
        let open = self.open.replace(grouping);
        match self.done.last_mut() {
            Some(last) if open == Some(grouping) && joins(last, &transaction, grouping) => {
                last.absorb(transaction);
            }
            _ => self.done.push(transaction),
        }
    }

    /// Undoes the last step. Returns the edits to apply, and the selection from before the step; `None` if there is no
    /// step.
    pub(super) fn undo(&mut self) -> Option<(Vec<Edit>, Selection)> {
        self.seal();
        let step = self.done.pop()?;
        let inverse = step.inverse();
        self.undone.push(step);
        Some((inverse.edits, inverse.after))
    }

    /// Redoes the last undone step. Returns the edits to apply, and the selection from after the step; `None` if there
    /// is no undone step.
    pub(super) fn redo(&mut self) -> Option<(Vec<Edit>, Selection)> {
        self.seal();
        let step = self.undone.pop()?;
        let redone = (step.edits.clone(), step.after);
        self.done.push(step);
        Some(redone)
    }
}

fn joins(last: &Transaction, next: &Transaction, grouping: Grouping) -> bool {
    match grouping {
        Grouping::Alone => false,
        // All deletions in a row are one step, for example while Backspace is held down.
        Grouping::Deleting => true,
        Grouping::Typing => !begins_word(last, next),
    }
}

fn begins_word(last: &Transaction, next: &Transaction) -> bool {
    // A space belongs to the word before it. So each undo removes one whole word.
    let was_space = last.edits.last().is_some_and(|edit| edit.inserted.ends_with(char::is_whitespace));
    let is_space = next.edits.first().is_some_and(|edit| edit.inserted.starts_with(char::is_whitespace));
    was_space && !is_space
}
