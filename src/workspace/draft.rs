//! Unsaved edits, journalled so that they outlive a crash: `.telecast/drafts/STEM.json`, one a campaign.
//!
//! A draft is written whole, for the user only, and knows which content of the body it was typed over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::folder::{Folder, draft_path};
use super::{PRIVATE, Standing};
use crate::disk::{Access, Breach, Fingerprint, SaveError};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub stem: String,
    pub text: String,
    /// The cursor's byte in it; may lie behind its end where the file was changed by hand.
    pub cursor: usize,
    /// The content of the body's file that it was typed over.
    pub base: Fingerprint,
    #[serde(with = "super::instant")]
    pub written: Timestamp,
}

impl Folder {
    /// Journals a draft in place of the one the campaign had.
    pub fn write_draft(&self, draft: &Draft) -> Result<(), SaveError> {
        self.private()?;
        let path = self.own_draft_path(&draft.stem)?;
        let json = serde_json::to_vec(draft)
            .map_err(|error| SaveError::write(&self.tree.shown(&path), error.into()))?;
        self.tree.replace(&path, &json, Access::Private)
    }

    /// Returns the draft of a campaign; what cannot be read counts as none, and stays on the disk.
    pub fn draft(&self, stem: &str) -> Option<Draft> {
        if self.is_private_ours() { self.read_draft(stem) } else { None }
    }

    pub fn drafts(&self) -> Vec<Draft> {
        if !self.is_private_ours() {
            return Vec::new();
        }
        // A folder that cannot be read counts as an empty one.
        let names = self.tree.list(&format!("{PRIVATE}/drafts")).unwrap_or_default();
        let names = names.into_iter().filter_map(|name| name.into_string().ok());
        let mut drafts: Vec<Draft> =
            names.filter_map(|name| self.read_draft(name.strip_suffix(".json")?)).collect();
        drafts.sort_by(|left, right| left.stem.cmp(&right.stem));
        drafts
    }

    fn read_draft(&self, stem: &str) -> Option<Draft> {
        let bytes = self.tree.read_bytes(&draft_path(stem)).ok()??;
        let draft: Draft = serde_json::from_slice(&bytes).ok()?;
        // Its stem names files later on: it is no other than its own file's.
        (draft.stem == stem).then_some(draft)
    }

    pub fn discard_draft(&self, stem: &str) -> Result<(), SaveError> {
        match self.standing()? {
            Standing::Ours => self.tree.remove(&self.own_draft_path(stem)?),
            // There is none of ours.
            Standing::Absent | Standing::Foreign => Ok(()),
        }
    }

    /// Returns the place of a draft, whose stem may have come with the draft itself.
    fn own_draft_path(&self, stem: &str) -> Result<String, SaveError> {
        let path = draft_path(stem);
        if stem.contains('/') {
            return Err(SaveError::Breach { path: self.tree.shown(&path), breach: Breach::Name });
        }
        Ok(path)
    }

    pub(super) fn rename_draft(&self, old: &str, new: &str) -> Result<(), SaveError> {
        let Some(draft) = self.draft(old) else { return Ok(()) };
        self.write_draft(&Draft { stem: new.to_owned(), ..draft })?;
        self.discard_draft(old)
    }
}
