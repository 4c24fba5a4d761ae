//! The HTTP client for webhooks and Bot API methods: one attempt a request, no redirects, no retry policy.
//!
//! Redirects are answers like others: following one would carry the token in the path to another address. Loopback
//! never goes through a proxy, token and all.
//!
//! ```text
//! HttpRequest ──Addressed──Client::deliver──▶ HttpAnswer | SendError
//! Bot: getMe, getUpdates, … ──▶ values | CallError
//! ```

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::settings::Proxy;

mod addressed;
mod bot;
mod error;
mod http;
mod tls;

#[cfg(test)]
mod tests;

pub use addressed::{AddressError, Addressed};
pub use bot::{Bot, BotUser, CallError, WebhookInfo};
pub use error::SendError;
pub use http::{HttpAnswer, HttpRequest};

const CONNECT: Duration = Duration::from_secs(5);

/// How much of an answer is read: getUpdates' answers are cut at about 4 MB.
const MAX_BODY: usize = 16 * 1024 * 1024;

const KEPT_HEADERS: [&str; 4] = ["content-type", "date", "location", "retry-after"];

#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Certificates in PEM that are trusted beside Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// How all but loopback is reached.
    pub proxy: Proxy,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("cannot read the CA file {}: {reason}", path.display())]
    CaFile { path: PathBuf, reason: String },
    #[error("the proxy's address is not one: {0}")]
    Proxy(String),
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// Sends requests; cheap to clone, connections are shared between clones.
///
/// Building one takes a few milliseconds, so it is built when the first request is at hand, not at the start.
#[derive(Debug, Clone)]
pub struct Client {
    outside: reqwest::Client,
    loopback: reqwest::Client,
}

impl Client {
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(CONNECT)
                .user_agent(concat!("telecast/", env!("CARGO_PKG_VERSION")))
        };
        let refused = |error: reqwest::Error| ClientError::Tls(error::reason(&error));
        let outside = match &options.proxy {
            Proxy::Address(address) => builder().proxy(
                reqwest::Proxy::all(address).map_err(|error| ClientError::Proxy(error::reason(&error)))?,
            ),
            Proxy::Environment => builder(),
            Proxy::None => builder().no_proxy(),
        };
        Ok(Self {
            outside: outside.build().map_err(refused)?,
            loopback: builder().no_proxy().build().map_err(refused)?,
        })
    }

    /// Sends a message once and returns the answer, whatever its status.
    pub async fn deliver(&self, request: Addressed) -> Result<HttpAnswer, SendError> {
        self.send(request.into_request()).await
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, SendError> {
        let started = Instant::now();
        let url = request.parsed_url()?;
        let host = http::host(&url);
        let client = if http::is_loopback(&url) { &self.loopback } else { &self.outside };
        let timeout = request.timeout;
        let failed = |error: reqwest::Error| SendError::of_reqwest(&host, timeout, &error);
        let request = client
            .request(request.parsed_method()?, url)
            .headers(request.parsed_headers()?)
            .body(request.body)
            .timeout(timeout);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let headers = KEPT_HEADERS.iter().filter_map(|name| http::header(&response, name)).collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if MAX_BODY < body.len() {
                return Err(SendError::TooLong { host, limit: MAX_BODY });
            }
        }
        Ok(HttpAnswer {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            headers,
            body,
            elapsed: started.elapsed(),
        })
    }
}
