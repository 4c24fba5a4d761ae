//! Why a file could not be saved.

use std::io;
use std::path::{Path, PathBuf};

use super::breach::Breach;
use super::explain::explain;
use super::lock::LockError;
use crate::diagnostic::Diagnostic;

/// Why a file could not be saved; the old one is whole in every case.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("{path} was changed on disk meanwhile")]
    ChangedOnDisk { path: PathBuf },
    #[error("{path} exists already")]
    Exists { path: PathBuf },
    #[error("there is a {kind} called {stem}")]
    NameTaken {
        /// What it is: a campaign, a webhook.
        kind: &'static str,
        /// The other one's stem.
        stem: String,
    },
    #[error("{path} is not there")]
    Missing { path: PathBuf },
    #[error("{path} could not be read, so it is left as it is")]
    Unusable { path: PathBuf },
    #[error("{path} is left alone: {breach}")]
    Breach { path: PathBuf, breach: Breach },
    #[error(
        "{path} was not made here, so nothing is written into it; `telecast trust --adopt`, or the console's palette, takes it over"
    )]
    Foreign { path: PathBuf },
    /// What is kept of the workspace in the user's state directory cannot be read or changed.
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
