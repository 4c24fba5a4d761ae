//! Where a command works: the user's directories, the workspace around it, and the people in it.

use std::path::{Path, PathBuf};

use crate::disk::LockError;
use crate::paths::{NoHome, Paths, WORKSPACE_VARIABLE};
use crate::secrets::Secrets;
use crate::service::{
    AdoptError, FindError, Grants, NotPermitted, PeopleError, Session, Sharing, TRUST_VARIABLE,
};
use crate::settings::Settings;
use crate::state::StateError;
use crate::store;
use crate::workspace::{self, DiscoverError, InitError, OpenError, SaveError, Workspace};

use super::error::{CliError, Kind, Result};

/// A place that was found, and not yet read.
#[derive(Debug)]
pub struct Place {
    /// What belongs to the user.
    pub paths: Paths,
    /// The workspace's folder.
    pub root: PathBuf,
}

impl Place {
    pub fn paths() -> Result<Paths> {
        Ok(Paths::from_system()?)
    }

    /// Finds the workspace that `option` (`--workspace`), the environment or the current folder says.
    pub fn find(option: Option<&Path>) -> Result<Place> {
        let paths = Self::paths()?;
        let variable = std::env::var_os(WORKSPACE_VARIABLE).map(PathBuf::from);
        let root = workspace::discover(option, variable.as_deref(), &current_folder()?, &paths)?;
        Ok(Place { paths, root })
    }

    pub fn workspace(&self) -> Result<Workspace> {
        Ok(Workspace::open(&self.root)?)
    }
}

impl Place {
    /// Reads of the workspace what the campaign needs that `words` name; all of it where they are not simply its stem.
    pub fn workspace_for(&self, words: &str) -> Result<Workspace> {
        Workspace::open_for(&self.root, words)?.map_or_else(|| self.workspace(), Ok)
    }

    pub fn session(&self, workspace: &Workspace) -> Session {
        let (settings, _) = Settings::load(&self.paths);
        let secrets = Secrets::new(&self.paths, &settings.secrets, Some(&workspace.root));
        Session::new(self.paths.clone(), workspace, secrets, &settings, Sharing::OneCommand)
            .with_grants(Grants::from_environment())
    }
}

pub fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| CliError::new(Kind::Environment, error))
}

/// Errors that are the environment's, whatever was asked for.
macro_rules! of_the_environment {
    ($($error:ty),*) => {
        $(impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                CliError::new(Kind::Environment, error)
            }
        })*
    };
}

of_the_environment!(NoHome, DiscoverError, OpenError, StateError, LockError, AdoptError);

impl From<InitError> for CliError {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Exists { .. } => CliError::new(Kind::Failed, error)
                .hint("choose another folder, or open it: telecast --workspace DIR"),
            InitError::Write(error @ SaveError::Foreign { .. }) => CliError::from(error)
                .hint("that takes a workspace, and here is none yet: choose another folder, or remove it"),
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
            | SaveError::Lock(_) => Kind::Environment,
            SaveError::Breach { .. }
            | SaveError::ChangedOnDisk { .. }
            | SaveError::Exists { .. }
            | SaveError::NameTaken { .. }
            | SaveError::Missing { .. }
            | SaveError::Unusable { .. }
            | SaveError::NotToml { .. } => Kind::Failed,
        };
        CliError::new(kind, error)
    }
}

impl From<store::Error> for CliError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Refused(_) => CliError::new(Kind::Failed, error),
            _ => CliError::new(Kind::Environment, error),
        }
    }
}

impl From<FindError> for CliError {
    fn from(error: FindError) -> Self {
        let hint = error.hint().map(str::to_owned);
        let error = match error {
            FindError::Store(error) => error.into(),
            error => CliError::new(Kind::Failed, error),
        };
        hint.into_iter().fold(error, CliError::hint)
    }
}

impl From<PeopleError> for CliError {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Folder(error) => error.into(),
            PeopleError::Store(error) => error.into(),
        }
    }
}

impl From<NotPermitted> for CliError {
    fn from(error: NotPermitted) -> Self {
        match &error {
            NotPermitted::Invalid(_) => CliError::new(Kind::Failed, error),
            NotPermitted::Untrusted(question) => {
                let list: Vec<String> = match question.secrets.as_slice() {
                    [] => vec![format!("@{}", question.host)],
                    names => names.iter().map(|name| format!("{name}@{}", question.host)).collect(),
                };
                let allowed = std::env::var(TRUST_VARIABLE).unwrap_or_default();
                let hint = match allowed.as_str() {
                    "" => format!("where nobody can be asked: {TRUST_VARIABLE}={}", list.join(",")),
                    _ => format!("{TRUST_VARIABLE} is `{allowed}`; this needs {}", list.join(",")),
                };
                let changes = question.changes.clone();
                let error = CliError::new(Kind::Environment, error);
                let error = changes.into_iter().fold(error, CliError::hint);
                error.hint("look at it and trust it: telecast trust").hint(hint)
            }
            NotPermitted::State(_) | NotPermitted::Variable(_) | NotPermitted::Sandbox(_) => {
                CliError::new(Kind::Environment, error)
            }
        }
    }
}
