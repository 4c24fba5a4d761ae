//! Stores drafts in `.telecast/drafts/STEM.json`. A draft is the text of a campaign's body with its unsaved edits. The
//! draft is stored so that the edits survive a crash.
//!
//! A draft's file is written atomically and is readable by the user only. The draft also records the fingerprint that
//! the body's file had before the edits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, draft_path};
use super::{PRIVATE, PrivateFolderStatus};
use crate::disk::{Access, Fingerprint, PathRejection, SaveError};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDraft {
    pub stem: String,
    pub text: String,
    /// The cursor's byte offset in `text`. It can be after the end of `text` if the draft's file was edited by hand.
    pub cursor: usize,
    /// The fingerprint of the body's file as it was last read or saved before these edits. It is `Absent` if there was
    /// no file, and `Unknown` if the file could not be read.
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

    /// Returns a campaign's draft. Returns `None` if the campaign has no draft, or if the private folder is foreign or
    /// cannot be checked. Also returns `None` if the draft's file cannot be read, is too large, or is not a valid
    /// draft. A draft whose stem differs from the stem in the file's name is not valid. The file is not deleted in any
    /// of these cases.
    pub fn draft(&self, stem: &str) -> Option<CampaignDraft> {
        if self.owns_private_folder() { self.read_draft(stem) } else { None }
    }

    pub fn drafts(&self) -> Vec<CampaignDraft> {
        if !self.owns_private_folder() {
            return Vec::new();
        }
        // A folder of drafts that cannot be read counts as empty.
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
        // Later steps build file names from the draft's stem. A stem in a manipulated file could lead to another file,
        // so only the stem that is also in the file's name is accepted.
        (draft.stem == stem).then_some(draft)
    }

    pub fn discard_draft(&self, stem: &str) -> Result<(), SaveError> {
        match self.private_folder_status()? {
            PrivateFolderStatus::Ours => self.tree.remove(&self.own_draft_path(stem)?),
            // A draft in a foreign private folder was not written by telecast here, so it stays.
            PrivateFolderStatus::Absent | PrivateFolderStatus::Foreign => Ok(()),
        }
    }

    /// Returns the path of the campaign's draft. Fails if `stem` contains `/`, because the path could then lead to
    /// another folder.
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
