//! Locks between processes. They are the operating system's file locks, which are released when the process ends, even
//! if it is killed.
//!
//! A process that takes a lock with [`try_lock`] or [`wait_for_lock_and_sign`] writes its process id and its workspace
//! into the lock file. If another process then calls [`try_lock`], the error names the process that holds the lock.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::explain::explain;
use super::write::open_private_log;

#[derive(Debug)]
pub struct FileLock {
    /// The locked file.
    file: File,
}

impl Drop for FileLock {
    /// Releases the lock.
    ///
    /// Closing the file is not enough. While a child process is being started, it has a copy of the open file, and the
    /// lock would last as long as the copy.
    fn drop(&mut self) {
        // If unlocking fails, closing the file releases the lock, perhaps a moment later.
        let _closed_anyway = self.file.unlock();
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockHolder {
    /// The process id; `None` if the file cannot be read, or if the holder has not (or not yet) written its process id.
    pub pid: Option<u32>,
    pub workspace: Option<PathBuf>,
}

impl std::fmt::Display for LockHolder {
    /// Writes the holder in the form `process 4711, workspace /home/anna/shop`.
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
    #[error("{what} is locked by {holder}")]
    Held { what: &'static str, holder: LockHolder },
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

/// Takes the lock at `path`. If another process holds the lock, returns an error that names the holder and `what`, the
/// thing that the lock protects.
///
/// A missing lock file and its folder are created with access for the user only. The file stays after the lock is
/// released: if it were removed, two processes could lock two different files with the same name.
pub(crate) fn try_lock(path: &Path, what: &'static str, workspace: &Path) -> Result<FileLock, LockError> {
    // The file is not truncated when it is opened: if another process holds the lock, the file names that process.
    let mut file = open_private_log(path).map_err(|source| LockError::file(path, source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(LockError::Held { what, holder: read_holder(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(LockError::file(path, source)),
    }
    write_holder(&mut file, workspace).map_err(|source| LockError::file(path, source))?;
    Ok(FileLock { file })
}

/// Waits for the lock at `path`, like [`wait_for_lock`], and writes this process into the file as the holder, like
/// [`try_lock`]. Blocks.
pub(crate) fn wait_for_lock_and_sign(path: &Path, workspace: &Path) -> Result<FileLock, LockError> {
    let mut guard = wait_for_lock(path)?;
    write_holder(&mut guard.file, workspace).map_err(|source| LockError::file(path, source))?;
    Ok(guard)
}

fn write_holder(file: &mut File, workspace: &Path) -> io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}\n{}\n", std::process::id(), workspace.display())
}

/// Waits until the lock at `path` is free, and takes it. Blocks, so use it only for locks that other processes hold for
/// milliseconds. Does not write this process into the file.
pub(crate) fn wait_for_lock(path: &Path) -> Result<FileLock, LockError> {
    let file = open_private_log(path).map_err(|source| LockError::file(path, source))?;
    file.lock().map_err(|source| LockError::file(path, source))?;
    Ok(FileLock { file })
}

/// Returns the holder of the lock at `path`. Returns `None` if no process holds the lock exclusively. A file that does
/// not exist or cannot be opened counts as not held, and so does any file on a file system without locks.
///
/// The check itself takes a shared lock for a moment, during which a [`try_lock`] of another process fails. So use this
/// function only for locks that are taken with [`wait_for_lock`] or [`wait_for_lock_and_sign`], which wait until the
/// check is over.
pub(crate) fn lock_holder(path: &Path) -> Option<LockHolder> {
    let mut file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read_holder(&mut file)),
        // Closing the file releases the shared lock.
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

fn read_holder(file: &mut File) -> LockHolder {
    let mut text = String::new();
    // The read is limited, because a damaged lock file can have any length. If the read fails, the holder is unknown,
    // but the lock is held all the same.
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(8192).read_to_string(&mut text));
    if read.is_err() {
        return LockHolder::default();
    }
    let mut lines = text.lines();
    LockHolder {
        pid: lines.next().and_then(|line| line.parse().ok()),
        workspace: lines.next().filter(|line| !line.is_empty()).map(PathBuf::from),
    }
}
