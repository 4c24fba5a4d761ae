//! Implements the store with one SQLite file. The file is in WAL mode, so that several processes can use it. A store
//! has one connection, which a lock protects.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::profile::sample::{Sample, SampleChooser};
use crate::profile::{Event, Profile, Reachability, Vocabulary};
use crate::segment::{Condition, EventSummary, Moment};

use super::{AddedEvent, Error, EventRecord, ProfileChange, ProfilePage, Result, Store, WriteOutcome};

use data_version::DataVersion;

mod audience;
mod data_version;
mod error;
mod events;
mod open;
mod read;
mod sample;
mod vocabulary;
mod write;

/// The store in an SQLite file.
///
/// All calls to a store share one connection, so calls from several threads wait for each other. To avoid the waiting,
/// open one store per thread.
pub struct SqliteStore {
    path: PathBuf,
    /// Whether the database was opened read-only because the disk was full.
    is_full: bool,
    inner: Mutex<Inner>,
}

struct Inner {
    connection: Connection,
    // If the connection reads a copy of the database, this is the copy's temporary folder. The copy must be closed
    // before its folder is removed. So this field is declared after `connection`, because fields are dropped in the
    // order of their declaration.
    _copy: Option<TempDir>,
    vocabulary: Option<vocabulary::CachedVocabulary>,
    sample: Option<CachedSample>,
}

struct CachedSample {
    version: DataVersion,
    limit: usize,
    sample: Arc<Sample>,
}

impl SqliteStore {
    /// Opens the database at `path`. Creates the file (mode 0600) and the folder if they are missing.
    ///
    /// Without write permission or on a full disk, an existing database is opened read-only, and every write is
    /// refused.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self::new(path, open::file(path)?))
    }

    /// Opens an existing database read-only. Writes nothing in its folder.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        Ok(Self::new(path, open::read_only(path)?))
    }

    pub fn open_in_memory() -> Result<Self> {
        let path = Path::new(":memory:");
        Ok(Self::new(
            path,
            open::OpenedDatabase { connection: open::memory(path)?, copy: None, is_full: false },
        ))
    }

    fn new(path: &Path, opened: open::OpenedDatabase) -> Self {
        let open::OpenedDatabase { connection, copy, is_full } = opened;
        let inner = Inner { connection, _copy: copy, vocabulary: None, sample: None };
        Self { path: path.to_owned(), is_full, inner: Mutex::new(inner) }
    }

    fn run<T>(&self, operation: impl FnOnce(&mut Inner) -> rusqlite::Result<T>) -> Result<T> {
        operation(&mut self.lock()).map_err(|source| match error::classify(&self.path, source) {
            // If the database was opened read-only because the disk is full, SQLite reports a write as not permitted.
            // The error must name the real cause, the full disk.
            Error::NoPermission(place) if self.is_full => Error::Full(place),
            error => error,
        })
    }

    // Takes the sample in many short steps and releases the connection between them. With only one long step, every
    // other call would wait until the whole sample is taken. For example, the completions while the user types would be
    // late.
    fn take_sample(&self, limit: usize) -> Result<Sample> {
        let n_profiles = self.count()?;
        let candidates = if usize::try_from(n_profiles).is_ok_and(|n| n <= limit) {
            self.run(|inner| sample::first(&inner.connection, limit))?
        } else {
            let mut rows: Vec<sample::RowSummary> = Vec::new();
            for start in self.run(|inner| sample::range_starts(&inner.connection))? {
                // Each range has a fixed number of rows. If ids are missing because profiles were deleted, the rows of
                // the previous range can reach past the start of this range. Then this range starts after those rows,
                // so that no row is read twice.
                let after = rows.last().map_or(Some(start), |last| last.id.checked_add(1));
                let Some(after) = after else { break };
                let start = start.max(after);
                rows.extend(self.run(|inner| sample::summarize_rows(&inner.connection, start))?);
            }
            sample::candidates(&rows, limit)
        };
        // Each candidate is dropped after the chooser has seen it. Keeping all candidates took 430 MiB with a thousand
        // properties per profile.
        let mut chooser = SampleChooser::default();
        let mut seen = Vec::with_capacity(candidates.len());
        for ids in candidates.chunks(sample::PROFILES_AT_A_TIME) {
            seen.extend(self.run(|inner| sample::show_to_chooser(&inner.connection, ids, &mut chooser))?);
        }
        let chosen: Vec<i64> = chooser.choose(limit).into_iter().map(|at| seen[at]).collect();
        let mut profiles = Vec::with_capacity(chosen.len());
        for ids in chosen.chunks(sample::PROFILES_AT_A_TIME) {
            profiles.extend(self.run(|inner| sample::pack(&inner.connection, ids))?);
        }
        self.run(|inner| sample::release_memory(&inner.connection))?;
        Ok(Sample { profiles, n_profiles })
    }

    // A poisoned lock is still used. If a thread panicked while it held the lock, the thread's transaction was rolled
    // back, so the connection is still usable.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SqliteStore {
    fn vocabulary(&self) -> Result<Vocabulary> {
        self.run(vocabulary::current)
    }

    fn get(&self, identity: &str) -> Result<Option<Profile>> {
        self.run(|inner| read::by_identity(&inner.connection, identity))
    }

    fn list(&self, search: &str, after: Option<&str>, limit: usize) -> Result<ProfilePage> {
        self.run(|inner| read::page(&inner.connection, search, after, limit))
    }

    fn test_profiles(&self) -> Result<Vec<Profile>> {
        self.run(|inner| read::test_profiles(&inner.connection))
    }

    fn blocked_chats(&self) -> Result<Vec<i64>> {
        self.run(|inner| read::blocked_chats(&inner.connection))
    }

    fn count(&self) -> Result<u64> {
        self.run(|inner| read::count(&inner.connection))
    }

    fn sample(&self, limit: usize) -> Result<Arc<Sample>> {
        // The version is read before the sample is taken. If a write happens while the sample is taken, the cached
        // sample then has an old version and is not used again.
        let version = self.run(|inner| DataVersion::of(&inner.connection))?;
        let is_current = |cached: &&CachedSample| cached.version == version && cached.limit == limit;
        if let Some(cached) = self.lock().sample.as_ref().filter(is_current) {
            return Ok(Arc::clone(&cached.sample));
        }
        let sample = Arc::new(self.take_sample(limit)?);
        self.lock().sample = Some(CachedSample { version, limit, sample: Arc::clone(&sample) });
        Ok(sample)
    }

    fn audience_count(&self, condition: &Condition, moment: Moment<'_>) -> Result<u64> {
        self.run(|inner| audience::count(&inner.connection, condition, moment))
    }

    fn audience_page(
        &self,
        condition: &Condition,
        moment: Moment<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ProfilePage> {
        self.run(|inner| audience::page(&inner.connection, condition, moment, after, limit))
    }

    fn events(&self, identity: &str) -> Result<Vec<Event>> {
        self.run(|inner| events::of_profile(&inner.connection, identity))
    }

    fn event_summaries(&self) -> Result<Vec<EventSummary>> {
        self.run(|inner| events::summaries(&inner.connection))
    }

    fn add_events(&self, records: &[EventRecord]) -> Result<Vec<AddedEvent>> {
        self.run(|inner| events::add(&mut inner.connection, records))
    }

    fn write(&self, changes: &[ProfileChange]) -> Result<Vec<WriteOutcome>> {
        self.run(|inner| write::batch(&mut inner.connection, changes))
    }

    fn delete(&self, identity: &str) -> Result<bool> {
        self.run(|inner| write::delete(&mut inner.connection, identity))
    }

    fn set_reachability(&self, identity: &str, state: Reachability) -> Result<bool> {
        self.run(|inner| write::reachability(&inner.connection, identity, state))
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::profile::Value;

    fn text(length: usize) -> IndexMap<String, Value> {
        IndexMap::from([("a".into(), Value::Text("x".repeat(length)))])
    }

    #[test]
    fn a_full_disk_is_reported_and_the_write_is_rolled_back() {
        let store = SqliteStore::open_in_memory().unwrap();
        store.set("small", text(1)).unwrap();
        store.lock().connection.pragma_update(None, "max_page_count", 20).unwrap();
        let refused = store.set("large", text(1_000_000)).unwrap_err();
        assert!(matches!(refused, Error::Full { .. }), "{refused}");
        assert_eq!((store.count().unwrap(), store.get("large").unwrap()), (1, None));
        store.set("other", text(1)).unwrap();
    }

    #[test]
    fn a_store_locked_by_another_writer_is_busy_but_readable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audience.db");
        let (one, two) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
        two.lock().connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        let mut writing = one.lock();
        let transaction = writing.connection.transaction().unwrap();
        transaction.execute("UPDATE totals SET n = n", []).unwrap();
        assert!(matches!(two.set("x", text(1)).unwrap_err(), Error::Busy { .. }));
        assert_eq!(two.count().unwrap(), 0, "reading still works");
    }
}
