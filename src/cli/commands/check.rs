//! `telecast check`: prints the problems of campaigns and webhooks, and applies safe fixes.

use std::sync::Arc;

use crate::cli::args::Check;
use crate::cli::environment::Environment;
use crate::cli::error::{CliError, Result};
use crate::cli::output::CliOutput;
use crate::cli::problems::LocatedProblem;
use crate::clock;
use crate::service::{CheckScope, add_chat_refusals, audience_problems, check, fix_all, load_check_profile};
use crate::workspace::Workspace;

use super::campaigns;

pub(crate) fn run(environment: &Environment, args: &Check, output: &mut CliOutput) -> Result {
    let mut workspace = Arc::new(environment.workspace()?);
    let session = environment.session(&workspace);
    let stems = stems(&workspace, &args.campaigns)?;
    let scope = if stems.is_empty() { CheckScope::Workspace } else { CheckScope::Campaigns(&stems) };
    let context = load_check_profile(&session)?;
    if let Some(profile) = &context.profile {
        output.note(format!("using the test profile {}", profile.identity))?;
    }
    // All campaigns are checked with the same current time, before and after `--fix`. If the time changed in between, a
    // body that uses `now` could have different problems after the fixes.
    let now = clock::now();
    if args.fix {
        workspace = fix_all(&session, workspace, scope, &context, now, |path, n_edits| {
            Ok::<_, CliError>(output.note(format!("{}: {n_edits} fixed", path))?)
        })?;
    }
    let mut found = check(&workspace, scope, &context, now);
    // A store that cannot be opened is already an error of `load_check_profile`, or a problem of the workspace.
    let store = session.store_if_any().ok().flatten();
    if let Some(store) = &store {
        add_chat_refusals(&workspace, scope, &**store, now, &mut found)?;
    }
    found.extend(audience_problems(&workspace, scope, store.as_deref(), now)?);
    let problems = LocatedProblem::locate(&found);
    match args.format.json {
        true => output.json(&problems.iter().map(LocatedProblem::json).collect())?,
        // Unlike other commands, `check` prints problems to stdout, because the problems are its result.
        false => {
            problems.iter().try_for_each(|problem| output.line(problem.line()))?;
            output.note(LocatedProblem::summary(&problems))?;
        }
    }
    Ok(LocatedProblem::exit_status(&problems, args.deny))
}

fn stems(workspace: &Workspace, named: &[String]) -> Result<Vec<String>> {
    named.iter().map(|query| Ok(campaigns::find(workspace, query)?.stem.clone())).collect()
}
