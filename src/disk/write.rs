//! Writes files atomically. The content is written to a temporary file beside the target. The temporary file is then
//! synced and renamed over the target.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Who may access a file that telecast writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everyone whom the umask allows. An existing file keeps its mode.
    Usual,
    /// Only the user, even if the file existed before with another mode.
    Private,
}

/// Replaces the content of the file at `target`, or creates the file and its folders. `target` must not be a link,
/// because a rename would replace the link.
pub(super) fn write_atomically(target: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("."));
    make_folder(parent, access)?;
    let old = fs::symlink_metadata(target).ok().map(|meta| meta.permissions());
    // A rename would replace even a read-only file, but somebody may have made the file read-only to protect it.
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let staged = stage(parent, bytes, access)?;
    if let (Access::Usual, Some(old)) = (access, old) {
        // The new file takes the place of the old one, so it gets the mode of the old one too.
        staged.as_file().set_permissions(old)?;
    }
    staged.persist(target).map_err(|error| error.error)?;
    sync_folder(parent)
}

/// Creates a file and its folders. Fails if the file's name is taken.
pub(super) fn create_atomically(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("."));
    make_folder(parent, Access::Usual)?;
    stage(parent, bytes, Access::Usual)?.persist_noclobber(target).map_err(|error| error.error)?;
    sync_folder(parent)
}

/// Opens a file for appending and reading. A missing file and missing folders are created with access for the user
/// only.
pub(crate) fn open_private_log(path: &Path) -> io::Result<fs::File> {
    make_folder(path.parent().unwrap_or(Path::new(".")), Access::Private)?;
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true).read(true);
    for_user_only(&mut options);
    options.open(path)
}

pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    // `create_new` does not follow a link that somebody has put at `path`.
    options.write(true).create_new(true);
    for_user_only(&mut options);
    options.open(path)?.write_all(bytes)
}

/// Removes all access of other users to a file. Returns whether the file's mode had to be changed.
#[cfg(unix)]
pub(crate) fn tighten(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(true)
}

/// Does nothing: systems other than Unix have no such mode, and protect a user's files by default.
#[cfg(not(unix))]
pub(crate) fn tighten(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn for_user_only(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn for_user_only(_: &mut fs::OpenOptions) {}

pub(super) fn make_folder(path: &Path, access: Access) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    match access {
        Access::Usual => {}
        Access::Private => close_to_others(&mut builder),
    }
    builder.create(path)
}

#[cfg(unix)]
fn close_to_others(builder: &mut fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn close_to_others(_: &mut fs::DirBuilder) {}

/// The maximum number of attempts to create and lock a temporary file. An attempt fails if another process removes the
/// file before it is locked.
pub(super) const ATTEMPTS: usize = 100;

/// Writes `bytes` to a temporary file in `folder` and syncs it.
///
/// The file is locked while it is in use, so that [`super::sweep()`] removes only files of killed processes.
fn stage(folder: &Path, bytes: &[u8], access: Access) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(super::STAGING);
    permit(&mut builder, access);
    for _ in 0..ATTEMPTS {
        let mut staged = builder.tempfile_in(folder)?;
        // If the file system does not support locks, the file is used without a lock. [`super::sweep()`] removes only
        // files that it can lock, so it does not remove this file.
        let is_locked = staged.as_file().lock().is_ok();
        // [`super::sweep()`] in another process may have removed the file before it was locked here.
        if is_locked && fs::symlink_metadata(staged.path()).is_err() {
            continue;
        }
        staged.write_all(bytes)?;
        // Without this sync, a power failure after the rename could leave an empty file under the new name.
        staged.as_file().sync_all()?;
        return Ok(staged);
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "another process keeps removing its temporary file"))
}

#[cfg(unix)]
fn permit(builder: &mut tempfile::Builder<'_, '_>, access: Access) {
    use std::os::unix::fs::PermissionsExt;
    // The system still removes the bits of the umask from this mode.
    builder.permissions(fs::Permissions::from_mode(match access {
        Access::Usual => 0o666,
        Access::Private => 0o600,
    }));
}

#[cfg(not(unix))]
fn permit(_: &mut tempfile::Builder<'_, '_>, _: Access) {}

/// Syncs a folder, so that a rename in it survives a power failure.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        // Only a full disk counts as an error. Other errors are ignored, because some file systems cannot sync a
        // folder, and the file itself is synced already.
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
