//! The errors of looking up and storing secrets. telecast puts no secret into a message. But [`SecretError::Refused`]
//! quotes the error output of a secret command, which could contain a secret.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::disk::{LockError, SaveError, explain};

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("`{name}` is not a valid secret name: use ASCII letters, digits and `_`, no digit first")]
    BadName { name: String },
    // A lookup treats an empty value as not set, so storing an empty value would have no effect.
    #[error("the value of `{name}` is empty")]
    Empty { name: String },
    #[error("there is no workspace to store `{name}` for; store it as a shared secret")]
    NoWorkspace { name: String },
    #[error("cannot read {path}: {}", explain(source))]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// `secrets.toml` is not valid or cannot be read. The problem never contains a value.
    #[error("{path}: {}", problem.message)]
    Malformed { path: PathBuf, problem: Box<Diagnostic> },
    /// `secrets.toml` cannot be saved; its old content is still there.
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{path} would be larger than {} MB, so nothing was changed", crate::disk::MAX_FILE / 1024 / 1024)]
    Full { path: PathBuf },
    #[error("the value of `{name}` is longer than the limit of {} KB", super::MAX_VALUE / 1024)]
    TooLong { name: String },
    #[error("secrets come from the command `{program}`; use that to set or remove them")]
    ReadOnly { program: String },
    #[error("secrets are disabled until the settings say where they are stored: {problem}")]
    Setting {
        /// The problem, with `file:line:column` in front.
        problem: String,
    },
    #[error("cannot run `{program}` for the secret `{name}`: {}", explain(source))]
    Start {
        program: String,
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{program}` gave no value for `{name}`: {stderr}")]
    Refused {
        program: String,
        name: String,
        /// The first line of the command's error output.
        stderr: String,
    },
    #[error("`{program}` gave no value for `{name}` within {} s", limit.as_secs_f32())]
    TooSlow { program: String, name: String, limit: std::time::Duration },
}
