//! Locks: *editing* a workspace, and *polling* a bot on this machine.

use super::Folder;
use crate::disk::{Guard, LockError, try_lock};
use crate::paths::Paths;

impl Folder {
    /// Takes the lock on editing this workspace: one console has it, others only view.
    pub fn lock_editing(&self) -> Result<Guard, LockError> {
        try_lock(&self.kept.join("editing.lock"), "editing this workspace", self.root())
    }

    /// Takes the lock on reading a bot's updates: one process on this machine, whatever its workspace.
    pub fn lock_polling(&self, paths: &Paths, bot: i64) -> Result<Guard, LockError> {
        let path = paths.locks().join(format!("polling-{bot}.lock"));
        try_lock(&path, "reading this bot's updates", self.root())
    }
}
