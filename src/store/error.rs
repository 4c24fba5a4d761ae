//! What goes wrong with a store, in the words of the one who has to mend it.

use std::path::PathBuf;

use super::Refusal;
use crate::disk::{Breach, SaveError};

/// A store's operation that did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or its folder cannot be made or opened.
    #[error("cannot open the database {}: {source}", path.display())]
    Open {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A later version of telecast wrote it.
    #[error("the database {} has version {version}, this telecast knows up to {known}: update telecast", path.display())]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// The file's version.
        version: u32,
        /// The latest version this program knows.
        known: u32,
    },
    /// A file of another program, or no database at all.
    #[error("{} is not a telecast database", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// It, or a file that SQLite keeps beside it, breaks the rules for files of a workspace.
    #[error("{} is left alone: {breach}", path.display())]
    LeftAlone {
        /// The file.
        path: PathBuf,
        /// The rule.
        breach: Breach,
    },
    /// A file beside it that SQLite would follow to somewhere else.
    #[error("{} is no journal of this database: move it away", path.display())]
    StrangeJournal {
        /// The file.
        path: PathBuf,
    },
    /// The workspace's private folder, where it is kept, cannot be used or made.
    #[error(transparent)]
    Folder(#[from] SaveError),
    /// Its pages are damaged.
    #[error("the database {} is damaged: move it away and import the people again", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Another process wrote for longer than we wait.
    #[error("the database {} is locked by another process: try again when it is done", path.display())]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// No room for what was to be written; nothing of it is kept.
    #[error("no space left for the database {}: nothing of this step was saved", path.display())]
    DiskFull {
        /// The database file.
        path: PathBuf,
    },
    /// The file or its folder may not be written.
    #[error("no permission to write the database {} and its folder", path.display())]
    NoPermission {
        /// The database file.
        path: PathBuf,
    },
    /// What SQLite said and none of the others covers.
    #[error("the database {} did not work: {source}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The change does not fit what is stored.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Error {
    /// Sorts what SQLite said about the database at `path`.
    pub(super) fn of_sqlite(path: PathBuf, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Error::NotOurs { path },
            Some(ErrorCode::DatabaseCorrupt) => Error::Damaged { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Locked { path },
            Some(ErrorCode::DiskFull) => Error::DiskFull { path },
            Some(ErrorCode::SystemIoFailure) if is_full(&source) => Error::DiskFull { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Error::NoPermission { path }
            }
            _ => Error::Database { path, source },
        }
    }
}

/// Whether an I/O error can only be a disk without room: enlarging a file failed.
fn is_full(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    // Of a write SQLite tells a full disk itself; what is left is a quota, or the limit on a file's size.
    matches!(code, Some(SQLITE_IOERR_SHMSIZE | SQLITE_IOERR_WRITE))
}
