//! Holds the state that all operations on one workspace share: the secrets, the profile store, the HTTP client, the
//! sandbox (a local server that imitates the Bot API), and more.
//!
//! The store, the client, and the sandbox are opened on first use, so that the console's first screen appears without
//! waiting for them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use super::profiles::{ProfileStoreError, open_existing_store, open_store};

use crate::botapi::{Client, ClientError, ClientOptions};
use crate::campaign::{RouteMismatch, SANDBOX};
use crate::compose::SecretTemplate;
use crate::disk::LockError;
use crate::paths::Paths;
use crate::sandbox::{self, InitialChats, SandboxStartError};
use crate::secrets::{MovableSecret, Redactor, Secret, SecretError, Secrets};
use crate::settings::Settings;
use crate::state::{StateError, WorkspaceState};
use crate::store::Store;
use crate::telegram::ChatId;
use crate::text::shorten;
use crate::workspace::{Folder, Workspace, WorkspaceReloader};

use super::trust::{Grants, Permit};

/// How many characters of a server's answer are shown. Telegram's own answers are much shorter.
pub(super) const ANSWER_CHARS: usize = 1_000;

pub struct Session {
    paths: Paths,
    folder: Folder,
    reading: Arc<WorkspaceReloader>,
    /// The key under which earlier versions of telecast stored the workspace's secrets.
    legacy_id: String,
    grants: Grants,
    sharing: Sharing,
    secrets: Secrets,
    client_options: ClientOptions,
    client: OnceLock<Client>,
    store: Arc<Mutex<Option<Arc<dyn Store>>>>,
    sandbox: AsyncMutex<Option<OwnSandbox>>,
    redactor: Mutex<Redactor>,
}

/// How long the sandbox of a session runs, and whether other processes may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// The sandbox of a command ends with the command. The sandbox is not announced to other processes, because the
    /// command could end while another process is using the sandbox.
    OneCommand,
    /// The sandbox of a console runs as long as the console. The sandbox is announced to other processes, so that
    /// commands can use it too.
    Console,
}

struct OwnSandbox {
    /// This field is declared before `running`, because fields are dropped in the order of their declaration. The
    /// announcement must be withdrawn while this process still has the port. If it were withdrawn later, another server
    /// could take the port and be mistaken for the sandbox.
    announcement: Option<sandbox::announce::Announcement>,
    running: sandbox::RunningSandbox,
}

/// Why the secrets of a URL or a header cannot be filled in, or why the result must not be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no secret {}", names.iter().map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(", "))]
    Missing {
        names: Vec<String>,
        /// The missing secrets that can be moved to this workspace. They are stored for a folder that is no longer a
        /// workspace, or an earlier version of telecast stored them for this workspace.
        movable: Vec<MovableSecret>,
    },
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("cannot start the sandbox: {0}")]
    Sandbox(#[from] SandboxStartError),
    /// The sandbox was started, but could not be announced to other processes.
    #[error("cannot start the sandbox: {0}")]
    Announce(#[from] LockError),
    #[error(transparent)]
    RouteMismatch(#[from] RouteMismatch),
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// It could not be recorded that the secrets were offered to the user, so nothing was moved.
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
            reading: Arc::new(WorkspaceReloader::new(Arc::new(workspace.clone()))),
            paths,
            legacy_id: workspace.id(),
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

    /// Returns the reloader, which reads the workspace again. The reloader already knows the workspace for which the
    /// session was created, and reads a campaign only if the campaign's files have changed.
    pub fn reading(&self) -> &Arc<WorkspaceReloader> {
        &self.reading
    }

    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns the profile store, opened on first use. After an error, the next call tries again. Blocks.
    pub fn store(&self) -> Result<Arc<dyn Store>, ProfileStoreError> {
        // A poisoned lock is still used: even if a thread panicked while it held the lock, the value in the lock is
        // either missing or complete.
        let mut slot = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let opened = open_store(&self.folder)?;
        *slot = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// Returns the profile store; `None` if it does not exist. Does not create one. Blocks.
    pub fn store_if_any(&self) -> Result<Option<Arc<dyn Store>>, ProfileStoreError> {
        opened_if_any(&self.store, &self.folder)
    }

    /// Drops the session's store, so that the next use opens the store again. Call this function when the store becomes
    /// writable or read-only.
    pub fn forget_store(&self) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns the secrets among `names` that can be moved to this workspace and have not been offered to the user yet.
    /// Such secrets are stored for a folder that is no longer a workspace, or an earlier version of telecast stored
    /// them for this workspace. The list is empty if the record of offered secrets cannot be read. Blocks.
    pub fn secrets_to_offer(&self, names: &[String]) -> Result<Vec<MovableSecret>, SecretError> {
        let movable = self.secrets.movable(names, &self.legacy_id)?;
        let Ok(record) = self.state().read() else { return Ok(Vec::new()) };
        Ok(movable.into_iter().filter(|found| !record.offered_secrets.contains(&found.name)).collect())
    }

    /// Records that these secrets were offered, whether or not the user moved them. Blocks.
    pub fn note_offered(&self, found: &[MovableSecret]) -> Result<(), StateError> {
        let offered = found.iter().map(|found| found.name.clone());
        self.state().change(|record| record.offered_secrets.extend(offered))
    }

    /// Moves these secrets to this workspace and records that they were offered. Blocks.
    pub fn move_secrets(&self, found: &[MovableSecret]) -> Result<(), MoveError> {
        self.note_offered(found)?;
        Ok(found.iter().try_for_each(|found| self.secrets.move_here(found))?)
    }

    /// Returns the HTTP client, created on first use.
    pub fn client(&self) -> Result<&Client, ClientError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // The client is created outside `get_or_init`, which would need a function that cannot fail. If creating the
        // client fails, nothing is stored, and the next call tries again.
        let client = Client::new(&self.client_options)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Masks every secret that was read in this session, and everything else that looks like a bot token.
    pub fn redact(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner).redact(text).into_owned()
    }

    /// Prepares text that may quote a server for display: masks secrets and limits the length.
    pub fn redact_and_shorten(&self, text: &str) -> String {
        shorten(&self.redact(text), ANSWER_CHARS).into_owned()
    }

    /// Returns `text` with its secrets and `${SANDBOX}` filled in. `permit`, the permission to send through a webhook,
    /// must be for the webhook that contains `text`.
    pub async fn resolve(&self, permit: &Permit, text: &SecretTemplate) -> Result<String, ResolveError> {
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
            if let Some(value) = permit.stand_in {
                values.push((name.to_owned(), value.to_owned()));
                continue;
            }
            // A secret that the permit does not list is not part of what the user trusted, so it counts as missing.
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
        // One error names all missing secrets, so that the user sees at once which secrets to set.
        if !missing.is_empty() {
            return Err(self.missing(missing));
        }
        let value =
            |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        text.resolve(&mut { value }).map_err(|missing| self.missing(missing.0))
    }

    fn missing(&self, names: Vec<String>) -> ResolveError {
        // An error from an unreadable secrets file is ignored here. Its only consequence is that no secrets are offered
        // for moving. `resolve` itself reports the unreadable file when it looks up a permitted secret there.
        let movable = self.secrets.movable(&names, &self.legacy_id).unwrap_or_default();
        ResolveError::Missing { names, movable }
    }

    /// Like [`Session::redact`], but for a text that was cut off: also masks the beginning of a secret at the text's
    /// end.
    pub(super) fn redact_cut(&self, text: &str) -> String {
        self.redactor.lock().unwrap_or_else(PoisonError::into_inner).redact_cut(text).into_owned()
    }

    /// From now on, the session shows `<name>` in place of `secret`, or `••••••` if `name` is empty.
    pub(super) fn remember(&self, name: &str, secret: &Secret) {
        let mut redactor = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        // Adding a secret a second time changes nothing, so each request can add all its secrets.
        *redactor = redactor.with(name, secret);
    }

    /// Returns the URL of the workspace's own sandbox. Starts the sandbox if it is not running yet.
    pub async fn sandbox_url(&self) -> Result<String, ResolveError> {
        // The lock is held while the sandbox starts, so that two tests at the same time do not start two sandboxes.
        let mut own = self.sandbox.lock().await;
        if let Some(own) = &*own {
            return Ok(own.running.url());
        }
        // Another process may already run this workspace's sandbox. Then this function returns the URL of that sandbox
        // and starts none.
        if let Some(address) = sandbox::announce::find(&self.paths, self.folder.root()) {
            return Ok(format!("http://{address}"));
        }
        let options = sandbox::SandboxOptions {
            chats: InitialChats::Any,
            blocked: self.blocked_chats().await,
            ..sandbox::SandboxOptions::default()
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

    /// Returns a message of the workspace's own sandbox as a Message object. Returns `None` if there is no such message,
    /// or if no sandbox of this workspace runs in this process.
    pub(super) fn sandbox_message(&self, chat: &ChatId, id: i64) -> Option<serde_json::Value> {
        // While the sandbox starts, it has no messages yet, so a locked mutex needs no waiting.
        let own = self.sandbox.try_lock().ok()?;
        own.as_ref()?.running.message(chat, id)
    }

    /// Returns the chats that have blocked the bot, according to the store. For these chats, the sandbox answers that
    /// the bot was blocked, as Telegram does.
    async fn blocked_chats(&self) -> Vec<i64> {
        let (store, folder) = (Arc::clone(&self.store), self.folder.clone());
        // The store is opened on another thread. When it was opened on the thread that draws the screen, the console
        // reacted late to key presses.
        let found = tokio::task::spawn_blocking(move || {
            let blocked = opened_if_any(&store, &folder)?.map(|store| store.blocked_chats());
            Ok::<_, ProfileStoreError>(blocked.transpose()?)
        });
        // An error is ignored, because the sandbox works without the list. The next use of the store reports the error.
        found.await.ok().and_then(Result::ok).flatten().unwrap_or_default()
    }

    /// Stops the sandbox, if this session started one.
    pub async fn close(&self) {
        if let Some(own) = self.sandbox.lock().await.take() {
            // The announcement is dropped first, so that no process finds a sandbox that is about to stop.
            drop(own.announcement);
            own.running.stop().await;
        }
    }
}

fn opened_if_any(
    slot: &Mutex<Option<Arc<dyn Store>>>,
    folder: &Folder,
) -> Result<Option<Arc<dyn Store>>, ProfileStoreError> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if slot.is_none() {
        *slot = open_existing_store(folder)?;
    }
    Ok(slot.clone())
}
