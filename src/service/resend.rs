//! An earlier test once more.

use std::sync::Arc;

use super::people::PeopleError;
use super::{Job, Session};
use crate::clock;
use crate::workspace::{OpenError, TestSend};

#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    People(#[from] PeopleError),
}

/// Makes the job of an earlier test's campaign, for the same profile to the same chat, as its files stand now. Blocks.
pub fn job_again(session: &Session, sent: TestSend) -> Result<Job, ResendError> {
    let workspace = session.reading().look(clock::now())?;
    let store = session.store()?;
    let profile = sent.profile.map(|identity| store.get(&identity)).transpose().map_err(PeopleError::from)?;
    let profile = profile.flatten().map(Arc::new);
    Ok(Job { profile, test_chat: sent.chat, ..Job::of_files(&workspace, &sent.campaign) })
}
