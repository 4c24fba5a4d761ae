//! The errors of a store. They do not depend on the backend.
//!
//! Callers decide by the variant what to do. [`Error::Busy`] is temporary, so the caller can try again.
//! [`Error::Refused`] means that the change itself is not valid. All other errors are about the file or the disk, and
//! the user has to fix their cause. A field `source` is the backend's own error.

use super::ChangeError;
use crate::disk::PathRejection;

pub(crate) type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Why an operation of a store failed. A field `place` or an unnamed `String` is a path: that of the store's file, or
/// that of a file that the backend keeps next to the store's file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the database {place}: {source}")]
    Open { place: String, source: BoxedError },
    #[error(
        "the database {place} has version {version}, but this telecast supports up to {known}: update it"
    )]
    TooNew { place: String, version: u32, known: u32 },
    #[error("{0} is not a telecast database")]
    NotOurs(String),
    #[error("refused to open {place}: {breach}")]
    UnsafePath { place: String, breach: PathRejection },
    #[error("{0} is not a journal of this database: move it away")]
    ForeignJournal(String),
    #[error("the database {place} is damaged: move it away and import the profiles again")]
    Damaged { place: String, source: BoxedError },
    #[error("the database {0} is locked by another process: try again when it is done")]
    Busy(String),
    #[error("no space left for the database {0}: this step was not saved")]
    Full(String),
    #[error("no permission to write the database {0} and its folder")]
    NoPermission(String),
    #[error("the database {place} failed: {source}")]
    Failed { place: String, source: BoxedError },
    #[error(transparent)]
    Refused(#[from] ChangeError),
}
