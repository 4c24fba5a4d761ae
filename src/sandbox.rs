//! A Bot API on loopback that answers as Telegram does: to learn, demonstrate and test offline.
//!
//! ```text
//! socket ──gate, server──▶ Route + Call ──state──▶ methods ──▶ Reply ──server──▶ socket
//!                                           ▲
//! POST /sandbox/updates ────────simulation──┘ chats, updates, blocks of simulated users
//! ```
//!
//! All that is decided is decided in `state`, without sockets and with the time passed in; `server` moves bytes.

pub mod announce;

mod bot;
mod call;
mod chats;
mod faults;
mod gate;
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

pub use chats::Chats;
pub use gate::Reach;

use server::Shared;
use state::{Rules, State};
use token::Token;

pub struct Options {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    pub reach: Reach,
    /// The tokens that are let in; with none, every well-formed one is a bot.
    pub tokens: Vec<String>,
    pub chats: Chats,
    /// Chats that exist and have blocked every bot.
    pub blocked: Vec<i64>,
    /// Messages a second that each bot may send before it gets 429.
    pub rate: Option<f64>,
    pub latency: Option<Duration>,
    /// The share of sends that fail, 0 to 1: 429, 500, 502 and connections that end, before or after the message
    /// was sent.
    pub fail: f64,
    /// Decides which sends fail.
    pub seed: u64,
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Default for Options {
    /// A free port on loopback, any token, no chats but those that updates bring, no limits and no failures.
    fn default() -> Self {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            reach: Reach::Loopback,
            tokens: Vec::new(),
            chats: Chats::Only(Vec::new()),
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
pub enum StartError {
    #[error("{addr} is not an address of this machine alone: listen on 127.0.0.1:{} instead", addr.port())]
    NotLoopback { addr: SocketAddr },
    #[error("port {} is in use: choose another, or port 0 to get a free one", addr.port())]
    PortInUse { addr: SocketAddr },
    #[error("cannot listen on {addr}")]
    Listen {
        addr: SocketAddr,
        #[source]
        source: io::Error,
    },
    /// A token of the options could not be one; it is not repeated.
    #[error("token {number} is not a bot token: it is a number, a colon and letters, as in 42:TEST")]
    MalformedToken {
        /// Which one, from 1.
        number: usize,
    },
    #[error("a rate of {rate} messages a second is not above 0")]
    BadRate { rate: f64 },
    #[error("a share of {fail} failures is not between 0 and 1")]
    BadFail { fail: f64 },
}

/// An update or a token that a running sandbox did not take.
#[derive(Debug, thiserror::Error)]
#[error("{description}")]
pub struct Refused {
    pub description: String,
}

/// A sandbox that runs until it is stopped or dropped.
pub struct Running {
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

pub async fn start(options: Options) -> Result<Running, StartError> {
    let addr = options.listen;
    if options.reach == Reach::Loopback && !addr.ip().is_loopback() {
        return Err(StartError::NotLoopback { addr });
    }
    let rules = rules(&options)?;
    let listener = TcpListener::bind(addr).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { addr },
        _ => StartError::Listen { addr, source },
    })?;
    let addr = listener.local_addr().map_err(|source| StartError::Listen { addr, source })?;
    let state = State::new(rules, (options.clock)());
    let shared = Arc::new(Shared::new(state, options.reach, options.clock, options.latency));
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped));
    Ok(Running { addr, shared, stop, server })
}

fn rules(options: &Options) -> Result<Rules, StartError> {
    let mut tokens = Vec::with_capacity(options.tokens.len());
    for (index, text) in options.tokens.iter().enumerate() {
        let token = Token::parse(text).ok_or(StartError::MalformedToken { number: index + 1 })?;
        tokens.push(token);
    }
    if let Some(rate) = options.rate.filter(|rate| !rate.is_finite() || *rate <= 0.0) {
        return Err(StartError::BadRate { rate });
    }
    if !(0.0..=1.0).contains(&options.fail) {
        return Err(StartError::BadFail { fail: options.fail });
    }
    Ok(Rules {
        tokens,
        chats: options.chats.clone(),
        blocked: options.blocked.clone(),
        rate: options.rate,
        fail: options.fail,
        seed: options.seed,
    })
}

impl Running {
    /// Returns the address as the base of URLs, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Queues an update for a bot, as `POST /sandbox/updates` does, and returns its id; no token means the first bot.
    pub fn inject_update(&self, token: Option<&str>, update: Value) -> Result<i64, Refused> {
        self.shared.queue_update(token, update).map_err(|error| Refused { description: error.description })
    }

    /// Returns the Message objects that a bot has sent; no token means the first bot.
    pub fn messages(&self, token: Option<&str>) -> Result<Vec<Value>, Refused> {
        let messages =
            self.shared.messages(token).map_err(|error| Refused { description: error.description })?;
        Ok(serde_json::from_str(&messages).unwrap_or_default())
    }

    /// Stops: ends the calls that wait, lets answers under way go out, and frees the port.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // The server ends by itself; that it panicked or was aborted with its runtime changes nothing here.
        let _ = (&mut self.server).await;
    }

    /// Runs until the server ends, which it does not do by itself.
    pub async fn wait(&mut self) {
        // As in `stop`.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
