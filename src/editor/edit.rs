//! Edits as data that can be turned round.

use crate::text::Span;

use super::Selection;

/// One replacement that was made: `removed` stood at `at`, now `inserted` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: usize,
    pub removed: String,
    pub inserted: String,
}

impl Edit {
    pub fn span(&self) -> Span {
        Span::new(self.at, self.at + self.removed.len())
    }

    pub fn inverse(&self) -> Edit {
        Edit { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    /// Returns where a place in the text before is afterwards; places at or in the span go behind what was inserted.
    pub fn carry(&self, place: usize) -> usize {
        if place < self.at {
            place
        } else {
            self.at + self.inserted.len() + place.saturating_sub(self.at + self.removed.len())
        }
    }
}

/// One undo step: edits in the order in which they were made, each in the text the one before it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub edits: Vec<Edit>,
    pub before: Selection,
    pub after: Selection,
}

impl Transaction {
    pub fn inverse(&self) -> Transaction {
        Transaction {
            edits: self.edits.iter().rev().map(Edit::inverse).collect(),
            before: self.after,
            after: self.before,
        }
    }

    /// Takes in a transaction made right behind this one; typing in one place becomes one edit.
    pub fn absorb(&mut self, next: Transaction) {
        self.after = next.after;
        for edit in next.edits {
            match self.edits.last_mut() {
                Some(last) if edit.removed.is_empty() && last.at + last.inserted.len() == edit.at => {
                    last.inserted.push_str(&edit.inserted);
                }
                _ => self.edits.push(edit),
            }
        }
    }
}
