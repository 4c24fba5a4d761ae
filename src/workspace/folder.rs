//! Saves, creates, duplicates, and renames the files of a workspace.

use std::path::{Path, PathBuf};

use super::slug::{free, slug};
use super::{MANIFEST, PRIVATE};
use crate::campaign::{Campaign, ContentFormat, Manifest, Webhook};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, FileCondition, Fingerprint, LoadedFile, SaveError, Tree};
use crate::paths::Paths;
use crate::state::WorkspaceState;

/// A workspace's folder. Cheap to clone and to send to another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    pub(super) tree: Tree,
    pub(super) state: WorkspaceState,
    pub(super) state_folder: PathBuf,
}

impl Folder {
    /// Returns the folder at `root`. `paths` gives the user's state directory. Reads no file.
    pub fn new(root: &Path, paths: &Paths) -> Self {
        let tree = Tree::new(root);
        let state = WorkspaceState::new(paths, tree.root());
        let state_folder = paths.workspace_state(tree.root());
        Self { tree, state, state_folder }
    }

    /// Returns the real path of the folder.
    pub fn root(&self) -> &Path {
        self.tree.root()
    }

    /// Saves `text` to the file that was read as `source`, and returns the new fingerprint.
    ///
    /// Fails if another program has changed the file since `source` was read. To overwrite such a change, read the file
    /// again with [`Folder::read`] first.
    pub fn save(&self, source: &LoadedFile, text: &str) -> Result<Fingerprint, SaveError> {
        match source.condition {
            FileCondition::Read | FileCondition::Missing => {
                self.tree.save_text(&source.path, text, source.fingerprint)
            }
            // An unusable file, such as one that is not UTF-8, can have a fingerprint too. Saving with this fingerprint
            // would overwrite content that the user never saw, because telecast could not show it.
            FileCondition::Unusable => {
                Err(SaveError::Unusable { path: self.tree.unchecked_path(&source.path) })
            }
        }
    }

    /// Saves the workspace's name in telecast.toml, changing nothing else there.
    pub fn save_name(&self, name: &str) -> Result<(), SaveError> {
        let source = self.read(MANIFEST);
        let manifest = Manifest::parse(&source.text).0.unwrap_or_default();
        let manifest = Manifest { name: name.to_owned(), ..manifest };
        let text = self.updated(&source, manifest.update(&source.text))?;
        self.save(&source, &text).map(drop)
    }

    /// Saves a webhook to the file that was read as `source`, changing only the keys that differ.
    pub fn save_webhook(&self, source: &LoadedFile, webhook: &Webhook) -> Result<Fingerprint, SaveError> {
        let text = self.updated(source, webhook.update(&source.text))?;
        self.save(source, &text)
    }

    /// Saves a campaign's definition, changing only the keys that differ. If the body's file does not have the ending
    /// of the content format, renames it.
    pub fn save_campaign(&self, source: &LoadedFile, campaign: &Campaign) -> Result<Fingerprint, SaveError> {
        let text = self.updated(source, campaign.update(&source.text))?;
        let saved = self.save(source, &text)?;
        self.rename_body(stem_of(&source.path), campaign.content_format)?;
        Ok(saved)
    }

    /// Renames a campaign's body to the ending of `format`. Does nothing if a body with that ending exists or there is
    /// no body.
    fn rename_body(&self, stem: &str, format: ContentFormat) -> Result<(), SaveError> {
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

    /// Creates a campaign with an unused stem derived from its name, and returns the stem.
    pub fn create_campaign(&self, campaign: &Campaign, body: &str) -> Result<String, SaveError> {
        let stem = free(&slug(&campaign.name, "campaign"), |stem| self.has_campaign(stem));
        self.write_campaign(&stem, campaign.content_format, body.as_bytes(), &campaign.to_toml())?;
        Ok(stem)
    }

    /// Writes the body and the definition of a new campaign. If the definition cannot be written, removes the body
    /// again.
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
            // A failure to remove the body is ignored: when the workspace is loaded next, the user sees the problem
            // that this body has no campaign file.
            let _ = self.tree.remove(&body_file);
        })
    }

    /// Creates a webhook with an unused stem derived from its name, and returns the stem.
    pub fn create_webhook(&self, webhook: &Webhook) -> Result<String, SaveError> {
        let stem = free(&slug(&webhook.name, "webhook"), |stem| self.has_webhook(stem));
        self.tree.write_new(&webhook_path(&stem), webhook.to_toml().as_bytes())?;
        Ok(stem)
    }

    /// Copies a campaign under another name, including the comments in its file, and returns the copy's stem.
    pub fn duplicate_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.read_existing(&campaign_path(stem))?;
        let campaign =
            Campaign { name: name.to_owned(), ..Campaign::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, campaign.update(&source.text))?;
        let copy = free(&slug(name, "campaign"), |stem| self.has_campaign(stem));
        let body = body_path(stem, campaign.content_format);
        let bytes = match self.tree.read_bytes(&body) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(SaveError::Unusable { path: self.tree.unchecked_path(&body) }),
            // A campaign that has no body yet can be copied too. The copy gets an empty body.
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(self.tree.unsaved(&body, error)),
        };
        self.write_campaign(&copy, campaign.content_format, &bytes, &text)?;
        Ok(copy)
    }

    /// Copies a webhook under another name, including the comments in its file, and returns the copy's stem.
    pub fn duplicate_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.read_existing(&webhook_path(stem))?;
        let webhook = Webhook { name: name.to_owned(), ..Webhook::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, webhook.update(&source.text))?;
        let copy = free(&slug(name, "webhook"), |stem| self.has_webhook(stem));
        self.tree.write_new(&webhook_path(&copy), text.as_bytes())?;
        Ok(copy)
    }

    /// Renames a campaign and its files. The files get a stem derived from the new name. Returns this stem.
    pub fn rename_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.read_existing(&campaign_path(stem))?;
        let campaign =
            Campaign { name: name.to_owned(), ..Campaign::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, campaign.update(&source.text))?;
        let new = slug(name, "campaign");
        // The rename is refused if another campaign has the new stem. A number could be added to the stem, but two
        // campaigns would then have (almost) the same name.
        if new != stem && self.has_campaign(&new) {
            return Err(name_taken("campaign", name, new));
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

    /// Renames a webhook and its file, and updates the campaigns that use it. The file gets a stem derived from the new
    /// name. Returns this stem.
    pub fn rename_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        let source = self.read_existing(&webhook_path(stem))?;
        let webhook = Webhook { name: name.to_owned(), ..Webhook::parse(&source.text).0.unwrap_or_default() };
        let text = self.updated(&source, webhook.update(&source.text))?;
        let new = slug(name, "webhook");
        if new != stem && self.has_webhook(&new) {
            return Err(name_taken("webhook", name, new));
        }
        self.save(&source, &text)?;
        if new != stem {
            self.tree.rename(&webhook_path(stem), &webhook_path(&new))?;
            self.update_webhook_references(stem, &new)?;
        }
        Ok(new)
    }

    pub fn read(&self, path: &str) -> LoadedFile {
        self.tree.read(path)
    }

    /// Returns the path of the profile database; `None` if it does not exist. Fails if the path must not be used, for
    /// example because it is a link.
    pub fn database(&self) -> Result<Option<PathBuf>, SaveError> {
        let path = self.tree.writable_path(DATABASE).map_err(|error| self.tree.unsaved(DATABASE, error))?;
        Ok(self.tree.is_taken(DATABASE).then_some(path))
    }

    /// Returns the path of the profile database, which need not exist. Creates the private folder if needed. Fails if
    /// there is a private folder that telecast did not create here.
    pub fn new_database(&self) -> Result<PathBuf, SaveError> {
        self.ensure_private_folder()?;
        self.tree.writable_path(DATABASE).map_err(|error| self.tree.unsaved(DATABASE, error))
    }

    /// Removes the temporary files and folders that killed processes have left behind. Those of running processes stay.
    pub fn sweep(&self) {
        let inner = ["campaigns", "webhooks", "partials", "samples", "segments", "lists", PRIVATE];
        let drafts = format!("{PRIVATE}/drafts");
        let folders =
            inner.into_iter().chain([drafts.as_str()]).filter(|folder| self.tree.has_folder(folder));
        disk::sweep(self.root());
        // `make_private` holds this lock while it uses a temporary folder. So while the lock is held here, no temporary
        // folder is in use, and all of them may be removed.
        if let Ok(_lock) = self.wait_for_lock("private") {
            disk::sweep_folders(self.root(), &["id", ".gitignore"]);
        }
        folders.for_each(|folder| disk::sweep(&self.tree.unchecked_path(folder)));
    }

    fn read_existing(&self, path: &str) -> Result<LoadedFile, SaveError> {
        let source = self.read(path);
        match source.condition {
            FileCondition::Read => Ok(source),
            FileCondition::Missing => Err(SaveError::Missing { path: self.tree.unchecked_path(path) }),
            FileCondition::Unusable => Err(SaveError::Unusable { path: self.tree.unchecked_path(path) }),
        }
    }

    fn updated(&self, source: &LoadedFile, text: Result<String, Diagnostic>) -> Result<String, SaveError> {
        text.map_err(|problem| SaveError::NotToml {
            path: self.tree.unchecked_path(&source.path),
            problem: Box::new(problem),
        })
    }

    pub(super) fn has_campaign(&self, stem: &str) -> bool {
        !self.campaign_files(stem).is_empty()
    }

    pub(super) fn has_webhook(&self, stem: &str) -> bool {
        self.tree.is_taken(&webhook_path(stem))
    }

    /// Returns the paths of a campaign's existing files, relative to the root.
    pub(super) fn campaign_files(&self, stem: &str) -> Vec<String> {
        let bodies = ContentFormat::ALL.into_iter().map(|format| body_path(stem, format));
        std::iter::once(campaign_path(stem)).chain(bodies).filter(|path| self.tree.is_taken(path)).collect()
    }

    fn update_webhook_references(&self, old: &str, new: &str) -> Result<(), SaveError> {
        let names = self.tree.list("campaigns").map_err(|error| self.tree.unsaved("campaigns", error))?;
        for name in names.into_iter().filter_map(|name| name.into_string().ok()) {
            let Some(stem) = name.strip_suffix(".toml") else { continue };
            let source = self.read(&campaign_path(stem));
            // A campaign that cannot be parsed keeps the webhook's old stem. Loading reports the missing webhook once
            // the file can be parsed.
            let Some(campaign) = Campaign::parse(&source.text).0.filter(|campaign| campaign.webhook == old)
            else {
                continue;
            };
            self.save_campaign(&source, &Campaign { webhook: new.to_owned(), ..campaign })?;
        }
        Ok(())
    }
}

fn name_taken(kind: &'static str, name: &str, stem: String) -> SaveError {
    // A name without letters or digits gets the stem `campaign` or `webhook`. The user did not type that stem, so the
    // error shows the name instead.
    match name.chars().any(char::is_alphanumeric) {
        true => SaveError::NameTaken { kind, stem },
        false => SaveError::NoStem { name: name.to_owned() },
    }
}

const DATABASE: &str = ".telecast/audience.db";

/// Returns the path of a campaign's body, relative to the root.
pub(super) fn body_path(stem: &str, format: ContentFormat) -> String {
    format!("campaigns/{stem}{}", format.extension())
}

/// Returns the path of a campaign's draft, relative to the root.
pub(super) fn draft_path(stem: &str) -> String {
    format!("{PRIVATE}/drafts/{stem}.json")
}

pub(super) fn campaign_path(stem: &str) -> String {
    format!("campaigns/{stem}.toml")
}

pub(super) fn webhook_path(stem: &str) -> String {
    format!("webhooks/{stem}.toml")
}

fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}
