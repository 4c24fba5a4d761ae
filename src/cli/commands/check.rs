//! `telecast check`: every problem, and the fixes that are safe to apply.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::Check;
use crate::cli::error::Result;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::{Problem, Sheet};
use crate::clock;
use crate::diagnostic::{Diagnostic, TextEdit};
use crate::profile::{Profile, Vocabulary};
use crate::service::{Job, PeopleError, Session};
use crate::store;
use crate::workspace::{CampaignFiles, Condition, SaveError, Source, Workspace};

use super::{campaigns, render};

/// How often fixes are applied anew: one may bring the next to light.
const ROUNDS: usize = 10;

/// Checks all, or the campaigns named; with `--fix`, mends what it safely can first.
pub fn run(place: &Place, args: &Check, output: &mut Output) -> Result {
    let mut workspace = Arc::new(place.workspace()?);
    let session = place.session(&workspace);
    let stems = stems(&workspace, &args.campaigns)?;
    let people = people(&session, output)?;
    if args.fix {
        for _ in 0..ROUNDS {
            let n_fixed = fix(place, &workspace, &people, &stems, output)?;
            if n_fixed == 0 {
                break;
            }
            workspace = Arc::new(Workspace::open(&workspace.root)?);
        }
    }
    let mut problems = Vec::new();
    if args.campaigns.is_empty() {
        problems.extend(of_shared_files(&workspace));
    }
    for stem in &stems {
        problems.extend(of_campaign(&workspace, &people, stem)?);
    }
    let told = without_repeats(problems);
    match args.format.json {
        true => output.json(&told.iter().map(Problem::json).collect())?,
        false => {
            told.iter().try_for_each(|problem| output.line(problem.line()))?;
            output.note(Problem::summary(&told))?;
        }
    }
    Ok(Problem::ending(&told, args.deny))
}

/// Drops repeated problems: a webhook that several campaigns use is told of once.
fn without_repeats(problems: Vec<Problem>) -> Vec<Problem> {
    let mut told: Vec<Problem> = Vec::with_capacity(problems.len());
    // By the hash of what they say, since a large body has a problem at each word.
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    let hasher = RandomState::new();
    for problem in problems {
        let Problem { file, at, diagnostic, .. } = &problem;
        let same = seen.entry(hasher.hash_one((file, at, diagnostic.code, &diagnostic.message))).or_default();
        if !same.iter().any(|number| told[*number] == problem) {
            same.push(told.len());
            told.push(problem);
        }
    }
    told
}

/// Returns the stems of the campaigns that are named, or of all.
fn stems(workspace: &Workspace, named: &[String]) -> Result<Vec<String>> {
    if named.is_empty() {
        return Ok(workspace.campaigns.iter().map(|campaign| campaign.stem.clone()).collect());
    }
    named.iter().map(|words| Ok(campaigns::find(workspace, words)?.stem.clone())).collect()
}

/// What is wrong with all files but the campaigns'.
fn of_shared_files(workspace: &Workspace) -> Vec<Problem> {
    let place = |source: &Source| Sheet::new(&source.path, &source.text).place(&source.problems);
    let mut problems = place(&workspace.manifest.source);
    problems.extend(workspace.webhooks.iter().flat_map(|webhook| place(&webhook.source)));
    problems.extend(workspace.partials.iter().chain(&workspace.samples).flat_map(place));
    let folders = workspace.folder_problems.iter();
    problems.extend(folders.map(|problem| Sheet::new(&problem.path, "").problem(&problem.diagnostic)));
    problems
}

/// What is wrong with a campaign, for the profile at hand.
fn of_campaign(workspace: &Arc<Workspace>, people: &People, stem: &str) -> Result<Vec<Problem>> {
    let campaign = campaigns::find(workspace, stem)?;
    if campaign.body.condition != Condition::Read {
        let place = |source: &Source| Sheet::new(&source.path, &source.text).place(&source.problems);
        return Ok([place(&campaign.source), place(&campaign.body)].concat());
    }
    let job = job(workspace, people, stem);
    Ok(render::problems(campaign, &job, &job.compose(clock::now())))
}

/// What the store says, as far as there is one: asking must not make it.
struct People {
    vocabulary: Arc<Vocabulary>,
    /// The first test profile, as `render` takes it.
    profile: Option<Arc<Profile>>,
}

fn people(session: &Session, output: &mut Output) -> Result<People> {
    let store = match session.store_if_any() {
        // One that leads elsewhere is among the problems of the workspace.
        Err(
            PeopleError::Store(store::Error::LeftAlone { .. })
            | PeopleError::Folder(SaveError::Breach { .. }),
        ) => None,
        found => found?,
    };
    // Where nobody is known yet, the templates are checked all the same.
    let Some(store) = store else { return Ok(People { vocabulary: Arc::default(), profile: None }) };
    let profile = store.test_profiles()?.into_iter().next();
    if let Some(profile) = &profile {
        output.note(format!("for the test profile {}", profile.identity))?;
    }
    Ok(People { vocabulary: Arc::new(store.vocabulary()?), profile: profile.map(Arc::new) })
}

fn job(workspace: &Arc<Workspace>, people: &People, stem: &str) -> Job {
    Job {
        vocabulary: Some(Arc::clone(&people.vocabulary)),
        profile: people.profile.clone(),
        ..Job::of_files(workspace, stem)
    }
}

/// Applies every safe fix of the campaigns' files once, says so, and returns how many there were.
fn fix(
    place: &Place,
    workspace: &Arc<Workspace>,
    people: &People,
    stems: &[String],
    output: &mut Output,
) -> Result<usize> {
    let mut n_fixed = 0;
    for stem in stems {
        let campaign: &CampaignFiles = campaigns::find(workspace, stem)?;
        let mut body = campaign.body.problems.clone();
        if campaign.body.condition == Condition::Read {
            body.extend(job(workspace, people, stem).compose(clock::now()).diagnostics);
        }
        for (source, problems) in [(&campaign.source, &campaign.source.problems), (&campaign.body, &body)] {
            let edits = safe_edits(problems);
            if edits.is_empty() || source.condition != Condition::Read {
                continue;
            }
            workspace.folder(&place.paths).save(source, &applied(&source.text, &edits))?;
            n_fixed += edits.len();
            output.note(format!("{}: {} mended", shown(&source.path), edits.len()))?;
        }
    }
    Ok(n_fixed)
}

fn shown(path: &str) -> String {
    Path::new(path).display().to_string()
}

/// Returns the edits of the first safe fix of each problem, ascending; of two that touch, the first.
fn safe_edits(problems: &[Diagnostic]) -> Vec<TextEdit> {
    let safe = problems.iter().filter_map(|problem| problem.fixes.iter().find(|fix| fix.safe));
    let mut groups: Vec<&[TextEdit]> =
        safe.map(|fix| fix.edits.as_slice()).filter(|edits| !edits.is_empty()).collect();
    groups.sort_by_key(|edits| edits[0].span.start);
    let mut taken: Vec<TextEdit> = Vec::new();
    // Where what is taken starts and ends. The stretches do not overlap, so the last one before an edit's end is the one
    // that could touch it.
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    for edits in groups {
        let is_free = |edit: &TextEdit| {
            let before = ends.range(..=edit.span.end).next_back();
            before.is_none_or(|(_, end)| *end < edit.span.start)
        };
        if edits.iter().all(is_free) {
            for edit in edits {
                let end = ends.entry(edit.span.start).or_default();
                *end = edit.span.end.max(*end);
            }
            taken.extend(edits.iter().cloned());
        }
    }
    taken.sort_by_key(|edit| edit.span.start);
    taken
}

/// Returns `text` with ascending edits that do not overlap applied.
fn applied(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut kept_to = 0;
    for edit in edits {
        // One that does not fit the text is left out.
        if let Some(before) = text.get(kept_to..edit.span.start)
            && text.get(edit.span.range()).is_some()
        {
            out.push_str(before);
            out.push_str(&edit.replacement);
            kept_to = edit.span.end;
        }
    }
    out.push_str(&text[kept_to..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Fix;
    use crate::text::Span;

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        let problem = |start, end, text: &str| {
            let span = Span::new(start, end);
            Diagnostic::error("x", span, "x").with_fix(Fix::replace("x", span, text))
        };
        let edits =
            safe_edits(&[problem(4, 5, "E"), problem(0, 2, "AB"), problem(1, 3, "no"), problem(2, 3, "no")]);
        assert_eq!(applied("abcdef", &edits), "ABcdEf");
    }

    #[test]
    fn a_fix_that_a_person_has_to_choose_is_left_alone() {
        let span = Span::new(0, 1);
        let fix = Fix::replace("x", span, "y").unsafe_to_apply();
        assert_eq!(safe_edits(&[Diagnostic::error("x", span, "x").with_fix(fix)]), []);
    }
}
