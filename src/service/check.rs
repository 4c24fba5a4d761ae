//! Checks the files of a workspace, and the message and the webhook of each campaign. All messages are rendered for one
//! profile, or without a profile.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use jiff::Timestamp;

use super::problems::at_values;
use super::profiles::{ProfileChoice, ProfileContext, ProfileStoreError, load_profile_context};
use super::{MessageJob, Session};
use crate::compose::Composed;
use crate::diagnostic::Diagnostic;
use crate::store;
use crate::workspace::{CampaignFiles, FileCondition, LoadedFile, SaveError, Workspace};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SourceProblem<'a> {
    /// The file's path, relative to the workspace's root.
    pub path: &'a str,
    pub text: &'a str,
    /// The problem, with spans in `text`.
    pub diagnostic: Diagnostic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckScope<'a> {
    Workspace,
    /// The campaigns with these stems, and their webhooks.
    Campaigns(&'a [String]),
}

/// Loads the profile and the vocabulary for the check. If the workspace has no profile store, there is no profile and
/// the vocabulary is empty; no store is created. Blocks.
pub(crate) fn load_check_profile(session: &Session) -> Result<ProfileContext, ProfileStoreError> {
    let store = match session.store_if_any() {
        // A link that leads to a store outside the workspace is already reported as a problem of the workspace, so it
        // is not an error here.
        Err(
            ProfileStoreError::Store(store::Error::UnsafePath { .. })
            | ProfileStoreError::Folder(SaveError::Breach { .. }),
        ) => None,
        found => found?,
    };
    // Without a store, the templates are checked without a profile. In CI, a workspace usually has no store.
    Ok(store
        .map(|store| load_profile_context(&*store, ProfileChoice::TestProfile))
        .transpose()?
        .unwrap_or_default())
}

/// Returns the problems in `scope`. A problem of a webhook that several campaigns use is returned only once.
pub(crate) fn check<'a>(
    workspace: &'a Arc<Workspace>,
    scope: CheckScope<'_>,
    context: &ProfileContext,
    now: Timestamp,
) -> Vec<SourceProblem<'a>> {
    let mut found = match scope {
        CheckScope::Workspace => shared_file_problems(workspace),
        CheckScope::Campaigns(_) => Vec::new(),
    };
    for campaign in scope.campaigns(workspace) {
        found.extend(match campaign.body.condition {
            FileCondition::Read => {
                let composed = job(workspace, context, &campaign.stem).compose(now);
                message_problems(workspace, campaign, &composed)
            }
            // A body that cannot be read is not rendered, because rendering it as an empty body would give misleading
            // problems. The campaign's webhook is not checked here either.
            FileCondition::Missing | FileCondition::Unusable => {
                [&campaign.source, &campaign.body].into_iter().flat_map(file_problems).collect()
            }
        });
    }
    deduplicated(found)
}

/// Returns the problems of the campaign's files and message, and of the webhook's file and templates.
pub(crate) fn message_problems<'a>(
    workspace: &'a Workspace,
    campaign: &'a CampaignFiles,
    composed: &Composed,
) -> Vec<SourceProblem<'a>> {
    let CampaignFiles { source, body, value, .. } = campaign;
    let mut found: Vec<SourceProblem<'_>> = file_problems(source).chain(file_problems(body)).collect();
    if body.condition == FileCondition::Read {
        found.extend(composed.diagnostics.iter().map(|problem| problem_in(body, problem)));
    }
    if let Some(webhook) = value.as_ref().and_then(|value| workspace.webhook(&value.webhook)) {
        found.extend(file_problems(&webhook.source));
        let in_values = composed.webhook_problems.iter().map(|(field, problem)| (field.path(), problem));
        let in_values = at_values(&webhook.source, in_values);
        found.extend(in_values.iter().map(|problem| problem_in(&webhook.source, problem)));
    }
    found
}

pub(super) fn job(workspace: &Arc<Workspace>, context: &ProfileContext, stem: &str) -> MessageJob {
    MessageJob {
        vocabulary: Some(Arc::clone(&context.vocabulary)),
        profile: context.profile.clone(),
        ..MessageJob::from_files(workspace, stem)
    }
}

impl CheckScope<'_> {
    pub(super) fn campaigns(self, workspace: &Workspace) -> Vec<&CampaignFiles> {
        match self {
            CheckScope::Workspace => workspace.campaigns.iter().map(Arc::as_ref).collect(),
            CheckScope::Campaigns(stems) => {
                stems.iter().filter_map(|stem| workspace.campaign(stem)).collect()
            }
        }
    }
}

fn shared_file_problems(workspace: &Workspace) -> Vec<SourceProblem<'_>> {
    // The campaigns' files are left out, because each campaign's files are checked together with its message.
    let webhooks = workspace.webhooks.iter().map(|webhook| &webhook.source);
    let files = std::iter::once(&workspace.manifest.source).chain(webhooks);
    let segments = workspace.segments.iter().map(|segment| &segment.source);
    let files = files.chain(&workspace.partials).chain(&workspace.samples).chain(segments);
    let folder_problems = workspace.folder_problems.iter().map(|problem| SourceProblem {
        path: &problem.path,
        text: "",
        diagnostic: problem.diagnostic.clone(),
    });
    files.flat_map(file_problems).chain(folder_problems).collect()
}

fn file_problems(source: &LoadedFile) -> impl Iterator<Item = SourceProblem<'_>> {
    source.problems.iter().map(|problem| problem_in(source, problem))
}

fn problem_in<'a>(source: &'a LoadedFile, problem: &Diagnostic) -> SourceProblem<'a> {
    SourceProblem { path: &source.path, text: &source.text, diagnostic: problem.clone() }
}

fn deduplicated(found: Vec<SourceProblem<'_>>) -> Vec<SourceProblem<'_>> {
    let mut kept: Vec<SourceProblem<'_>> = Vec::with_capacity(found.len());
    // Only problems with the same hash are compared. A large body can have a problem at every word, and comparing all
    // pairs of problems would take quadratic time.
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
