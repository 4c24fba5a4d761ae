//! Defines stamps, which show by a file's metadata alone whether the file has changed since it was read.
//!
//! If a file is read and then written in the same clock tick, its metadata may not show the write (git calls such a
//! file racily clean). So a recently changed file gets no stamp and is read again at the next reload. If a stamp misses
//! a change all the same, the comparison of fingerprints before each save detects the change.

use std::fs::Metadata;

use jiff::{SignedDuration, Timestamp};

/// A file gets a stamp only if its last change is at least this long ago. Two seconds are enough, because even the
/// coarsest file system, FAT, stores times in steps of two seconds.
const MIN_AGE: SignedDuration = SignedDuration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    len: u64,
    modified: Timestamp,
    identity: InodeState,
}

impl Stamp {
    /// Returns the stamp of a file whose metadata was read at `now` or later. Returns `None` if the file is not a
    /// regular file, if its last change is less than [`MIN_AGE`] before `now`, or if its times are missing or out of
    /// range.
    pub(crate) fn of(entry: &Metadata, now: Timestamp) -> Option<Stamp> {
        let modified = Timestamp::try_from(entry.modified().ok()?).ok()?;
        let (identity, changed) = identity(entry)?;
        let is_settled = modified.max(changed) + MIN_AGE <= now;
        // The metadata of a link would not show changes of its target, so only regular files have a stamp.
        (entry.is_file() && is_settled).then_some(Stamp { len: entry.len(), modified, identity })
    }
}

/// The device, the inode, and the time of the inode's last change (ctime). The ctime is needed, because a program can
/// set a file's modification time back after a change, but not its ctime.
#[cfg(unix)]
type InodeState = (u64, u64, Timestamp);

#[cfg(unix)]
fn identity(entry: &Metadata) -> Option<(InodeState, Timestamp)> {
    use std::os::unix::fs::MetadataExt;
    let changed = Timestamp::new(entry.ctime(), i32::try_from(entry.ctime_nsec()).ok()?).ok()?;
    Some(((entry.dev(), entry.ino(), changed), changed))
}

#[cfg(not(unix))]
type InodeState = ();

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(InodeState, Timestamp)> {
    Some(((), Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn recent_files_have_no_stamp_and_changes_alter_the_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let stamp = |later: i64| {
            let now = Timestamp::now() + SignedDuration::from_secs(later);
            Stamp::of(&fs::symlink_metadata(&path).unwrap(), now)
        };
        fs::write(&path, "one").unwrap();
        assert_eq!(stamp(0), None);
        let before = stamp(10).unwrap();
        assert_eq!(stamp(20), Some(before));
        fs::write(&path, "two").unwrap();
        assert_ne!(stamp(10), Some(before), "only the content and the time differ, not the length");
        let before = stamp(10).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(stamp(10), Some(before));
        let before = stamp(10).unwrap();
        fs::write(folder.path().join("b"), "two").unwrap();
        fs::rename(folder.path().join("b"), &path).unwrap();
        assert_ne!(stamp(10), Some(before));
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_have_no_stamp() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "one").unwrap();
        std::os::unix::fs::symlink("a", folder.path().join("b")).unwrap();
        let entry = fs::symlink_metadata(folder.path().join("b")).unwrap();
        assert_eq!(Stamp::of(&entry, Timestamp::MAX), None);
    }
}
