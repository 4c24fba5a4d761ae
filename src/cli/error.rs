//! What can go wrong at the edge: an error of any module becomes a kind, which is an exit code, and hints.

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::disk::explain;

/// What a command ends with where it could not do its work.
#[derive(Debug)]
pub struct CliError {
    /// Decides the exit code.
    pub kind: Kind,
    /// What went wrong, with its own causes.
    pub source: Box<dyn Error + Send + Sync>,
    /// What to do about it, each on a line of its own.
    pub hints: Vec<String>,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was asked for failed.
    Failed,
    /// The command line asks for what cannot be.
    Usage,
    /// No workspace, no permission, a held lock, a port in use, no network.
    Environment,
    /// Nobody reads the answer any more: not worth a word.
    BrokenPipe,
}

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is well.
    Done,
    /// It found problems, or what it did was refused, and has said so.
    Problems,
    /// What it needs outside did not answer, and it has said so.
    NoAnswer,
    /// Ctrl-C ended what would have gone on.
    Interrupted,
}

pub type Result<T = Ending> = std::result::Result<T, CliError>;

impl CliError {
    pub fn new(kind: Kind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into(), hints: Vec::new() }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the error's words and those of its causes that add something, as one line.
    pub fn words(&self) -> String {
        let mut words = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            // As the modules word it, so that what they have said already is found in their words.
            let said = match error.downcast_ref::<io::Error>() {
                Some(error) => explain(error),
                None => error.to_string(),
            };
            if !words.contains(&said) {
                words.push_str(": ");
                words.push_str(&said);
            }
            cause = error.source();
        }
        words
    }
}

impl Kind {
    pub fn code(self) -> u8 {
        match self {
            Kind::BrokenPipe => 0,
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Environment => 3,
        }
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => ExitCode::SUCCESS,
            Ending::Problems => ExitCode::from(Kind::Failed.code()),
            Ending::NoAnswer => ExitCode::from(Kind::Environment.code()),
            Ending::Interrupted => ExitCode::from(130),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

/// Only writing answers fails this way: reading and saving have errors of their own.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
            _ => Kind::Environment,
        };
        CliError::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read telecast.toml")]
    struct Outer(#[source] io::Error);

    #[test]
    fn causes_are_said_once() {
        let error = CliError::new(Kind::Failed, Outer(io::Error::other("disk on fire")));
        assert_eq!(error.words(), "cannot read telecast.toml: disk on fire");
        let error = CliError::new(Kind::Failed, "a plain word");
        assert_eq!(error.words(), "a plain word");
    }
}
