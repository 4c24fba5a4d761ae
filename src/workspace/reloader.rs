//! Reloads an open workspace. Campaigns that have not changed are shared with the previous version.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::load::{OpenError, Workspace};

/// The last version of the workspace, and the files that are known to have changed since that version.
#[derive(Debug)]
pub struct WorkspaceReloader {
    last: Mutex<Arc<Workspace>>,
    changed: Mutex<BTreeSet<String>>,
}

impl WorkspaceReloader {
    pub fn new(workspace: Arc<Workspace>) -> Self {
        Self { last: Mutex::new(workspace), changed: Mutex::default() }
    }

    /// Records the paths of changed files, relative to the root, with `/` between folders. Call [`Self::reload`]
    /// afterwards.
    pub fn mark_changed(&self, paths: impl IntoIterator<Item = String>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    }

    /// Reads the recorded files; if none are recorded, rescans the workspace. Blocks.
    ///
    /// A call reads all recorded files, even those that another caller recorded. When the other caller then calls this
    /// function, no files are recorded, and the workspace is rescanned. So the other caller misses no change.
    pub fn reload(&self, now: Timestamp) -> Result<Arc<Workspace>, OpenError> {
        self.read(|last, changed| match changed.is_empty() {
            true => last.reload(now),
            false => last.reload_changed(&changed, now),
        })
    }

    /// Reads the campaigns whose files' metadata has changed, and all files that do not belong to a campaign. Blocks.
    pub fn rescan(&self, now: Timestamp) -> Result<Arc<Workspace>, OpenError> {
        self.read(|last, _| last.reload(now))
    }

    fn read(
        &self,
        read: impl FnOnce(&Workspace, BTreeSet<String>) -> Result<Workspace, OpenError>,
    ) -> Result<Arc<Workspace>, OpenError> {
        // The lock is held during the reading. If two calls could read at the same time, the call that started first
        // could finish last and bring back an older version. After a panic, the poisoned lock still holds a complete
        // version.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // The recorded paths are taken before anything is read. So a file that is recorded during the reading is left
        // for the next call.
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        *last = Arc::new(read(&last, changed)?);
        Ok(Arc::clone(&last))
    }
}
