//! The HTTP client for webhooks and Bot API methods. It makes one attempt per request: retries are the caller's
//! decision, since a message may have been delivered although no answer came.
//!
//! Redirects are not followed, because that would send the token in the path to another address. For the same reason
//! requests to loopback never go through a proxy.
//!
//! ```text
//! HttpRequest ──AddressedRequest──Client::deliver──▶ HttpResponse | SendError
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

pub(crate) use addressed::{AddressError, AddressedRequest};
pub(crate) use bot::{Bot, CallError};
pub(crate) use error::SendError;
pub(crate) use http::{HttpRequest, HttpResponse};

// Shorter than the time for a whole request, so that an unreachable host is reported as such and not as a slow answer.
const CONNECT: Duration = Duration::from_secs(5);

// A server could send without end. The largest honest answers are those of getUpdates, which are cut at about 4 MB.
const MAX_BODY: usize = 16 * 1024 * 1024;

// Nothing uses the other headers, and what is not kept cannot leak a secret that a server repeats.
const KEPT_HEADERS: [&str; 4] = ["content-type", "date", "location", "retry-after"];

#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// A PEM file with certificates to trust in addition to Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// The proxy for all addresses except loopback.
    pub proxy: Proxy,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("cannot read the CA file {}: {reason}", path.display())]
    CaFile { path: PathBuf, reason: String },
    #[error("the proxy's address is not valid: {0}")]
    Proxy(String),
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// Sends requests. Cheap to clone; clones share their connections.
///
/// Building a client takes a few milliseconds, so build it for the first request, not at startup.
#[derive(Debug, Clone)]
pub struct Client {
    // Two clients, because reqwest has one proxy setting for all requests, and a proxy from the environment would see
    // the token in the path of a request to loopback.
    remote: reqwest::Client,
    loopback: reqwest::Client,
}

impl Client {
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                // reqwest would follow redirects and retry on its own; a retried sendMessage can deliver twice.
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                // A Referer would repeat the previous URL, which has the token in its path.
                .referer(false)
                .connect_timeout(CONNECT)
                .user_agent(concat!("telecast/", env!("CARGO_PKG_VERSION")))
        };
        let refused = |error: reqwest::Error| ClientError::Tls(error::reason(&error));
        let remote = match &options.proxy {
            Proxy::Address(address) => builder().proxy(
                reqwest::Proxy::all(address).map_err(|error| ClientError::Proxy(error::reason(&error)))?,
            ),
            Proxy::Environment => builder(),
            Proxy::None => builder().no_proxy(),
        };
        Ok(Self {
            remote: remote.build().map_err(refused)?,
            loopback: builder().no_proxy().build().map_err(refused)?,
        })
    }

    /// Sends a request once and returns the answer, including answers with an error status.
    pub async fn deliver(&self, request: AddressedRequest) -> Result<HttpResponse, SendError> {
        self.send(request.into_request()).await
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let started = Instant::now();
        let url = request.parsed_url()?;
        let host = http::host(&url);
        let client = if http::is_loopback(&url) { &self.loopback } else { &self.remote };
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
        // Chunk by chunk, not `bytes()`, which would read an endless answer into memory.
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if MAX_BODY < body.len() {
                return Err(SendError::TooLong { host, limit: MAX_BODY });
            }
        }
        Ok(HttpResponse {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            headers,
            body,
            elapsed: started.elapsed(),
        })
    }
}
