//! The private folder, `.telecast`: whether telecast made it here, and making it.
//!
//! A folder that came with a clone or an archive must not choose where tests go, nor what unsaved edits are. So what
//! telecast makes here is known again by an id in it, and by the content of its test chats as last written: both are
//! kept in the user's state directory, by the workspace's real path.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::PathBuf;

use super::{Folder, PRIVATE};
use crate::disk::{Access, Breach, Guard, STAGING, SaveError, sha256, wait_for_lock};
use crate::state::{Private, Record};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is none yet; it is made when it is first needed.
    Absent,
    /// telecast made it here, or the user adopted it.
    Ours,
    /// It came from elsewhere, or its test chats were changed by something else. Its test chats, drafts and history are
    /// ignored, its people are only read, and nothing is written into it.
    Foreign,
}

pub const FOREIGN_NOTICE: &str = "this workspace's .telecast was not made here: its test chats, drafts and history are ignored and none are kept, and its \
     people are only read, until `telecast trust --adopt` takes it over";

const ID: &str = ".telecast/id";

const GITIGNORE: &str = ".telecast/.gitignore";

pub(super) const TEST_CHATS: &str = ".telecast/test-chats.toml";

impl Folder {
    pub fn standing(&self) -> Result<Standing, SaveError> {
        if !self.tree.is_taken(PRIVATE) {
            return Ok(Standing::Absent);
        }
        let mut record = self.state.read()?;
        loop {
            if self.is_ours(&record) {
                return Ok(Standing::Ours);
            }
            // Another process may have recorded and written new test chats between the two reads here. The file is
            // foreign only if the record is still the one it was compared with.
            let latest = self.state.read()?;
            if latest == record {
                return Ok(Standing::Foreign);
            }
            record = latest;
        }
    }

    /// Whether the folder is what the record says, as far as the record can tell.
    fn is_ours(&self, record: &Record) -> bool {
        let Some(private) = &record.private else { return false };
        let is_id = |bytes: &[u8]| !private.id.is_empty() && bytes.trim_ascii() == private.id.as_bytes();
        let has_id =
            self.is_real_folder() && matches!(self.tree.read_bytes(ID), Ok(Some(bytes)) if is_id(&bytes));
        has_id
            && match self.tree.read_bytes(TEST_CHATS) {
                Ok(Some(bytes)) => private.test_chats.contains(&sha256(&bytes)),
                // Chats that are not there lead nowhere.
                Err(error) => error.is_missing(),
                Ok(None) => false,
            }
    }

    /// Whether it is a folder, and not a link to one.
    fn is_real_folder(&self) -> bool {
        fs::symlink_metadata(self.tree.shown(PRIVATE)).is_ok_and(|entry| entry.is_dir())
    }

    /// Whether it is certain that the private folder is ours; what cannot be told is not.
    pub(super) fn is_private_ours(&self) -> bool {
        matches!(self.standing(), Ok(Standing::Ours))
    }

    /// Makes the private folder where there is none, and returns it; refuses a foreign one.
    pub fn private(&self) -> Result<PathBuf, SaveError> {
        if self.standing()? == Standing::Absent {
            let _turn = self.turn("private")?;
            if self.standing()? == Standing::Absent {
                self.make_private()?;
            }
        }
        match self.standing()? {
            Standing::Ours => Ok(self.tree.shown(PRIVATE)),
            Standing::Absent | Standing::Foreign => {
                Err(SaveError::Foreign { path: self.tree.shown(PRIVATE) })
            }
        }
    }

    /// Takes a foreign private folder over as it is now: its test chats, drafts, history and people count from here on.
    ///
    /// Refused where it is no folder of this workspace, but a link to one.
    pub fn adopt(&self) -> Result<(), SaveError> {
        let _turn = self.turn("private")?;
        match self.standing()? {
            Standing::Ours => return Ok(()),
            Standing::Absent => return self.make_private(),
            Standing::Foreign => {}
        }
        if !self.is_real_folder() {
            let path = self.tree.shown(PRIVATE);
            return Err(match self.tree.list(PRIVATE) {
                Err(error) => self.tree.unsaved(PRIVATE, error),
                Ok(_) => SaveError::Breach { path, breach: Breach::Link },
            });
        }
        let test_chats = match self.tree.read_bytes(TEST_CHATS) {
            Ok(Some(bytes)) => vec![sha256(&bytes)],
            Ok(None) => return Err(SaveError::Unusable { path: self.tree.shown(TEST_CHATS) }),
            Err(error) if error.is_missing() => Vec::new(),
            Err(error) => return Err(self.tree.unsaved(TEST_CHATS, error)),
        };
        let id = new_id();
        // The id in the folder comes last: until it is there the folder is as foreign as before.
        self.remember(Private { id: id.clone(), test_chats })?;
        if !self.tree.is_taken(GITIGNORE) {
            self.tree.write_new(GITIGNORE, b"*\n")?;
        }
        self.tree.replace(ID, id.as_bytes(), Access::Private)
    }

    /// Makes the folder beside its place and renames it there, so that nobody ever sees one without its id.
    fn make_private(&self) -> Result<(), SaveError> {
        let path = self.tree.shown(PRIVATE);
        let id = new_id();
        self.remember(Private { id: id.clone(), test_chats: Vec::new() })?;
        let make = || -> io::Result<()> {
            let mut builder = tempfile::Builder::new();
            builder.prefix(STAGING);
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let staged = builder.tempdir_in(self.root())?;
            fs::write(staged.path().join("id"), &id)?;
            fs::write(staged.path().join(".gitignore"), "*\n")?;
            fs::rename(staged.path(), &path)?;
            // It is not there any more to be removed.
            let _ = staged.keep();
            Ok(())
        };
        make().map_err(|source| SaveError::write(&path, source))
    }

    fn remember(&self, private: Private) -> Result<(), SaveError> {
        Ok(self.state.change(|record| record.private = Some(private))?)
    }

    /// Replaces the test chats; the record knows both contents until the new one is in place.
    pub(super) fn replace_test_chats(&self, old: &[u8], new: &[u8]) -> Result<(), SaveError> {
        let known = |test_chats: Vec<String>| {
            self.state.change(|record| {
                if let Some(private) = &mut record.private {
                    private.test_chats = test_chats;
                }
            })
        };
        known(vec![sha256(old), sha256(new)])?;
        self.tree.replace(TEST_CHATS, new, Access::Private)?;
        Ok(known(vec![sha256(new)])?)
    }

    /// Waits until no other process does `what` with this workspace.
    pub(super) fn turn(&self, what: &str) -> Result<Guard, SaveError> {
        Ok(wait_for_lock(&self.kept.join(format!("{what}.lock")))?)
    }
}

/// Returns an id that nobody can guess: 128 bits that the system chose at random.
fn new_id() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
