//! Applies the safe fixes of the problems in a workspace's campaigns. Repeats this until no safe fix is left or the
//! limit of rounds is reached.

use std::sync::Arc;

use jiff::Timestamp;

use super::Session;
use super::check::{CheckScope, job};
use super::profiles::ProfileContext;
use crate::diagnostic::{self, CombinedFixes, Diagnostic};
use crate::workspace::{FileCondition, LoadedFile, OpenError, SaveError, Workspace};

/// The maximum number of rounds. One round may not be enough, because a fix can reveal another problem. Without a
/// limit, two fixes could undo each other forever.
const MAX_ROUNDS: usize = 10;

/// Applies the first safe fix of each problem in the campaigns' files. Calls `on_fixed` with the path of each changed
/// file and the number of edits in it. Returns the workspace as it was read after the last change. If an error occurs,
/// files that are already saved stay changed. Blocks.
pub(crate) fn fix_all<E: From<SaveError> + From<OpenError>>(
    session: &Session,
    mut workspace: Arc<Workspace>,
    scope: CheckScope<'_>,
    context: &ProfileContext,
    now: Timestamp,
    mut on_fixed: impl FnMut(&str, usize) -> Result<(), E>,
) -> Result<Arc<Workspace>, E> {
    for _ in 0..MAX_ROUNDS {
        let mut is_changed = false;
        for campaign in scope.campaigns(&workspace) {
            let mut body = campaign.body.problems.clone();
            if campaign.body.condition == FileCondition::Read {
                body.extend(job(&workspace, context, &campaign.stem).compose(now).diagnostics);
            }
            for (source, problems) in [(&campaign.source, &campaign.source.problems), (&campaign.body, &body)]
            {
                if let Some((text, n_edits)) = fixed(source, problems) {
                    session.folder().save(source, &text)?;
                    on_fixed(&source.path, n_edits)?;
                    is_changed = true;
                }
            }
        }
        if !is_changed {
            break;
        }
        // The workspace is read again, because the next round needs the spans and fingerprints of the saved files.
        workspace = Arc::new(Workspace::open(&workspace.root)?);
    }
    Ok(workspace)
}

/// Returns the file's text after as many safe fixes as can be applied together, and the number of their edits. Returns
/// `None` if there are no safe fixes, if the file could not be read, or if the edits do not fit the text.
fn fixed(source: &LoadedFile, problems: &[Diagnostic]) -> Option<(String, usize)> {
    let CombinedFixes { edits, .. } =
        diagnostic::combine_fixes(problems.iter().filter_map(Diagnostic::safe_fix));
    // If the file could not be read, `source.text` is not the file's content. Saving a fixed version of this text would
    // destroy the real content.
    if edits.is_empty() || source.condition != FileCondition::Read {
        return None;
    }
    Some((diagnostic::apply_edits(&edits, &source.text)?, edits.len()))
}
