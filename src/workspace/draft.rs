//! Drafts: unsaved edits, saved so that they survive a crash. One file per campaign: `.telecast/drafts/STEM.json`.
//!
//! A draft is written atomically, is readable only by the user, and records on which version of the body it is based.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, draft_path};
use super::{PRIVATE, PrivateFolderStatus};
use crate::disk::{Access, Fingerprint, PathRejection, SaveError};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDraft {
    pub stem: String,
    pub text: String,
    /// The cursor's byte offset; can be after the text's end if the file was edited by hand.
    pub cursor: usize,
    /// The content of the body's file on which the draft is based.
    pub base: Fingerprint,
    #[serde(with = "super::instant")]
    pub written: Timestamp,
}

impl Folder {
    /// Saves a draft, replacing the campaign's previous one.
    pub fn write_draft(&self, draft: &CampaignDraft) -> Result<(), SaveError> {
        self.ensure_private_folder()?;
        let path = self.own_draft_path(&draft.stem)?;
        let json = serde_json::to_vec(draft)
            .map_err(|error| SaveError::write(&self.tree.unchecked_path(&path), error.into()))?;
        self.tree.replace(&path, &json, Access::Private)
    }

    /// Returns a campaign's draft, or `None` if there is none or it cannot be read. A file that cannot be read is kept.
    pub fn draft(&self, stem: &str) -> Option<CampaignDraft> {
        if self.owns_private_folder() { self.read_draft(stem) } else { None }
    }

    pub fn drafts(&self) -> Vec<CampaignDraft> {
        if !self.owns_private_folder() {
            return Vec::new();
        }
        // A folder that cannot be read counts as empty.
        let names = self.tree.list(&format!("{PRIVATE}/drafts")).unwrap_or_default();
        let names = names.into_iter().filter_map(|name| name.into_string().ok());
        let mut drafts: Vec<CampaignDraft> =
            names.filter_map(|name| self.read_draft(name.strip_suffix(".json")?)).collect();
        drafts.sort_by(|left, right| left.stem.cmp(&right.stem));
        drafts
    }

    fn read_draft(&self, stem: &str) -> Option<CampaignDraft> {
        let bytes = self.tree.read_bytes(&draft_path(stem)).ok()??;
        let draft: CampaignDraft = serde_json::from_slice(&bytes).ok()?;
        // The stem is used in file names later, so it must not come from the file's content.
        (draft.stem == stem).then_some(draft)
    }

    pub fn discard_draft(&self, stem: &str) -> Result<(), SaveError> {
        match self.private_folder_status()? {
            PrivateFolderStatus::Ours => self.tree.remove(&self.own_draft_path(stem)?),
            // A draft in a foreign folder is not ours to remove.
            PrivateFolderStatus::Absent | PrivateFolderStatus::Foreign => Ok(()),
        }
    }

    /// Returns the path of a draft. The stem may come from the draft's content, so it is checked.
    fn own_draft_path(&self, stem: &str) -> Result<String, SaveError> {
        let path = draft_path(stem);
        if stem.contains('/') {
            return Err(SaveError::Breach {
                path: self.tree.unchecked_path(&path),
                breach: PathRejection::Name,
            });
        }
        Ok(path)
    }

    pub(super) fn rename_draft(&self, old: &str, new: &str) -> Result<(), SaveError> {
        let Some(draft) = self.draft(old) else { return Ok(()) };
        self.write_draft(&CampaignDraft { stem: new.to_owned(), ..draft })?;
        self.discard_draft(old)
    }
}
