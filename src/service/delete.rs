//! Moves campaigns and webhooks to the workspace's trash, and restores the one that was deleted last.

use super::session::Session;
use crate::workspace::{SaveError, Trashed};

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("nothing was deleted in this session")]
    Nothing,
    /// Not all files could be moved back. The others are still in the trash.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl Session {
    /// Moves a campaign's files and its draft to the trash.
    pub fn delete_campaign(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_campaign(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    /// Moves a webhook's file to the trash. Campaigns that use it then have a problem.
    pub fn delete_webhook(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_webhook(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    pub fn restore_last_deleted(&self) -> Result<Trashed, RestoreError> {
        let mut last = self.trash.last();
        let trashed = last.as_ref().ok_or(RestoreError::Nothing)?;
        self.folder().restore(trashed)?;
        // The deletion is forgotten only after it was undone: if a file of the same name exists now, the user can try
        // again later.
        last.take().ok_or(RestoreError::Nothing)
    }
}
