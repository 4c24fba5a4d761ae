//! Where a command works: the user's directories, the workspace around it, and the people in it.

use std::path::{Path, PathBuf};

use crate::paths::{NoHome, Paths, WORKSPACE_VARIABLE};
use crate::secrets::Secrets;
use crate::service::Session;
use crate::settings::Settings;
use crate::store::{self, SqliteStore};
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
    /// Returns the user's directories.
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

    /// Reads the workspace.
    pub fn workspace(&self) -> Result<Workspace> {
        Ok(Workspace::open(&self.root)?)
    }
}

impl Place {
    /// Makes what use cases on the workspace share; opens nothing yet.
    pub fn session(&self, workspace: &Workspace) -> Session {
        let (settings, _) = Settings::load(&self.paths);
        let secrets = Secrets::new(&self.paths, &settings.secrets, Some(&workspace.id()));
        Session::new(workspace.root.clone(), secrets, &settings)
    }
}

/// Opens the people of a workspace.
pub fn people(workspace: &Workspace) -> Result<SqliteStore> {
    workspace.folder().private()?;
    Ok(SqliteStore::open(&workspace.folder().database())?)
}

/// Returns the folder that relative paths count from.
pub fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| CliError::new(Kind::Environment, error))
}

impl From<NoHome> for CliError {
    fn from(error: NoHome) -> Self {
        CliError::new(Kind::Environment, error)
    }
}

impl From<DiscoverError> for CliError {
    fn from(error: DiscoverError) -> Self {
        CliError::new(Kind::Environment, error)
    }
}

impl From<OpenError> for CliError {
    fn from(error: OpenError) -> Self {
        CliError::new(Kind::Environment, error)
    }
}

impl From<InitError> for CliError {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Exists { .. } => CliError::new(Kind::Failed, error)
                .hint("choose another folder, or open it: telecast --workspace DIR"),
            InitError::Write(error) => error.into(),
        }
    }
}

impl From<SaveError> for CliError {
    fn from(error: SaveError) -> Self {
        let kind = match &error {
            SaveError::Write { .. } => Kind::Environment,
            SaveError::ChangedOnDisk { .. }
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
        let kind = match &error {
            store::Error::Refused(_) => Kind::Failed,
            _ => Kind::Environment,
        };
        CliError::new(kind, error)
    }
}
