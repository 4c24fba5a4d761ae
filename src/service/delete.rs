//! Campaigns and webhooks into the trash of the workspace, and the last of them back.

use super::session::Session;
use crate::workspace::{SaveError, Trashed};

#[derive(Debug, thiserror::Error)]
pub enum BringBackError {
    #[error("nothing was deleted in this session")]
    Nothing,
    /// The files could not be moved back; they are still in the trash.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl Session {
    /// Moves a campaign's files and its draft to the trash.
    pub fn delete_campaign(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_campaign(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    /// Moves a webhook's file to the trash; campaigns that name it then have a problem that says so.
    pub fn delete_webhook(&self, stem: &str) -> Result<Trashed, SaveError> {
        self.folder().delete_webhook(stem).inspect(|trashed| self.trash.keep(trashed))
    }

    pub fn bring_back(&self) -> Result<Trashed, BringBackError> {
        let mut last = self.trash.last();
        let trashed = last.as_ref().ok_or(BringBackError::Nothing)?;
        self.folder().restore(trashed)?;
        last.take().ok_or(BringBackError::Nothing)
    }
}
