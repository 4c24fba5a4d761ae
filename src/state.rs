//! What the user's state directory keeps of each workspace, by the workspace's real path.
//!
//! A workspace can come from a stranger, so nothing in it can speak for itself: what the user decided about it, and what
//! telecast made in it, is written down here, out of its reach. Knows nothing of what webhooks or chats are.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Access, LockError, SaveError, explain};
use crate::paths::Paths;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its real path, for people who look into the file; the file's place is what counts.
    pub root: String,
    /// The webhooks that may be sent to, as they were when they were trusted: what they send where, by the file's stem.
    pub trusted: BTreeMap<String, serde_json::Value>,
    /// The private folder (`.telecast`) that telecast made in it; `None` where it made none.
    pub private: Option<Private>,
    /// The secrets of an earlier place or version that were offered already.
    pub offered_secrets: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Private {
    /// What its file `id` holds.
    pub id: String,
    /// The SHA-256 of its `test-chats.toml` as last written here, in hex; empty where there was none. Two while one is
    /// being replaced by the other.
    pub test_chats: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("cannot read {path}: {}", explain(source))]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} is damaged ({source}): move it away, and telecast asks again what it holds")]
    Damaged {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl From<StateError> for SaveError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Save(error) => error,
            StateError::Lock(error) => error.into(),
            StateError::Read { .. } | StateError::Damaged { .. } => {
                SaveError::Record { source: Box::new(error) }
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceState {
    folder: PathBuf,
    root: PathBuf,
}

impl WorkspaceState {
    /// Names the record of the workspace at `root`, which has to be its real path; reads nothing.
    pub fn new(paths: &Paths, root: &Path) -> Self {
        Self { folder: paths.of_workspace(root), root: root.to_path_buf() }
    }

    /// Reads the record; where there is none, nothing was decided yet.
    pub fn read(&self) -> Result<Record, StateError> {
        let path = self.file();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Record::default()),
            Err(source) => return Err(StateError::Read { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|source| StateError::Damaged { path, source })
    }

    /// Changes the record, one process after the other, and returns what `change` returns.
    pub fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> Result<T, StateError> {
        let _turn = disk::wait_for_lock(&self.folder.join("record.lock"))?;
        let mut record = self.read()?;
        let before = record.clone();
        let result = change(&mut record);
        if record != before {
            record.root = self.root.display().to_string();
            let path = self.file();
            let json =
                serde_json::to_vec_pretty(&record).map_err(|error| SaveError::write(&path, error.into()))?;
            disk::replace(&path, &json, Access::Private)?;
        }
        Ok(result)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("record.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_real_path_has_a_record_of_its_own() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let (one, two) = (Path::new("/srv/one"), Path::new("/srv/two"));
        let state = WorkspaceState::new(&paths, one);
        state.change(|record| record.offered_secrets.insert("A".into())).unwrap();
        assert_eq!(state.read().unwrap().offered_secrets.len(), 1);
        assert_eq!(WorkspaceState::new(&paths, two).read().unwrap(), Record::default());
    }

    #[test]
    fn a_damaged_record_is_an_error_and_stays_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let state = WorkspaceState::new(&Paths::under(home.path()), Path::new("/srv/one"));
        state.change(|record| record.offered_secrets.insert("A".into())).unwrap();
        std::fs::write(state.file(), "{").unwrap();
        assert!(matches!(state.read(), Err(StateError::Damaged { .. })));
        assert!(state.change(|record| record.trusted.clear()).is_err());
        assert_eq!(std::fs::read_to_string(state.file()).unwrap(), "{");
    }

    #[test]
    fn writers_take_turns() {
        let home = tempfile::tempdir().unwrap();
        let state = WorkspaceState::new(&Paths::under(home.path()), Path::new("/srv/one"));
        std::thread::scope(|scope| {
            for n in 0..20 {
                let state = state.clone();
                scope.spawn(move || {
                    state.change(|record| record.offered_secrets.insert(n.to_string())).unwrap();
                });
            }
        });
        assert_eq!(state.read().unwrap().offered_secrets.len(), 20);
    }
}
