//! The errors of commands. An error of another module is wrapped in a [`CliError`], which adds a kind and hints for the
//! user. The kind decides the exit code.

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::disk::explain;

/// The error of a command that could not do its work.
#[derive(Debug)]
pub(crate) struct CliError {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// The error, with its own causes.
    pub source: Box<dyn Error + Send + Sync>,
    /// What the user can do about the error. Each hint is printed on its own line.
    pub hints: Vec<String>,
}

/// The kind of an error; it decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The operation failed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// No workspace, no permission, a held lock, a port in use, no network.
    Environment,
    /// The reader of stdout closed the pipe. The command ends with exit code 0 and without a message.
    BrokenPipe,
}

/// How a command ended, if it did not end with a [`CliError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// The command succeeded.
    Done,
    /// The command found problems, or something was refused or missing. It has printed the details.
    Problems,
    /// A server did not answer, or a webhook is not trusted. The command has printed the details.
    Unreachable,
    /// Ctrl-C or another signal ended the command.
    Interrupted,
}

pub(crate) type Result<T = ExitStatus> = std::result::Result<T, CliError>;

impl CliError {
    pub(super) fn new(kind: ErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into(), hints: Vec::new() }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Returns the messages of the error and its causes, joined with colons. The message of a cause is left out if the
    /// text so far already contains it.
    pub(super) fn message(&self) -> String {
        let mut message = self.source.to_string();
        let mut cause = self.source.source();
        // Some error types repeat the message of their source in their own message, and others do not. So the texts are
        // compared.
        while let Some(error) = cause {
            // `explain` gives an I/O error the wording that the other modules use in their messages. The standard
            // wording ("No such file or directory (os error 2)") is different. If the standard wording were used here,
            // a cause that the text already contains would not be recognized and would be printed again.
            let cause_message = match error.downcast_ref::<io::Error>() {
                Some(error) => explain(error),
                None => error.to_string(),
            };
            if !message.contains(&cause_message) {
                message.push_str(": ");
                message.push_str(&cause_message);
            }
            cause = error.source();
        }
        message
    }
}

impl ErrorKind {
    pub(super) fn code(self) -> u8 {
        match self {
            // `telecast … | head` is not a failure. With any other code, a script with `set -o pipefail` would stop
            // here.
            ErrorKind::BrokenPipe => 0,
            ErrorKind::Failed => 1,
            ErrorKind::Usage => 2,
            ErrorKind::Environment => 3,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Done => ExitCode::SUCCESS,
            ExitStatus::Problems => ExitCode::from(ErrorKind::Failed.code()),
            ExitStatus::Unreachable => ExitCode::from(ErrorKind::Environment.code()),
            // Shells report 130 (128 + SIGINT) for a process that was ended by Ctrl-C.
            ExitStatus::Interrupted => ExitCode::from(130),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

/// This conversion is for the I/O of the terminal, pipes, signals, and the async runtime. The functions that read and
/// save files have error types of their own.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
            _ => ErrorKind::Environment,
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
    fn each_cause_is_reported_once() {
        let error = CliError::new(ErrorKind::Failed, Outer(io::Error::other("disk on fire")));
        assert_eq!(error.message(), "cannot read telecast.toml: disk on fire");
        let error = CliError::new(ErrorKind::Failed, "a plain message");
        assert_eq!(error.message(), "a plain message");
    }
}
