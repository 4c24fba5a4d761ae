//! How the processes of one user know which sandboxes are theirs: each running one holds a lock named by its address.
//!
//! The locks are files of the user's state directory. A workspace can come from a stranger, so nothing in it can make
//! an address count as a sandbox; and a server cannot either, whatever it answers.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::disk::{self, Guard, LockError};
use crate::paths::Paths;

/// The announcement of a running sandbox; taken back when it is dropped, which has to be before its port is free.
#[derive(Debug)]
pub struct Announcement {
    path: PathBuf,
    _lock: Guard,
}

/// Announces a sandbox of this process, as that of the workspace at `root` where one is given. It must be listening.
pub fn announce(paths: &Paths, addr: SocketAddr, root: Option<&Path>) -> Result<Announcement, LockError> {
    let path = path_of(paths, addr);
    // Nobody else listens there, so whoever has the lock is only looking.
    let lock = disk::wait_for_lock_as(&path, root.unwrap_or(Path::new("")))?;
    Ok(Announcement { path, _lock: lock })
}

/// Whether a sandbox that this user started listens at `addr`.
pub fn is_announced(paths: &Paths, addr: SocketAddr) -> bool {
    addr.ip().is_loopback() && disk::holder(&path_of(paths, addr)).is_some()
}

/// Returns the address of the running sandbox of the workspace at `root`, its real path.
pub fn find(paths: &Paths, root: &Path) -> Option<SocketAddr> {
    let files = fs::read_dir(paths.sandboxes()).into_iter().flatten().flatten();
    let found = files.filter_map(|file| {
        let addr: SocketAddr = file.file_name().to_str()?.replace('_', ":").parse().ok()?;
        let holder = disk::holder(&file.path()).filter(|_| addr.ip().is_loopback())?;
        (holder.workspace.as_deref() == Some(root)).then_some(addr)
    });
    // Of several, always the same one.
    found.min()
}

impl Drop for Announcement {
    fn drop(&mut self) {
        match fs::remove_file(&self.path) {
            // One that stays has no lock, so it announces nothing.
            Ok(()) | Err(_) => {}
        }
    }
}

/// File systems do not all take a colon in a name.
fn path_of(paths: &Paths, addr: SocketAddr) -> PathBuf {
    paths.sandboxes().join(addr.to_string().replace(':', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_holds_as_long_as_its_lock() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::under(home.path());
        let addr: SocketAddr = "[::1]:8081".parse().unwrap();
        let (mine, other) = (Path::new("/srv/mine"), Path::new("/srv/other"));
        let announcement = announce(&paths, addr, Some(mine)).unwrap();
        assert!(is_announced(&paths, addr));
        assert_eq!((find(&paths, mine), find(&paths, other)), (Some(addr), None));
        drop(announcement);
        assert!(!is_announced(&paths, addr) && find(&paths, mine).is_none());
        // What a killed process leaves is a file without a lock; so is what somebody writes there by hand.
        std::fs::write(path_of(&paths, addr), "1\n/srv/mine\n").unwrap();
        assert!(!is_announced(&paths, addr) && find(&paths, mine).is_none());
    }
}
