//! Bot tokens and other secrets: where each is found, how it is kept, and how it is kept out of every output.
//!
//! ```text
//! ${NAME} ──▶ environment ──▶ this workspace's value ──▶ the shared value          (secrets.toml, mode 0600)
//!                         └─▶ a command that prints it, where the setting says so
//! ```

mod error;

mod command;

mod redactor;

mod store;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::campaign::is_name;
use crate::disk::{Guard, sha256};
use crate::paths::Paths;
use crate::settings::SecretSource;

pub use error::SecretError;
pub use redactor::{MASK, Redactor};

/// The longest value in bytes: a certificate chain with its key fits several times.
pub const MAX_VALUE: usize = 64 * 1024;

/// A secret's value: what is printed of it is never the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value: for the wire, and for a screen on which a person chose to reveal it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(••••••)")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    Environment,
    Workspace,
    Shared,
    Command,
}

impl Origin {
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Environment => "environment",
            Origin::Workspace => "this workspace",
            Origin::Shared => "shared",
            Origin::Command => "command",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Workspace,
    /// For every workspace that has none of its own.
    Shared,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub secret: Secret,
    pub origin: Origin,
}

/// A secret's name and every place that has a value, the one that counts first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub origins: Vec<Origin>,
}

/// Returns the environment variable of that name, where it is text.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

#[derive(Debug, Clone)]
struct Place {
    /// Its real path: nothing that a workspace says about itself leads to another one's values.
    key: String,
    /// The name of its folder, for the command that prints a secret.
    folder: String,
}

/// A value that is kept for an earlier place of a workspace, or for the id that earlier versions kept it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movable {
    pub name: String,
    /// The id, or the real path of the folder that is gone.
    pub from: String,
}

/// The secrets of a user, seen from one workspace; cheap to clone.
#[derive(Clone)]
pub struct Secrets {
    file: PathBuf,
    locks: PathBuf,
    source: SecretSource,
    workspace: Option<Place>,
    environment: Environment,
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
    /// Opens the user's secrets for the workspace at this real path; reads nothing yet.
    pub fn new(paths: &Paths, source: &SecretSource, workspace: Option<&Path>) -> Self {
        Self {
            file: paths.secrets_file(),
            locks: paths.locks(),
            source: source.clone(),
            workspace: workspace.map(Place::of),
            environment: Arc::new(|name| std::env::var(name).ok()),
        }
    }

    #[must_use]
    pub fn with_environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Refuses where the settings are wrong about where secrets live; every other call does so too.
    pub fn usable(&self) -> Result<(), SecretError> {
        match &self.source {
            SecretSource::File | SecretSource::Command { .. } => Ok(()),
            SecretSource::Unusable { problem } => Err(SecretError::Setting { problem: problem.clone() }),
        }
    }

    /// Finds the value that counts for `name`. A command's value is its first line.
    pub async fn find(&self, name: &str) -> Result<Option<Found>, SecretError> {
        check_name(name)?;
        self.usable()?;
        if let Some(found) = self.in_environment(name) {
            return Ok(Some(found));
        }
        match &self.source {
            SecretSource::File | SecretSource::Unusable { .. } => self.in_file(name),
            SecretSource::Command { command, timeout } => {
                let workspace = self.workspace.as_ref().map_or("", |place| place.folder.as_str());
                let value = command::ask(command, name, workspace, *timeout).await?;
                Ok(value.map(|secret| Found { secret, origin: Origin::Command }))
            }
        }
    }

    /// Keeps a value in `secrets.toml`; refused where secrets come from a command.
    pub fn set(&self, name: &str, value: &Secret, scope: Scope) -> Result<(), SecretError> {
        check_name(name)?;
        if value.expose().is_empty() {
            return Err(SecretError::Empty { name: name.to_owned() });
        }
        self.writable()?;
        self.put(name, value, scope, &store::take_turn(&self.file, &self.locks)?)
    }

    fn put(&self, name: &str, value: &Secret, scope: Scope, turn: &Guard) -> Result<(), SecretError> {
        check_length(name, value.expose())?;
        let path = self.path(name, scope)?;
        store::change(&self.file, turn, |editor| editor.set_string(&path, value.expose()))
    }

    /// Takes a value out of `secrets.toml`; returns whether there was one.
    pub fn remove(&self, name: &str, scope: Scope) -> Result<bool, SecretError> {
        check_name(name)?;
        self.writable()?;
        let path = self.path(name, scope)?;
        let origin = match scope {
            Scope::Workspace => Origin::Workspace,
            Scope::Shared => Origin::Shared,
        };
        let turn = store::take_turn(&self.file, &self.locks)?;
        let is_there = self.kept()?.iter().any(|(kept, at, _)| kept == name && *at == origin);
        if is_there {
            store::change(&self.file, &turn, |editor| editor.remove(&path))?;
        }
        Ok(is_there)
    }

    /// Lists the names kept for this workspace and shared, and those of `names`, with every place that has a value.
    ///
    /// What a command would give is not asked: it stands for every name that the environment does not have.
    pub fn list(&self, names: &[String]) -> Result<Vec<Listed>, SecretError> {
        let kept = match &self.source {
            SecretSource::File | SecretSource::Unusable { .. } => self.kept()?,
            SecretSource::Command { .. } => Vec::new(),
        };
        let mut all: Vec<&str> = kept.iter().map(|(name, _, _)| name.as_str()).collect();
        all.extend(names.iter().map(String::as_str));
        all.sort_unstable();
        all.dedup();
        let listed = all.into_iter().map(|name| {
            let mut origins: Vec<Origin> =
                self.in_environment(name).map(|found| found.origin).into_iter().collect();
            origins.extend(kept.iter().filter(|(kept, _, _)| kept == name).map(|(_, origin, _)| *origin));
            origins.sort_unstable();
            if self.source != SecretSource::File {
                origins.push(Origin::Command);
            }
            Listed { name: name.to_owned(), origins }
        });
        Ok(listed.collect())
    }

    /// Returns `base`, or `base_2`, `base_3`, …: the first name that has no value anywhere.
    pub fn free_name(&self, base: &str) -> Result<String, SecretError> {
        check_name(base)?;
        let kept = self.kept()?;
        let is_taken =
            |name: &str| self.in_environment(name).is_some() || kept.iter().any(|(kept, _, _)| kept == name);
        let mut name = base.to_owned();
        let mut number = 2_u64;
        while is_taken(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        Ok(name)
    }

    /// Moves a token that was pasted somewhere into the store, for this workspace, and returns the name it has there.
    ///
    /// Where `base` or a numbered name has this very value already, that name is returned and nothing is written; no
    /// other value is ever replaced.
    pub fn adopt(&self, base: &str, value: &Secret) -> Result<String, SecretError> {
        self.writable()?;
        // Held until the value is written: no other process takes the free name meanwhile.
        let turn = store::take_turn(&self.file, &self.locks)?;
        let numbered = |name: &str| {
            let rest = name.strip_prefix(base).map(|rest| rest.trim_start_matches('_'));
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let same = self.kept()?.into_iter().find(|(name, _, kept)| {
            numbered(name)
                && kept == value
                && matches!(self.effective(name), Ok(Some(found)) if found.secret == *value)
        });
        if let Some((name, _, _)) = same {
            return Ok(name);
        }
        let name = self.free_name(base)?;
        let scope = if self.workspace.is_some() { Scope::Workspace } else { Scope::Shared };
        self.put(&name, value, scope, &turn)?;
        Ok(name)
    }

    /// Makes `secrets.toml` readable by the user only; returns a word to show where others could read it until now.
    pub fn tighten(&self) -> Result<Option<String>, SecretError> {
        match crate::disk::tighten(&self.file) {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(format!(
                "others could read {}; its mode is 0600 now. If they may have, revoke its tokens with @BotFather",
                self.file.display()
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SecretError::Read { path: self.file.clone(), source }),
        }
    }

    fn effective(&self, name: &str) -> Result<Option<Found>, SecretError> {
        match self.in_environment(name) {
            Some(found) => Ok(Some(found)),
            None => self.in_file(name),
        }
    }

    fn in_environment(&self, name: &str) -> Option<Found> {
        let value = (self.environment)(name).filter(|value| !value.is_empty())?;
        Some(Found { secret: Secret(value), origin: Origin::Environment })
    }

    fn in_file(&self, name: &str) -> Result<Option<Found>, SecretError> {
        let mut kept = self.kept()?;
        kept.retain(|(kept, _, _)| kept == name);
        kept.sort_by_key(|(_, origin, _)| *origin);
        Ok(kept.into_iter().next().map(|(_, origin, secret)| Found { secret, origin }))
    }

    fn kept(&self) -> Result<Vec<(String, Origin, Secret)>, SecretError> {
        self.usable()?;
        store::load(&self.file, self.key())
    }

    fn key(&self) -> Option<&str> {
        self.workspace.as_ref().map(|place| place.key.as_str())
    }

    /// Returns what is kept of `names` for the id of earlier versions, or for a folder that is no workspace any more;
    /// only where this workspace has no value of its own.
    ///
    /// A clone can copy an id, and any folder can ask for any name: these are for a person to decide about, by name.
    pub fn movable(&self, names: &[String], old_id: &str) -> Result<Vec<Movable>, SecretError> {
        self.usable()?;
        let own: Vec<String> = self
            .kept()?
            .into_iter()
            .filter(|(_, origin, _)| *origin == Origin::Workspace)
            .map(|(name, _, _)| name)
            .collect();
        let is_gone = |key: &str| {
            let path = Path::new(key);
            path.is_absolute() && !path.join("telecast.toml").exists()
        };
        let groups = store::groups(&self.file)?;
        let movable = groups.into_iter().flat_map(|(from, kept)| {
            let is_earlier = from == old_id || is_gone(&from);
            let wanted =
                kept.into_iter().filter(|name| is_earlier && names.contains(name) && !own.contains(name));
            wanted.map(|name| Movable { name, from: from.clone() }).collect::<Vec<_>>()
        });
        Ok(movable.collect())
    }

    pub fn move_here(&self, movable: &Movable) -> Result<(), SecretError> {
        self.writable()?;
        let to = self.path(&movable.name, Scope::Workspace)?;
        let from = ["workspace", movable.from.as_str(), movable.name.as_str()];
        let turn = store::take_turn(&self.file, &self.locks)?;
        let kept = store::load(&self.file, Some(&movable.from))?;
        let value =
            kept.into_iter().find(|(name, origin, _)| *name == movable.name && *origin == Origin::Workspace);
        let Some((_, _, secret)) = value else { return Ok(()) };
        store::change(&self.file, &turn, |editor| {
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

    fn path<'a>(&'a self, name: &'a str, scope: Scope) -> Result<Vec<&'a str>, SecretError> {
        match (scope, self.key()) {
            (Scope::Shared, _) => Ok(vec!["shared", name]),
            (Scope::Workspace, Some(workspace)) => Ok(vec!["workspace", workspace, name]),
            (Scope::Workspace, None) => Err(SecretError::NoWorkspace { name: name.to_owned() }),
        }
    }
}

impl Place {
    fn of(root: &Path) -> Self {
        // The file is TOML, which has no other bytes than text's.
        let key = root
            .to_str()
            .map_or_else(|| format!("sha256-{}", sha256(root.as_os_str().as_encoded_bytes())), str::to_owned);
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { key, folder }
    }
}

fn check_name(name: &str) -> Result<(), SecretError> {
    if is_name(name) { Ok(()) } else { Err(SecretError::BadName { name: name.to_owned() }) }
}

/// Refuses a value that is too long: a part of it would be another secret.
fn check_length(name: &str, value: &str) -> Result<(), SecretError> {
    if value.len() <= MAX_VALUE { Ok(()) } else { Err(SecretError::TooLong { name: name.to_owned() }) }
}
