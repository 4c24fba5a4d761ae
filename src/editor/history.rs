//! Undo and redo: which edits belong together, and what was done and taken back.
//!
//! Without a clock: a step is a word typed, a run of deletions, or one command.

use super::{Edit, Selection, Transaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// A typed character: joins typing, until a new word begins.
    Typing,
    Deleting,
    Alone,
}

#[derive(Debug, Clone, Default)]
pub struct History {
    done: Vec<Transaction>,
    undone: Vec<Transaction>,
    open: Option<Grouping>,
}

impl History {
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    pub fn seal(&mut self) {
        self.open = None;
    }

    /// Says where the last step left the cursor, which redo comes back to.
    pub fn settle(&mut self, selection: Selection) {
        if let Some(last) = self.done.last_mut() {
            last.after = selection;
        }
    }

    pub fn n_steps(&self) -> usize {
        self.done.len()
    }

    pub fn join_behind(&mut self, n: usize) {
        self.seal();
        if n < self.done.len() {
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

    pub fn push(&mut self, transaction: Transaction, grouping: Grouping) {
        self.undone.clear();
        let open = self.open.replace(grouping);
        match self.done.last_mut() {
            Some(last) if open == Some(grouping) && joins(last, &transaction, grouping) => {
                last.absorb(transaction);
            }
            _ => self.done.push(transaction),
        }
    }

    /// The edits that take the last step back, and the selection before it.
    pub fn undo(&mut self) -> Option<(Vec<Edit>, Selection)> {
        self.seal();
        let step = self.done.pop()?;
        let inverse = step.inverse();
        self.undone.push(step);
        Some((inverse.edits, inverse.after))
    }

    /// The edits of the last step taken back, and the selection behind it.
    pub fn redo(&mut self) -> Option<(Vec<Edit>, Selection)> {
        self.seal();
        let step = self.undone.pop()?;
        let answer = (step.edits.clone(), step.after);
        self.done.push(step);
        Some(answer)
    }
}

fn joins(last: &Transaction, next: &Transaction, grouping: Grouping) -> bool {
    match grouping {
        Grouping::Alone => false,
        Grouping::Deleting => true,
        Grouping::Typing => !begins_word(last, next),
    }
}

fn begins_word(last: &Transaction, next: &Transaction) -> bool {
    let was_blank = last.edits.last().is_some_and(|edit| edit.inserted.ends_with(char::is_whitespace));
    let is_blank = next.edits.first().is_some_and(|edit| edit.inserted.starts_with(char::is_whitespace));
    was_blank && !is_blank
}
