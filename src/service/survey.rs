//! The worst recipients of a body as it stands: a sample of the store, rendered and checked like any message.

use std::sync::Arc;

use jiff::Timestamp;

use super::Job;
use crate::compose::{Prepared, Survey};
use crate::store::{self, Store};

/// What a sample of the recipients showed of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Surveyed {
    /// The body; places of problems lie in it.
    pub body: Arc<str>,
    /// What came out.
    pub survey: Survey,
    /// How many profiles there are in the store; the survey may have seen fewer.
    pub n_profiles: u64,
}

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
        for profile in sample.profiles.iter().take_while(|_| goes_on()) {
            survey.see(profile, &prepared.compose_for(Some(profile)));
        }
        survey.finish()
    });
    Ok(Surveyed { body: Arc::from(job.body()), survey, n_profiles: sample.n_profiles })
}
