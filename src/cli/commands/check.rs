//! `telecast check`: every problem, and the fixes that are safe to apply.

use std::sync::Arc;

use crate::cli::args::Check;
use crate::cli::error::{CliError, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::Problem;
use crate::clock;
use crate::service::{Scope, check, fix_all, people_to_check};
use crate::workspace::Workspace;

use super::campaigns;

pub fn run(place: &Place, args: &Check, output: &mut Output) -> Result {
    let mut workspace = Arc::new(place.workspace()?);
    let session = place.session(&workspace);
    let stems = stems(&workspace, &args.campaigns)?;
    let scope = if stems.is_empty() { Scope::Workspace } else { Scope::Campaigns(&stems) };
    let people = people_to_check(&session)?;
    if let Some(profile) = &people.profile {
        output.note(format!("for the test profile {}", profile.identity))?;
    }
    let now = clock::now();
    if args.fix {
        workspace = fix_all(&session, workspace, scope, &people, now, |path, n_edits| {
            Ok::<_, CliError>(output.note(format!("{}: {n_edits} mended", path))?)
        })?;
    }
    let problems = Problem::place(&check(&workspace, scope, &people, now));
    match args.format.json {
        true => output.json(&problems.iter().map(Problem::json).collect())?,
        false => {
            problems.iter().try_for_each(|problem| output.line(problem.line()))?;
            output.note(Problem::summary(&problems))?;
        }
    }
    Ok(Problem::ending(&problems, args.deny))
}

fn stems(workspace: &Workspace, named: &[String]) -> Result<Vec<String>> {
    named.iter().map(|words| Ok(campaigns::find(workspace, words)?.stem.clone())).collect()
}
