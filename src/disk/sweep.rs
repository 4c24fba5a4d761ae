//! Creates temporary copies for other programs, such as the user's editor, and removes the temporary files that killed
//! processes have left behind.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::write::{ATTEMPTS, make_folder, write_private};
use super::{Access, STAGING};

/// A copy of a text for another program, in a folder that only the user can enter.
///
/// The copy is removed when this value is dropped. A locked file beside the folder shows that the process that made the
/// copy still runs; [`sweep_temp_copies`] removes the copies of killed processes.
#[derive(Debug)]
pub(crate) struct TempCopy {
    folder: PathBuf,
    file: PathBuf,
    /// The locked file beside the folder. It is created before the folder and removed after it.
    _lock: NamedTempFile,
}

impl TempCopy {
    /// Writes `text` to the file `name` in a new folder in `parent`. If `name` is not a plain file name, the file is
    /// named `body`.
    pub(crate) fn new(parent: &Path, name: &str, text: &str) -> io::Result<Self> {
        make_folder(parent, Access::Private)?;
        let lock = lock_file(parent)?;
        let folder = lock.path().with_extension("");
        make_folder(&folder, Access::Private)?;
        // The copy is named `name`, because the other program recognizes the file's language by its name. But `name`
        // comes from the workspace, so it must not lead out of the folder.
        let is_plain = Path::new(name).file_name().is_some_and(|last| last == name);
        let file = folder.join(if is_plain { name } else { "body" });
        // The value is created before the text is written. If the write fails, the value is dropped, which removes the
        // folder.
        let copy = Self { folder, file, _lock: lock };
        write_private(&copy.file, text.as_bytes())?;
        Ok(copy)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.file
    }
}

impl Drop for TempCopy {
    fn drop(&mut self) {
        // A copy that cannot be removed does little harm: only the user can read it, and telecast's console tries again
        // at its next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn lock_file(parent: &Path) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let lock = tempfile::Builder::new().prefix("copy-").suffix(".lock").tempfile_in(parent)?;
        lock.as_file().lock()?;
        // Another process may have removed the file in [`sweep_temp_copies`] before the file was locked here.
        if lock.path().exists() {
            return Ok(lock);
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "another process keeps removing its lock file"))
}

/// Removes the copies in `parent` whose process no longer runs, and the copies without a lock file.
pub(crate) fn sweep_temp_copies(parent: &Path) {
    let copies = entries(parent)
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("copy-")));
    for path in copies {
        let (folder, lock) = (path.with_extension(""), path.with_extension("lock"));
        let is_free = match File::open(&lock) {
            Ok(file) => file.try_lock().is_ok().then_some(Some(file)),
            Err(error) => (error.kind() == io::ErrorKind::NotFound).then_some(None),
        };
        // The lock is held until the folder and the lock file are removed, so that no new copy takes the same name
        // meanwhile.
        if let Some(_guard) = is_free {
            // A copy that cannot be removed does little harm: only the user can read it, and telecast's console tries
            // again at its next start.
            let _ = fs::remove_dir_all(&folder);
            let _ = fs::remove_file(&lock);
        }
    }
}

/// Removes the temporary files in `folder` that killed processes have left behind. Files of running processes are
/// locked and stay.
pub(crate) fn sweep(folder: &Path) {
    for path in entries(folder).filter(|path| is_staging(path)) {
        // The folder may come from a stranger. telecast's temporary files are regular files, so a link or a folder with
        // such a name stays.
        let is_file = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
        if is_file
            && let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            // A file that cannot be removed does no harm, and telecast's console tries again at its next start.
            let _ = fs::remove_file(&path);
        }
    }
}

/// Removes the temporary folders that killed processes have left behind in `folder`. A temporary folder that contains a
/// file not named in `files` stays.
///
/// A temporary folder is not locked while it is in use. So the caller must make sure that no process creates a
/// temporary folder at the same time.
pub(crate) fn sweep_folders(folder: &Path, files: &[&str]) {
    for path in entries(folder).filter(|path| is_staging(path)) {
        let is_ours = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir())
            && entries(&path).all(|inner| files.iter().any(|file| inner == path.join(file)));
        if is_ours {
            // A folder that cannot be removed does no harm, and telecast's console tries again at its next start.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// Returns whether `path` has a temporary file's name, such as `.telecast-a1B2c3`: [`STAGING`] and the six letters or
/// digits that `tempfile` chooses. Names with six lower-case letters do not count.
fn is_staging(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_prefix(STAGING)).is_some_and(|random| {
        // Six lower-case letters could be a word that a person chose, as in `.telecast-backup`.
        random.len() == 6
            && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !random.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_copy_is_the_users_alone_and_goes_with_its_value() {
        let home = tempfile::tempdir().unwrap();
        let parent = home.path().join("editing");
        let copy = TempCopy::new(&parent, "sale.json.liquid", "{}").unwrap();
        assert_eq!(fs::read_to_string(copy.path()).unwrap(), "{}");
        assert_eq!(
            (mode(copy.path()), mode(copy.path().parent().unwrap()), mode(&parent)),
            (0o600, 0o700, 0o700)
        );
        drop(copy);
        assert_eq!(entries(&parent).count(), 0);
        let copy = TempCopy::new(&parent, "../../x", "{}").unwrap();
        assert!(copy.path().starts_with(&parent));
    }

    #[test]
    fn the_copies_of_the_dead_are_swept_and_those_of_the_living_stay() {
        let home = tempfile::tempdir().unwrap();
        let living = TempCopy::new(home.path(), "a", "{}").unwrap();
        let dead = home.path().join("copy-Dead01");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("b"), "{}").unwrap();
        fs::write(dead.with_extension("lock"), "").unwrap();
        fs::create_dir(home.path().join("copy-Dead02")).unwrap();
        sweep_temp_copies(home.path());
        assert!(living.path().exists());
        assert_eq!(entries(home.path()).count(), 2);
    }

    #[test]
    fn staging_files_are_swept_unless_they_are_in_use_or_a_persons_own() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let names = [
            ".telecast-aB3xY9",
            ".telecast-in0Use",
            ".telecast-backup",
            ".telecast-notes1.md",
            "telecast-aB3xY9",
        ];
        names.iter().for_each(|name| fs::write(at(name), "x").unwrap());
        let in_use = File::open(at(".telecast-in0Use")).unwrap();
        in_use.lock().unwrap();
        fs::write(at("victim"), "x").unwrap();
        std::os::unix::fs::symlink(at("victim"), at(".telecast-aB3xY8")).unwrap();
        for (folder, file) in [(".telecast-dirA01", "id"), (".telecast-dirB02", "audience.db")] {
            fs::create_dir(at(folder)).unwrap();
            fs::write(at(folder).join(file), "x").unwrap();
        }
        sweep(home.path());
        sweep_folders(home.path(), &["id"]);
        assert!(!at(".telecast-dirA01").exists() && at(".telecast-dirB02").exists());
        assert!(!at(names[0]).exists());
        assert!(names[1..].iter().all(|name| at(name).exists()) && at("victim").exists());
    }
}
