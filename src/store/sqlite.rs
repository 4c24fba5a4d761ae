//! The store in one SQLite file, shared by processes: WAL, one connection behind a lock.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::profile::sample::{Chooser, Sample};
use crate::profile::{Profile, Reachability, Vocabulary};

use super::{Change, Error, Outcome, Page, Result, Store};

use state::State;

mod error;
mod open;
mod read;
mod sample;
mod state;
mod vocabulary;
mod write;

/// The store in an SQLite file.
///
/// Each call takes the one connection for its time, so calls from several threads wait for each other; one store each
/// where they should not.
pub struct SqliteStore {
    path: PathBuf,
    /// Whether writing is refused because there was no room when it was opened.
    is_full: bool,
    inner: Mutex<Inner>,
}

struct Inner {
    connection: Connection,
    /// What it reads, where it reads a copy; removed once the connection is closed.
    _copy: Option<TempDir>,
    vocabulary: Option<vocabulary::Cached>,
    sample: Option<CachedSample>,
}

struct CachedSample {
    state: State,
    limit: usize,
    sample: Arc<Sample>,
}

impl SqliteStore {
    /// Opens the database at `path`; file (mode 0600) and folder are made where they are not there.
    ///
    /// Where they may not be written, the database is read, and each write is refused.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self::new(path, open::file(path)?))
    }

    /// Opens a database that is there to read it; nothing is written in its folder.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        Ok(Self::new(path, open::read_only(path)?))
    }

    pub fn open_in_memory() -> Result<Self> {
        let path = Path::new(":memory:");
        Ok(Self::new(path, open::Opened { connection: open::memory(path)?, copy: None, is_full: false }))
    }

    fn new(path: &Path, opened: open::Opened) -> Self {
        let open::Opened { connection, copy, is_full } = opened;
        let inner = Inner { connection, _copy: copy, vocabulary: None, sample: None };
        Self { path: path.to_owned(), is_full, inner: Mutex::new(inner) }
    }

    fn run<T>(&self, operation: impl FnOnce(&mut Inner) -> rusqlite::Result<T>) -> Result<T> {
        operation(&mut self.lock()).map_err(|source| match error::sorted(&self.path, source) {
            Error::NoPermission(place) if self.is_full => Error::Full(place),
            error => error,
        })
    }

    /// Takes a sample in steps, so that whoever wants to read meanwhile waits for none of them long.
    fn take_sample(&self, limit: usize) -> Result<Sample> {
        let n_profiles = self.count()?;
        let candidates = if usize::try_from(n_profiles).is_ok_and(|n| n <= limit) {
            self.run(|inner| sample::first(&inner.connection, limit))?
        } else {
            let mut glances: Vec<sample::Glance> = Vec::new();
            for start in self.run(|inner| sample::starts(&inner.connection))? {
                // Where ids are missing, the stretch before reached beyond this one's start.
                let after = glances.last().map_or(Some(start), |last| last.id.checked_add(1));
                let Some(after) = after else { break };
                let start = start.max(after);
                glances.extend(self.run(|inner| sample::glance(&inner.connection, start))?);
            }
            sample::candidates(&glances, limit)
        };
        let mut chooser = Chooser::default();
        let mut seen = Vec::with_capacity(candidates.len());
        for ids in candidates.chunks(sample::PROFILES_AT_A_TIME) {
            seen.extend(self.run(|inner| sample::show(&inner.connection, ids, &mut chooser))?);
        }
        let chosen: Vec<i64> = chooser.choose(limit).into_iter().map(|at| seen[at]).collect();
        let mut profiles = Vec::with_capacity(chosen.len());
        for ids in chosen.chunks(sample::PROFILES_AT_A_TIME) {
            profiles.extend(self.run(|inner| sample::pack(&inner.connection, ids))?);
        }
        self.run(|inner| sample::let_go(&inner.connection))?;
        Ok(Sample { profiles, n_profiles })
    }

    /// A panic while the lock was held rolled its transaction back, so the connection is as good as before.
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

    fn list(&self, search: &str, after: Option<&str>, limit: usize) -> Result<Page> {
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
        let state = self.run(|inner| State::of(&inner.connection))?;
        let is_current = |cached: &&CachedSample| cached.state == state && cached.limit == limit;
        if let Some(cached) = self.lock().sample.as_ref().filter(is_current) {
            return Ok(Arc::clone(&cached.sample));
        }
        let sample = Arc::new(self.take_sample(limit)?);
        self.lock().sample = Some(CachedSample { state, limit, sample: Arc::clone(&sample) });
        Ok(sample)
    }

    fn write(&self, changes: &[Change]) -> Result<Vec<Outcome>> {
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
    fn a_full_disk_is_told_and_keeps_nothing_of_the_step() {
        let store = SqliteStore::open_in_memory().unwrap();
        store.set("small", text(1)).unwrap();
        store.lock().connection.pragma_update(None, "max_page_count", 20).unwrap();
        let refused = store.set("large", text(1_000_000)).unwrap_err();
        assert!(matches!(refused, Error::Full { .. }), "{refused}");
        assert_eq!((store.count().unwrap(), store.get("large").unwrap()), (1, None));
        store.set("other", text(1)).unwrap();
    }

    #[test]
    fn a_store_that_another_process_writes_for_long_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audience.db");
        let (one, two) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
        two.lock().connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        let mut writing = one.lock();
        let transaction = writing.connection.transaction().unwrap();
        transaction.execute("UPDATE totals SET n = n", []).unwrap();
        assert!(matches!(two.set("x", text(1)).unwrap_err(), Error::Busy { .. }));
        assert_eq!(two.count().unwrap(), 0, "reading goes on");
    }
}
