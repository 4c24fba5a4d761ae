//! A workspace that is read again and again while it is open: what did not change is shared with the reading before.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::load::{OpenError, Workspace};

/// The last reading, and which files are known to have changed since.
#[derive(Debug)]
pub struct Reading {
    last: Mutex<Arc<Workspace>>,
    changed: Mutex<BTreeSet<String>>,
}

impl Reading {
    pub fn new(workspace: Arc<Workspace>) -> Self {
        Self { last: Mutex::new(workspace), changed: Mutex::default() }
    }

    /// Notes files (from the root, with `/`) that were changed. Whoever notes some asks to follow afterwards.
    pub fn note(&self, paths: impl IntoIterator<Item = String>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(paths);
    }

    /// Reads the files that were noted; where there are none, looks at all. Blocks.
    ///
    /// Where somebody wants a look at all while files are noted, it comes with the next call, by whoever noted them.
    pub fn follow(&self, now: Timestamp) -> Result<Arc<Workspace>, OpenError> {
        self.read(|last, changed| match changed.is_empty() {
            true => last.read_again(now),
            false => last.read_changed(&changed, now),
        })
    }

    /// Looks at all files, and reads those that look different from outside. Blocks.
    pub fn look(&self, now: Timestamp) -> Result<Arc<Workspace>, OpenError> {
        self.read(|last, _| last.read_again(now))
    }

    fn read(
        &self,
        read: impl FnOnce(&Workspace, BTreeSet<String>) -> Result<Workspace, OpenError>,
    ) -> Result<Arc<Workspace>, OpenError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before anything is read: what is noted from now on is read the next time.
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        *last = Arc::new(read(&last, changed)?);
        Ok(Arc::clone(&last))
    }
}
