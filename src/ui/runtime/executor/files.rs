//! Reads the workspace, and writes bodies, drafts, and the theme.

use std::sync::Arc;

use jiff::Timestamp;

use crate::service::{SaveBodyError, Session};
use crate::settings;
use crate::ui::shared::{JournalEntry, Msg, SaveFailure, Work};
use crate::workspace::{CampaignDraft, SaveError, Workspace};

pub(super) fn read(session: &Session, now: Timestamp) -> Result<Arc<Workspace>, String> {
    session.reading().rescan(now).map_err(|error| error.to_string())
}

/// Reads only the files that are known to have changed. If no changed files are known, does the same as [`read`].
pub(super) fn read_changed(session: &Session, now: Timestamp) -> Result<Arc<Workspace>, String> {
    session.reading().reload(now).map_err(|error| error.to_string())
}

/// Returns a message if something could not be saved. Nothing is ever saved to a foreign `.telecast` folder, which is
/// one that was created on another machine or in another folder. This case is not reported here, because the console
/// has already reported the foreign folder at its start.
pub(super) fn save_failure(result: Result<(), SaveError>) -> Option<Msg> {
    match result {
        Ok(()) | Err(SaveError::Foreign { .. }) => None,
        Err(error) => Some(Msg::DraftFailed(error.to_string())),
    }
}

pub(super) fn work_of(entry: &JournalEntry) -> Work {
    match entry {
        JournalEntry::WriteDraft { .. } | JournalEntry::DiscardDraft(_) => Work::Draft,
        JournalEntry::SaveBody { .. } => Work::Save,
        JournalEntry::SaveTheme(_) | JournalEntry::RememberView(_) => Work::Background,
    }
}

pub(super) fn journal(session: &Session, entry: JournalEntry, now: Timestamp) -> Option<Msg> {
    match entry {
        JournalEntry::WriteDraft { stem, text, base } => {
            let draft = CampaignDraft { stem, text, cursor: 0, base, written: now };
            save_failure(session.folder().write_draft(&draft))
        }
        JournalEntry::DiscardDraft(stem) => save_failure(session.folder().discard_draft(&stem)),
        JournalEntry::SaveTheme(name) => {
            let result = settings::save_theme(session.paths(), name);
            Some(Msg::ThemeSaved(name, result.map_err(|error| error.to_string())))
        }
        JournalEntry::RememberView(view) => {
            // A failure is not reported: the next console then only begins with another campaign.
            let _ = session.state().remember_view(&view);
            None
        }
        JournalEntry::SaveBody { stem, text, version, expected } => {
            let refused = |error| match error {
                // If the file changed on disk, the user is asked which version to keep.
                SaveBodyError::Save(SaveError::ChangedOnDisk { .. }) => SaveFailure::ChangedOnDisk,
                error => SaveFailure::Refused(error.to_string()),
            };
            let result = session.save_body(&stem, &text, expected).map_err(refused);
            Some(Msg::BodySaved { stem, version, result })
        }
    }
}
