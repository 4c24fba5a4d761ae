//! Reads and changes the record that telecast keeps about each workspace. The records are in the user's state
//! directory, in a folder for each workspace's real path.
//!
//! A workspace can come from a stranger, so no file in the workspace can prove that the user trusts the workspace. For
//! this reason, the record is outside the workspace. The record has the user's decisions about the workspace, and the
//! id of the private folder that telecast created in the workspace. This module only stores the decisions. Other
//! modules decide what the decisions mean for webhooks and chats.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Access, LockError, SaveError, explain};
use crate::paths::Paths;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceRecord {
    /// The workspace's real path, for people who read the file. telecast itself does not use this path. It finds the
    /// record by the name of the record's folder.
    pub root: String,
    /// The trusted webhooks by file stem, each with the destination and the content of its requests when it was
    /// trusted.
    pub trusted: BTreeMap<String, serde_json::Value>,
    /// The workspace's private folder (`.telecast`), if telecast created the folder or the user adopted it. To adopt a
    /// folder is to accept it as one's own. `None` if there is no created or adopted folder.
    pub private: Option<PrivateFolder>,
    /// The names of the secrets that telecast has already offered to move to this workspace. These secrets were stored
    /// for a folder that is no longer a workspace, or under the id that this workspace had in earlier versions.
    pub offered_secrets: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PrivateFolder {
    /// The content of the folder's file `id`.
    pub id: String,
    /// The SHA-256 hashes, in hexadecimal, by which telecast recognizes the folder's file `test-chats.toml`. Usually,
    /// the list has one hash: of the content that telecast wrote last, or of the content that the user adopted with the
    /// folder. The list is empty as long as the folder has no such file. While telecast replaces the file, the list has
    /// the hashes of both the old and the new content. So even if telecast crashes during the replacement, one of the
    /// hashes is right.
    pub test_chats: Vec<String>,
}

/// What the console showed last in a workspace. The next time, the console starts with this view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LastView {
    /// The stem of the open campaign.
    pub campaign: Option<String>,
    /// The cursor in the campaign's body: the line and the column, both from 1. The body may have changed since then.
    pub cursor: Option<(usize, usize)>,
    /// The identity of the preview's profile.
    pub profile: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("cannot read {path}: {}", explain(source))]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{path} is damaged ({source}): move it away, and telecast asks for your decisions again")]
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
    /// Returns a handle for the record of the workspace at `root`, which must be its real path. Reads nothing.
    pub fn new(paths: &Paths, root: &Path) -> Self {
        Self { folder: paths.workspace_state(root), root: root.to_path_buf() }
    }

    /// Reads the record. If there is no record, returns the default, which means that nothing was decided yet.
    pub fn read(&self) -> Result<WorkspaceRecord, StateError> {
        let path = self.file();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(WorkspaceRecord::default()),
            Err(source) => return Err(StateError::Read { path, source }),
        };
        // A damaged record file is an error. If a damaged file counted as an empty record, the next change would
        // overwrite the file, and the user's decisions would be lost.
        serde_json::from_slice(&bytes).map_err(|source| StateError::Damaged { path, source })
    }

    /// Changes the record and returns the result of `change`. A lock keeps other processes from changing the record in
    /// the meantime. If `change` changes nothing, nothing is written.
    pub fn change<T>(&self, change: impl FnOnce(&mut WorkspaceRecord) -> T) -> Result<T, StateError> {
        // The lock is a separate file. Each write replaces the record's file, so a lock on the record's file itself
        // would be on a deleted file after the first write.
        let _lock = disk::wait_for_lock(&self.folder.join("record.lock"))?;
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

    /// Returns what the console showed last. If nothing was remembered, or if the file cannot be read or is damaged,
    /// returns the default.
    pub fn last_view(&self) -> LastView {
        let bytes = std::fs::read(self.view_file()).unwrap_or_default();
        // Unlike the record, this file holds no decisions of the user, so a damaged file is replaced by the next view.
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    pub fn remember_view(&self, view: &LastView) -> Result<(), SaveError> {
        let path = self.view_file();
        let json = serde_json::to_vec_pretty(view).map_err(|error| SaveError::write(&path, error.into()))?;
        disk::replace(&path, &json, Access::Private)
    }

    fn view_file(&self) -> PathBuf {
        self.folder.join("view.json")
    }

    fn file(&self) -> PathBuf {
        self.folder.join("record.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workspace_path_has_its_own_record() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let (one, two) = (Path::new("/srv/one"), Path::new("/srv/two"));
        let state = WorkspaceState::new(&paths, one);
        state.change(|record| record.offered_secrets.insert("A".into())).unwrap();
        assert_eq!(state.read().unwrap().offered_secrets.len(), 1);
        assert_eq!(WorkspaceState::new(&paths, two).read().unwrap(), WorkspaceRecord::default());
    }

    #[test]
    fn a_damaged_record_is_an_error_and_is_not_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let state = WorkspaceState::new(&Paths::under(home.path()), Path::new("/srv/one"));
        state.change(|record| record.offered_secrets.insert("A".into())).unwrap();
        std::fs::write(state.file(), "{").unwrap();
        assert!(matches!(state.read(), Err(StateError::Damaged { .. })));
        assert!(state.change(|record| record.trusted.clear()).is_err());
        assert_eq!(std::fs::read_to_string(state.file()).unwrap(), "{");
    }

    #[test]
    fn a_remembered_view_is_read_back_and_a_damaged_one_is_ignored() {
        let home = tempfile::tempdir().unwrap();
        let state = WorkspaceState::new(&Paths::under(home.path()), Path::new("/srv/one"));
        assert_eq!(state.last_view(), LastView::default());
        let view = LastView { campaign: Some("sale".into()), cursor: Some((3, 5)), profile: None };
        state.remember_view(&view).unwrap();
        assert_eq!(state.last_view(), view);
        for damaged in ["", "{", "[]", "{\"campaign\": 5}", "{\"cursor\": [-1, 2]}", "\u{0}"] {
            std::fs::write(state.view_file(), damaged).unwrap();
            assert_eq!(state.last_view(), LastView::default(), "{damaged:?}");
        }
        state.remember_view(&view).unwrap();
        assert_eq!(state.last_view(), view);
        assert!(state.read().is_ok_and(|record| record == WorkspaceRecord::default()));
    }

    #[test]
    fn concurrent_changes_are_not_lost() {
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
