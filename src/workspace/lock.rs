//! Locks: editing a workspace, and polling a bot on this machine.

use super::Folder;
use crate::disk::{FileLock, LockError, try_lock};
use crate::paths::Paths;

impl Folder {
    /// Takes the lock for editing this workspace: one console has it, others are read-only.
    pub fn lock_editing(&self) -> Result<FileLock, LockError> {
        // The lock is in the state directory. In the workspace, a symbolic link could take its place, and opening it
        // would overwrite the link's target.
        try_lock(&self.state_folder.join("editing.lock"), "editing this workspace", self.root())
    }

    /// Takes the lock for polling a bot: one process on this machine, for all workspaces.
    pub fn lock_polling(&self, paths: &Paths, bot: i64) -> Result<FileLock, LockError> {
        // Two pollers of one bot interrupt each other: the Bot API answers one of them with a conflict (409).
        let path = paths.locks().join(format!("polling-{bot}.lock"));
        try_lock(&path, "reading this bot's updates", self.root())
    }
}
