//! What is wrong with a workspace: its files, and each campaign's message and webhook for the profile at hand.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use jiff::Timestamp;

use super::people::{People, PeopleError, Whom, load_people};
use super::problems::at_values;
use super::{Job, Session};
use crate::compose::Composed;
use crate::diagnostic::Diagnostic;
use crate::store;
use crate::workspace::{CampaignFiles, Condition, SaveError, Source, Workspace};

#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// The file, from the workspace's root.
    pub path: &'a str,
    pub text: &'a str,
    /// The problem; its spans count in the text.
    pub diagnostic: Diagnostic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    Workspace,
    /// The campaigns of these stems and what they go through.
    Campaigns(&'a [String]),
}

/// Reads the people that messages are checked for, as far as there are any: asking makes no store. Blocks.
pub fn people_to_check(session: &Session) -> Result<People, PeopleError> {
    let store = match session.store_if_any() {
        // One that leads elsewhere is among the problems of the workspace.
        Err(
            PeopleError::Store(store::Error::LeftAlone { .. })
            | PeopleError::Folder(SaveError::Breach { .. }),
        ) => None,
        found => found?,
    };
    // Where nobody is known yet, the templates are checked all the same.
    Ok(store.map(|store| load_people(&*store, Whom::TestProfile)).transpose()?.unwrap_or_default())
}

/// Returns every problem, file by file, each once: also that of a webhook which several campaigns use.
pub fn check<'a>(
    workspace: &'a Arc<Workspace>,
    scope: Scope<'_>,
    people: &People,
    now: Timestamp,
) -> Vec<Found<'a>> {
    let mut found = match scope {
        Scope::Workspace => of_shared_files(workspace),
        Scope::Campaigns(_) => Vec::new(),
    };
    for campaign in scope.campaigns(workspace) {
        found.extend(match campaign.body.condition {
            Condition::Read => {
                let composed = job(workspace, people, &campaign.stem).compose(now);
                message_problems(workspace, campaign, &composed)
            }
            // Of a body that could not be read, nothing else is known.
            Condition::Missing | Condition::Unusable => {
                [&campaign.source, &campaign.body].into_iter().flat_map(of_file).collect()
            }
        });
    }
    without_repeats(found)
}

/// Returns what is wrong with the campaign's files, its message and its webhook's templates.
pub fn message_problems<'a>(
    workspace: &'a Workspace,
    campaign: &'a CampaignFiles,
    composed: &Composed,
) -> Vec<Found<'a>> {
    let CampaignFiles { source, body, value, .. } = campaign;
    let mut found: Vec<Found<'_>> = of_file(source).chain(of_file(body)).collect();
    if body.condition == Condition::Read {
        found.extend(composed.diagnostics.iter().map(|problem| in_file(body, problem)));
    }
    if let Some(webhook) = value.as_ref().and_then(|value| workspace.webhook(&value.webhook)) {
        found.extend(of_file(&webhook.source));
        let in_values = composed.webhook_problems.iter().map(|(field, problem)| (field.path(), problem));
        let in_values = at_values(&webhook.source, in_values);
        found.extend(in_values.iter().map(|problem| in_file(&webhook.source, problem)));
    }
    found
}

pub(super) fn job(workspace: &Arc<Workspace>, people: &People, stem: &str) -> Job {
    Job {
        vocabulary: Some(Arc::clone(&people.vocabulary)),
        profile: people.profile.clone(),
        ..Job::of_files(workspace, stem)
    }
}

impl Scope<'_> {
    pub(super) fn campaigns(self, workspace: &Workspace) -> Vec<&CampaignFiles> {
        match self {
            Scope::Workspace => workspace.campaigns.iter().map(Arc::as_ref).collect(),
            Scope::Campaigns(stems) => stems.iter().filter_map(|stem| workspace.campaign(stem)).collect(),
        }
    }
}

fn of_shared_files(workspace: &Workspace) -> Vec<Found<'_>> {
    let webhooks = workspace.webhooks.iter().map(|webhook| &webhook.source);
    let files = std::iter::once(&workspace.manifest.source).chain(webhooks);
    let files = files.chain(&workspace.partials).chain(&workspace.samples);
    let of_folder = workspace.folder_problems.iter().map(|problem| Found {
        path: &problem.path,
        text: "",
        diagnostic: problem.diagnostic.clone(),
    });
    files.flat_map(of_file).chain(of_folder).collect()
}

fn of_file(source: &Source) -> impl Iterator<Item = Found<'_>> {
    source.problems.iter().map(|problem| in_file(source, problem))
}

fn in_file<'a>(source: &'a Source, problem: &Diagnostic) -> Found<'a> {
    Found { path: &source.path, text: &source.text, diagnostic: problem.clone() }
}

fn without_repeats(found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let mut kept: Vec<Found<'_>> = Vec::with_capacity(found.len());
    // By the hash of what they say, since a large body has a problem at each word.
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    let hasher = RandomState::new();
    for problem in found {
        let Diagnostic { code, span, message, .. } = &problem.diagnostic;
        let same = seen.entry(hasher.hash_one((problem.path, span, code, message))).or_default();
        if !same.iter().any(|number| kept[*number] == problem) {
            same.push(kept.len());
            kept.push(problem);
        }
    }
    kept
}
