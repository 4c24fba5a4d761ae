//! The reasons why a file of a workspace is not used.

use std::io;

use super::explain::explain;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathRejection {
    #[error("it is not a plain file name")]
    Name,
    #[error("it is a symbolic link that leads out of the workspace")]
    Outside,
    /// The target is a hidden file or folder of the workspace, such as `.git/config`, which can contain passwords.
    #[error("it is a symbolic link to a hidden file or folder")]
    Hidden,
    #[error("it is a symbolic link whose target does not exist")]
    BrokenLink,
    #[error("it is a symbolic link, and telecast does not write through links")]
    Symlink,
    #[error("it is {0}, not a regular file")]
    NotAFile(&'static str),
    #[error("it is not a folder")]
    NotAFolder,
}

impl PathRejection {
    pub fn code(self) -> Code {
        match self {
            PathRejection::Name | PathRejection::Outside | PathRejection::Hidden | PathRejection::Symlink => {
                Code::OutsideWorkspace
            }
            PathRejection::BrokenLink | PathRejection::NotAFile(_) | PathRejection::NotAFolder => {
                Code::NotAFile
            }
        }
    }

    pub fn problem(self) -> Diagnostic {
        let problem = Diagnostic::error(self.code(), Span::at(0), self.to_string());
        problem.with_help(match self {
            PathRejection::Name => "rename it to a name without `/` and `..`",
            PathRejection::Outside | PathRejection::Hidden | PathRejection::Symlink => {
                "telecast neither reads nor writes it; put the file itself here"
            }
            PathRejection::BrokenLink | PathRejection::NotAFile(_) => {
                "telecast ignores it; remove it, or replace it with a file"
            }
            PathRejection::NotAFolder => "telecast ignores it; remove it, or replace it with a folder",
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TreeError {
    #[error(transparent)]
    Breach(#[from] PathRejection),
    #[error("{}", explain(.0))]
    Io(#[from] io::Error),
}

impl TreeError {
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, TreeError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}
