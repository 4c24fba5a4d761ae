//! What goes wrong with a store, in terms that hold for any backend, in the words of the one who has to mend it.
//!
//! Whoever publishes decides by the variant: [`Error::Busy`] passes, [`Error::Refused`] is about the data, all others need
//! a person. What a backend said itself stays below, as the source.

use super::Refusal;
use crate::disk::Breach;

pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store's operation that did not work. `place`, or the text alone, names the store as a person finds it: the path of
/// its file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the database {place}: {source}")]
    Open { place: String, source: Cause },
    #[error("the database {place} has version {version}, this telecast knows up to {known}: update telecast")]
    TooNew { place: String, version: u32, known: u32 },
    #[error("{0} is not a telecast database")]
    NotOurs(String),
    #[error("{place} is left alone: {breach}")]
    LeftAlone { place: String, breach: Breach },
    #[error("{0} is no journal of this database: move it away")]
    StrangeJournal(String),
    #[error("the database {place} is damaged: move it away and import the people again")]
    Damaged { place: String, source: Cause },
    #[error("the database {0} is locked by another process: try again when it is done")]
    Busy(String),
    #[error("no space left for the database {0}: nothing of this step was saved")]
    Full(String),
    #[error("no permission to write the database {0} and its folder")]
    NoPermission(String),
    #[error("the database {place} did not work: {source}")]
    Failed { place: String, source: Cause },
    #[error(transparent)]
    Refused(#[from] Refusal),
}
