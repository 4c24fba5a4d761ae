//! Creates the job that repeats an earlier test from the history.

use std::sync::Arc;

use super::profiles::ProfileStoreError;
use super::{MessageJob, Session};
use crate::clock;
use crate::workspace::{OpenError, TestSendRecord};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ResendError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Profiles(#[from] ProfileStoreError),
}

/// Creates the job for an earlier test from the campaign's current files, with the profile and the chat of that test.
/// Blocks.
pub(crate) fn repeat_job(session: &Session, sent: TestSendRecord) -> Result<MessageJob, ResendError> {
    let workspace = session.reading().rescan(clock::now())?;
    let store = session.store()?;
    let profile =
        sent.profile.map(|identity| store.get(&identity)).transpose().map_err(ProfileStoreError::from)?;
    // A profile that was deleted after the earlier test is not an error. The test is then repeated without a profile.
    let profile = profile.flatten().map(Arc::new);
    Ok(MessageJob { profile, test_chat: sent.chat, ..MessageJob::from_files(&workspace, &sent.campaign) })
}
