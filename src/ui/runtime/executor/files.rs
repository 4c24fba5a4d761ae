//! Reading the workspace, writing bodies and drafts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::service::{BodyError, Session};
use crate::ui::shared::{Entry, Msg, SaveFailure, Work};
use crate::workspace::{Draft, SaveError, Workspace};

pub(super) fn read(session: &Session, now: Timestamp) -> Result<Arc<Workspace>, String> {
    session.reading().look(now).map_err(|error| error.to_string())
}

/// Reads the files that are known to have changed; where there are none, as [`read`].
pub(super) fn follow(session: &Session, now: Timestamp) -> Result<Arc<Workspace>, String> {
    session.reading().follow(now).map_err(|error| error.to_string())
}

/// Reports what could not be kept. That a foreign private folder keeps nothing was said when the console opened.
pub(super) fn unkept(result: Result<(), SaveError>) -> Option<Msg> {
    match result {
        Ok(()) | Err(SaveError::Foreign { .. }) => None,
        Err(error) => Some(Msg::DraftFailed(error.to_string())),
    }
}

pub(super) fn work_of(entry: &Entry) -> Work {
    match entry {
        Entry::WriteDraft { .. } | Entry::DiscardDraft(_) => Work::Draft,
        Entry::SaveBody { .. } => Work::Save,
    }
}

pub(super) fn journal(session: &Session, entry: Entry, now: Timestamp) -> Option<Msg> {
    match entry {
        Entry::WriteDraft { stem, text, base } => {
            let draft = Draft { stem, text, cursor: 0, base, written: now };
            unkept(session.folder().write_draft(&draft))
        }
        Entry::DiscardDraft(stem) => unkept(session.folder().discard_draft(&stem)),
        Entry::SaveBody { stem, text, version, expected } => {
            let refused = |error| match error {
                BodyError::Save(SaveError::ChangedOnDisk { .. }) => SaveFailure::ChangedOnDisk,
                error => SaveFailure::Refused(error.to_string()),
            };
            let result = session.save_body(&stem, &text, expected).map_err(refused);
            Some(Msg::BodySaved { stem, version, result })
        }
    }
}
