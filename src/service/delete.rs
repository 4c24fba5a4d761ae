//! Moves campaigns and webhooks to the workspace's trash, and restores the campaign or webhook that was deleted last.

use super::session::Session;
use crate::workspace::{SaveError, Trashed};

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("nothing was deleted in this session")]
    Nothing,
    /// A file could not be moved back. Files that were not moved back are still in the trash.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl Session {
    /// Moves a campaign's files and its draft to the trash.
    pub fn delete_campaign(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_campaign(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    /// Moves a webhook's file to the trash. A campaign that uses the webhook then has a problem.
    pub fn delete_webhook(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_webhook(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    pub fn restore_last_deleted(&self) -> Result<Trashed, RestoreError> {
        let mut last = self.trash.last();
        let trashed = last.as_ref().ok_or(RestoreError::Nothing)?;
        self.folder().restore(trashed)?;
        // The deletion is forgotten only after it was undone, so that a failed undo can be repeated. If the undo fails
        // because a file of the same name exists again, the user can rename that file and try again.
        last.take().ok_or(RestoreError::Nothing)
    }
}
