//! Locks between processes: the system's own file locks, which end with the process, however it ends.
//!
//! Who holds one is written into the file, so that a refusal can name them.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::explain::explain;
use super::write::open_private_log;

#[derive(Debug)]
pub struct Guard {
    /// Locked; closing it ends the lock.
    file: File,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// Its process id; `None` where it has not written it yet.
    pub pid: Option<u32>,
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

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("{what} is held by {holder}")]
    Held { what: &'static str, holder: Holder },
    #[error("cannot lock {path}: {}", explain(source))]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl LockError {
    fn file(path: &Path, source: io::Error) -> Self {
        LockError::File { path: path.to_path_buf(), source }
    }
}

/// Takes the lock at `path` or says who has it. `what` is the lock's purpose, in words for the refusal.
///
/// The file and its folder are made for the user only, and the file stays after the lock: removing it would let two
/// processes lock two files of one name.
pub fn try_lock(path: &Path, what: &'static str, workspace: &Path) -> Result<Guard, LockError> {
    let mut file = open_private_log(path).map_err(|source| LockError::file(path, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(LockError::Held { what, holder: read_holder(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(LockError::file(path, source)),
    }
    sign(&mut file, workspace).map_err(|source| LockError::file(path, source))?;
    Ok(Guard { file })
}

/// Waits for the lock at `path` as [`wait_for_lock`] does, and writes down who holds it, as [`try_lock`] does. Blocks.
pub fn wait_for_lock_as(path: &Path, workspace: &Path) -> Result<Guard, LockError> {
    let mut guard = wait_for_lock(path)?;
    sign(&mut guard.file, workspace).map_err(|source| LockError::file(path, source))?;
    Ok(guard)
}

fn sign(file: &mut File, workspace: &Path) -> io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}\n{}\n", std::process::id(), workspace.display())
}

/// Waits for the lock at `path`: for changes that take milliseconds, where writers take turns. Blocks.
pub fn wait_for_lock(path: &Path) -> Result<Guard, LockError> {
    let file = open_private_log(path).map_err(|source| LockError::file(path, source))?;
    file.lock().map_err(|source| LockError::file(path, source))?;
    Ok(Guard { file })
}

/// Returns who holds the lock at `path`; `None` where nobody does, or there is no file.
///
/// Looking takes a shared lock for a moment, which another one's [`try_lock`] may meet: look only at locks that are
/// waited for.
pub fn holder(path: &Path) -> Option<Holder> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read_holder(&mut file)),
        // The shared lock ends with the file.
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
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
