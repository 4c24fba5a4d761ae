//! Reads and writes the files of one workspace, and checks that their paths do not lead out of it.
//!
//! A workspace can come from a stranger, so a path or a symbolic link in it may lead anywhere. Therefore a path must
//! consist of plain names, and a file is read or written only if its real path is inside the workspace. Only regular
//! files are read, and nothing is written through a file that is a symbolic link. These checks protect against the
//! contents of a folder, but not against a process that changes the folder between a check and the access.
//!
//! The user's own files (settings, secrets) are not accessed here, because they may be links to any place.

use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::error::SaveError;
use super::read::{Fingerprint, LoadedFile, read_regular, to_loaded_file};
use super::rejection::{PathRejection, TreeError};
use super::stamp::Stamp;
use super::write::{Access, create_atomically, make_folder, open_private_log, sync_folder, write_atomically};

/// The files of a workspace. The methods take paths relative to the root, with `/` between folders. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    /// The real path of the root, in which all symbolic links are resolved. If the root did not exist when this value
    /// was created, the path that was given.
    root: PathBuf,
}

impl Tree {
    pub(crate) fn new(root: &Path) -> Self {
        // A root that does not exist yet keeps the given path. Nothing is in such a root, so no link in it can lead
        // outside.
        Self { root: fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()) }
    }

    /// Returns the real path of the root, or the path that was given if the root did not exist when this value was
    /// created.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the root joined with `path`, without any check. Use it for messages and for paths that were checked
    /// before.
    pub(crate) fn unchecked_path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Returns whether there is a file, folder, or link at this path. A link is not followed, so a broken link counts
    /// too. Returns false for an invalid path, or if the answer cannot be determined.
    pub(crate) fn is_taken(&self, path: &str) -> bool {
        self.parent_of(path).is_ok_and(|(parent, name)| fs::symlink_metadata(parent.join(name)).is_ok())
    }

    /// Returns the real path for reading a file. The real path must be inside the workspace and belong to a regular
    /// file.
    pub(crate) fn readable_path(&self, path: &str) -> Result<PathBuf, TreeError> {
        check_names(path)?;
        let named = self.root.join(path);
        let real = self.resolve(&named)?;
        match irregular_kind(fs::metadata(&real)?.file_type()) {
            None => Ok(real),
            Some(what) => Err(PathRejection::NotAFile(what).into()),
        }
    }

    /// Reads a file; `None` if it is larger than [`super::MAX_FILE`].
    pub(crate) fn read_bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(read_regular(&self.readable_path(path)?)?)
    }

    /// Reads a text file. An error is returned as a problem of the file.
    pub(crate) fn read(&self, path: &str) -> LoadedFile {
        to_loaded_file(path, self.read_bytes(path))
    }

    /// Returns the names in a folder, unordered. The list is empty if the folder does not exist.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<OsString>, TreeError> {
        self.resolve_folder(folder)?.map_or_else(|| Ok(Vec::new()), |resolved| resolved.names())
    }

    /// Resolves a folder once, to access many files in it. Returns `None` if the folder does not exist.
    pub(crate) fn resolve_folder(&self, folder: &str) -> Result<Option<ResolvedFolder>, TreeError> {
        check_names(folder)?;
        let real = match self.resolve(&self.root.join(folder)) {
            Err(error) if error.is_missing() => return Ok(None),
            found => found?,
        };
        if !fs::metadata(&real)?.is_dir() {
            return Err(PathRejection::NotAFolder.into());
        }
        Ok(Some(ResolvedFolder { tree: self.clone(), folder: folder.to_owned(), real }))
    }

    /// Returns whether `folder` is a folder whose real path is inside the workspace.
    pub(crate) fn has_folder(&self, folder: &str) -> bool {
        check_names(folder).is_ok() && self.resolve(&self.root.join(folder)).is_ok_and(|real| real.is_dir())
    }

    /// Returns the real path for writing a file. The real path of its folder must be inside the workspace, and the file
    /// must be a regular file or not exist.
    pub(crate) fn writable_path(&self, path: &str) -> Result<PathBuf, TreeError> {
        let (parent, name) = self.parent_of(path)?;
        let target = parent.join(name);
        match self.entry(&target)? {
            None => Ok(target),
            Some(old) if old.is_symlink() => Err(PathRejection::Symlink.into()),
            Some(old) => match irregular_kind(old.file_type()) {
                None => Ok(target),
                Some(what) => Err(PathRejection::NotAFile(what).into()),
            },
        }
    }

    /// Saves `text` if the file still has the content `expected`; returns the new fingerprint.
    ///
    /// The text is written to a temporary file, which is synced and renamed over the old file. The file keeps its mode.
    /// A file that already has this text is not written.
    pub(crate) fn save_text(
        &self,
        path: &str,
        text: &str,
        expected: Fingerprint,
    ) -> Result<Fingerprint, SaveError> {
        let target = self.writable_path(path).map_err(|error| self.unsaved(path, error))?;
        let new = Fingerprint::of(text.as_bytes());
        let current = Fingerprint::of_file(&target);
        // The file already has the new text, so nothing is written. If `current` is not `expected`, somebody else has
        // saved the same text in the meantime, and nothing is lost.
        if current == new {
            return Ok(new);
        }
        // A file that cannot be read (`Unknown`) counts as changed, because its content may be something that nobody
        // has seen.
        if current != expected || current == Fingerprint::Unknown {
            return Err(SaveError::ChangedOnDisk { path: self.unchecked_path(path) });
        }
        write_atomically(&target, text.as_bytes(), Access::Usual)
            .map_err(|source| SaveError::write(&self.unchecked_path(path), source))?;
        Ok(new)
    }

    /// Replaces a file without checking its old content, or creates the file and its folders.
    pub(crate) fn replace(&self, path: &str, bytes: &[u8], access: Access) -> Result<(), SaveError> {
        let target = self.writable_path(path).map_err(|error| self.unsaved(path, error))?;
        write_atomically(&target, bytes, access)
            .map_err(|source| SaveError::write(&self.unchecked_path(path), source))
    }

    /// Creates a file, which must not exist yet, and its folders. Returns the file's fingerprint.
    pub(crate) fn write_new(&self, path: &str, bytes: &[u8]) -> Result<Fingerprint, SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        match create_atomically(&parent.join(name), bytes) {
            Ok(()) => Ok(Fingerprint::of(bytes)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(SaveError::Exists { path: self.unchecked_path(path) })
            }
            Err(source) => Err(SaveError::write(&self.unchecked_path(path), source)),
        }
    }

    /// Opens a file for appending and reading. A new file is accessible to the user only; an existing file keeps its
    /// mode.
    pub(crate) fn open_log(&self, path: &str) -> Result<fs::File, SaveError> {
        let target = self.writable_path(path).map_err(|error| self.unsaved(path, error))?;
        open_private_log(&target).map_err(|source| SaveError::write(&self.unchecked_path(path), source))
    }

    /// Creates a folder and its parents if they do not exist.
    pub(crate) fn make_folder(&self, path: &str, access: Access) -> Result<(), SaveError> {
        if self.has_folder(path) {
            return Ok(());
        }
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        make_folder(&parent.join(name), access)
            .map_err(|source| SaveError::write(&self.unchecked_path(path), source))
    }

    /// Moves a file to a free path and creates the missing folders of that path. A link itself is moved, not its
    /// target.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), SaveError> {
        if self.is_taken(to) {
            return Err(SaveError::Exists { path: self.unchecked_path(to) });
        }
        let (parent, name) = self.parent_of(from).map_err(|error| self.unsaved(from, error))?;
        let source = parent.join(name);
        let (parent, name) = self.parent_of(to).map_err(|error| self.unsaved(to, error))?;
        make_folder(&parent, Access::Usual)
            .and_then(|()| fs::rename(source, parent.join(name)))
            // Syncing the new folder makes the file's new name durable.
            .and_then(|()| sync_folder(&parent))
            .map_err(|source| SaveError::write(&self.unchecked_path(to), source))
    }

    /// Removes a file, if it exists. A link itself is removed, not its target.
    pub(crate) fn remove(&self, path: &str) -> Result<(), SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        match fs::remove_file(parent.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SaveError::write(&self.unchecked_path(path), error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes a folder and everything in it. Links are removed, not their targets.
    pub(crate) fn remove_folder(&self, path: &str) -> Result<(), SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        fs::remove_dir_all(parent.join(name))
            .map_err(|source| SaveError::write(&self.unchecked_path(path), source))
    }

    pub(crate) fn unsaved(&self, path: &str, error: TreeError) -> SaveError {
        match error {
            TreeError::Breach(breach) => SaveError::Breach { path: self.unchecked_path(path), breach },
            TreeError::Io(source) => SaveError::write(&self.unchecked_path(path), source),
        }
    }

    /// Splits `path` into the real path of its folder and the last name. Folders that do not exist yet keep the names
    /// that they have in `path`.
    fn parent_of<'a>(&self, path: &'a str) -> Result<(PathBuf, &'a str), TreeError> {
        check_names(path)?;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut parent = self.root.clone();
        // The folders are resolved one by one, because `canonicalize` fails for a path whose last folders do not exist
        // yet.
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            let next = parent.join(folder);
            parent = match self.resolve(&next) {
                Ok(real) if !real.is_dir() => return Err(PathRejection::NotAFolder.into()),
                Err(error) if error.is_missing() => next,
                found => found?,
            };
        }
        Ok((parent, name))
    }

    /// Returns the real path of `path`. Fails if the real path is outside the workspace. Also fails if the real path is
    /// hidden and `path` is not, because a link in `path` then leads to a hidden file or folder.
    fn resolve(&self, path: &Path) -> Result<PathBuf, TreeError> {
        match fs::canonicalize(path) {
            Ok(real) if !real.starts_with(&self.root) => Err(PathRejection::Outside.into()),
            // A link to `.git/config` does not lead out of the workspace, but the passwords in that file must not be
            // sent. telecast's own files in `.telecast` pass this check, because their `path` is itself hidden.
            Ok(real) if self.is_hidden(&real) && !self.is_hidden(path) => Err(PathRejection::Hidden.into()),
            Ok(real) => Ok(real),
            // `canonicalize` reports a broken link as not found, but a broken link is not a free name.
            Err(error) => match self.entry(path)? {
                Some(entry) if entry.is_symlink() => Err(PathRejection::BrokenLink.into()),
                Some(_) | None => Err(error.into()),
            },
        }
    }

    fn is_hidden(&self, path: &Path) -> bool {
        let names = path.strip_prefix(&self.root).unwrap_or(path).components();
        names.into_iter().any(|name| name.as_os_str().as_encoded_bytes().starts_with(b"."))
    }

    /// Returns the metadata of the file, folder, or link at `path`, without following a link. Returns `None` if there
    /// is nothing at `path`.
    fn entry(&self, path: &Path) -> io::Result<Option<Metadata>> {
        match fs::symlink_metadata(path) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A folder of a workspace with its real path. The path is resolved once, and not again for each file in the folder.
#[derive(Debug)]
pub(crate) struct ResolvedFolder {
    tree: Tree,
    folder: String,
    real: PathBuf,
}

impl ResolvedFolder {
    /// Returns the names in the folder, unordered.
    pub(crate) fn names(&self) -> Result<Vec<OsString>, TreeError> {
        Ok(fs::read_dir(&self.real)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?)
    }

    /// Returns whether there is a file, folder, or link with this name. A link is not followed, so a broken link counts
    /// too. Returns false for an invalid name, or if the answer cannot be determined.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        is_one_name(name) && fs::symlink_metadata(self.real.join(name)).is_ok()
    }

    /// Returns the stamp of a file. Returns `None` if the file's metadata cannot be read, or if [`Stamp::of`] returns
    /// `None`. `now` must not be later than this call.
    pub(crate) fn stamp(&self, name: &str, now: Timestamp) -> Option<Stamp> {
        Stamp::of(&fs::symlink_metadata(self.real.join(name)).ok()?, now)
    }

    /// Reads a text file like [`Tree::read`]. Adds the stamp of a regular file. `now` must not be later than this call.
    pub(crate) fn read(&self, name: &str, now: Timestamp) -> LoadedFile {
        let path = format!("{}/{name}", self.folder);
        let real = self.real.join(name);
        // A regular file directly in this folder is inside the workspace, so its path need not be resolved. Anything
        // else is read with all checks.
        let entry = fs::symlink_metadata(&real).ok().filter(|entry| entry.is_file() && is_one_name(name));
        let Some(entry) = entry else { return self.tree.read(&path) };
        // The metadata is read before the content. If the file changes between the two reads, the stamp is outdated,
        // and the next reload reads the file again. In the other order, the stamp would match the changed file, and the
        // outdated text would stay.
        let read = read_regular(&real).map_err(TreeError::Io);
        LoadedFile { stamp: Stamp::of(&entry, now), ..to_loaded_file(&path, read) }
    }
}

/// Rejects a path that contains `..`, `.`, an empty name (as an absolute path does), or a NUL byte.
fn check_names(path: &str) -> Result<(), PathRejection> {
    let is_plain = |name: &str| {
        let mut parts = Path::new(name).components();
        // On Windows, `\` and drive prefixes are special too. So the name must be one component, and that component
        // must be the whole name.
        matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
            && !name.contains('\0')
    };
    if path.split('/').all(is_plain) { Ok(()) } else { Err(PathRejection::Name) }
}

fn is_one_name(name: &str) -> bool {
    !name.contains('/') && check_names(name).is_ok()
}

fn irregular_kind(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    Some(if kind.is_dir() { "a folder" } else { special_kind(kind) })
}

#[cfg(unix)]
fn special_kind(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special_kind(_: FileType) -> &'static str {
    "a device"
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
