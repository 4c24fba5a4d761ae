//! Reading: text, fingerprint, and what is wrong, in one value.

use std::fs;
use std::io;
use std::path::Path;

use super::breach::TreeError;
use super::explain::explain;
use super::stamp::Stamp;
use crate::diagnostic::{Code, Diagnostic, FileProblem};
use crate::text::Span;

/// The largest file that is read: a body thousands of times what Telegram takes.
pub const MAX_FILE: u64 = 8 * 1024 * 1024;

/// Which content a file had: to notice that it is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Fingerprint {
    Absent,
    /// There was one that could not be read.
    Unknown,
    Content {
        len: u64,
        /// FNV-1a of them; the same in every version, since drafts keep it.
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

    /// Returns the fingerprint of the file as it is now; a file too large to read is [`Fingerprint::Unknown`].
    pub fn of_file(path: &Path) -> Self {
        match read_bounded(path) {
            Ok(Some(bytes)) => Fingerprint::of(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Fingerprint::Absent,
            Ok(None) | Err(_) => Fingerprint::Unknown,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Read,
    /// There is none yet; saving makes it.
    Missing,
    /// It is there and its text is not: not UTF-8, too large, not permitted. It is never written over.
    Unusable,
}

/// A file as it was read. Two are equal where they held the same; when each was looked at makes no difference.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it is, from the workspace's root, with `/` between folders.
    pub path: String,
    /// Its text; empty where it could not be read.
    pub text: String,
    pub fingerprint: Fingerprint,
    pub condition: Condition,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<Diagnostic>,
    /// What it looked like just before it was read, where a change would show in that.
    pub(crate) stamp: Option<Stamp>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        let same_text = match self.fingerprint {
            // The text need not be looked at: the fingerprint is its own.
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

impl Source {
    pub fn file_problems(&self) -> Vec<FileProblem> {
        FileProblem::place(&self.path, &self.text, &self.problems)
    }
}

/// Reads one of the user's own files, at `path` under `root`, which may be a link to wherever they keep it; whatever happens is in the result.
///
/// A file of a workspace is read by [`super::Tree`].
pub fn read_source(root: &Path, path: &str) -> Source {
    to_source(path, read_bounded(&root.join(path)).map_err(TreeError::Io))
}

/// Makes the text at `path` of what reading it gave; `None` is a file that is too large.
pub(super) fn to_source(path: &str, read: Result<Option<Vec<u8>>, TreeError>) -> Source {
    let (text, fingerprint, condition, problem) = match read {
        Ok(Some(bytes)) => {
            let fingerprint = Fingerprint::of(&bytes);
            match String::from_utf8(bytes) {
                Ok(text) => (text, fingerprint, Condition::Read, None),
                Err(error) => (String::new(), fingerprint, Condition::Unusable, Some(not_utf8(&error))),
            }
        }
        Ok(None) => (String::new(), Fingerprint::Unknown, Condition::Unusable, Some(too_large())),
        Err(error) if error.is_missing() => (String::new(), Fingerprint::Absent, Condition::Missing, None),
        Err(TreeError::Breach(breach)) => {
            (String::new(), Fingerprint::Unknown, Condition::Unusable, Some(breach.problem()))
        }
        Err(TreeError::Io(error)) => {
            let problem = Diagnostic::error(
                Code::Unreadable,
                Span::at(0),
                format!("cannot read it: {}", explain(&error)),
            );
            (String::new(), Fingerprint::Unknown, Condition::Unusable, Some(problem))
        }
    };
    let problems = problem.into_iter().collect();
    Source { path: path.to_owned(), text, fingerprint, condition, problems, stamp: None }
}

/// Reads a regular file of at most [`MAX_FILE`] bytes; `None` where it is larger. Never waits on a pipe or device.
fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    read_regular(path)
}

/// Reads what is known to be a regular file; `None` where it is larger than [`MAX_FILE`].
pub(super) fn read_regular(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, MAX_FILE + 1), &mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE).then_some(bytes))
}

fn not_utf8(error: &std::string::FromUtf8Error) -> Diagnostic {
    let at = error.utf8_error().valid_up_to();
    let before = &error.as_bytes()[..at];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Diagnostic::error(
        Code::NotUtf8,
        Span::at(0),
        format!("this file is not UTF-8: byte {} (line {line})", at + 1),
    )
    .with_help("save it as UTF-8 in your editor; telecast leaves it as it is")
}

fn too_large() -> Diagnostic {
    let message = format!("this file is larger than {} MB", MAX_FILE / 1024 / 1024);
    Diagnostic::error(Code::TooLarge, Span::at(0), message)
        .with_help("Telegram takes 4096 characters a message; telecast leaves the file as it is")
}
