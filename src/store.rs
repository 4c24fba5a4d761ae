//! People: profiles and their typed properties, behind `trait Store` in domain terms; SQLite.
//!
//! Calls block, so the screen makes them off its own thread; a store may be shared between threads. A property has one
//! type over all profiles, and every write is checked against it.
//!
//! ```text
//! CSV, JSON lines ──import──▶ Change… ──Store::write──▶ SQLite ──▶ Profile, Page, Vocabulary
//! ```

use std::sync::Arc;

use indexmap::IndexMap;

use crate::profile::sample::Sample;
use crate::profile::{Kind, Profile, Reachability, Value, Vocabulary};

mod error;
mod import;
mod sqlite;

pub use error::Error;
pub use import::{
    Format, ImportError, ImportOptions, ImportReport, ImportedColumn, Progress, Rejected, import,
};
pub use sqlite::SqliteStore;

pub type Result<T> = std::result::Result<T, Error>;

pub trait Store: Send + Sync {
    /// Returns every property with its type, how many profiles have it, and up to five frequent values.
    ///
    /// Cheap enough for each keystroke: kept until the data changes. The names of events are left empty.
    fn vocabulary(&self) -> Result<Vocabulary>;

    fn get(&self, identity: &str) -> Result<Option<Profile>>;

    /// Returns up to `limit` profiles by identity, from the one behind `after` on.
    ///
    /// With a `search` that is not empty only those whose identity, or any text among the properties, contains it,
    /// whatever the case.
    fn list(&self, search: &str, after: Option<&str>, limit: usize) -> Result<Page>;

    /// Returns the profiles marked as test profiles, by identity.
    fn test_profiles(&self) -> Result<Vec<Profile>>;

    fn blocked_chats(&self) -> Result<Vec<i64>>;

    fn count(&self) -> Result<u64>;

    /// Returns up to `limit` profiles that try a body hardest, all where there are no more.
    ///
    /// Not all profiles are read for it, and it is kept until the data changes.
    fn sample(&self, limit: usize) -> Result<Arc<Sample>>;

    /// Applies all changes that fit in one transaction, and says of each, in order, what became of it.
    fn write(&self, changes: &[Change]) -> Result<Vec<Outcome>>;

    /// Applies one change; a profile that is not there is made.
    fn set(&self, identity: &str, properties: IndexMap<String, Value>) -> Result<Written> {
        let change = Change { identity: identity.to_owned(), properties };
        match self.write(std::slice::from_ref(&change))?.pop() {
            Some(Ok(written)) => Ok(written),
            Some(Err(refusal)) => Err(Error::Refused(refusal)),
            None => Ok(Written::Updated),
        }
    }

    /// Erases the profile; `false` where there was none.
    fn delete(&self, identity: &str) -> Result<bool>;

    /// Keeps what is known of the profile's chat; `false` where there is no such profile.
    fn set_reachability(&self, identity: &str, state: Reachability) -> Result<bool>;
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The profiles, by identity.
    pub profiles: Vec<Profile>,
    /// What to give as `after` for the next page, or `None` where this is the last.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// Whose; the profile is made where it is not there.
    pub identity: String,
    /// What to set; [`Value::Null`] takes the property away, those not named stay as they are.
    pub properties: IndexMap<String, Value>,
}

pub type Outcome = std::result::Result<Written, Refusal>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Created,
    Updated,
}

/// Why a change was not applied, none of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the identity is empty")]
    EmptyIdentity,
    #[error("a property has an empty name")]
    EmptyName,
    /// Other profiles have the property with another type.
    #[error("`{property}` is {}, not {}", known.as_str(), given.as_str())]
    WrongKind { property: String, known: Kind, given: Kind },
}
