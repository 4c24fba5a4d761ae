//! Whether a file is still the one that was read, by what the system keeps of it: no byte of it is read.
//!
//! A write within the clock's tick in which the file was looked at would not show (git calls such a file racily clean), so
//! a young file has no stamp: it is read again. What no stamp shows is found by the fingerprint that guards each save.

use std::fs::Metadata;

use jiff::{SignedDuration, Timestamp};

/// How old a change must be to count as over; the coarsest file systems count in steps of two seconds.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    len: u64,
    modified: Timestamp,
    identity: Identity,
}

impl Stamp {
    /// Returns the stamp of a file that was looked at no earlier than `now`; none where it would not show a change.
    pub fn of(entry: &Metadata, now: Timestamp) -> Option<Stamp> {
        let modified = Timestamp::try_from(entry.modified().ok()?).ok()?;
        let (identity, changed) = identity(entry)?;
        let is_settled = modified.max(changed) + SETTLED <= now;
        (entry.is_file() && is_settled).then_some(Stamp { len: entry.len(), modified, identity })
    }
}

/// Device, inode, and when the inode was changed: also where a tool sets the time of the contents back.
#[cfg(unix)]
type Identity = (u64, u64, Timestamp);

#[cfg(unix)]
fn identity(entry: &Metadata) -> Option<(Identity, Timestamp)> {
    use std::os::unix::fs::MetadataExt;
    let changed = Timestamp::new(entry.ctime(), i32::try_from(entry.ctime_nsec()).ok()?).ok()?;
    Some(((entry.dev(), entry.ino(), changed), changed))
}

#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(Identity, Timestamp)> {
    Some(((), Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_young_file_has_none_and_any_change_of_an_old_one_shows() {
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
        assert_ne!(stamp(10), Some(before), "as long as before");
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
    fn a_link_has_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "one").unwrap();
        std::os::unix::fs::symlink("a", folder.path().join("b")).unwrap();
        let entry = fs::symlink_metadata(folder.path().join("b")).unwrap();
        assert_eq!(Stamp::of(&entry, Timestamp::MAX), None);
    }
}
