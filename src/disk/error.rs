//! The errors of saving, moving, and removing files.

use std::io;
use std::path::{Path, PathBuf};

use super::explain::explain;
use super::lock::LockError;
use super::rejection::PathRejection;
use crate::diagnostic::Diagnostic;

/// Why a file or folder could not be saved, moved, or removed. No file is left half written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("{path} has changed on disk since it was read")]
    ChangedOnDisk { path: PathBuf },
    #[error("{path} already exists")]
    Exists { path: PathBuf },
    #[error("there is already a {kind} named {stem}")]
    NameTaken {
        /// `campaign` or `webhook`.
        kind: &'static str,
        /// The name of the existing file without its extension.
        stem: String,
    },
    #[error("`{name}` has no letters or digits for a file name")]
    NoStem { name: String },
    #[error("{path} does not exist")]
    Missing { path: PathBuf },
    #[error("{path} cannot be read, so it is not overwritten")]
    Unusable { path: PathBuf },
    #[error("{path} is not used: {breach}")]
    Breach { path: PathBuf, breach: PathRejection },
    #[error(
        "{path} was not made here, so nothing is written into it; adopt it with `telecast trust --adopt`"
    )]
    Foreign { path: PathBuf },
    /// The record that telecast keeps of the workspace in the user's state directory cannot be read or is damaged.
    #[error("{source}")]
    Record {
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{path} is not TOML: {}", problem.message)]
    NotToml { path: PathBuf, problem: Box<Diagnostic> },
    #[error("cannot save {path}: {}", explain(source))]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl SaveError {
    pub fn write(path: &Path, source: io::Error) -> Self {
        SaveError::Write { path: path.to_path_buf(), source }
    }
}
