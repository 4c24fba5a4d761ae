//! The environment of a command: the user's directories and the workspace that was found. This module also converts the
//! errors of other modules to [`CliError`], which decides the exit codes.

use std::path::{Path, PathBuf};

use crate::disk::LockError;
use crate::paths::{NoHome, Paths, WORKSPACE_VARIABLE};
use crate::secrets::Secrets;
use crate::service::{
    AdoptError, FindError, Grants, NotPermitted, ProfileStoreError, Session, Sharing, TRUST_VARIABLE,
};
use crate::settings::Settings;
use crate::state::StateError;
use crate::store;
use crate::workspace::{self, DiscoverError, InitError, OpenError, SaveError, Workspace};

use super::error::{CliError, ErrorKind, Result};

/// The directories of the user and of the workspace, located but not read yet.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The user's directories.
    pub paths: Paths,
    /// The workspace's folder.
    pub root: PathBuf,
}

impl Environment {
    pub(super) fn paths() -> Result<Paths> {
        Ok(Paths::from_system()?)
    }

    /// Finds the workspace with `workspace::discover`, from `option` (`--workspace`), the environment variable and the
    /// current folder.
    pub(super) fn find(option: Option<&Path>) -> Result<Environment> {
        let paths = Self::paths()?;
        let variable = std::env::var_os(WORKSPACE_VARIABLE).map(PathBuf::from);
        let root = workspace::discover(option, variable.as_deref(), &current_folder()?, &paths)?;
        Ok(Environment { paths, root })
    }

    pub(super) fn workspace(&self) -> Result<Workspace> {
        Ok(Workspace::open(&self.root)?)
    }
}

impl Environment {
    /// Reads the workspace for a command that uses one campaign. If `campaign` is the stem of a campaign, reads only
    /// the files that this campaign needs. If not, `campaign` may be a path, so the whole workspace is read.
    pub(super) fn workspace_for(&self, campaign: &str) -> Result<Workspace> {
        // If the whole workspace were always read, `render` and `test` might read ten thousand campaigns to build one
        // message. A stem shows which files to read, but a path has to be compared with the files of all campaigns.
        Workspace::open_campaign(&self.root, campaign)?.map_or_else(|| self.workspace(), Ok)
    }

    pub(super) fn session(&self, workspace: &Workspace) -> Session {
        // The console shows problems in config.toml, but commands ignore them. The exception is a wrong `[secrets]`: it
        // makes the secret store unusable, so a command that needs a secret fails.
        let (settings, _) = Settings::load(&self.paths);
        let secrets = Secrets::new(&self.paths, &settings.secrets, Some(&workspace.root));
        Session::new(self.paths.clone(), workspace, secrets, &settings, Sharing::OneCommand)
            // The environment variable TELECAST_TRUST lists which secrets may be sent to which hosts, for example in
            // one CI run. Only commands read this variable. The console ignores it and asks the user instead.
            .with_grants(Grants::from_environment())
    }
}

pub(crate) fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| CliError::new(ErrorKind::Environment, error))
}

// These errors have the kind `Environment` in every command.
macro_rules! environment_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                CliError::new(ErrorKind::Environment, error)
            }
        })*
    };
}

environment_errors!(NoHome, DiscoverError, OpenError, StateError, LockError, AdoptError);

impl From<InitError> for CliError {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Folder { .. } => {
                CliError::new(ErrorKind::Environment, error).hint("choose a folder that you may write to")
            }
            InitError::Exists { .. } => CliError::new(ErrorKind::Failed, error)
                .hint("choose another folder, or open it: telecast --workspace DIR"),
            // The error's message says how to adopt a `.telecast` folder that was made elsewhere. But adopting needs a
            // workspace, and there is no workspace yet.
            InitError::Write(error @ SaveError::Foreign { .. }) => CliError::from(error)
                .hint("adopting it needs a workspace: choose another folder, or remove .telecast"),
            InitError::Write(error) => error.into(),
        }
    }
}

impl From<SaveError> for CliError {
    fn from(error: SaveError) -> Self {
        let kind = match &error {
            SaveError::Write { .. }
            | SaveError::Foreign { .. }
            | SaveError::Record { .. }
            | SaveError::Lock(_) => ErrorKind::Environment,
            SaveError::Breach { .. }
            | SaveError::ChangedOnDisk { .. }
            | SaveError::Exists { .. }
            | SaveError::NameTaken { .. }
            | SaveError::NoStem { .. }
            | SaveError::Missing { .. }
            | SaveError::Unusable { .. }
            | SaveError::NotToml { .. } => ErrorKind::Failed,
        };
        CliError::new(kind, error)
    }
}

impl From<store::Error> for CliError {
    fn from(error: store::Error) -> Self {
        match error {
            // A refused value is the caller's mistake (exit code 1). A busy, full, or unreadable database is a problem
            // of the environment (exit code 3).
            store::Error::Refused(_) => CliError::new(ErrorKind::Failed, error),
            _ => CliError::new(ErrorKind::Environment, error),
        }
    }
}

impl From<FindError> for CliError {
    fn from(error: FindError) -> Self {
        let hint = error.hint().map(str::to_owned);
        let error = match error {
            FindError::Store(error) => error.into(),
            error => CliError::new(ErrorKind::Failed, error),
        };
        hint.into_iter().fold(error, CliError::hint)
    }
}

impl From<ProfileStoreError> for CliError {
    fn from(error: ProfileStoreError) -> Self {
        match error {
            ProfileStoreError::Folder(error) => error.into(),
            ProfileStoreError::Store(error) => error.into(),
        }
    }
}

impl From<NotPermitted> for CliError {
    fn from(error: NotPermitted) -> Self {
        match &error {
            NotPermitted::Invalid(_) => CliError::new(ErrorKind::Failed, error),
            NotPermitted::Untrusted(question) => {
                let list: Vec<String> = match question.secrets.as_slice() {
                    [] => vec![format!("@{}", question.host)],
                    names => names.iter().map(|name| format!("{name}@{}", question.host)).collect(),
                };
                // The webhook is trusted only if TELECAST_TRUST lists all its secrets. So the hint prints the complete
                // list to copy.
                let allowed = std::env::var(TRUST_VARIABLE).unwrap_or_default();
                let hint = match allowed.as_str() {
                    "" => format!("without a terminal (CI): {TRUST_VARIABLE}={}", list.join(",")),
                    _ => format!("{TRUST_VARIABLE} is `{allowed}`; this webhook needs {}", list.join(",")),
                };
                let changes = question.changes.clone();
                let error = CliError::new(ErrorKind::Environment, error);
                let error = changes.into_iter().fold(error, CliError::hint);
                error.hint("review it and trust it: telecast trust").hint(hint)
            }
            NotPermitted::State(_) | NotPermitted::Variable(_) | NotPermitted::Sandbox(_) => {
                CliError::new(ErrorKind::Environment, error)
            }
        }
    }
}
