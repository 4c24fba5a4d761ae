//! The HTTP client for webhooks and Bot API methods. The client sends each request only once. If no answer comes, the
//! message may still have been delivered, and a second request would deliver it twice. So the caller decides whether to
//! retry.
//!
//! Redirects are not followed. A server could redirect a request to another host, and that host would see the bot's
//! token in the path of the new URL. Requests to loopback never go through a proxy. Such requests are usually plain
//! http, so a proxy could read the token in the path.
//!
//! ```text
//! HttpRequest ──to_chat──▶ AddressedRequest ──Client::deliver──▶ HttpResponse | SendError
//! Bot ──get_me, get_updates, …──▶ values | CallError
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
pub(crate) use bot::{Bot, BotUser, CallError};
pub(crate) use error::SendError;
pub(crate) use http::{HttpRequest, HttpResponse};

// The time limit for connecting. It is shorter than the default timeout of a whole request. With a longer limit, an
// unreachable host would be reported as one that did not answer. The message would then count as possibly delivered.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

// The maximum size of an answer's body, in bytes. Without a limit, an endless body would fill the memory. The largest
// legitimate answers are those of getUpdates, which Telegram limits to about 4 MB.
const MAX_BODY: usize = 16 * 1024 * 1024;

// The headers of an answer that are kept. All other headers are dropped, because a server may repeat a secret in them.
const KEPT_HEADERS: [&str; 4] = ["content-type", "date", "location", "retry-after"];

#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// A PEM file with certificates to trust in addition to Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// The proxy for all requests except those to loopback.
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

/// An HTTP client. It is cheap to clone, and clones share their connections.
///
/// Creating a client takes a few milliseconds, so create it for the first request and not at startup.
#[derive(Debug, Clone)]
pub struct Client {
    // Requests to loopback have a client of their own that never uses a proxy, because a proxy could read the token in
    // the request's path. One client is not enough: reqwest's proxy settings apply to all requests of a client.
    remote: reqwest::Client,
    loopback: reqwest::Client,
}

impl Client {
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let tls = tls::config(options.ca_file.as_deref())?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                // By default, reqwest follows redirects and retries some requests. A redirect can lead the token to
                // another host. A retry of sendMessage can deliver the message twice.
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                // A Referer header would contain the previous URL, which has the token in its path.
                .referer(false)
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("telecast/", env!("CARGO_PKG_VERSION")))
        };
        let build_failed = |error: reqwest::Error| ClientError::Tls(error::reason(&error));
        let remote = match &options.proxy {
            Proxy::Address(address) => builder().proxy(
                reqwest::Proxy::all(address).map_err(|error| ClientError::Proxy(error::reason(&error)))?,
            ),
            Proxy::Environment => builder(),
            Proxy::None => builder().no_proxy(),
        };
        Ok(Self {
            remote: remote.build().map_err(build_failed)?,
            loopback: builder().no_proxy().build().map_err(build_failed)?,
        })
    }

    /// Sends a request once and returns the answer, whatever its status is.
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
        // The body is read in chunks, because `bytes()` would read even an endless body into memory.
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
