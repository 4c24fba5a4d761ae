//! Unsaved edits, journalled so that they outlive a crash: `.telecast/drafts/STEM.json`, one a campaign.
//!
//! A draft is written whole, for the user only, and knows which content of the body it was typed over.

use std::fs;
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Folder, PRIVATE};
use crate::disk::{self, Access, Fingerprint, SaveError};

/// Unsaved edits of a campaign's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The campaign's stem.
    pub stem: String,
    /// The body as it was typed.
    pub text: String,
    /// The cursor's byte in it; may lie behind its end where the file was changed by hand.
    pub cursor: usize,
    /// The content of the body's file that it was typed over.
    pub base: Fingerprint,
    /// When it was written.
    #[serde(with = "super::instant")]
    pub written: Timestamp,
}

impl Folder {
    /// Journals a draft in place of the one the campaign had.
    pub fn write_draft(&self, draft: &Draft) -> Result<(), SaveError> {
        self.private()?;
        let path = self.root().join(draft_path(&draft.stem));
        let json = serde_json::to_vec(draft).map_err(|error| SaveError::write(&path, error.into()))?;
        disk::replace(&path, &json, Access::Private)
    }

    /// Returns the draft of a campaign; what cannot be read counts as none, and stays on the disk.
    pub fn draft(&self, stem: &str) -> Option<Draft> {
        let bytes = fs::read(self.root().join(draft_path(stem))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Returns all drafts, by stem.
    pub fn drafts(&self) -> Vec<Draft> {
        let entries = fs::read_dir(self.root().join(PRIVATE).join("drafts")).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut drafts: Vec<Draft> =
            names.filter_map(|name| self.draft(name.strip_suffix(".json")?)).collect();
        drafts.sort_by(|left, right| left.stem.cmp(&right.stem));
        drafts
    }

    /// Discards the draft of a campaign: it was saved, or is not wanted.
    pub fn discard_draft(&self, stem: &str) -> Result<(), SaveError> {
        let path = self.root().join(draft_path(stem));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SaveError::write(&path, error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Lets a draft follow its campaign to another stem.
    pub(super) fn rename_draft(&self, old: &str, new: &str) -> Result<(), SaveError> {
        let Some(draft) = self.draft(old) else { return Ok(()) };
        self.write_draft(&Draft { stem: new.to_owned(), ..draft })?;
        self.discard_draft(old)
    }
}

/// Returns the place of a campaign's draft, from the root.
pub(super) fn draft_path(stem: &str) -> String {
    format!("{PRIVATE}/drafts/{stem}.json")
}
