//! Why a secret could not be had or kept. No error repeats a value.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::disk::{LockError, SaveError, explain};

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("`{name}` cannot be a secret's name: letters, digits and `_` of ASCII, no digit first")]
    BadName { name: String },
    /// An empty value would count as none.
    #[error("the value of `{name}` is empty")]
    Empty { name: String },
    #[error("no workspace to keep `{name}` for; keep it as a shared one")]
    NoWorkspace { name: String },
    #[error("cannot read {path}: {}", explain(source))]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// `secrets.toml` is not as it should be. The problem never repeats a value.
    #[error("{path}: {}", problem.message)]
    Malformed { path: PathBuf, problem: Box<Diagnostic> },
    /// `secrets.toml` cannot be saved; what it held is still there.
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error("{path} would be larger than {} MB, so nothing was changed", crate::disk::MAX_FILE / 1024 / 1024)]
    Full { path: PathBuf },
    #[error("the value of `{name}` is longer than {} KB, so it is not taken", super::MAX_VALUE / 1024)]
    TooLong { name: String },
    #[error("secrets come from the command `{program}`; use that to set or remove them")]
    ReadOnly { program: String },
    #[error("no secret is read or kept until the settings say where they live: {problem}")]
    Setting {
        /// What is wrong with them, `file:line:column` first.
        problem: String,
    },
    #[error("cannot run `{program}` for the secret `{name}`: {}", explain(source))]
    Start {
        program: String,
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{program}` gave no value for `{name}`: {said}")]
    Refused {
        program: String,
        name: String,
        /// The first line of what it said.
        said: String,
    },
    #[error("`{program}` gave no value for `{name}` within {} s", limit.as_secs_f32())]
    TooSlow { program: String, name: String, limit: std::time::Duration },
}
