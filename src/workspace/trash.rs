//! Moves deleted campaigns and webhooks to the trash of the workspace, lists them, and moves them back.
//!
//! ```text
//! .telecast/trash/ID/deleted.json      when it was deleted
//! .telecast/trash/ID/campaigns/…       the files, at the paths that they had in the workspace
//! .telecast/trash/ID/.telecast/drafts/…
//! ```
//!
//! The trash of a foreign private folder is not used. Even in a folder that is not foreign, another program may have
//! put files into the trash. So only regular files are listed, and only if they have the name of a campaign's, a
//! webhook's, or a draft's file. The file `deleted.json` names no paths.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::draft::CampaignDraft;
use super::folder::{Folder, campaign_path, draft_path, webhook_path};
use super::load::{campaign_of_name, webhook_of_name};
use super::slug::free;
use super::{PRIVATE, PrivateFolderStatus};
use crate::disk::{Access, SaveError};

/// The largest number of deletions that the trash keeps. The oldest ones are removed.
pub(crate) const MAX_TRASHED: usize = 100;

const CAMPAIGNS: &str = "campaigns";
const WEBHOOKS: &str = "webhooks";
const DRAFTS: &str = ".telecast/drafts";

/// A deleted campaign or webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// The name of the folder in the trash that contains the files.
    pub id: String,
    pub kind: TrashedKind,
    /// The stem at the time of the deletion.
    pub stem: String,
    /// `None` if an earlier version of telecast has deleted it, or if the record of the time cannot be read.
    pub deleted: Option<Timestamp>,
    /// The files' original paths, relative to the root.
    pub files: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrashedKind {
    Campaign,
    Webhook,
}

impl TrashedKind {
    pub fn as_str(self) -> &'static str {
        match self {
            TrashedKind::Campaign => "campaign",
            TrashedKind::Webhook => "webhook",
        }
    }
}

/// A campaign or webhook that was moved back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub trashed: Trashed,
    /// The stem that it has now. It differs from the stem at the time of the deletion if that stem was in use again.
    pub stem: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Deletion {
    #[serde(with = "super::instant")]
    deleted: Timestamp,
}

impl Trashed {
    /// Describes which files were moved where and how to undo that, for the output of a command.
    pub(crate) fn describe(&self) -> String {
        let (files, trash) = (self.files.join(" and "), trash_path(&self.id));
        let noun = if self.files.len() == 1 { "file" } else { "files" };
        format!(
            "moved {files} to {trash}; to undo this, move the {noun} back, or choose \"Deleted campaigns and \
             webhooks\" in the console"
        )
    }
}

impl Folder {
    /// Moves a campaign's files and its draft to the trash.
    pub fn delete_campaign(&self, stem: &str, now: Timestamp) -> Result<Trashed, SaveError> {
        let mut files = self.campaign_files(stem);
        let draft = draft_path(stem);
        if !files.is_empty() && self.tree.is_taken(&draft) {
            files.push(draft);
        }
        if files.is_empty() {
            return Err(SaveError::Missing { path: self.tree.unchecked_path(&campaign_path(stem)) });
        }
        self.move_to_trash(TrashedKind::Campaign, stem, files, now)
    }

    /// Moves a webhook's file to the trash. A campaign that uses the webhook then has a problem.
    pub fn delete_webhook(&self, stem: &str, now: Timestamp) -> Result<Trashed, SaveError> {
        let path = webhook_path(stem);
        if !self.tree.is_taken(&path) {
            return Err(SaveError::Missing { path: self.tree.unchecked_path(&path) });
        }
        self.move_to_trash(TrashedKind::Webhook, stem, vec![path], now)
    }

    /// Returns what is in the trash, the latest deletion first. The list is empty if the private folder is foreign or
    /// cannot be checked.
    pub fn trash(&self) -> Vec<Trashed> {
        if !matches!(self.private_folder_status(), Ok(PrivateFolderStatus::Ours)) {
            return Vec::new();
        }
        // A trash that cannot be read counts as empty.
        let ids = self.tree.list(&format!("{PRIVATE}/trash")).unwrap_or_default();
        let mut found: Vec<Trashed> =
            ids.into_iter().filter_map(|id| self.trashed(&id.into_string().ok()?)).collect();
        found.sort_by(|a, b| b.deleted.cmp(&a.deleted).then_with(|| a.id.cmp(&b.id)));
        found
    }

    /// Moves a deleted campaign or webhook back. If its stem is in use again, it gets a free stem. Fails if the trash
    /// has nothing with this id.
    pub fn restore(&self, id: &str) -> Result<Restored, SaveError> {
        self.ensure_private_folder()?;
        let trash = trash_path(id);
        let trashed =
            self.trashed(id).ok_or_else(|| SaveError::Missing { path: self.tree.unchecked_path(&trash) })?;
        let (old, is_draft) = (&trashed.stem, |file: &str| file.starts_with(DRAFTS));
        let has_draft = trashed.files.iter().any(|file| is_draft(file));
        let stem = free(old, |stem| match trashed.kind {
            TrashedKind::Campaign => {
                self.has_campaign(stem) || (has_draft && self.tree.is_taken(&draft_path(stem)))
            }
            TrashedKind::Webhook => self.has_webhook(stem),
        });
        for file in &trashed.files {
            let from = format!("{trash}/{file}");
            if is_draft(file) {
                self.restore_draft(&from, old, &stem)?;
                continue;
            }
            // The folder and the ending stay, and the stem between them may be new.
            let (folder, name) = file.split_once('/').unwrap_or(("", file));
            let ending = name.strip_prefix(old.as_str()).unwrap_or_default();
            self.tree.rename(&from, &format!("{folder}/{stem}{ending}"))?;
        }
        // Everything that can be used was moved, so a failure to remove the rest does no harm.
        let _ = self.tree.remove_folder(&trash);
        Ok(Restored { trashed, stem })
    }

    /// Moves a draft back under a stem that may be new. A draft contains its campaign's stem, so the draft is written
    /// again with the new stem.
    fn restore_draft(&self, from: &str, old: &str, new: &str) -> Result<(), SaveError> {
        let bytes = self.tree.read_bytes(from).ok().flatten().unwrap_or_default();
        // A draft that is not valid, or that belongs to another campaign, is left out, because it could not be used.
        let draft = serde_json::from_slice(&bytes).ok().filter(|draft: &CampaignDraft| draft.stem == old);
        draft.map_or(Ok(()), |draft| self.write_draft(&CampaignDraft { stem: new.to_owned(), ..draft }))
    }

    fn move_to_trash(
        &self,
        kind: TrashedKind,
        stem: &str,
        files: Vec<String>,
        now: Timestamp,
    ) -> Result<Trashed, SaveError> {
        self.ensure_private_folder()?;
        let id = free(stem, |id| self.tree.is_taken(&trash_path(id)));
        let trash = trash_path(&id);
        let record = format!("{trash}/{RECORD}");
        let json = serde_json::to_vec(&Deletion { deleted: now })
            .map_err(|error| SaveError::write(&self.tree.unchecked_path(&record), error.into()))?;
        self.tree.replace(&record, &json, Access::Private)?;
        for file in &files {
            self.tree.rename(file, &format!("{trash}/{file}"))?;
        }
        self.remove_oldest();
        Ok(Trashed { id, kind, stem: stem.to_owned(), deleted: Some(now), files })
    }

    /// Removes the oldest deletions if there are more than [`MAX_TRASHED`]. What telecast does not recognize stays.
    fn remove_oldest(&self) {
        for old in self.trash().into_iter().skip(MAX_TRASHED) {
            // A failure does no harm: the next deletion tries again.
            let _ = self.tree.remove_folder(&trash_path(&old.id));
        }
    }

    /// Returns the campaign or webhook in one folder of the trash. `None` if the files there do not belong to exactly
    /// one campaign or webhook.
    fn trashed(&self, id: &str) -> Option<Trashed> {
        if id.contains('/') {
            return None;
        }
        let trash = trash_path(id);
        let in_folder = |folder: &str, stem_of: fn(&str) -> Option<&str>| {
            let names = self.tree.list(&format!("{trash}/{folder}")).unwrap_or_default();
            let names = names.into_iter().filter_map(|name| name.into_string().ok());
            let found = names.filter_map(|name| {
                let path = format!("{folder}/{name}");
                // Links and pipes are not moved back.
                let is_file = self.tree.writable_path(&format!("{trash}/{path}")).is_ok();
                Some((stem_of(&name).filter(|_| is_file)?.to_owned(), path))
            });
            found.collect::<Vec<(String, String)>>()
        };
        let (campaigns, webhooks) =
            (in_folder(CAMPAIGNS, campaign_of_name), in_folder(WEBHOOKS, webhook_of_name));
        let (kind, mut found) = match (campaigns.is_empty(), webhooks.is_empty()) {
            (false, true) => (TrashedKind::Campaign, campaigns),
            (true, false) => (TrashedKind::Webhook, webhooks),
            (true, true) | (false, false) => return None,
        };
        found.sort();
        let stem = found.first().map(|(stem, _)| stem.clone())?;
        if found.iter().any(|(other, _)| *other != stem) {
            return None;
        }
        if kind == TrashedKind::Campaign {
            let drafts = in_folder(DRAFTS, |name| name.strip_suffix(".json"));
            found.extend(drafts.into_iter().filter(|(of, _)| *of == stem));
        }
        let record = self.tree.read_bytes(&format!("{trash}/{RECORD}")).ok().flatten();
        let deletion: Option<Deletion> = record.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let files = found.into_iter().map(|(_, path)| path).collect();
        Some(Trashed {
            id: id.to_owned(),
            kind,
            stem,
            deleted: deletion.map(|deletion| deletion.deleted),
            files,
        })
    }
}

const RECORD: &str = "deleted.json";

fn trash_path(id: &str) -> String {
    format!("{PRIVATE}/trash/{id}")
}
