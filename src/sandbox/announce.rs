//! Lets the processes of one user recognize the user's sandboxes. A running sandbox holds the lock on a file whose name
//! is the sandbox's address.
//!
//! The locks are in the user's state directory. A workspace can come from a stranger, so nothing in it may make an
//! address count as a sandbox. A server's answers do not count either, because any server can claim to be a sandbox.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::disk::{self, FileLock, LockError};
use crate::paths::Paths;

/// The announcement of a running sandbox. Dropping this value withdraws the announcement. Drop it before the port is
/// freed, or another program could listen at the address and be taken for the sandbox.
#[derive(Debug)]
pub(crate) struct Announcement {
    path: PathBuf,
    _lock: FileLock,
}

/// Announces a sandbox of this process. If `root` is given, the sandbox is announced as that of the workspace at
/// `root`. The sandbox must be listening already.
pub(crate) fn announce(
    paths: &Paths,
    addr: SocketAddr,
    root: Option<&Path>,
) -> Result<Announcement, LockError> {
    let path = path_of(paths, addr);
    // Waiting for the lock takes only a moment. No other process announces this address, because only one process can
    // listen there. If a process holds the lock now, it is testing whether the lock is free, and releases the lock at
    // once.
    let lock = disk::wait_for_lock_and_sign(&path, root.unwrap_or(Path::new("")))?;
    Ok(Announcement { path, _lock: lock })
}

/// Returns whether `addr` is on loopback and a sandbox of this user listens there.
pub(crate) fn is_announced(paths: &Paths, addr: SocketAddr) -> bool {
    addr.ip().is_loopback() && disk::lock_holder(&path_of(paths, addr)).is_some()
}

/// Returns the address of the running sandbox that is announced for the workspace at `root`, or `None` if there is
/// none. `root` must be a canonical path.
pub(crate) fn find(paths: &Paths, root: &Path) -> Option<SocketAddr> {
    let files = fs::read_dir(paths.sandboxes()).into_iter().flatten().flatten();
    let found = files.filter_map(|file| {
        let addr: SocketAddr = file.file_name().to_str()?.replace('_', ":").parse().ok()?;
        let holder = disk::lock_holder(&file.path()).filter(|_| addr.ip().is_loopback())?;
        (holder.workspace.as_deref() == Some(root)).then_some(addr)
    });
    // The order of a directory listing is arbitrary, but if the workspace has several sandboxes, every call must choose
    // the same sandbox.
    found.min()
}

impl Drop for Announcement {
    fn drop(&mut self) {
        match fs::remove_file(&self.path) {
            // A file that cannot be removed does no harm. Its lock is released now, and without a lock, the file
            // announces nothing.
            Ok(()) | Err(_) => {}
        }
    }
}

// Not every file system allows a colon in a name.
fn path_of(paths: &Paths, addr: SocketAddr) -> PathBuf {
    paths.sandboxes().join(addr.to_string().replace(':', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcement_is_valid_while_its_lock_is_held() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let addr: SocketAddr = "[::1]:8081".parse().unwrap();
        let (mine, other) = (Path::new("/srv/mine"), Path::new("/srv/other"));
        let announcement = announce(&paths, addr, Some(mine)).unwrap();
        assert!(is_announced(&paths, addr));
        assert_eq!((find(&paths, mine), find(&paths, other)), (Some(addr), None));
        drop(announcement);
        assert!(!is_announced(&paths, addr) && find(&paths, mine).is_none());
        // A killed process leaves a file without a lock, and a file written by hand has no lock either.
        std::fs::write(path_of(&paths, addr), "1\n/srv/mine\n").unwrap();
        assert!(!is_announced(&paths, addr) && find(&paths, mine).is_none());
    }
}
