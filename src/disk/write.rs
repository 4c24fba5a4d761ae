//! Writing: beside the file, brought to the disk, renamed over it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::{Fingerprint, SaveError};

/// Who may read a file that telecast makes; one that is there keeps its mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever the umask lets.
    Usual,
    /// The user only, whatever mode the file had.
    Private,
}

/// Saves `text` at `path` where the file still has the content `expected`; returns the new fingerprint.
///
/// The text is written beside the file, brought to the disk and renamed over it; mode and symbolic links stay. A file
/// that has this very text already is left alone.
pub fn save_text(path: &Path, text: &str, expected: Fingerprint) -> Result<Fingerprint, SaveError> {
    let new = Fingerprint::of(text.as_bytes());
    let current = Fingerprint::of_file(path);
    if current == new {
        return Ok(new);
    }
    if current != expected || current == Fingerprint::Unknown {
        return Err(SaveError::ChangedOnDisk { path: path.to_path_buf() });
    }
    replace(path, text.as_bytes(), Access::Usual)?;
    Ok(new)
}

/// Writes a file that must not exist yet, making its folders; returns its fingerprint.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<Fingerprint, SaveError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|source| SaveError::write(path, source))?;
    let written =
        stage(parent, bytes, Access::Usual).and_then(|staged| match staged.persist_noclobber(path) {
            Ok(_) => sync_folder(parent),
            Err(error) => Err(error.error),
        });
    match written {
        Ok(()) => Ok(Fingerprint::of(bytes)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(SaveError::Exists { path: path.to_path_buf() })
        }
        Err(source) => Err(SaveError::write(path, source)),
    }
}

/// Puts `bytes` in place of the file, whatever it holds, or makes it and its folders.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), SaveError> {
    replace_target(path, bytes, access).map_err(|source| SaveError::write(path, source))
}

fn replace_target(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    // A symbolic link stays one: what it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let parent = target.parent().unwrap_or(Path::new("."));
    make_folder(parent, access)?;
    let old = fs::metadata(&target).ok().map(|meta| meta.permissions());
    // A rename would get around the mode by which somebody protects a file.
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let staged = stage(parent, bytes, access)?;
    if let (Access::Usual, Some(old)) = (access, old) {
        staged.as_file().set_permissions(old)?;
    }
    staged.persist(&target).map_err(|error| error.error)?;
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

fn make_folder(path: &Path, access: Access) -> io::Result<()> {
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

/// Writes `bytes` to a temporary file in `folder` and brings them to the disk.
fn stage(folder: &Path, bytes: &[u8], access: Access) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".telecast-");
    permit(&mut builder, access);
    let mut staged = builder.tempfile_in(folder)?;
    staged.write_all(bytes)?;
    staged.as_file().sync_all()?;
    Ok(staged)
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
fn sync_folder(folder: &Path) -> io::Result<()> {
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
