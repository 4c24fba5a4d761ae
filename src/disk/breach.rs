//! Which files of a workspace are not used, and why.

use std::io;

use super::explain::explain;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("its name is not a plain one")]
    Name,
    #[error("it is a symbolic link that leads out of the workspace")]
    Outside,
    /// It leads to what is hidden in the workspace, such as git's settings with their passwords.
    #[error("it is a symbolic link to a hidden file or folder")]
    Hidden,
    #[error("it is a symbolic link that leads nowhere")]
    Nowhere,
    #[error("it is a symbolic link, and nothing is written through one")]
    Link,
    #[error("it is {0}, not a regular file")]
    NotAFile(&'static str),
    #[error("it is not a folder")]
    NotAFolder,
}

impl Breach {
    pub fn code(self) -> Code {
        match self {
            Breach::Name | Breach::Outside | Breach::Hidden | Breach::Link => Code::OutsideWorkspace,
            Breach::Nowhere | Breach::NotAFile(_) | Breach::NotAFolder => Code::NotAFile,
        }
    }

    pub fn problem(self) -> Diagnostic {
        let problem = Diagnostic::error(self.code(), Span::at(0), self.to_string());
        problem.with_help(match self {
            Breach::Name => "give it a plain name",
            Breach::Outside | Breach::Hidden | Breach::Link => {
                "telecast neither reads nor writes it: put the file itself here"
            }
            Breach::Nowhere | Breach::NotAFile(_) => {
                "telecast does not use it: remove it, or put a file here"
            }
            Breach::NotAFolder => "telecast does not use it: remove it, or put a folder here",
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error(transparent)]
    Breach(#[from] Breach),
    #[error("{}", explain(.0))]
    Io(#[from] io::Error),
}

impl TreeError {
    pub fn is_missing(&self) -> bool {
        matches!(self, TreeError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}
