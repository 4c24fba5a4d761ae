//! Checks whether telecast created the private folder `.telecast` here, creates the folder, and adopts a foreign one.
//!
//! A folder that came with a clone or an archive must not decide where tests are sent, or what counts as unsaved
//! edits. So telecast recognizes its own folder by a random id in it and by the hash of its test chats. The id and the
//! hash are recorded in the user's state directory, under the workspace's real path.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::PathBuf;

use super::{Folder, PRIVATE};
use crate::disk::{Access, FileLock, PathRejection, STAGING, SaveError, sha256, wait_for_lock};
use crate::state::{PrivateFolder, WorkspaceRecord};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateFolderStatus {
    /// The private folder does not exist yet. It is created when it is first needed.
    Absent,
    /// telecast created the private folder here, or the user adopted the folder.
    Ours,
    /// The private folder came from elsewhere, or another program changed its test chats. Its test chats, drafts,
    /// history, and trash are ignored, its profiles are read-only, and nothing is written into it.
    Foreign,
}

/// The message for a workspace whose private folder is [`PrivateFolderStatus::Foreign`].
pub(crate) const FOREIGN_NOTICE: &str = "this workspace's .telecast was not made here: its test chats, \
     drafts and history are ignored and not \
     saved, and its profiles are read-only, until you adopt it with `telecast trust --adopt`";

const ID: &str = ".telecast/id";

const GITIGNORE: &str = ".telecast/.gitignore";

pub(super) const TEST_CHATS: &str = ".telecast/test-chats.toml";

impl Folder {
    pub fn private_folder_status(&self) -> Result<PrivateFolderStatus, SaveError> {
        if !self.tree.is_taken(PRIVATE) {
            return Ok(PrivateFolderStatus::Absent);
        }
        let mut record = self.state.read()?;
        loop {
            if self.is_ours(&record) {
                return Ok(PrivateFolderStatus::Ours);
            }
            // Another process may have recorded and written new test chats after the record was read here. So the
            // record is read again. If it has not changed, the folder is foreign. If it has changed, the folder is
            // compared with the new record.
            let latest = self.state.read()?;
            if latest == record {
                return Ok(PrivateFolderStatus::Foreign);
            }
            record = latest;
        }
    }

    /// Returns whether the folder has the recorded id, and whether its file of test chats is missing or has a recorded
    /// hash.
    fn is_ours(&self, record: &WorkspaceRecord) -> bool {
        let Some(private) = &record.private else { return false };
        // An empty id never counts. It could come from a damaged record, and would match an empty file.
        let is_id = |bytes: &[u8]| !private.id.is_empty() && bytes.trim_ascii() == private.id.as_bytes();
        let has_id =
            self.is_real_folder() && matches!(self.tree.read_bytes(ID), Ok(Some(bytes)) if is_id(&bytes));
        has_id
            && match self.tree.read_bytes(TEST_CHATS) {
                Ok(Some(bytes)) => private.test_chats.contains(&sha256(&bytes)),
                // If the file is missing, there is no test chat that could have been manipulated.
                Err(error) => error.is_missing(),
                Ok(None) => false,
            }
    }

    /// Returns whether the private folder is a real folder and not a link to one.
    fn is_real_folder(&self) -> bool {
        fs::symlink_metadata(self.tree.unchecked_path(PRIVATE)).is_ok_and(|entry| entry.is_dir())
    }

    /// Returns whether the private folder is [`PrivateFolderStatus::Ours`]; false if that cannot be determined.
    pub(super) fn owns_private_folder(&self) -> bool {
        matches!(self.private_folder_status(), Ok(PrivateFolderStatus::Ours))
    }

    /// Creates the private folder if it does not exist, and returns its path. Fails if the folder is foreign.
    pub fn ensure_private_folder(&self) -> Result<PathBuf, SaveError> {
        if self.private_folder_status()? == PrivateFolderStatus::Absent {
            let _lock = self.wait_for_lock("private")?;
            if self.private_folder_status()? == PrivateFolderStatus::Absent {
                self.make_private()?;
            }
        }
        match self.private_folder_status()? {
            PrivateFolderStatus::Ours => Ok(self.tree.unchecked_path(PRIVATE)),
            PrivateFolderStatus::Absent | PrivateFolderStatus::Foreign => {
                Err(SaveError::Foreign { path: self.tree.unchecked_path(PRIVATE) })
            }
        }
    }

    /// Adopts a foreign private folder with its current content: from now on, telecast uses its test chats, drafts,
    /// history, and trash, and may change its profiles. If there is no private folder, creates it.
    ///
    /// Fails if the private folder is a link or a file.
    pub fn adopt(&self) -> Result<(), SaveError> {
        let _lock = self.wait_for_lock("private")?;
        match self.private_folder_status()? {
            PrivateFolderStatus::Ours => return Ok(()),
            PrivateFolderStatus::Absent => return self.make_private(),
            PrivateFolderStatus::Foreign => {}
        }
        if !self.is_real_folder() {
            let path = self.tree.unchecked_path(PRIVATE);
            return Err(match self.tree.list(PRIVATE) {
                Err(error) => self.tree.unsaved(PRIVATE, error),
                Ok(_) => SaveError::Breach { path, breach: PathRejection::Symlink },
            });
        }
        let test_chats = match self.tree.read_bytes(TEST_CHATS) {
            Ok(Some(bytes)) => vec![sha256(&bytes)],
            Ok(None) => return Err(SaveError::Unusable { path: self.tree.unchecked_path(TEST_CHATS) }),
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(self.tree.unsaved(TEST_CHATS, error)),
        };
        let id = new_id();
        // The id is written into the folder last. Until then, the folder still counts as foreign.
        self.record_private(PrivateFolder { id: id.clone(), test_chats })?;
        if !self.tree.is_taken(GITIGNORE) {
            self.tree.write_new(GITIGNORE, b"*\n")?;
        }
        self.tree.replace(ID, id.as_bytes(), Access::Private)
    }

    /// Creates the folder under a temporary name, writes the id into it, and renames it. So no process ever sees a
    /// private folder without an id.
    fn make_private(&self) -> Result<(), SaveError> {
        let path = self.tree.unchecked_path(PRIVATE);
        let id = new_id();
        self.record_private(PrivateFolder { id: id.clone(), test_chats: Vec::new() })?;
        let make = || -> io::Result<()> {
            let mut builder = tempfile::Builder::new();
            builder.prefix(STAGING);
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let staged = builder.tempdir_in(self.root())?;
            fs::write(staged.path().join("id"), &id)?;
            fs::write(staged.path().join(".gitignore"), "*\n")?;
            fs::rename(staged.path(), &path)?;
            // The folder no longer has its temporary path. `keep` prevents `staged` from removing that path when it is
            // dropped.
            let _ = staged.keep();
            Ok(())
        };
        make().map_err(|source| SaveError::write(&path, source))
    }

    fn record_private(&self, private: PrivateFolder) -> Result<(), SaveError> {
        Ok(self.state.change(|record| record.private = Some(private))?)
    }

    /// Replaces the test chats' file, whose current content is `old`, with `new`, and records the hash of `new`.
    pub(super) fn replace_test_chats(&self, old: &[u8], new: &[u8]) -> Result<(), SaveError> {
        let record_hashes = |test_chats: Vec<String>| {
            self.state.change(|record| {
                if let Some(private) = &mut record.private {
                    private.test_chats = test_chats;
                }
            })
        };
        // Both hashes are recorded until the new file is in place. So telecast recognizes the file after a crash,
        // whether the file is the old one or the new one.
        record_hashes(vec![sha256(old), sha256(new)])?;
        self.tree.replace(TEST_CHATS, new, Access::Private)?;
        Ok(record_hashes(vec![sha256(new)])?)
    }

    /// Takes the workspace's lock named `what`. Waits as long as another process holds it.
    pub(super) fn wait_for_lock(&self, what: &str) -> Result<FileLock, SaveError> {
        Ok(wait_for_lock(&self.state_folder.join(format!("{what}.lock")))?)
    }
}

/// Returns an id of 128 bits that nobody can guess.
fn new_id() -> String {
    // The keys of `RandomState` are derived from the system's random source.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
