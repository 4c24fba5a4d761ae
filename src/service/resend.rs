//! Creates the job that repeats an earlier test from the history.

use std::sync::Arc;

use super::profiles::ProfileStoreError;
use super::{MessageJob, Session, TestJob};
use crate::clock;
use crate::workspace::{OpenError, TestSendRecord};

/// An earlier test that is repeated with the campaign as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatedTest {
    pub sent: TestSendRecord,
    /// The body with its unsaved edits. If this is `None`, the body's file is used.
    pub body: Option<Arc<str>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ResendError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Profiles(#[from] ProfileStoreError),
    #[error("the test went to the sandbox, and the campaign's webhook is no longer a Bot API webhook")]
    NotBotApi,
}

/// Creates the job for an earlier test from the campaign's current files, with the profile and the chat of that test.
/// Blocks.
pub(crate) fn repeat_job(session: &Session, test: RepeatedTest) -> Result<TestJob, ResendError> {
    let RepeatedTest { sent, body } = test;
    let workspace = session.reading().rescan(clock::now())?;
    let store = session.store()?;
    let profile =
        sent.profile.map(|identity| store.get(&identity)).transpose().map_err(ProfileStoreError::from)?;
    // A profile that was deleted after the earlier test is not an error. The test is then repeated without a profile.
    let profile = profile.flatten().map(Arc::new);
    let job = MessageJob {
        profile,
        body,
        test_chat: sent.chat,
        ..MessageJob::from_files(&workspace, &sent.campaign)
    };
    // A test that went to the sandbox goes to the sandbox again: the user did not agree to send it anywhere else.
    let job = if sent.in_sandbox { job.to_sandbox().ok_or(ResendError::NotBotApi)? } else { job };
    Ok(TestJob { job, in_sandbox: sent.in_sandbox })
}
