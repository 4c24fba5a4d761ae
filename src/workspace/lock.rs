//! Locks: editing a workspace, and polling a bot on this machine.

use super::Folder;
use crate::disk::{FileLock, LockError, try_lock};
use crate::paths::Paths;

impl Folder {
    /// Takes the lock for editing this workspace: one console has it, others are read-only.
    pub fn lock_editing(&self) -> Result<FileLock, LockError> {
        // In the state directory: in the workspace a symbolic link in the lock's place would let opening it overwrite
        // the target.
        try_lock(&self.state_folder.join("editing.lock"), "editing this workspace", self.root())
    }

    /// Takes the lock for polling a bot: one process on this machine, for all workspaces.
    pub fn lock_polling(&self, paths: &Paths, bot: i64) -> Result<FileLock, LockError> {
        // Two pollers of one bot take updates from each other, and the Bot API answers with a conflict (409).
        let path = paths.locks().join(format!("polling-{bot}.lock"));
        try_lock(&path, "reading this bot's updates", self.root())
    }
}
