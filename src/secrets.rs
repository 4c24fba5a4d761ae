//! Looks up and stores bot tokens and other secrets. Masks secrets in a text before the text is shown.
//!
//! ```text
//! ${NAME} ──▶ environment ──▶ this workspace's value ──▶ the shared value          (secrets.toml, mode 0600)
//!                         └─▶ a command that prints it, if the settings name one
//! ```

mod error;

mod command;

mod redactor;

mod store;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::is_secret_name;
use crate::disk::{FileLock, sha256};
use crate::paths::Paths;
use crate::settings::SecretSource;

pub(crate) use error::SecretError;
pub(crate) use redactor::MASK;
pub use redactor::Redactor;

/// The longest allowed value in bytes.
// The largest secret that is expected, a certificate chain with its key, is several times smaller.
pub(crate) const MAX_VALUE: usize = 64 * 1024;

/// A secret's value. Its `Debug` output never contains the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value. Call this only to send or store the secret, or if the user chose to reveal the value.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

// `Debug` is not derived, because the derived output would contain the value. Errors and test failures print the
// `Debug` output.
impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(••••••)")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretOrigin {
    Environment,
    Workspace,
    Shared,
    Command,
}

impl SecretOrigin {
    pub fn as_str(self) -> &'static str {
        match self {
            SecretOrigin::Environment => "environment",
            SecretOrigin::Workspace => "this workspace",
            SecretOrigin::Shared => "shared",
            SecretOrigin::Command => "command",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretScope {
    Workspace,
    /// For every workspace without a value of its own.
    Shared,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSecret {
    pub secret: Secret,
    pub origin: SecretOrigin,
}

/// A secret's name and the origins that have a value for it. The first origin is the effective one: its value is used.
/// If the settings name a command for secrets, the command is an origin even if it has no value for this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSecret {
    pub name: String,
    pub origins: Vec<SecretOrigin>,
}

/// Looks up an environment variable; `None` if it is unset or not UTF-8.
pub(crate) type EnvLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

#[derive(Debug, Clone)]
struct WorkspaceKey {
    // The workspace's real path, or its hash if the path is not UTF-8. An id stored in the workspace would be unsafe as
    // the key: a clone has the same id and would get the secrets.
    key: String,
    // The folder name, which replaces `{workspace}` in a secret command.
    folder: String,
}

/// A stored value that may belong to this workspace. It is stored under the id that earlier versions of telecast gave
/// the workspace, or for a folder that is no longer a workspace. This workspace may have been moved from that folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovableSecret {
    pub name: String,
    /// The id, or the real path of a folder that is no longer a workspace.
    pub from: String,
}

/// The secrets of the user that one workspace can use. Cheap to clone.
#[derive(Clone)]
pub struct Secrets {
    file: PathBuf,
    locks: PathBuf,
    source: SecretSource,
    workspace: Option<WorkspaceKey>,
    environment: EnvLookup,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Secrets")
            .field("file", &self.file)
            .field("source", &self.source)
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

impl Secrets {
    /// Returns the secrets for the workspace at this real path, or only the shared ones for `None`. Reads nothing yet.
    pub fn new(paths: &Paths, source: &SecretSource, workspace: Option<&Path>) -> Self {
        Self {
            file: paths.secrets_file(),
            locks: paths.locks(),
            source: source.clone(),
            workspace: workspace.map(WorkspaceKey::of),
            environment: Arc::new(|name| std::env::var(name).ok()),
        }
    }

    #[must_use]
    pub fn with_environment(mut self, environment: EnvLookup) -> Self {
        self.environment = environment;
        self
    }

    /// Returns an error if the setting for secrets cannot be used. It is then unknown where secrets are stored. Every
    /// method that reads or writes a value returns the same error.
    pub fn usable(&self) -> Result<(), SecretError> {
        match &self.source {
            SecretSource::File | SecretSource::Command { .. } => Ok(()),
            SecretSource::Unusable { problem } => Err(SecretError::Setting { problem: problem.clone() }),
        }
    }

    /// Finds the effective value of `name`; `None` if there is none. If the value comes from a command, it is the first
    /// line of the command's output.
    pub async fn find(&self, name: &str) -> Result<Option<FoundSecret>, SecretError> {
        check_name(name)?;
        self.usable()?;
        if let Some(found) = self.find_in_environment(name) {
            return Ok(Some(found));
        }
        match &self.source {
            SecretSource::File | SecretSource::Unusable { .. } => self.in_file(name),
            SecretSource::Command { command, timeout } => {
                let workspace = self.workspace.as_ref().map_or("", |workspace| workspace.folder.as_str());
                let value = command::run(command, name, workspace, *timeout).await?;
                Ok(value.map(|secret| FoundSecret { secret, origin: SecretOrigin::Command }))
            }
        }
    }

    /// Stores a value in `secrets.toml`. Returns an error if secrets come from a command, or if the value is empty or
    /// too long.
    pub fn set(&self, name: &str, value: &Secret, scope: SecretScope) -> Result<(), SecretError> {
        check_name(name)?;
        if value.expose().is_empty() {
            return Err(SecretError::Empty { name: name.to_owned() });
        }
        self.writable()?;
        self.put(name, value, scope, &store::lock(&self.file, &self.locks)?)
    }

    fn put(
        &self,
        name: &str,
        value: &Secret,
        scope: SecretScope,
        lock: &FileLock,
    ) -> Result<(), SecretError> {
        check_length(name, value.expose())?;
        let path = self.path(name, scope)?;
        store::change(&self.file, lock, |editor| editor.set_string(&path, value.expose()))
    }

    /// Removes a value from `secrets.toml`; returns whether there was one.
    pub fn remove(&self, name: &str, scope: SecretScope) -> Result<bool, SecretError> {
        check_name(name)?;
        self.writable()?;
        let path = self.path(name, scope)?;
        let origin = match scope {
            SecretScope::Workspace => SecretOrigin::Workspace,
            SecretScope::Shared => SecretOrigin::Shared,
        };
        let lock = store::lock(&self.file, &self.locks)?;
        let is_there = self.load_values()?.iter().any(|(stored, from, _)| stored == name && *from == origin);
        // Removing a value that does not exist must not rewrite the file, or create it.
        if is_there {
            store::change(&self.file, &lock, |editor| editor.remove(&path))?;
        }
        Ok(is_there)
    }

    /// Lists the secrets in `names`, each with its origins. Unless secrets come from a command, also lists the secrets
    /// that are stored for this workspace or as shared secrets.
    pub fn list(&self, names: &[String]) -> Result<Vec<ListedSecret>, SecretError> {
        let stored = match &self.source {
            SecretSource::File | SecretSource::Unusable { .. } => self.load_values()?,
            SecretSource::Command { .. } => Vec::new(),
        };
        let mut all: Vec<&str> = stored.iter().map(|(name, _, _)| name.as_str()).collect();
        all.extend(names.iter().map(String::as_str));
        all.sort_unstable();
        all.dedup();
        let listed = all.into_iter().map(|name| {
            let mut origins: Vec<SecretOrigin> =
                self.find_in_environment(name).map(|found| found.origin).into_iter().collect();
            origins
                .extend(stored.iter().filter(|(stored, _, _)| stored == name).map(|(_, origin, _)| *origin));
            // The variants of `SecretOrigin` are declared in order of precedence, so sorting puts the effective origin
            // first.
            origins.sort_unstable();
            // The command is listed even if it has no value for this name. The command is not run to find out whether
            // it has a value, because it may ask the user to unlock a key.
            if self.source != SecretSource::File {
                origins.push(SecretOrigin::Command);
            }
            ListedSecret { name: name.to_owned(), origins }
        });
        Ok(listed.collect())
    }

    /// Returns the first of the names `base`, `base_2`, `base_3`, … that has no value in the environment, for this
    /// workspace, or as a shared secret.
    pub fn free_name(&self, base: &str) -> Result<String, SecretError> {
        check_name(base)?;
        let stored = self.load_values()?;
        // A name is also taken if an environment variable has it, because the variable would hide a value stored under
        // this name.
        let is_taken = |name: &str| {
            self.find_in_environment(name).is_some() || stored.iter().any(|(stored, _, _)| stored == name)
        };
        let mut name = base.to_owned();
        let mut number = 2_u64;
        while is_taken(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        Ok(name)
    }

    /// Stores a token that was pasted into a file, and returns the name of the new secret. The secret belongs to this
    /// workspace, or is shared if there is no workspace.
    ///
    /// If `base`, or `base` with a number, already has this value, returns that name and writes nothing. Never replaces
    /// a different value.
    pub fn adopt(&self, base: &str, value: &Secret) -> Result<String, SecretError> {
        self.writable()?;
        // The lock is held until the value is written, so that no other process takes the free name in between.
        let lock = store::lock(&self.file, &self.locks)?;
        let is_numbered = |name: &str| {
            let rest = name.strip_prefix(base).map(|rest| rest.trim_start_matches('_'));
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let same = self.load_values()?.into_iter().find(|(name, _, stored)| {
            // The stored value counts only if it is the effective one. An environment variable may hide it.
            is_numbered(name)
                && stored == value
                && matches!(self.find_without_command(name), Ok(Some(found)) if found.secret == *value)
        });
        if let Some((name, _, _)) = same {
            return Ok(name);
        }
        let name = self.free_name(base)?;
        let scope = if self.workspace.is_some() { SecretScope::Workspace } else { SecretScope::Shared };
        self.put(&name, value, scope, &lock)?;
        Ok(name)
    }

    /// Makes `secrets.toml` readable by the user only. If others could read the file until now, returns a warning to
    /// show. Returns `None` if others could not read the file, or if the file does not exist.
    pub fn tighten(&self) -> Result<Option<String>, SecretError> {
        match crate::disk::tighten(&self.file) {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(format!(
                "others could read {}; its mode is 0600 now. Revoke its tokens with @BotFather if in doubt",
                self.file.display()
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SecretError::Read { path: self.file.clone(), source }),
        }
    }

    fn find_without_command(&self, name: &str) -> Result<Option<FoundSecret>, SecretError> {
        match self.find_in_environment(name) {
            Some(found) => Ok(Some(found)),
            None => self.in_file(name),
        }
    }

    fn find_in_environment(&self, name: &str) -> Option<FoundSecret> {
        let value = (self.environment)(name).filter(|value| !value.is_empty())?;
        Some(FoundSecret { secret: Secret(value), origin: SecretOrigin::Environment })
    }

    fn in_file(&self, name: &str) -> Result<Option<FoundSecret>, SecretError> {
        let mut stored = self.load_values()?;
        stored.retain(|(stored, _, _)| stored == name);
        // The workspace's own value comes before the shared one.
        stored.sort_by_key(|(_, origin, _)| *origin);
        Ok(stored.into_iter().next().map(|(_, origin, secret)| FoundSecret { secret, origin }))
    }

    fn load_values(&self) -> Result<Vec<(String, SecretOrigin, Secret)>, SecretError> {
        self.usable()?;
        store::load(&self.file, self.key())
    }

    fn key(&self) -> Option<&str> {
        self.workspace.as_ref().map(|workspace| workspace.key.as_str())
    }

    /// Finds the secrets in `names` whose values may belong to this workspace (see [`MovableSecret`]). `old_id` is the
    /// workspace's id in earlier versions of telecast. Names for which this workspace has its own value are left out.
    ///
    /// Do not move these secrets without asking the user. A clone has the id of the original, and any workspace can
    /// name any secret. So a workspace that comes from someone else could get the user's secrets.
    pub fn movable(&self, names: &[String], old_id: &str) -> Result<Vec<MovableSecret>, SecretError> {
        self.usable()?;
        let own: Vec<String> = self
            .load_values()?
            .into_iter()
            .filter(|(_, origin, _)| *origin == SecretOrigin::Workspace)
            .map(|(name, _, _)| name)
            .collect();
        let is_gone = |key: &str| {
            let path = Path::new(key);
            // A key that is not a path, such as an id, does not count. Such a key does not show which folder it was
            // for.
            path.is_absolute() && !path.join("telecast.toml").exists()
        };
        let groups = store::names_by_workspace(&self.file)?;
        let movable = groups.into_iter().flat_map(|(from, stored)| {
            let is_earlier = from == old_id || is_gone(&from);
            let wanted =
                stored.into_iter().filter(|name| is_earlier && names.contains(name) && !own.contains(name));
            wanted.map(|name| MovableSecret { name, from: from.clone() }).collect::<Vec<_>>()
        });
        Ok(movable.collect())
    }

    /// Moves a value to this workspace's table in `secrets.toml`. Does nothing if the value no longer exists.
    pub fn move_here(&self, movable: &MovableSecret) -> Result<(), SecretError> {
        self.writable()?;
        let to = self.path(&movable.name, SecretScope::Workspace)?;
        let from = ["workspace", movable.from.as_str(), movable.name.as_str()];
        let lock = store::lock(&self.file, &self.locks)?;
        let stored = store::load(&self.file, Some(&movable.from))?;
        let value = stored
            .into_iter()
            .find(|(name, origin, _)| *name == movable.name && *origin == SecretOrigin::Workspace);
        let Some((_, _, secret)) = value else { return Ok(()) };
        // Both edits are made in one write of the file. With two writes, a crash in between would leave the secret in
        // both tables, or in neither.
        store::change(&self.file, &lock, |editor| {
            editor.set_string(&to, secret.expose());
            editor.remove(&from);
        })
    }

    fn writable(&self) -> Result<(), SecretError> {
        self.usable()?;
        match &self.source {
            SecretSource::File | SecretSource::Unusable { .. } => Ok(()),
            SecretSource::Command { command, .. } => {
                Err(SecretError::ReadOnly { program: command.first().cloned().unwrap_or_default() })
            }
        }
    }

    fn path<'a>(&'a self, name: &'a str, scope: SecretScope) -> Result<Vec<&'a str>, SecretError> {
        match (scope, self.key()) {
            (SecretScope::Shared, _) => Ok(vec!["shared", name]),
            (SecretScope::Workspace, Some(workspace)) => Ok(vec!["workspace", workspace, name]),
            (SecretScope::Workspace, None) => Err(SecretError::NoWorkspace { name: name.to_owned() }),
        }
    }
}

impl WorkspaceKey {
    fn of(root: &Path) -> Self {
        // The key is written into a TOML file, which must be UTF-8. A path that is not UTF-8 is replaced by its hash.
        let key = root
            .to_str()
            .map_or_else(|| format!("sha256-{}", sha256(root.as_os_str().as_encoded_bytes())), str::to_owned);
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { key, folder }
    }
}

fn check_name(name: &str) -> Result<(), SecretError> {
    if is_secret_name(name) { Ok(()) } else { Err(SecretError::BadName { name: name.to_owned() }) }
}

// A value that is too long is an error. It is not cut, because a part of a secret is a wrong secret.
fn check_length(name: &str, value: &str) -> Result<(), SecretError> {
    if value.len() <= MAX_VALUE { Ok(()) } else { Err(SecretError::TooLong { name: name.to_owned() }) }
}
