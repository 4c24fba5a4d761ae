//! Composes a body for a sample of the store's profiles, to find the recipients whose message would fail.

use std::sync::Arc;

use jiff::Timestamp;

use super::MessageJob;
use crate::compose::{self, Inputs, Prepared, Survey};
use crate::store::{self, Store};

#[derive(Debug, Clone, PartialEq)]
pub struct SurveyResult {
    /// The body that was composed. In `survey`, the spans of the body's problems are byte ranges of this body. The
    /// spans of the webhook's problems are byte ranges of the webhook's fields.
    pub body: Arc<str>,
    pub survey: Survey,
    /// The number of profiles in the store. The survey may cover fewer.
    pub n_profiles: u64,
}

/// The maximum number of bytes of template text to render in one survey. The larger the body, the fewer recipients it
/// is rendered for.
// The limit is on bytes and not on time. With a time limit, a busy machine would render the body for fewer recipients
// than an idle machine, and could miss problems.
const MAX_BYTES: usize = 16 << 20;

/// The maximum number of failure groups whose fixes are proven. Proving a fix takes one more composition, so no fix of
/// the later, rarer groups counts as safe.
const MAX_PROVEN_GROUPS: usize = 12;

/// Composes the body for up to `limit` profiles, which are chosen because their values are likely to reveal problems.
/// Stops between two profiles when `should_continue` returns false. Blocks.
pub fn survey(
    job: &MessageJob,
    store: &dyn Store,
    limit: usize,
    now: Timestamp,
    should_continue: &dyn Fn() -> bool,
) -> Result<SurveyResult, store::Error> {
    let sample = store.sample(limit)?;
    // The job gets no vocabulary, so the checks that need one (`template::check`) are skipped. They would find the same
    // problems for every recipient, and the preview already reports these problems.
    let job = MessageJob { vocabulary: None, ..job.clone() };
    let survey = job.with_inputs(now, |inputs| {
        let prepared = Prepared::new(inputs);
        let mut survey = Survey::default();
        let max_recipients = MAX_BYTES / inputs.body.len().max(1);
        for recipient in sample.profiles.iter().take(max_recipients).take_while(|_| should_continue()) {
            let profile = Arc::new(recipient.unpack());
            survey.add(recipient, &profile, &prepared.compose_for(Some(&profile)));
        }
        let mut survey = survey.finish();
        prove_fixes(&mut survey, inputs);
        survey
    });
    Ok(SurveyResult { body: Arc::from(job.body()), survey, n_profiles: sample.n_profiles })
}

/// Composes the message again for the example profile of each group. A fix stays safe only if this composition also
/// calls it safe, as in the preview.
fn prove_fixes(survey: &mut Survey, inputs: &Inputs<'_>) {
    for (number, group) in survey.failure_groups.iter_mut().enumerate() {
        let inputs = Inputs { profile: Some(&group.example), ..*inputs };
        let claims_safe = group.field.is_none() && group.problem.fixes.iter().any(|fix| fix.safe);
        let proven =
            (claims_safe && number < MAX_PROVEN_GROUPS).then(|| compose::compose(&inputs).diagnostics);
        let same = proven
            .into_iter()
            .flatten()
            .find(|problem| (problem.code, problem.span) == (group.problem.code, group.problem.span));
        match same {
            Some(problem) => group.problem.fixes = problem.fixes,
            None => group.problem.fixes.iter_mut().for_each(|fix| fix.safe = false),
        }
    }
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
    fn the_sample_is_limited_and_all_profiles_are_counted() {
        let surveyed = surveyed(r#"{"chat_id": 1, "text": "hi"}"#, &|| true);
        assert_eq!((surveyed.survey.n_seen, surveyed.n_profiles), (20, 50));
        assert!(surveyed.survey.failed_recipients.is_empty());
    }

    #[test]
    fn a_survey_can_be_stopped_between_recipients() {
        let remaining = Cell::new(7);
        let should_continue = || {
            remaining.set(remaining.get() - 1);
            0 <= remaining.get()
        };
        assert_eq!(
            surveyed(r#"{"chat_id": 1, "text": ""}"#, &should_continue).survey.failed_recipients.len(),
            7
        );
    }
}
