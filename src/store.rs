//! Stores the audience, which consists of profiles and their typed properties. Other modules use the trait [`Store`],
//! whose only backend is SQLite.
//!
//! The methods block, so the UI calls them on another thread. A store can be shared between threads. A property has the
//! same type in all profiles, and every write is checked against that type.
//!
//! ```text
//! CSV, JSON lines ──import──▶ ProfileChange… ──Store::write──▶ SQLite ──▶ Profile, ProfilePage, Vocabulary
//! ```

use std::sync::Arc;

use indexmap::IndexMap;

use crate::profile::sample::Sample;
use crate::profile::{Event, Profile, Reachability, Value, ValueKind, Vocabulary};
use crate::segment::{Condition, EventSummary, Moment};

mod error;
mod import;
mod sqlite;

pub use error::Error;
pub use import::ImportError;
pub use import::ImportFormat;
pub use import::ImportOptions;
pub use import::ImportReport;
pub use import::import;
pub(crate) use import::{ImportedColumn, RejectedRow};
pub use sqlite::SqliteStore;

pub(crate) type Result<T> = std::result::Result<T, Error>;

pub trait Store: Send + Sync {
    /// Returns every property with its type, the number of profiles that have the property, and up to five of its
    /// frequent values.
    ///
    /// The result is cached until the data changes, so this method is cheap enough to be called on every keystroke. The
    /// lists of event properties in the result are empty, because a store contains no events.
    fn vocabulary(&self) -> Result<Vocabulary>;

    fn get(&self, identity: &str) -> Result<Option<Profile>>;

    /// Returns up to `limit` profiles in the order of their identities, starting after the identity `after`.
    ///
    /// If `search` is not empty, returns only the profiles that contain `search`, ignoring case. The identity and all
    /// text values are searched, including the texts in lists and objects.
    fn list(&self, search: &str, after: Option<&str>, limit: usize) -> Result<ProfilePage>;

    /// Returns the test profiles, in the order of their identities.
    fn test_profiles(&self) -> Result<Vec<Profile>>;

    fn blocked_chats(&self) -> Result<Vec<i64>>;

    fn count(&self) -> Result<u64>;

    /// Returns up to `limit` profiles that are likely to reveal problems of a template. Profiles with extreme values or
    /// unusual characters come first, followed by some ordinary profiles. Returns all profiles if the store has no more
    /// than `limit` profiles.
    ///
    /// Parses only some of the profiles of a large audience. The result is cached until the data changes.
    fn sample(&self, limit: usize) -> Result<Arc<Sample>>;

    /// Returns the number of profiles that match.
    fn audience_count(&self, condition: &Condition, moment: Moment<'_>) -> Result<u64>;

    /// Returns up to `limit` of the profiles that match, in the order of their identities, starting after the identity
    /// `after`.
    fn audience_page(
        &self,
        condition: &Condition,
        moment: Moment<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ProfilePage>;

    /// Returns the events of a profile, the newest first. A missing profile has none.
    fn events(&self, identity: &str) -> Result<Vec<Event>>;

    /// Returns the names of the events that were ever added, with their properties, sorted by name.
    fn event_summaries(&self) -> Result<Vec<EventSummary>>;

    /// Adds events in one transaction and returns one outcome per record, in order.
    fn add_events(&self, records: &[EventRecord]) -> Result<Vec<AddedEvent>>;

    /// Applies the changes in one transaction and returns one outcome per change, in order. If a change is refused, the
    /// others are still applied.
    fn write(&self, changes: &[ProfileChange]) -> Result<Vec<WriteOutcome>>;

    /// Applies one change. A missing profile is created.
    fn set(&self, identity: &str, properties: IndexMap<String, Value>) -> Result<Written> {
        let change = ProfileChange { identity: identity.to_owned(), properties };
        match self.write(std::slice::from_ref(&change))?.pop() {
            Some(Ok(written)) => Ok(written),
            Some(Err(refusal)) => Err(Error::Refused(refusal)),
            // A missing outcome cannot happen, because a backend returns one outcome for each change.
            None => Ok(Written::Updated),
        }
    }

    /// Deletes the profile. Returns `false` if there was no such profile.
    fn delete(&self, identity: &str) -> Result<bool>;

    /// Stores the reachability of the profile's chat. Returns `false` if there is no such profile.
    fn set_reachability(&self, identity: &str, state: Reachability) -> Result<bool>;
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfilePage {
    /// In the order of their identities.
    pub profiles: Vec<Profile>,
    /// The value of `after` for the next page, or `None` if this is the last page.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileChange {
    /// The profile's identity. A missing profile is created.
    pub identity: String,
    /// The properties to set. [`Value::Null`] removes a property; properties that are not listed stay as they are.
    pub properties: IndexMap<String, Value>,
}

/// An event with the profile that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    pub identity: String,
    /// Identifies the event in its source. An event whose key is known is not added again.
    pub key: Vec<u8>,
    pub event: Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedEvent {
    Added,
    /// An event with this key is in the store.
    Known,
    NoSuchProfile,
}

pub(crate) type WriteOutcome = std::result::Result<Written, ChangeError>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Created,
    Updated,
}

/// Why a change was refused. A refused change has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("the identity is empty")]
    EmptyIdentity,
    #[error("a property has an empty name")]
    EmptyName,
    /// Other profiles have the property with another type.
    #[error("`{property}` is {}, not {}", known.as_str(), given.as_str())]
    WrongKind { property: String, known: ValueKind, given: ValueKind },
}
