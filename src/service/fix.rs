//! Every safe fix of a workspace's campaigns, applied until none is left.

use std::sync::Arc;

use jiff::Timestamp;

use super::Session;
use super::check::{Scope, job};
use super::people::People;
use crate::diagnostic::{self, Diagnostic, Fix, Together};
use crate::workspace::{Condition, OpenError, SaveError, Source, Workspace};

/// How often fixes are applied anew: one may bring the next to light.
const ROUNDS: usize = 10;

/// Applies the first safe fix of each problem in the campaigns' files, tells `mended` of each file and how many edits it
/// got, and returns the workspace as it is then; what was saved before an error stays. Blocks.
pub fn fix_all<E: From<SaveError> + From<OpenError>>(
    session: &Session,
    mut workspace: Arc<Workspace>,
    scope: Scope<'_>,
    people: &People,
    now: Timestamp,
    mut mended: impl FnMut(&str, usize) -> Result<(), E>,
) -> Result<Arc<Workspace>, E> {
    for _ in 0..ROUNDS {
        let mut is_changed = false;
        for campaign in scope.campaigns(&workspace) {
            let mut body = campaign.body.problems.clone();
            if campaign.body.condition == Condition::Read {
                body.extend(job(&workspace, people, &campaign.stem).compose(now).diagnostics);
            }
            for (source, problems) in [(&campaign.source, &campaign.source.problems), (&campaign.body, &body)]
            {
                if let Some((text, n_edits)) = fixed(source, problems) {
                    session.folder().save(source, &text)?;
                    mended(&source.path, n_edits)?;
                    is_changed = true;
                }
            }
        }
        if !is_changed {
            break;
        }
        workspace = Arc::new(Workspace::open(&workspace.root)?);
    }
    Ok(workspace)
}

/// Returns the file's text with the safe fixes that go together, and how many edits they are; none where there is none.
fn fixed(source: &Source, problems: &[Diagnostic]) -> Option<(String, usize)> {
    let Together { edits, .. } = diagnostic::together(problems.iter().filter_map(safe_fix));
    if edits.is_empty() || source.condition != Condition::Read {
        return None;
    }
    Some((diagnostic::apply(&edits, &source.text)?, edits.len()))
}

fn safe_fix(problem: &Diagnostic) -> Option<&Fix> {
    problem.fixes.iter().find(|fix| fix.safe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::text::Span;

    #[test]
    fn a_fix_that_a_person_has_to_choose_is_left_alone() {
        let span = Span::new(0, 1);
        let chosen = Fix::replace("x", span, "y").unsafe_to_apply();
        let problem = Diagnostic::error(Code::NotJson, span, "x").with_fix(chosen);
        assert_eq!(safe_fix(&problem), None);
        let safe = Fix::replace("x", span, "z");
        assert_eq!(safe_fix(&problem.with_fix(safe.clone())), Some(&safe));
    }
}
