//! The worst recipients of a body as it stands: a sample of the store, rendered and checked like any message.

use std::sync::Arc;

use jiff::Timestamp;

use super::Job;
use crate::compose::{Prepared, Survey};
use crate::store::{self, Store};

#[derive(Debug, Clone, PartialEq)]
pub struct Surveyed {
    /// The body; places of problems lie in it.
    pub body: Arc<str>,
    pub survey: Survey,
    /// How many profiles there are in the store; the survey may have seen fewer.
    pub n_profiles: u64,
}

/// How many bytes of body are rendered for a sample at most: of a large body fewer recipients are seen.
const MAX_BYTES: usize = 16 << 20;

/// Composes for up to `limit` of the profiles that try a body hardest, one after the other while `goes_on`. Blocks.
///
/// What is wrong whoever gets it is left to the preview: only what makes a message fail counts.
pub fn survey(
    job: &Job,
    store: &dyn Store,
    limit: usize,
    now: Timestamp,
    goes_on: &dyn Fn() -> bool,
) -> Result<Surveyed, store::Error> {
    let sample = store.sample(limit)?;
    let job = Job { vocabulary: None, ..job.clone() };
    let survey = job.with_inputs(now, |inputs| {
        let prepared = Prepared::new(inputs);
        let mut survey = Survey::default();
        let n = MAX_BYTES / inputs.body.len().max(1);
        for recipient in sample.profiles.iter().take(n).take_while(|_| goes_on()) {
            let profile = Arc::new(recipient.unpack());
            survey.see(recipient, &profile, &prepared.compose_for(Some(&profile)));
        }
        survey.finish()
    });
    Ok(Surveyed { body: Arc::from(job.body()), survey, n_profiles: sample.n_profiles })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::{Change, SqliteStore};
    use crate::workspace::Workspace;

    fn surveyed(body: &str, goes_on: &dyn Fn() -> bool) -> Surveyed {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("telecast.toml"), "name = \"x\"\n").unwrap();
        std::fs::create_dir(folder.path().join("campaigns")).unwrap();
        std::fs::write(folder.path().join("campaigns/a.toml"), "name = \"a\"\n").unwrap();
        std::fs::write(folder.path().join("campaigns/a.json.liquid"), body).unwrap();
        let store = SqliteStore::open_in_memory().unwrap();
        let people: Vec<Change> =
            (0..50).map(|n| Change { identity: format!("p{n}"), ..Change::default() }).collect();
        store.write(&people).unwrap();
        let workspace = Arc::new(Workspace::open(folder.path()).unwrap());
        survey(&Job::of_files(&workspace, "a"), &store, 20, Timestamp::UNIX_EPOCH, goes_on).unwrap()
    }

    #[test]
    fn so_many_are_seen_and_the_rest_is_known_of() {
        let surveyed = surveyed(r#"{"chat_id": 1, "text": "hi"}"#, &|| true);
        assert_eq!((surveyed.survey.n_seen, surveyed.n_profiles), (20, 50));
        assert!(surveyed.survey.failing.is_empty());
    }

    #[test]
    fn it_stops_between_two_recipients() {
        let left = Cell::new(7);
        let goes_on = || {
            left.set(left.get() - 1);
            0 <= left.get()
        };
        assert_eq!(surveyed(r#"{"chat_id": 1, "text": ""}"#, &goes_on).survey.failing.len(), 7);
    }
}
