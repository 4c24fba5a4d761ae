//! Reads a file into one value with its text, its fingerprint, and its problems.

use std::fs;
use std::io;
use std::path::Path;

use super::explain::explain;
use super::rejection::TreeError;
use super::stamp::Stamp;
use crate::diagnostic::{Code, Diagnostic, FileProblem};
use crate::text::Span;

/// The size limit for files that are read, in bytes. The limit is hundreds of times the size of a message that Telegram
/// accepts.
pub const MAX_FILE: u64 = 8 * 1024 * 1024;

/// Identifies the content of a file, to detect when it changes. A stranger can create other content with the same
/// fingerprint. Where that would do harm, use [`super::sha256`] instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Fingerprint {
    Absent,
    /// The content could not be read, for example because the file is too large or is not a regular file.
    Unknown,
    Content {
        len: u64,
        /// The FNV-1a hash of the bytes. Drafts (the stored unsaved edits of a body) contain this hash, so every
        /// version of telecast must compute it in the same way.
        hash: u64,
    },
}

impl Fingerprint {
    pub fn of(bytes: &[u8]) -> Self {
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Fingerprint::Content { len: bytes.len() as u64, hash }
    }

    /// Returns the fingerprint of the file at `path`. Returns [`Fingerprint::Absent`] if there is no file. Returns
    /// [`Fingerprint::Unknown`] if the file cannot be read, is not a regular file, or is larger than [`MAX_FILE`].
    pub fn of_file(path: &Path) -> Self {
        match read_bounded(path) {
            Ok(Some(bytes)) => Fingerprint::of(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Fingerprint::Absent,
            Ok(None) | Err(_) => Fingerprint::Unknown,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileCondition {
    Read,
    /// The file does not exist yet; saving creates it.
    Missing,
    /// The text is not usable, for example because the file is not UTF-8, is too large, or cannot be read. Saving does
    /// not overwrite such a file.
    Unusable,
}

/// A file as it was read. `==` ignores the stamp.
#[derive(Debug, Clone)]
pub struct LoadedFile {
    /// For a file of a workspace, the path relative to the workspace's root, with `/` between folders. For one of the
    /// user's own files, the path that was given to `read_user_file`.
    pub path: String,
    /// The text; empty if the file is missing or unusable.
    pub text: String,
    pub fingerprint: Fingerprint,
    pub condition: FileCondition,
    /// The problems of reading the file, followed by the problems that later checks of the content have added.
    pub problems: Vec<Diagnostic>,
    /// The file's [`Stamp`], taken just before the file was read. `None` if the file was not read through a
    /// `ResolvedFolder`, or if [`Stamp::of`] returned `None`.
    pub(crate) stamp: Option<Stamp>,
}

impl PartialEq for LoadedFile {
    fn eq(&self, other: &Self) -> bool {
        let same_text = match self.fingerprint {
            // The fingerprints are compared below, and equal fingerprints mean equal texts. Comparing the texts
            // themselves would be slow with ten thousand campaigns.
            Fingerprint::Content { .. } => true,
            Fingerprint::Absent | Fingerprint::Unknown => self.text == other.text,
        };
        self.fingerprint == other.fingerprint
            && self.condition == other.condition
            && self.path == other.path
            && same_text
            && self.problems == other.problems
    }
}

impl LoadedFile {
    pub fn file_problems(&self) -> Vec<FileProblem> {
        FileProblem::from_diagnostics(&self.path, &self.text, &self.problems)
    }
}

/// Reads one of the user's own files, such as the settings, at `path` under `root`. The file may be a link to any
/// place. An error is returned as a problem of the file.
///
/// Use [`super::Tree`] for the files of a workspace.
pub(crate) fn read_user_file(root: &Path, path: &str) -> LoadedFile {
    to_loaded_file(path, read_bounded(&root.join(path)).map_err(TreeError::Io))
}

/// Turns the result of reading `path` into a loaded file. `Ok(None)` means that the file is too large.
pub(super) fn to_loaded_file(path: &str, read: Result<Option<Vec<u8>>, TreeError>) -> LoadedFile {
    let (text, fingerprint, condition, problem) = match read {
        Ok(Some(bytes)) => {
            let fingerprint = Fingerprint::of(&bytes);
            match String::from_utf8(bytes) {
                Ok(text) => (text, fingerprint, FileCondition::Read, None),
                Err(error) => (String::new(), fingerprint, FileCondition::Unusable, Some(not_utf8(&error))),
            }
        }
        Ok(None) => (String::new(), Fingerprint::Unknown, FileCondition::Unusable, Some(too_large())),
        Err(error) if error.is_missing() => {
            (String::new(), Fingerprint::Absent, FileCondition::Missing, None)
        }
        Err(TreeError::Breach(breach)) => {
            (String::new(), Fingerprint::Unknown, FileCondition::Unusable, Some(breach.problem()))
        }
        Err(TreeError::Io(error)) => {
            let problem = Diagnostic::error(
                Code::Unreadable,
                Span::at(0),
                format!("cannot read it: {}", explain(&error)),
            );
            (String::new(), Fingerprint::Unknown, FileCondition::Unusable, Some(problem))
        }
    };
    let problems = problem.into_iter().collect();
    LoadedFile { path: path.to_owned(), text, fingerprint, condition, problems, stamp: None }
}

/// Reads a regular file; `None` if it is larger than [`MAX_FILE`].
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Only regular files are opened: opening a pipe can block forever, and reading a device may never end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    read_regular(path)
}

/// Reads a path that is known to be a regular file; `None` if it is larger than [`MAX_FILE`].
pub(super) fn read_regular(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    // The limit applies to the bytes that are read, because a file can grow after its length was checked.
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, MAX_FILE + 1), &mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE).then_some(bytes))
}

fn not_utf8(error: &std::string::FromUtf8Error) -> Diagnostic {
    // The loaded file gets an empty text, so no line number can be computed from the span of this diagnostic. Therefore
    // the message names the byte and the line.
    let at = error.utf8_error().valid_up_to();
    let before = &error.as_bytes()[..at];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Diagnostic::error(
        Code::NotUtf8,
        Span::at(0),
        format!("this file is not UTF-8: byte {} (line {line})", at + 1),
    )
    .with_help("save it as UTF-8 in your editor; telecast does not change it")
}

fn too_large() -> Diagnostic {
    let message = format!("this file is larger than {} MB", MAX_FILE / 1024 / 1024);
    Diagnostic::error(Code::TooLarge, Span::at(0), message)
        .with_help("a Telegram message has at most 4096 characters; telecast does not change the file")
}
