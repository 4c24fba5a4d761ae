//! Writing: beside the file, brought to the disk, renamed over it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file that telecast makes; one that is there keeps its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the umask lets.
    Usual,
    /// The user only, whatever mode the file had.
    Private,
}

/// Puts `bytes` in place of the file at `target`, which is no link.
pub(super) fn put(target: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("."));
    make_folder(parent, access)?;
    let old = fs::symlink_metadata(target).ok().map(|meta| meta.permissions());
    // A rename would get around the mode by which somebody protects a file.
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let staged = stage(parent, bytes, access)?;
    if let (Access::Usual, Some(old)) = (access, old) {
        staged.as_file().set_permissions(old)?;
    }
    staged.persist(target).map_err(|error| error.error)?;
    sync_folder(parent)
}

/// Writes a file whose name must be free, making its folders.
pub(super) fn put_new(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = target.parent().unwrap_or(Path::new("."));
    make_folder(parent, Access::Usual)?;
    stage(parent, bytes, Access::Usual)?.persist_noclobber(target).map_err(|error| error.error)?;
    sync_folder(parent)
}

/// Opens a file to append to, making it and its folders for the user only.
pub fn open_private_log(path: &Path) -> io::Result<fs::File> {
    make_folder(path.parent().unwrap_or(Path::new(".")), Access::Private)?;
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true).read(true);
    for_user_only(&mut options);
    options.open(path)
}

pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    for_user_only(&mut options);
    options.open(path)?.write_all(bytes)
}

/// Makes a file private that is not; returns whether it had to.
#[cfg(unix)]
pub fn tighten(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(true)
}

/// Makes a file private that is not; other systems keep a user's files apart by themselves.
#[cfg(not(unix))]
pub fn tighten(_: &Path) -> io::Result<bool> {
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

/// How often a file is made anew that another process swept away before it was locked.
pub(super) const ATTEMPTS: usize = 100;

/// Writes `bytes` to a temporary file in `folder` and brings them to the disk.
///
/// The file is locked while it is in use, so that only what a kill left is swept away.
fn stage(folder: &Path, bytes: &[u8], access: Access) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(super::STAGING);
    permit(&mut builder, access);
    for _ in 0..ATTEMPTS {
        let mut staged = builder.tempfile_in(folder)?;
        // Where the file system knows no locks nothing is swept either.
        let is_locked = staged.as_file().lock().is_ok();
        if is_locked && fs::symlink_metadata(staged.path()).is_err() {
            continue;
        }
        staged.write_all(bytes)?;
        staged.as_file().sync_all()?;
        return Ok(staged);
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "its temporary file is removed by another process"))
}

#[cfg(unix)]
fn permit(builder: &mut tempfile::Builder<'_, '_>, access: Access) {
    use std::os::unix::fs::PermissionsExt;
    // The umask is applied to it, as to any new file.
    builder.permissions(fs::Permissions::from_mode(match access {
        Access::Usual => 0o666,
        Access::Private => 0o600,
    }));
}

#[cfg(not(unix))]
fn permit(_: &mut tempfile::Builder<'_, '_>, _: Access) {}

/// Brings a rename to the disk; file systems that cannot sync a folder are content without.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
