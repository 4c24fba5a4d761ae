//! Edits and undo steps as data that can be inverted.

use crate::text::Span;

use super::Selection;

/// A replacement that was applied: at byte `at`, `removed` was replaced by `inserted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub at: usize,
    pub removed: String,
    pub inserted: String,
}

impl Edit {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.at, self.at + self.removed.len())
    }

    pub(crate) fn inverse(&self) -> Edit {
        Edit { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    /// Converts an offset in the text before the edit to an offset in the text after it. Offsets from the start to the
    /// end of the removed text move to the end of the inserted text.
    pub(crate) fn map_offset(&self, offset: usize) -> usize {
        // Not `<=`: while the user types, the cursor is at `at` and has to end up after the new text.
        if offset < self.at {
            offset
        } else {
            self.at + self.inserted.len() + offset.saturating_sub(self.at + self.removed.len())
        }
    }
}

/// One undo step: edits in the order in which they were applied, each relative to the text after the previous
/// edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub edits: Vec<Edit>,
    pub before: Selection,
    pub after: Selection,
}

impl Transaction {
    pub(crate) fn inverse(&self) -> Transaction {
        Transaction {
            edits: self.edits.iter().rev().map(Edit::inverse).collect(),
            before: self.after,
            after: self.before,
        }
    }

    /// Appends `next`, the transaction that was applied directly after this one.
    pub(crate) fn absorb(&mut self, next: Transaction) {
        self.after = next.after;
        for edit in next.edits {
            match self.edits.last_mut() {
                // An insertion at the end of the last inserted text is appended to that text. So a typed word is one
                // edit, not one edit per key.
                Some(last) if edit.removed.is_empty() && last.at + last.inserted.len() == edit.at => {
                    last.inserted.push_str(&edit.inserted);
                }
                _ => self.edits.push(edit),
            }
        }
    }
}
