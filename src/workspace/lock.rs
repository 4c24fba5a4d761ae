//! Takes the locks for editing a workspace and for polling a bot.

use super::Folder;
use crate::disk::{FileLock, LockError, try_lock};
use crate::paths::Paths;

impl Folder {
    /// Takes the lock for editing this workspace. One console holds it, and other consoles of the workspace are
    /// read-only.
    pub fn lock_editing(&self) -> Result<FileLock, LockError> {
        // The lock file is in the state directory and not in the workspace. A workspace from somebody else could
        // contain a symbolic link with the lock file's name. Taking the lock would then overwrite the link's target,
        // because telecast writes the lock's holder into the lock file.
        try_lock(&self.state_folder.join("editing.lock"), "editing this workspace", self.root())
    }

    /// Takes the lock for polling the bot with the id `bot`. Only one of the user's processes can hold this lock, even
    /// if the processes have different workspaces open.
    pub fn lock_polling(&self, paths: &Paths, bot: i64) -> Result<FileLock, LockError> {
        // If two processes poll one bot, they interrupt each other: the Bot API answers one of them with a conflict
        // (409).
        let path = paths.locks().join(format!("polling-{bot}.lock"));
        try_lock(&path, "reading this bot's updates", self.root())
    }
}
