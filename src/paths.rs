//! Finds the directories that telecast uses, and names the files in them. This is the only module that uses the
//! `directories` crate.
//!
//! Each directory can be overridden by an environment variable (see [`VARIABLES`]). On Linux, the XDG variables apply
//! too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::disk::sha256;

/// The variables that override a directory, each with a description of what the directory holds.
pub(crate) const VARIABLES: [(&str, &str); 4] = [
    ("TELECAST_CONFIG_DIR", "settings, keys, secrets"),
    ("TELECAST_DATA_DIR", "the default workspace, demos"),
    ("TELECAST_STATE_DIR", "locks, logs"),
    ("TELECAST_CACHE_DIR", "files that can be rebuilt"),
];

pub(crate) const WORKSPACE_VARIABLE: &str = "TELECAST_WORKSPACE";

/// The directories for files that belong to the user rather than to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Settings, key bindings, and secrets.
    pub config: PathBuf,
    /// The default workspace and demos.
    pub data: PathBuf,
    /// Locks, a state folder for each workspace, and the copies of texts that are open in `$EDITOR`. For each running
    /// sandbox, there is also a file that is named after the address at which the sandbox listens.
    pub state: PathBuf,
    /// Files that can be rebuilt. There are none yet.
    pub cache: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home directory found; set HOME, or {}, {}, {} and {}",
    VARIABLES[0].0, VARIABLES[1].0, VARIABLES[2].0, VARIABLES[3].0)]
pub struct NoHome;

impl Paths {
    /// Returns the directories for this system and environment. Creates none of them.
    pub fn from_system() -> Result<Self, NoHome> {
        Self::from_environment(&|name| std::env::var_os(name))
    }

    /// Returns the directories. `variable` looks up an environment variable by name. If it returns a path for a name in
    /// `VARIABLES`, that path overrides the directory. A relative path is resolved against the current directory.
    pub fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, NoHome> {
        let project = directories::ProjectDirs::from("", "", "telecast");
        let project = project.as_ref();
        let choose = |index: usize, standard: Option<&Path>| {
            // An empty variable counts as unset. The XDG specification has the same rule for its variables.
            let override_dir = variable(VARIABLES[index].0).filter(|value| !value.is_empty());
            match override_dir {
                // `canonicalize` is not used, because it fails for a directory that does not exist yet.
                Some(dir) => Ok(std::path::absolute(&dir).unwrap_or_else(|_| PathBuf::from(dir))),
                None => standard.map(Path::to_path_buf).ok_or(NoHome),
            }
        };
        Ok(Self {
            config: choose(0, project.map(directories::ProjectDirs::config_dir))?,
            data: choose(1, project.map(directories::ProjectDirs::data_dir))?,
            // The `directories` crate has a state directory on Linux only. Elsewhere, the local data directory is used.
            state: choose(2, project.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir())))?,
            cache: choose(3, project.map(directories::ProjectDirs::cache_dir))?,
        })
    }

    pub fn under(root: &Path) -> Self {
        let dir = |name: &str| root.join(name);
        Self { config: dir("config"), data: dir("data"), state: dir("state"), cache: dir("cache") }
    }

    pub fn settings_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    pub fn secrets_file(&self) -> PathBuf {
        self.config.join("secrets.toml")
    }

    pub fn default_workspace(&self) -> PathBuf {
        self.data.join("workspace")
    }

    /// Returns the state folder of the workspace at `root`, which must be its real path.
    pub fn workspace_state(&self, root: &Path) -> PathBuf {
        // The folder's name depends on the real path alone. If the name depended on an id in the workspace, a clone of
        // the workspace would have the same id, and would share the trust decisions of the original.
        self.state.join("workspaces").join(sha256(root.as_os_str().as_encoded_bytes()))
    }

    pub fn sandboxes(&self) -> PathBuf {
        self.state.join("sandboxes")
    }

    /// Returns the folder for the copies of texts that are open in `$EDITOR`.
    pub fn editing(&self) -> PathBuf {
        self.state.join("editing")
    }

    pub fn demos(&self) -> PathBuf {
        self.data.join("demos")
    }

    /// Returns the folder for locks that apply across workspaces.
    pub fn locks(&self) -> PathBuf {
        self.state.join("locks")
    }

    pub fn rows(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("config", self.config.clone()),
            ("settings", self.settings_file()),
            ("keymap", self.keymap_file()),
            ("secrets", self.secrets_file()),
            ("data", self.data.clone()),
            ("workspace", self.default_workspace()),
            ("demos", self.demos()),
            ("state", self.state.clone()),
            ("locks", self.locks()),
            ("cache", self.cache.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_moves_only_its_own_directory() {
        let set = |name: &str| (name == "TELECAST_STATE_DIR").then(|| OsString::from("/tmp/elsewhere"));
        let moved = Paths::from_environment(&set).unwrap();
        let standard = Paths::from_environment(&|_| None).unwrap();
        assert_eq!(moved.locks(), Path::new("/tmp/elsewhere/locks"));
        assert_eq!(moved.config, standard.config);
    }
}
