//! One file on disk: read with what is wrong with it, saved so that it is always whole, the old or the new.
//!
//! Knows nothing of what files hold.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, FileProblem};
use crate::text::Span;

/// The largest file that is read: a body hundreds of times what Telegram takes.
pub const MAX_FILE: u64 = 1024 * 1024;

/// Which content a file had: to notice that it is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Fingerprint {
    /// There was no file.
    Absent,
    /// There was one that could not be read.
    Unknown,
    /// It had these bytes.
    Content {
        /// How many.
        len: u64,
        /// FNV-1a of them; the same in every version, since drafts keep it.
        hash: u64,
    },
}

impl Fingerprint {
    /// Returns the fingerprint of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Fingerprint::Content { len: bytes.len() as u64, hash }
    }

    /// Returns the fingerprint of the file as it is now; a file too large to read is [`Fingerprint::Unknown`].
    pub fn of_file(path: &Path) -> Self {
        match read_bounded(path) {
            Ok(Some(bytes)) => Fingerprint::of(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Fingerprint::Absent,
            Ok(None) | Err(_) => Fingerprint::Unknown,
        }
    }
}

/// How reading a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Its text is here.
    Read,
    /// There is none yet; saving makes it.
    Missing,
    /// It is there and its text is not: not UTF-8, too large, not permitted. It is never written over.
    Unusable,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Where it is, from the workspace's root, with `/` between folders.
    pub path: String,
    /// Its text; empty where it could not be read.
    pub text: String,
    /// The content it had.
    pub fingerprint: Fingerprint,
    /// How reading went.
    pub condition: Condition,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<Diagnostic>,
}

impl Source {
    /// Returns its problems with line and column.
    pub fn file_problems(&self) -> Vec<FileProblem> {
        FileProblem::place(&self.path, &self.text, &self.problems)
    }
}

/// Reads the file at `path` under `root`; whatever happens is in the result.
pub fn read_source(root: &Path, path: &str) -> Source {
    let (text, fingerprint, condition, problem) = match read_bounded(&root.join(path)) {
        Ok(Some(bytes)) => {
            let fingerprint = Fingerprint::of(&bytes);
            match String::from_utf8(bytes) {
                Ok(text) => (text, fingerprint, Condition::Read, None),
                Err(error) => (String::new(), fingerprint, Condition::Unusable, Some(not_utf8(&error))),
            }
        }
        Ok(None) => (String::new(), Fingerprint::Unknown, Condition::Unusable, Some(too_large())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (String::new(), Fingerprint::Absent, Condition::Missing, None)
        }
        Err(error) => {
            let problem =
                Diagnostic::error("unreadable", Span::at(0), format!("cannot read it: {}", explain(&error)));
            (String::new(), Fingerprint::Unknown, Condition::Unusable, Some(problem))
        }
    };
    Source { path: path.to_owned(), text, fingerprint, condition, problems: problem.into_iter().collect() }
}

/// Reads a regular file of at most [`MAX_FILE`] bytes; `None` where it is larger. Never waits on a pipe or device.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if MAX_FILE < meta.len() {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    let read = io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, MAX_FILE + 1), &mut bytes)?;
    Ok((read as u64 <= MAX_FILE).then_some(bytes))
}

fn not_utf8(error: &std::string::FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let before = &error.as_bytes()[..at];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Diagnostic::error(
        "not-utf8",
        Span::at(0),
        format!("this file is not UTF-8: byte {} (line {line})", at + 1),
    )
    .with_help("save it as UTF-8 in your editor; telecast leaves it as it is")
}

fn too_large() -> Diagnostic {
    let message = format!("this file is larger than {} KB", MAX_FILE / 1024);
    Diagnostic::error("too-large", Span::at(0), message)
        .with_help("Telegram takes 4096 characters a message; telecast leaves the file as it is")
}

/// Why a file could not be saved; the old one is whole in every case.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else saved it since it was read.
    #[error("{path} was changed on disk meanwhile")]
    ChangedOnDisk {
        /// The file.
        path: PathBuf,
    },
    /// There is a file by that name already.
    #[error("{path} exists already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("{path} is not there")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// What it holds could not be read, so it is not written over.
    #[error("{path} could not be read, so it is left as it is")]
    Unusable {
        /// The file.
        path: PathBuf,
    },
    /// A definition's file is not TOML, so it cannot be changed in place.
    #[error("{path} is not TOML: {}", problem.message)]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        problem: Box<Diagnostic>,
    },
    /// Writing failed.
    #[error("cannot save {path}: {}", explain(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SaveError {
    /// Makes a [`SaveError::Write`].
    pub fn write(path: &Path, source: io::Error) -> Self {
        SaveError::Write { path: path.to_path_buf(), source }
    }
}

/// Returns plain words for a file system's error.
pub fn explain(error: &io::Error) -> String {
    use io::ErrorKind;
    let words = match error.kind() {
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::PermissionDenied => "no permission",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::NotFound => "it is not there",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::IsADirectory => "it is a folder",
        _ => return error.to_string(),
    };
    words.to_owned()
}

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
