//! Keeps the worst severity of each campaign's problems. The list of campaigns shows it as a mark. A task checks all
//! campaigns, so the severity is known even for campaigns that were never opened.

use std::collections::BTreeMap;

use crate::compose::Composed;
use crate::diagnostic::Severity;
use crate::service::MessageJob;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{AnswerStatus, Effect, Generation, Query, SharedState, Task};

/// The worst severity of each campaign that has problems, by file stem.
pub(crate) type SeverityByCampaign = BTreeMap<String, Severity>;

#[derive(Debug, Default)]
pub struct CampaignStatuses {
    check: Query<()>,
    found: SeverityByCampaign,
}

impl CampaignStatuses {
    /// Stores the result of a check. A result that does not answer the latest request is dropped.
    pub fn finish_check(&mut self, generation: Generation, found: &SeverityByCampaign) {
        if self.check.answer(generation, Ok(())) == AnswerStatus::Latest {
            self.found.clone_from(found);
        }
    }

    pub fn set(&mut self, stem: &str, worst: Option<Severity>) {
        match worst {
            Some(worst) => {
                self.found.insert(stem.to_owned(), worst);
            }
            None => {
                self.found.remove(stem);
            }
        }
    }

    pub fn of(&self, stem: &str) -> Option<Severity> {
        self.found.get(stem).copied()
    }
}

impl Compose {
    /// Returns the task that checks every campaign for the preview profile.
    pub fn check_campaigns(&mut self, shared: &SharedState) -> Effect {
        let generation = self.campaign_statuses.check.ask(self.generations.fresh());
        // The check uses the unsaved text of a body that is open in an editor, so that the campaign's mark agrees with
        // the text on screen.
        let job = |stem: &String| MessageJob {
            body: self.buffers.get(stem).map(crate::ui::screen::compose::buffer::BodyBuffer::text),
            profile: shared.people.profile.clone(),
            vocabulary: shared.people.vocabulary.clone(),
            ..MessageJob::from_files(&shared.workspace, stem)
        };
        let jobs = shared.workspace.campaigns.iter().map(|campaign| job(&campaign.stem)).collect();
        Effect::Task(Task::CheckCampaigns(generation, jobs))
    }
}

/// Returns the worst severity of the body's problems. `None` if the body has no problems. Problems of the webhook do
/// not count.
pub(crate) fn worst_of(composed: &Composed) -> Option<Severity> {
    composed.worst_severity()
}
