//! What use cases of one workspace share: secrets, the store, the HTTP client, the sandbox.
//!
//! Everything is opened when it is first needed, so that the first frame waits for none of it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use crate::botapi::{Client, ClientError, ClientOptions};
use crate::campaign::SANDBOX;
use crate::compose::Filled;
use crate::profile::{Reachability, Value};
use crate::sandbox::{self, Chats};
use crate::secrets::{Redactor, Secret, SecretError, Secrets};
use crate::settings::Settings;
use crate::store::{self, SqliteStore, Store};
use crate::workspace::PRIVATE;

/// The database of people, in the workspace's private folder.
pub const DATABASE: &str = "audience.db";

/// The shared means of one workspace.
pub struct Session {
    root: PathBuf,
    secrets: Secrets,
    client_options: ClientOptions,
    client: OnceLock<Client>,
    store: Mutex<Option<Arc<SqliteStore>>>,
    sandbox: AsyncMutex<Option<OwnSandbox>>,
    redactor: Mutex<Redactor>,
}

/// A sandbox that this process started for its workspace, and its announcement, which goes with it.
struct OwnSandbox {
    running: sandbox::Running,
    _announcement: sandbox::announce::Announcement,
}

/// Why a secret, or what stands for one, has no value.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// There is none by that name.
    #[error("there is no secret {}", names.iter().map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(", "))]
    Missing {
        /// Their names.
        names: Vec<String>,
    },
    /// It could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The workspace's sandbox is not there and could not be started.
    #[error("cannot start the sandbox: {0}")]
    Sandbox(String),
}

impl Session {
    /// Makes the session of the workspace in `root`; `id` is what its secrets are kept under.
    pub fn new(root: PathBuf, secrets: Secrets, settings: &Settings) -> Self {
        Self {
            root,
            secrets,
            client_options: ClientOptions {
                ca_file: settings.ca_file.clone(),
                proxy: settings.proxy.clone(),
            },
            client: OnceLock::new(),
            store: Mutex::new(None),
            sandbox: AsyncMutex::new(None),
            redactor: Mutex::new(Redactor::new(Vec::new())),
        }
    }

    /// Returns the workspace's folder.
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    /// Returns the secrets.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns the store, opened when first asked for; a failed opening is tried again the next time. Blocks.
    pub fn store(&self) -> Result<Arc<SqliteStore>, store::Error> {
        let mut slot = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*slot {
            return Ok(Arc::clone(store));
        }
        let opened = Arc::new(SqliteStore::open(&self.root.join(PRIVATE).join(DATABASE))?);
        *slot = Some(Arc::clone(&opened));
        Ok(opened)
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

    /// Fills secrets and `${SANDBOX}` in; starts the workspace's sandbox where it is needed and none runs.
    pub async fn resolve(&self, text: &Filled) -> Result<String, ResolveError> {
        let mut values: Vec<(String, String)> = Vec::new();
        let mut missing = Vec::new();
        for name in text.secret_names() {
            if name == SANDBOX {
                values.push((name.to_owned(), self.sandbox_url().await?));
                continue;
            }
            match self.secrets.find(name).await? {
                Some(found) => {
                    self.remember(name, &found.secret);
                    values.push((name.to_owned(), found.secret.expose().to_owned()));
                }
                None => missing.push(name.to_owned()),
            }
        }
        if !missing.is_empty() {
            return Err(ResolveError::Missing { names: missing });
        }
        let value =
            |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        text.resolve(&mut { value }).map_err(|missing| ResolveError::Missing { names: missing.0 })
    }

    fn remember(&self, name: &str, secret: &Secret) {
        let mut redactor = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        *redactor = redactor.with(name, secret);
    }

    /// Returns the address of the workspace's own sandbox: the running one, else one started for this session.
    pub async fn sandbox_url(&self) -> Result<String, ResolveError> {
        let mut own = self.sandbox.lock().await;
        if let Some(own) = &*own {
            return Ok(own.running.url());
        }
        if let Some(address) = sandbox::announce::find(&self.root).await {
            return Ok(format!("http://{address}"));
        }
        let options = sandbox::Options {
            chats: Chats::Any,
            blocked: self.blocked_chats(),
            ..sandbox::Options::default()
        };
        let running =
            sandbox::start(options).await.map_err(|error| ResolveError::Sandbox(error.to_string()))?;
        let announcement = sandbox::announce::announce(&self.root, running.addr)
            .map_err(|error| ResolveError::Sandbox(error.to_string()))?;
        let url = running.url();
        *own = Some(OwnSandbox { running, _announcement: announcement });
        Ok(url)
    }

    /// The chats that the store knows to have blocked the bot: the sandbox's users do the same.
    fn blocked_chats(&self) -> Vec<i64> {
        let Ok(store) = self.store() else { return Vec::new() };
        let mut blocked = Vec::new();
        let mut after: Option<String> = None;
        while let Ok(page) = store.list("", after.as_deref(), 1000) {
            let chats = page.profiles.iter().filter(|profile| profile.reachability == Reachability::Blocked);
            blocked.extend(chats.filter_map(|profile| match profile.chat_id() {
                Some(Value::Integer(id)) => Some(*id),
                Some(Value::Text(text)) => text.parse().ok(),
                _ => None,
            }));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        blocked
    }

    /// Stops what this session started.
    pub async fn close(&self) {
        if let Some(own) = self.sandbox.lock().await.take() {
            own.running.stop().await;
        }
    }
}
