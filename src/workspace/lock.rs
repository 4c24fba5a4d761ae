//! Locks: *editing* a workspace, and *polling* or *sending for* a bot on this machine.
//!
//! The system's own file locks: they end with the process, however it ends. Who holds one stands in the file.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Folder, PRIVATE};
use crate::disk::{SaveError, explain, open_private_log};
use crate::paths::Paths;

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Guard {
    /// Locked; closing it ends the lock.
    _file: File,
}

/// The process that holds a lock, as it wrote itself down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// Its process id; `None` where it has not written it yet.
    pub pid: Option<u32>,
    /// The workspace it holds the lock for.
    pub workspace: Option<PathBuf>,
}

impl std::fmt::Display for Holder {
    /// `process 4711, workspace /home/anna/shop`
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pid {
            Some(pid) => write!(out, "process {pid}")?,
            None => out.write_str("another process")?,
        }
        match &self.workspace {
            Some(workspace) => write!(out, ", workspace {}", workspace.display()),
            None => Ok(()),
        }
    }
}

/// Why a lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{what} is held by {holder}")]
    Held {
        /// What the lock is for.
        what: &'static str,
        /// Who has it.
        holder: Holder,
    },
    /// The lock's file cannot be made.
    #[error("cannot lock {path}: {}", explain(source))]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The workspace's private folder cannot be made.
    #[error(transparent)]
    Folder(#[from] SaveError),
}

impl Folder {
    /// Takes the lock on editing this workspace: one console has it, others only view.
    pub fn lock_editing(&self) -> Result<Guard, LockError> {
        self.private()?;
        lock(&self.root().join(PRIVATE).join("editing.lock"), "editing this workspace", self.root())
    }

    /// Takes the lock on reading a bot's updates: one process on this machine, whatever its workspace.
    pub fn lock_polling(&self, paths: &Paths, bot: i64) -> Result<Guard, LockError> {
        let path = paths.locks().join(format!("polling-{bot}.lock"));
        lock(&path, "reading this bot's updates", self.root())
    }
}

fn lock(path: &Path, what: &'static str, workspace: &Path) -> Result<Guard, LockError> {
    let file_error = |source| LockError::File { path: path.to_path_buf(), source };
    let mut file = open_private_log(path).map_err(file_error)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(LockError::Held { what, holder: read_holder(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(file_error(source)),
    }
    file.set_len(0).map_err(file_error)?;
    write!(file, "{}\n{}\n", std::process::id(), workspace.display()).map_err(file_error)?;
    Ok(Guard { _file: file })
}

fn read_holder(file: &mut File) -> Holder {
    let mut text = String::new();
    // What cannot be read is not known; the lock is held all the same.
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(8192).read_to_string(&mut text));
    if read.is_err() {
        return Holder::default();
    }
    let mut lines = text.lines();
    Holder {
        pid: lines.next().and_then(|line| line.parse().ok()),
        workspace: lines.next().filter(|line| !line.is_empty()).map(PathBuf::from),
    }
}
