//! The worst that is wrong with each campaign, for the marks of the list: also of those that were never opened.

use std::collections::BTreeMap;

use crate::compose::Composed;
use crate::diagnostic::Severity;
use crate::service::Job;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Effect, Generation, Request, Shared, Taken, Task};

/// The campaigns in which something is wrong, by stem.
pub type Found = BTreeMap<String, Severity>;

#[derive(Debug, Default)]
pub struct Verdicts {
    check: Request<()>,
    found: Found,
}

impl Verdicts {
    pub fn take(&mut self, generation: Generation, found: &Found) {
        if self.check.answer(generation, Ok(())) == Taken::Latest {
            self.found.clone_from(found);
        }
    }

    pub fn note(&mut self, stem: &str, worst: Option<Severity>) {
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
    /// Asks what is wrong with every campaign, for the profile of the preview.
    pub fn check_campaigns(&mut self, shared: &Shared) -> Effect {
        let generation = self.verdicts.check.ask(self.generations.fresh());
        let job = |stem: &String| Job {
            body: self.buffers.get(stem).map(crate::ui::screen::compose::buffer::Buffer::text),
            profile: shared.people.profile.clone(),
            vocabulary: shared.people.vocabulary.clone(),
            ..Job::of_files(&shared.workspace, stem)
        };
        let jobs = shared.workspace.campaigns.iter().map(|campaign| job(&campaign.stem)).collect();
        Effect::Task(Task::CheckCampaigns(generation, jobs))
    }
}

/// Returns the worst that is wrong with a message; its webhook's problems are not its own.
pub fn worst_of(composed: &Composed) -> Option<Severity> {
    composed.worst()
}
