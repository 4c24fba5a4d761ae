//! The operations on a workspace's files: save, create, duplicate, rename, delete and restore.

use std::path::{Path, PathBuf};

use super::PRIVATE;
use super::slug::{free, slug};
use crate::campaign::{Campaign, ContentFormat, Webhook};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Condition, Fingerprint, SaveError, Source, Tree};
use crate::paths::Paths;
use crate::state::WorkspaceState;

/// A workspace's folder; cheap to clone and to send to another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    pub(super) tree: Tree,
    pub(super) state: WorkspaceState,
    pub(super) kept: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trashed {
    /// The folder they are in, under the trash.
    id: String,
    /// Where they were, from the root.
    pub files: Vec<String>,
}

impl Trashed {
    /// Returns the stem of the campaign whose files they are; none for a webhook.
    pub fn campaign(&self) -> Option<&str> {
        self.files.iter().find_map(|file| {
            let name = file.strip_prefix("campaigns/")?;
            [".toml", ".json.liquid", ".txt.liquid"].iter().find_map(|ending| name.strip_suffix(ending))
        })
    }
}

impl Folder {
    /// Returns the folder at `root`; `paths` says where the user's state directory is. Reads nothing yet.
    pub fn new(root: &Path, paths: &Paths) -> Self {
        let tree = Tree::new(root);
        let state = WorkspaceState::new(paths, tree.root());
        let kept = paths.of_workspace(tree.root());
        Self { tree, state, kept }
    }

    /// Returns the real path of the folder.
    pub fn root(&self) -> &Path {
        self.tree.root()
    }

    /// Saves `text` over the file that was read as `source`; returns its new fingerprint.
    ///
    /// To save over what somebody else saved meanwhile, [`Folder::read`] it first.
    pub fn save(&self, source: &Source, text: &str) -> Result<Fingerprint, SaveError> {
        match source.condition {
            Condition::Read | Condition::Missing => {
                self.tree.save_text(&source.path, text, source.fingerprint)
            }
            Condition::Unusable => Err(SaveError::Unusable { path: self.tree.shown(&source.path) }),
        }
    }

    /// Saves a webhook over the file that was read as `source`, changing only what differs.
    pub fn save_webhook(&self, source: &Source, webhook: &Webhook) -> Result<Fingerprint, SaveError> {
        let text = self.updated(source, webhook.update(&source.text))?;
        self.save(source, &text)
    }

    /// Saves a campaign's definition, changing only what differs; where its content format changed, its body's file is
    /// renamed to the new ending.
    pub fn save_campaign(&self, source: &Source, campaign: &Campaign) -> Result<Fingerprint, SaveError> {
        let text = self.updated(source, campaign.update(&source.text))?;
        let saved = self.save(source, &text)?;
        self.take_body_along(stem_of(&source.path), campaign.content_format)?;
        Ok(saved)
    }

    /// Renames a body to the ending of `format` where it has another one.
    fn take_body_along(&self, stem: &str, format: ContentFormat) -> Result<(), SaveError> {
        let body = body_path(stem, format);
        if self.tree.is_taken(&body) {
            return Ok(());
        }
        let others = ContentFormat::ALL.into_iter().filter(|other| *other != format);
        match others.map(|other| body_path(stem, other)).find(|old| self.tree.is_taken(old)) {
            Some(old) => self.tree.rename(&old, &body),
            None => Ok(()),
        }
    }

    /// Makes a campaign with a free stem made from its name, and returns the stem.
    pub fn create_campaign(&self, campaign: &Campaign, body: &str) -> Result<String, SaveError> {
        let stem = free(&slug(&campaign.name, "campaign"), |stem| self.has_campaign(stem));
        self.write_campaign(&stem, campaign.content_format, body.as_bytes(), &campaign.to_toml())?;
        Ok(stem)
    }

    /// Writes both files of a new campaign, or none.
    fn write_campaign(
        &self,
        stem: &str,
        format: ContentFormat,
        body: &[u8],
        definition: &str,
    ) -> Result<(), SaveError> {
        let body_file = body_path(stem, format);
        self.tree.write_new(&body_file, body)?;
        self.tree.write_new(&campaign_path(stem), definition.as_bytes()).map(drop).inspect_err(|_| {
            // It was made a moment ago; where it stays, loading says that it has no definition.
            let _ = self.tree.remove(&body_file);
        })
    }

    /// Makes a webhook with a free stem made from its name, and returns the stem.
    pub fn create_webhook(&self, webhook: &Webhook) -> Result<String, SaveError> {
        let stem = free(&slug(&webhook.name, "webhook"), |stem| self.has_webhook(stem));
        self.tree.write_new(&webhook_path(&stem), webhook.to_toml().as_bytes())?;
        Ok(stem)
    }

    /// Makes a copy of a campaign under another name, comments and all, and returns its stem.
    pub fn duplicate_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.existing(&campaign_path(stem))?;
        let campaign =
            Campaign { name: name.to_owned(), ..Campaign::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, campaign.update(&source.text))?;
        let copy = free(&slug(name, "campaign"), |stem| self.has_campaign(stem));
        let body = body_path(stem, campaign.content_format);
        let bytes = match self.tree.read_bytes(&body) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(SaveError::Unusable { path: self.tree.shown(&body) }),
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(self.tree.unsaved(&body, error)),
        };
        self.write_campaign(&copy, campaign.content_format, &bytes, &text)?;
        Ok(copy)
    }

    /// Makes a copy of a webhook under another name, comments and all, and returns its stem.
    pub fn duplicate_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.existing(&webhook_path(stem))?;
        let webhook = Webhook { name: name.to_owned(), ..Webhook::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, webhook.update(&source.text))?;
        let copy = free(&slug(name, "webhook"), |stem| self.has_webhook(stem));
        self.tree.write_new(&webhook_path(&copy), text.as_bytes())?;
        Ok(copy)
    }

    /// Gives a campaign another name and moves its files to the stem made of it, which is returned.
    pub fn rename_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.existing(&campaign_path(stem))?;
        let campaign =
            Campaign { name: name.to_owned(), ..Campaign::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, campaign.update(&source.text))?;
        let new = slug(name, "campaign");
        if new != stem && self.has_campaign(&new) {
            return Err(SaveError::NameTaken { kind: "campaign", stem: new });
        }
        self.save(&source, &text)?;
        if new != stem {
            for file in self.campaign_files(stem) {
                let ending = file.strip_prefix(&format!("campaigns/{stem}")).unwrap_or_default();
                self.tree.rename(&file, &format!("campaigns/{new}{ending}"))?;
            }
            self.rename_draft(stem, &new)?;
        }
        Ok(new)
    }

    /// Gives a webhook another name, moves its file to the stem made of it, and lets the campaigns that name it follow.
    pub fn rename_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.existing(&webhook_path(stem))?;
        let webhook = Webhook { name: name.to_owned(), ..Webhook::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, webhook.update(&source.text))?;
        let new = slug(name, "webhook");
        if new != stem && self.has_webhook(&new) {
            return Err(SaveError::NameTaken { kind: "webhook", stem: new });
        }
        self.save(&source, &text)?;
        if new != stem {
            self.tree.rename(&webhook_path(stem), &webhook_path(&new))?;
            self.follow_webhook(stem, &new)?;
        }
        Ok(new)
    }

    /// Moves a campaign's files and its draft to the trash.
    pub fn delete_campaign(&self, stem: &str) -> Result<Trashed, SaveError> {
        let mut files = self.campaign_files(stem);
        let draft = draft_path(stem);
        if !files.is_empty() && self.tree.is_taken(&draft) {
            files.push(draft);
        }
        self.trash(&files, &campaign_path(stem))
    }

    /// Moves a webhook's file to the trash; campaigns that name it then have a problem that says so.
    pub fn delete_webhook(&self, stem: &str) -> Result<Trashed, SaveError> {
        let path = webhook_path(stem);
        let files: Vec<String> = self.tree.is_taken(&path).then(|| path.clone()).into_iter().collect();
        self.trash(&files, &path)
    }

    /// Moves deleted files back; refused where something has their place by now.
    pub fn restore(&self, trashed: &Trashed) -> Result<(), SaveError> {
        self.private()?;
        if let Some(taken) = trashed.files.iter().find(|file| self.tree.is_taken(file)) {
            return Err(SaveError::Exists { path: self.tree.shown(taken) });
        }
        let trash = trash_path(&trashed.id);
        for file in &trashed.files {
            self.tree.rename(&format!("{trash}/{file}"), file)?;
        }
        // Only folders are left there; where one cannot be removed nothing is lost.
        let _ = self.tree.remove_folder(&trash);
        Ok(())
    }

    pub fn read(&self, path: &str) -> Source {
        self.tree.read(path)
    }

    /// Returns the people's database, where there is one that may be used.
    pub fn database(&self) -> Result<Option<PathBuf>, SaveError> {
        let path = self.tree.place(DATABASE).map_err(|error| self.tree.unsaved(DATABASE, error))?;
        Ok(self.tree.is_taken(DATABASE).then_some(path))
    }

    /// Returns where a database is made: in the private folder, which is made ours where it is not there.
    pub fn new_database(&self) -> Result<PathBuf, SaveError> {
        self.private()?;
        self.tree.place(DATABASE).map_err(|error| self.tree.unsaved(DATABASE, error))
    }

    /// Removes what a killed process left half written; what a living one is at work on stays.
    pub fn sweep(&self) {
        let inner = ["campaigns", "webhooks", "partials", "samples", "segments", "lists", PRIVATE];
        let drafts = format!("{PRIVATE}/drafts");
        let folders =
            inner.into_iter().chain([drafts.as_str()]).filter(|folder| self.tree.has_folder(folder));
        disk::sweep(self.root());
        if let Ok(_turn) = self.turn("private") {
            disk::sweep_folders(self.root(), &["id", ".gitignore"]);
        }
        folders.for_each(|folder| disk::sweep(&self.tree.shown(folder)));
    }

    fn existing(&self, path: &str) -> Result<Source, SaveError> {
        let source = self.read(path);
        match source.condition {
            Condition::Read => Ok(source),
            Condition::Missing => Err(SaveError::Missing { path: self.tree.shown(path) }),
            Condition::Unusable => Err(SaveError::Unusable { path: self.tree.shown(path) }),
        }
    }

    fn updated(&self, source: &Source, text: Result<String, Diagnostic>) -> Result<String, SaveError> {
        text.map_err(|problem| SaveError::NotToml {
            path: self.tree.shown(&source.path),
            problem: Box::new(problem),
        })
    }

    fn has_campaign(&self, stem: &str) -> bool {
        !self.campaign_files(stem).is_empty()
    }

    fn has_webhook(&self, stem: &str) -> bool {
        self.tree.is_taken(&webhook_path(stem))
    }

    /// Returns the files of a campaign that are there, from the root.
    fn campaign_files(&self, stem: &str) -> Vec<String> {
        let bodies = ContentFormat::ALL.into_iter().map(|format| body_path(stem, format));
        std::iter::once(campaign_path(stem)).chain(bodies).filter(|path| self.tree.is_taken(path)).collect()
    }

    fn follow_webhook(&self, old: &str, new: &str) -> Result<(), SaveError> {
        let names = self.tree.list("campaigns").map_err(|error| self.tree.unsaved("campaigns", error))?;
        for name in names.into_iter().filter_map(|name| name.into_string().ok()) {
            let Some(stem) = name.strip_suffix(".toml") else { continue };
            let source = self.read(&campaign_path(stem));
            let Some(campaign) = Campaign::parse(&source.text).0.filter(|campaign| campaign.webhook == old)
            else {
                continue;
            };
            self.save_campaign(&source, &Campaign { webhook: new.to_owned(), ..campaign })?;
        }
        Ok(())
    }

    fn trash(&self, files: &[String], wanted: &str) -> Result<Trashed, SaveError> {
        if files.is_empty() {
            return Err(SaveError::Missing { path: self.tree.shown(wanted) });
        }
        self.private()?;
        let id = free(stem_of(wanted), |id| self.tree.is_taken(&trash_path(id)));
        for file in files {
            self.tree.rename(file, &format!("{}/{file}", trash_path(&id)))?;
        }
        Ok(Trashed { id, files: files.to_vec() })
    }
}

const DATABASE: &str = ".telecast/audience.db";

fn trash_path(id: &str) -> String {
    format!("{PRIVATE}/trash/{id}")
}

/// Returns the place of a campaign's body, from the root.
pub(super) fn body_path(stem: &str, format: ContentFormat) -> String {
    format!("campaigns/{stem}{}", format.extension())
}

/// Returns the place of a campaign's draft, from the root.
pub(super) fn draft_path(stem: &str) -> String {
    format!("{PRIVATE}/drafts/{stem}.json")
}

fn campaign_path(stem: &str) -> String {
    format!("campaigns/{stem}.toml")
}

fn webhook_path(stem: &str) -> String {
    format!("webhooks/{stem}.toml")
}

fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}
