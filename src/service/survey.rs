//! Composes a body for a sample of the store's profiles, to find the recipients whose message fails.

use std::sync::Arc;

use jiff::Timestamp;

use super::MessageJob;
use crate::compose::{Prepared, Survey};
use crate::store::{self, Store};

#[derive(Debug, Clone, PartialEq)]
pub struct SurveyResult {
    /// The body that was composed; the spans of problems are in it.
    pub body: Arc<str>,
    pub survey: Survey,
    /// The number of profiles in the store. The survey may cover fewer.
    pub n_profiles: u64,
}

/// The maximum number of bytes of body to render for one sample. A large body gets fewer recipients.
// A limit on bytes instead of on time: with a time limit, a busy machine got other numbers for the same body.
const MAX_BYTES: usize = 16 << 20;

/// Composes the body for up to `limit` profiles, chosen for their difficult values. Stops between two profiles when
/// `should_continue` returns false. Blocks.
pub fn survey(
    job: &MessageJob,
    store: &dyn Store,
    limit: usize,
    now: Timestamp,
    should_continue: &dyn Fn() -> bool,
) -> Result<SurveyResult, store::Error> {
    let sample = store.sample(limit)?;
    // Without the vocabulary the static checks are skipped. They do not depend on the recipient, and the preview
    // reports them.
    let job = MessageJob { vocabulary: None, ..job.clone() };
    let survey = job.with_inputs(now, |inputs| {
        let prepared = Prepared::new(inputs);
        let mut survey = Survey::default();
        let n = MAX_BYTES / inputs.body.len().max(1);
        for recipient in sample.profiles.iter().take(n).take_while(|_| should_continue()) {
            let profile = Arc::new(recipient.unpack());
            survey.add(recipient, &profile, &prepared.compose_for(Some(&profile)));
        }
        survey.finish()
    });
    Ok(SurveyResult { body: Arc::from(job.body()), survey, n_profiles: sample.n_profiles })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::{ProfileChange, SqliteStore};
    use crate::workspace::Workspace;

    fn surveyed(body: &str, should_continue: &dyn Fn() -> bool) -> SurveyResult {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("telecast.toml"), "name = \"x\"\n").unwrap();
        std::fs::create_dir(folder.path().join("campaigns")).unwrap();
        std::fs::write(folder.path().join("campaigns/a.toml"), "name = \"a\"\n").unwrap();
        std::fs::write(folder.path().join("campaigns/a.json.liquid"), body).unwrap();
        let store = SqliteStore::open_in_memory().unwrap();
        let people: Vec<ProfileChange> = (0..50)
            .map(|n| ProfileChange { identity: format!("p{n}"), ..ProfileChange::default() })
            .collect();
        store.write(&people).unwrap();
        let workspace = Arc::new(Workspace::open(folder.path()).unwrap());
        survey(&MessageJob::from_files(&workspace, "a"), &store, 20, Timestamp::UNIX_EPOCH, should_continue)
            .unwrap()
    }

    #[test]
    fn so_many_are_seen_and_the_rest_is_known_of() {
        let surveyed = surveyed(r#"{"chat_id": 1, "text": "hi"}"#, &|| true);
        assert_eq!((surveyed.survey.n_seen, surveyed.n_profiles), (20, 50));
        assert!(surveyed.survey.failed_recipients.is_empty());
    }

    #[test]
    fn it_stops_between_two_recipients() {
        let left = Cell::new(7);
        let should_continue = || {
            left.set(left.get() - 1);
            0 <= left.get()
        };
        assert_eq!(
            surveyed(r#"{"chat_id": 1, "text": ""}"#, &should_continue).survey.failed_recipients.len(),
            7
        );
    }
}
