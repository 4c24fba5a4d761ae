//! A Bot API server that answers like Telegram, for learning, demos, and tests without a network. By default, it
//! listens on loopback only.
//!
//! ```text
//! socket ──access, server──▶ SandboxRoute + MethodCall ──state──▶ methods ──▶ HttpReply ──server──▶ socket
//!                                                          ▲
//! POST /sandbox/updates ───────────────────────simulation──┘ simulated users: chats, updates, blocks
//! ```
//!
//! `state` decides what is answered. It has no sockets and no clock: the time is passed in. `server` reads requests and
//! writes answers.

pub(crate) mod announce;

mod access;
mod bot;
mod call;
mod chats;
mod faults;
mod files;
mod limits;
mod methods;
mod queue;
mod reply;
mod route;
mod server;
mod simulation;
mod state;
mod token;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock;
use crate::telegram::ChatId;

pub use access::AccessScope;
pub use chats::InitialChats;

use server::ServerContext;
use state::{SandboxState, ValidatedOptions};
use token::BotToken;

pub struct SandboxOptions {
    /// The address to listen on; port 0 picks a free port.
    pub listen: SocketAddr,
    pub access: AccessScope,
    /// The accepted tokens, each with its own bot. If this is empty, every well-formed token is accepted.
    pub tokens: Vec<String>,
    pub chats: InitialChats,
    /// Chats that exist and have blocked every bot.
    pub blocked: Vec<i64>,
    /// The messages per second that each bot may send before it gets 429.
    pub rate: Option<f64>,
    pub latency: Option<Duration>,
    /// The share of sends that fail, from 0 to 1. Some fail with 429, 500, or 502. For the others, the connection is
    /// closed, either before or after the message was sent.
    pub fail: f64,
    /// The seed for choosing which sends fail, and how. With the same seed, the same sends fail in the same way.
    pub seed: u64,
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Default for SandboxOptions {
    /// Returns options for a free port on loopback and any token, without a rate limit, latency, or failures. The only
    /// chats are those that updates add.
    fn default() -> Self {
        SandboxOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            access: AccessScope::Loopback,
            tokens: Vec::new(),
            chats: InitialChats::Only(Vec::new()),
            blocked: Vec::new(),
            rate: None,
            latency: None,
            fail: 0.0,
            seed: 0,
            clock: Arc::new(clock::now),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxStartError {
    #[error("{addr} is not a loopback address: listen on 127.0.0.1:{} instead", addr.port())]
    NotLoopback { addr: SocketAddr },
    #[error("port {} is in use: choose another, or 0 for a free port", addr.port())]
    PortInUse { addr: SocketAddr },
    #[error("cannot listen on {addr}")]
    Listen {
        addr: SocketAddr,
        #[source]
        source: io::Error,
    },
    /// The error message does not contain the refused text, because the text may be a real token with a typing error.
    #[error("token {number} is not a bot token: write a number, a colon and letters, as in 42:TEST")]
    MalformedToken {
        /// The number of the token in the options, from 1.
        number: usize,
    },
    #[error("the rate must be above 0 messages per second, not {rate}")]
    BadRate { rate: f64 },
    #[error("the share of failures must be between 0 and 1, not {fail}")]
    BadFail { fail: f64 },
}

/// An update or a token that a running sandbox refused.
#[derive(Debug, thiserror::Error)]
#[error("{description}")]
pub struct SandboxError {
    pub description: String,
}

/// A sandbox that runs until it is stopped or dropped.
pub struct RunningSandbox {
    pub addr: SocketAddr,
    shared: Arc<ServerContext>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

pub async fn start(options: SandboxOptions) -> Result<RunningSandbox, SandboxStartError> {
    let addr = options.listen;
    // The address is checked before binding, so that other machines cannot connect even for a moment.
    if options.access == AccessScope::Loopback && !addr.ip().is_loopback() {
        return Err(SandboxStartError::NotLoopback { addr });
    }
    let validated = validate(&options)?;
    let listener = TcpListener::bind(addr).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => SandboxStartError::PortInUse { addr },
        _ => SandboxStartError::Listen { addr, source },
    })?;
    // With port 0, the system chooses the port, so only the listener knows the real address.
    let addr = listener.local_addr().map_err(|source| SandboxStartError::Listen { addr, source })?;
    let state = SandboxState::new(validated, (options.clock)());
    let shared = Arc::new(ServerContext::new(state, options.access, options.clock, options.latency));
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped));
    Ok(RunningSandbox { addr, shared, stop, server })
}

fn validate(options: &SandboxOptions) -> Result<ValidatedOptions, SandboxStartError> {
    let mut tokens = Vec::with_capacity(options.tokens.len());
    for (index, text) in options.tokens.iter().enumerate() {
        let token = BotToken::parse(text).ok_or(SandboxStartError::MalformedToken { number: index + 1 })?;
        tokens.push(token);
    }
    // NaN and infinity would pass a plain comparison with 0.
    if let Some(rate) = options.rate.filter(|rate| !rate.is_finite() || *rate <= 0.0) {
        return Err(SandboxStartError::BadRate { rate });
    }
    if !(0.0..=1.0).contains(&options.fail) {
        return Err(SandboxStartError::BadFail { fail: options.fail });
    }
    Ok(ValidatedOptions {
        tokens,
        chats: options.chats.clone(),
        blocked: options.blocked.clone(),
        rate: options.rate,
        fail: options.fail,
        seed: options.seed,
    })
}

impl RunningSandbox {
    /// Returns the base of the sandbox's URLs, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Queues an update for a bot, like `POST /sandbox/updates`, and returns the update's id. Without a token, the
    /// update is for the first bot.
    pub fn inject_update(&self, token: Option<&str>, update: Value) -> Result<i64, SandboxError> {
        self.shared
            .queue_update(token, update)
            .map_err(|error| SandboxError { description: error.description })
    }

    /// Returns the Message objects that a bot has sent and that are still stored. Without a token, returns those of the
    /// first bot.
    pub fn messages(&self, token: Option<&str>) -> Result<Vec<Value>, SandboxError> {
        let messages =
            self.shared.messages(token).map_err(|error| SandboxError { description: error.description })?;
        Ok(serde_json::from_str(&messages).unwrap_or_default())
    }

    /// Returns a stored message as a Message object, whether a bot sent it or received it. If several bots have such a
    /// message, returns that of the first bot.
    pub(crate) fn message(&self, chat: &ChatId, id: i64) -> Option<Value> {
        self.shared.message(chat, id).and_then(|message| serde_json::from_str(&message).ok())
    }

    /// Answers the getUpdates calls that are waiting for updates, gives answers in progress half a second to finish,
    /// and frees the port.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // The task is awaited, so that the port is free when `stop` returns. An error means that the task panicked or
        // that its runtime is gone. The port is free in these cases too, so the error is ignored.
        let _ = (&mut self.server).await;
    }

    /// Waits until the server ends. Unless the sandbox is stopped, the server ends only if it panics or if its runtime
    /// shuts down.
    pub async fn wait(&mut self) {
        // An error means that the task panicked or that its runtime is gone. The server has ended in these cases too,
        // so the error is ignored.
        let _ = (&mut self.server).await;
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        // `drop` cannot wait for the server's task. The port is freed a moment later, when the task has received the
        // signal.
        self.stop.send_replace(true);
    }
}
