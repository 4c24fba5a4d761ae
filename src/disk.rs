//! Files on disk: read with what is wrong with them, saved so that each is always whole, the old or the new.
//!
//! A workspace's files are reached by [`Tree`] alone. Knows nothing of what files hold.

mod digest;

mod lock;

mod read;

mod write;

mod tree;

mod sweep;

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

pub use digest::sha256;
pub use lock::{Guard, Holder, LockError, holder, try_lock, wait_for_lock, wait_for_lock_as};
pub use read::{Condition, Fingerprint, MAX_FILE, Source, read_source};
pub use sweep::{Scratch, sweep, sweep_folders, sweep_scratch};
pub use tree::{Breach, Tree, TreeError};
pub use write::{Access, open_private_log, replace, tighten};

/// What the names of files begin with that are written beside another one, to be renamed over it.
pub(crate) const STAGING: &str = ".telecast-";

/// Why a file could not be saved; the old one is whole in every case.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else saved it since it was read.
    #[error("{path} was changed on disk meanwhile")]
    ChangedOnDisk {
        /// The file.
        path: PathBuf,
    },
    /// There is a file by that name already.
    #[error("{path} exists already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// What is to be renamed would have the name of another one.
    #[error("there is a {kind} called {stem}")]
    NameTaken {
        /// What it is: a campaign, a webhook.
        kind: &'static str,
        /// The other one's stem.
        stem: String,
    },
    /// There is no such file.
    #[error("{path} is not there")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// What it holds could not be read, so it is not written over.
    #[error("{path} could not be read, so it is left as it is")]
    Unusable {
        /// The file.
        path: PathBuf,
    },
    /// It breaks the rules for files of a workspace, so it is left alone.
    #[error("{path} is left alone: {breach}")]
    Breach {
        /// The file.
        path: PathBuf,
        /// The rule.
        breach: Breach,
    },
    /// The workspace's private folder was not made here.
    #[error(
        "{path} was not made here, so nothing is written into it; `telecast trust --adopt`, or the console's palette, takes it over"
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// What is kept of the workspace in the user's state directory cannot be read or changed.
    #[error("{source}")]
    Record {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process could not be kept out.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A definition's file is not TOML, so it cannot be changed in place.
    #[error("{path} is not TOML: {}", problem.message)]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        problem: Box<Diagnostic>,
    },
    /// Writing failed.
    #[error("cannot save {path}: {}", explain(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SaveError {
    /// Makes a [`SaveError::Write`].
    pub fn write(path: &Path, source: io::Error) -> Self {
        SaveError::Write { path: path.to_path_buf(), source }
    }
}

/// Returns plain words for a file system's error.
pub fn explain(error: &io::Error) -> String {
    use io::ErrorKind;
    let words = match error.kind() {
        ErrorKind::StorageFull => "no space left on the disk",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::PermissionDenied => "no permission",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::NotFound => "it is not there",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::IsADirectory => "it is a folder",
        _ => return error.to_string(),
    };
    words.to_owned()
}
