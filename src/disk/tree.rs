//! The files of one workspace: every way to them leads through here.
//!
//! A workspace can come from a stranger, so a name in it may lead anywhere. Each path is made of plain names; what is
//! read is a regular file whose real path lies inside; nothing is written through a symbolic link. The threat is the
//! folder as it was received, not a process that changes it between a check and its use.
//!
//! Files of the user's own (settings, secrets) do not belong here: those may be links.

use std::ffi::OsString;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::breach::{Breach, TreeError};
use super::error::SaveError;
use super::read::{Fingerprint, Source, read_regular, to_source};
use super::stamp::Stamp;
use super::write::{Access, make_folder, open_private_log, put, put_new, sync_folder};

/// The files of a workspace. Paths are relative to its root, with `/` between folders; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Free of symbolic links where it exists.
    root: PathBuf,
}

impl Tree {
    pub fn new(root: &Path) -> Self {
        // A root that does not exist yet holds no file that could mislead.
        Self { root: fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()) }
    }

    /// Returns the real path of the root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns where `path` is, for messages: nothing is checked.
    pub fn shown(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Whether the name is taken, by whatever it is; a link counts as itself.
    pub fn is_taken(&self, path: &str) -> bool {
        self.parent_of(path).is_ok_and(|(parent, name)| fs::symlink_metadata(parent.join(name)).is_ok())
    }

    /// Returns the real path of a regular file, to be read.
    pub fn find(&self, path: &str) -> Result<PathBuf, TreeError> {
        plain_names(path)?;
        let named = self.root.join(path);
        let real = self.resolve(&named)?;
        match what_it_is(fs::metadata(&real)?.file_type()) {
            None => Ok(real),
            Some(what) => Err(Breach::NotAFile(what).into()),
        }
    }

    /// Reads a file of at most [`super::MAX_FILE`] bytes; `None` where it is larger.
    pub fn read_bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(read_regular(&self.find(path)?)?)
    }

    /// Reads a text; whatever happens is in the result.
    pub fn read(&self, path: &str) -> Source {
        to_source(path, self.read_bytes(path))
    }

    /// Returns the names in a folder, in no order; a folder that is not there has none.
    pub fn list(&self, folder: &str) -> Result<Vec<OsString>, TreeError> {
        self.shelf(folder)?.map_or_else(|| Ok(Vec::new()), |shelf| shelf.names())
    }

    /// Looks a folder up, to reach many files in it; `None` where it is not there.
    pub fn shelf(&self, folder: &str) -> Result<Option<Shelf>, TreeError> {
        plain_names(folder)?;
        let real = match self.resolve(&self.root.join(folder)) {
            Err(error) if error.is_missing() => return Ok(None),
            found => found?,
        };
        if !fs::metadata(&real)?.is_dir() {
            return Err(Breach::NotAFolder.into());
        }
        Ok(Some(Shelf { tree: self.clone(), folder: folder.to_owned(), real }))
    }

    /// Whether there is a folder whose real path lies inside.
    pub fn has_folder(&self, folder: &str) -> bool {
        plain_names(folder).is_ok() && self.resolve(&self.root.join(folder)).is_ok_and(|real| real.is_dir())
    }

    /// Returns where a file may be written: its folder's real path is inside, and it is a regular file or not there.
    pub fn place(&self, path: &str) -> Result<PathBuf, TreeError> {
        let (parent, name) = self.parent_of(path)?;
        let target = parent.join(name);
        match self.entry(&target)? {
            None => Ok(target),
            Some(old) if old.is_symlink() => Err(Breach::Link.into()),
            Some(old) => match what_it_is(old.file_type()) {
                None => Ok(target),
                Some(what) => Err(Breach::NotAFile(what).into()),
            },
        }
    }

    /// Saves `text` where the file still has the content `expected`; returns the new fingerprint.
    ///
    /// The text is written beside the file, brought to the disk and renamed over it; the file keeps its mode. One that
    /// has this very text already is left alone.
    pub fn save_text(&self, path: &str, text: &str, expected: Fingerprint) -> Result<Fingerprint, SaveError> {
        let target = self.place(path).map_err(|error| self.unsaved(path, error))?;
        let new = Fingerprint::of(text.as_bytes());
        let current = Fingerprint::of_file(&target);
        if current == new {
            return Ok(new);
        }
        if current != expected || current == Fingerprint::Unknown {
            return Err(SaveError::ChangedOnDisk { path: self.shown(path) });
        }
        put(&target, text.as_bytes(), Access::Usual)
            .map_err(|source| SaveError::write(&self.shown(path), source))?;
        Ok(new)
    }

    /// Puts `bytes` in place of the file, whatever it holds, or makes it and its folders.
    pub fn replace(&self, path: &str, bytes: &[u8], access: Access) -> Result<(), SaveError> {
        let target = self.place(path).map_err(|error| self.unsaved(path, error))?;
        put(&target, bytes, access).map_err(|source| SaveError::write(&self.shown(path), source))
    }

    /// Writes a file that must not exist yet, making its folders; returns its fingerprint.
    pub fn write_new(&self, path: &str, bytes: &[u8]) -> Result<Fingerprint, SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        match put_new(&parent.join(name), bytes) {
            Ok(()) => Ok(Fingerprint::of(bytes)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(SaveError::Exists { path: self.shown(path) })
            }
            Err(source) => Err(SaveError::write(&self.shown(path), source)),
        }
    }

    /// Opens a file to append to, for the user only.
    pub fn open_log(&self, path: &str) -> Result<fs::File, SaveError> {
        let target = self.place(path).map_err(|error| self.unsaved(path, error))?;
        open_private_log(&target).map_err(|source| SaveError::write(&self.shown(path), source))
    }

    /// Makes a folder where there is none, with those above it.
    pub fn make_folder(&self, path: &str, access: Access) -> Result<(), SaveError> {
        if self.has_folder(path) {
            return Ok(());
        }
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        make_folder(&parent.join(name), access).map_err(|source| SaveError::write(&self.shown(path), source))
    }

    /// Moves a file to a name that is free, making the folders it needs. A link is moved, not what it leads to.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), SaveError> {
        if self.is_taken(to) {
            return Err(SaveError::Exists { path: self.shown(to) });
        }
        let (parent, name) = self.parent_of(from).map_err(|error| self.unsaved(from, error))?;
        let source = parent.join(name);
        let (parent, name) = self.parent_of(to).map_err(|error| self.unsaved(to, error))?;
        make_folder(&parent, Access::Usual)
            .and_then(|()| fs::rename(source, parent.join(name)))
            .and_then(|()| sync_folder(&parent))
            .map_err(|source| SaveError::write(&self.shown(to), source))
    }

    /// Removes a file, if there is one. A link is removed, not what it leads to.
    pub fn remove(&self, path: &str) -> Result<(), SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        match fs::remove_file(parent.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(SaveError::write(&self.shown(path), error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes a folder with all in it. Links in it are removed, not what they lead to.
    pub fn remove_folder(&self, path: &str) -> Result<(), SaveError> {
        let (parent, name) = self.parent_of(path).map_err(|error| self.unsaved(path, error))?;
        fs::remove_dir_all(parent.join(name)).map_err(|source| SaveError::write(&self.shown(path), source))
    }

    pub(crate) fn unsaved(&self, path: &str, error: TreeError) -> SaveError {
        match error {
            TreeError::Breach(breach) => SaveError::Breach { path: self.shown(path), breach },
            TreeError::Io(source) => SaveError::write(&self.shown(path), source),
        }
    }

    /// Returns the real path of the folder of `path`, and the last name. Folders that are not there yet are none's.
    fn parent_of<'a>(&self, path: &'a str) -> Result<(PathBuf, &'a str), TreeError> {
        plain_names(path)?;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut parent = self.root.clone();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            let next = parent.join(folder);
            parent = match self.resolve(&next) {
                Ok(real) if !real.is_dir() => return Err(Breach::NotAFolder.into()),
                Err(error) if error.is_missing() => next,
                found => found?,
            };
        }
        Ok((parent, name))
    }

    /// Follows links, and only to what lies inside.
    fn resolve(&self, path: &Path) -> Result<PathBuf, TreeError> {
        match fs::canonicalize(path) {
            Ok(real) if !real.starts_with(&self.root) => Err(Breach::Outside.into()),
            // The private folder's own files are named as what they are.
            Ok(real) if self.is_hidden(&real) && !self.is_hidden(path) => Err(Breach::Hidden.into()),
            Ok(real) => Ok(real),
            Err(error) => match self.entry(path)? {
                Some(entry) if entry.is_symlink() => Err(Breach::Nowhere.into()),
                Some(_) | None => Err(error.into()),
            },
        }
    }

    fn is_hidden(&self, path: &Path) -> bool {
        let names = path.strip_prefix(&self.root).unwrap_or(path).components();
        names.into_iter().any(|name| name.as_os_str().as_encoded_bytes().starts_with(b"."))
    }

    /// Looks at a name itself; `None` where it is free.
    fn entry(&self, path: &Path) -> io::Result<Option<Metadata>> {
        match fs::symlink_metadata(path) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A folder of a workspace that was looked up: its files are reached without following its path anew for each.
#[derive(Debug)]
pub struct Shelf {
    tree: Tree,
    folder: String,
    real: PathBuf,
}

impl Shelf {
    /// Returns the names in it, in no order.
    pub fn names(&self) -> Result<Vec<OsString>, TreeError> {
        Ok(fs::read_dir(&self.real)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?)
    }

    /// Whether the name is taken, by whatever it is; a link counts as itself.
    pub fn is_taken(&self, name: &str) -> bool {
        is_one_name(name) && fs::symlink_metadata(self.real.join(name)).is_ok()
    }

    /// Returns what a file looks like now, where a later change would show in that; `now` is no later than this call.
    pub fn stamp(&self, name: &str, now: Timestamp) -> Option<Stamp> {
        Stamp::of(&fs::symlink_metadata(self.real.join(name)).ok()?, now)
    }

    /// Reads a text as [`Tree::read`] does, and stamps it.
    pub fn read(&self, name: &str, now: Timestamp) -> Source {
        let path = format!("{}/{name}", self.folder);
        let real = self.real.join(name);
        // The real path of a regular file in this folder is its name in it; all else is followed with care.
        let entry = fs::symlink_metadata(&real).ok().filter(|entry| entry.is_file() && is_one_name(name));
        let Some(entry) = entry else { return self.tree.read(&path) };
        let read = read_regular(&real).map_err(TreeError::Io);
        Source { stamp: Stamp::of(&entry, now), ..to_source(&path, read) }
    }
}

/// Refuses what could lead out by itself: `..`, `.`, an absolute path, an empty name.
fn plain_names(path: &str) -> Result<(), Breach> {
    let is_plain = |name: &str| {
        let mut parts = Path::new(name).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
            && !name.contains('\0')
    };
    if path.split('/').all(is_plain) { Ok(()) } else { Err(Breach::Name) }
}

fn is_one_name(name: &str) -> bool {
    !name.contains('/') && plain_names(name).is_ok()
}

fn what_it_is(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    Some(if kind.is_dir() { "a folder" } else { special(kind) })
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
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
fn special(_: FileType) -> &'static str {
    "a device"
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
