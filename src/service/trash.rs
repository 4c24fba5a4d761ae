//! Remembers the last deletion of a session.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::workspace::Trashed;

/// The last deleted campaign or webhook, until it is restored.
#[derive(Debug, Default)]
pub(super) struct Trash(Mutex<Option<Trashed>>);

impl Trash {
    pub(super) fn last(&self) -> MutexGuard<'_, Option<Trashed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, trashed: &Trashed) {
        *self.last() = Some(trashed.clone());
    }
}
