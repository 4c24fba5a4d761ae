//! What use cases of one workspace share: secrets, the store, the HTTP client, the sandbox.
//!
//! Everything is opened when it is first needed, so that the first frame waits for none of it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use super::people::{PeopleError, find_people, open_people};

use crate::botapi::{Client, ClientError, ClientOptions};
use crate::campaign::{Misdirected, SANDBOX};
use crate::compose::Filled;
use crate::disk::LockError;
use crate::paths::Paths;
use crate::sandbox::{self, Chats, StartError};
use crate::secrets::{Movable, Redactor, Secret, SecretError, Secrets};
use crate::settings::Settings;
use crate::state::{StateError, WorkspaceState};
use crate::store::Store;
use crate::text::shorten;
use crate::workspace::{Folder, Reading, Workspace};

use super::trash::Trash;
use super::trust::{Grants, Permit};

/// How many characters of an answer are shown: several times what Telegram says.
pub(super) const ANSWER_CHARS: usize = 1_000;

pub struct Session {
    paths: Paths,
    folder: Folder,
    reading: Arc<Reading>,
    /// What earlier versions kept the workspace's secrets by.
    old_id: String,
    grants: Grants,
    sharing: Sharing,
    secrets: Secrets,
    client_options: ClientOptions,
    client: OnceLock<Client>,
    store: Arc<Mutex<Option<Arc<dyn Store>>>>,
    sandbox: AsyncMutex<Option<OwnSandbox>>,
    redactor: Mutex<Redactor>,
    pub(super) trash: Trash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// A command's sandbox ends with the command: another one that used it would lose it in the middle of its work.
    OneCommand,
    /// A console's stays as long as the console: commands beside it use it too.
    Console,
}

struct OwnSandbox {
    /// Dropped first: it has to be taken back while the port is still ours.
    announcement: Option<sandbox::announce::Announcement>,
    running: sandbox::Running,
}

/// Why an address or a header cannot be filled in, or must not be used as it is then.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no secret {}", names.iter().map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(", "))]
    Missing {
        names: Vec<String>,
        /// Those of them that are kept for an earlier place or version of this workspace.
        movable: Vec<Movable>,
    },
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("cannot start the sandbox: {0}")]
    Sandbox(#[from] StartError),
    /// It was started, and others could not be told of it.
    #[error("cannot start the sandbox: {0}")]
    Announce(#[from] LockError),
    #[error(transparent)]
    Misdirected(#[from] Misdirected),
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// That they were offered could not be kept.
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Session {
    pub fn new(
        paths: Paths,
        workspace: &Workspace,
        secrets: Secrets,
        settings: &Settings,
        sharing: Sharing,
    ) -> Self {
        Self {
            folder: workspace.folder(&paths),
            reading: Arc::new(Reading::new(Arc::new(workspace.clone()))),
            paths,
            old_id: workspace.id(),
            grants: Grants::default(),
            sharing,
            secrets,
            client_options: ClientOptions {
                ca_file: settings.ca_file.clone(),
                proxy: settings.proxy.clone(),
            },
            client: OnceLock::new(),
            store: Arc::default(),
            sandbox: AsyncMutex::new(None),
            redactor: Mutex::new(Redactor::new(Vec::new())),
            trash: Trash::default(),
        }
    }

    #[must_use]
    pub fn with_grants(mut self, grants: Grants) -> Self {
        self.grants = grants;
        self
    }

    pub(super) fn grants(&self) -> &Grants {
        &self.grants
    }

    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    pub fn state(&self) -> WorkspaceState {
        WorkspaceState::new(&self.paths, self.folder.root())
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Returns the reading of the workspace's files, which goes on from the workspace that the session was made for.
    pub fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns the store, opened when first asked for; a failed opening is tried again the next time. Blocks.
    pub fn store(&self) -> Result<Arc<dyn Store>, PeopleError> {
        let mut slot = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let opened = open_people(&self.folder)?;
        *slot = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Returns the store where there are people to be asked; makes none. Blocks.
    pub fn store_if_any(&self) -> Result<Option<Arc<dyn Store>>, PeopleError> {
        opened_if_any(&self.store, &self.folder)
    }

    /// Opens the store anew when it is next asked for: whether it may be written has changed.
    pub fn forget_store(&self) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns the values of `names` that are kept for an earlier place or version of the workspace and were not offered
    /// yet. Blocks.
    pub fn secrets_to_offer(&self, names: &[String]) -> Result<Vec<Movable>, SecretError> {
        let movable = self.secrets.movable(names, &self.old_id)?;
        let Ok(record) = self.state().read() else { return Ok(Vec::new()) };
        Ok(movable.into_iter().filter(|found| !record.offered_secrets.contains(&found.name)).collect())
    }

    /// Notes that such values were offered, whatever was decided. Blocks.
    pub fn note_offered(&self, found: &[Movable]) -> Result<(), StateError> {
        let offered = found.iter().map(|found| found.name.clone());
        self.state().change(|record| record.offered_secrets.extend(offered))
    }

    /// Moves such values here and notes that they were offered. Blocks.
    pub fn move_secrets(&self, found: &[Movable]) -> Result<(), MoveError> {
        self.note_offered(found)?;
        Ok(found.iter().try_for_each(|found| self.secrets.move_here(found))?)
    }

    /// Returns the HTTP client, made when first asked for.
    pub fn client(&self) -> Result<&Client, ClientError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = Client::new(&self.client_options)?;
        Ok(self.client.get_or_init(|| made))
    }

    /// Returns `text` with every secret masked that was read in this session.
    pub fn redact(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner).redact(text).into_owned()
    }

    /// Returns words in which somebody else may be quoted as they may be shown: secrets masked, and not too many.
    pub fn in_short(&self, words: &str) -> String {
        shorten(&self.redact(words), ANSWER_CHARS).into_owned()
    }

    /// Fills secrets and `${SANDBOX}` in, which needs a permit for the webhook that names them.
    pub async fn resolve(&self, permit: &Permit, text: &Filled) -> Result<String, ResolveError> {
        let mut values: Vec<(String, String)> = Vec::new();
        let mut missing = Vec::new();
        for name in text.secret_names() {
            if name == SANDBOX {
                match &permit.sandbox {
                    Some(address) => values.push((name.to_owned(), address.clone())),
                    None => missing.push(name.to_owned()),
                }
                continue;
            }
            // What the permit does not name was not in the webhook when it was looked at.
            let found = match permit.route.secrets.iter().any(|permitted| permitted == name) {
                true => self.secrets.find(name).await?,
                false => None,
            };
            match found {
                Some(found) => {
                    self.remember(name, &found.secret);
                    values.push((name.to_owned(), found.secret.expose().to_owned()));
                }
                None => missing.push(name.to_owned()),
            }
        }
        if !missing.is_empty() {
            return Err(self.missing(missing));
        }
        let value =
            |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        text.resolve(&mut { value }).map_err(|missing| self.missing(missing.0))
    }

    fn missing(&self, names: Vec<String>) -> ResolveError {
        // Where the store cannot be read, that is said when it is asked for a value.
        let movable = self.secrets.movable(&names, &self.old_id).unwrap_or_default();
        ResolveError::Missing { names, movable }
    }

    /// Returns `text`, which was cut off somewhere, masked as by [`Session::redact`], and what begins like a secret at its end.
    pub(super) fn redact_cut(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner).redact_cut(text).into_owned()
    }

    /// Masks `secret` from now on, by its name where it has one.
    pub(super) fn remember(&self, name: &str, secret: &Secret) {
        let mut redactor = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        *redactor = redactor.with(name, secret);
    }

    /// Returns the address of the workspace's own sandbox: the running one, else one started for this session.
    pub async fn sandbox_url(&self) -> Result<String, ResolveError> {
        let mut own = self.sandbox.lock().await;
        if let Some(own) = &*own {
            return Ok(own.running.url());
        }
        if let Some(address) = sandbox::announce::find(&self.paths, self.folder.root()) {
            return Ok(format!("http://{address}"));
        }
        let options = sandbox::Options {
            chats: Chats::Any,
            blocked: self.blocked_chats().await,
            ..sandbox::Options::default()
        };
        let running = sandbox::start(options).await?;
        let announcement = match self.sharing {
            Sharing::OneCommand => None,
            Sharing::Console => {
                let announced =
                    sandbox::announce::announce(&self.paths, running.addr, Some(self.folder.root()));
                Some(announced?)
            }
        };
        let url = running.url();
        *own = Some(OwnSandbox { announcement, running });
        Ok(url)
    }

    /// The chats that the store knows to have blocked the bot: the sandbox's users do the same.
    async fn blocked_chats(&self) -> Vec<i64> {
        let (store, folder) = (Arc::clone(&self.store), self.folder.clone());
        let found = tokio::task::spawn_blocking(move || {
            let blocked = opened_if_any(&store, &folder)?.map(|store| store.blocked_chats());
            Ok::<_, PeopleError>(blocked.transpose()?)
        });
        // Why the people cannot be read is said where they are asked for; the sandbox works without.
        found.await.ok().and_then(Result::ok).flatten().unwrap_or_default()
    }

    /// Stops what this session started.
    pub async fn close(&self) {
        if let Some(own) = self.sandbox.lock().await.take() {
            drop(own.announcement);
            own.running.stop().await;
        }
    }
}

fn opened_if_any(
    slot: &Mutex<Option<Arc<dyn Store>>>,
    folder: &Folder,
) -> Result<Option<Arc<dyn Store>>, PeopleError> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if slot.is_none() {
        *slot = find_people(folder)?;
    }
    Ok(slot.clone())
}
