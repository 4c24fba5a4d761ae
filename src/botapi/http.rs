//! Requests and answers as plain data. A request is not validated when it is created. `AddressedRequest::to_chat`
//! validates its URL, and sending validates the URL, the method, and the headers.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::SendError;

/// A request with its secrets filled in. To hide the secrets, `Debug` shows the host in place of the URL, the names in
/// place of the headers, and the size in place of the body.
#[derive(Clone, PartialEq)]
pub struct HttpRequest {
    /// The method's name, in capitals.
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The body; empty if the request has none.
    pub body: Vec<u8>,
    /// The time for the whole exchange, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// The answer to a request. `Debug` does not show the body, which may echo the request.
#[derive(Clone, PartialEq)]
pub struct HttpResponse {
    pub status: u16,
    /// The standard reason phrase of the status, for example "Bad Request". Empty for a status without one.
    pub reason: String,
    /// Only some of the headers, with lower-case names. `location` is reduced to its scheme and host, because its path
    /// may repeat the request's path, which contains the token.
    pub headers: Vec<(String, String)>,
    /// At most 16 MiB.
    pub body: Vec<u8>,
    /// The time from the start of the request to the last byte of the answer.
    pub elapsed: Duration,
}

impl HttpRequest {
    pub fn get(url: impl Into<String>, timeout: Duration) -> Self {
        Self { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new(), timeout }
    }

    pub(super) fn parsed_url(&self) -> Result<Url, SendError> {
        let url = Url::parse(&self.url).map_err(|error| SendError::Url { reason: error.to_string() })?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(url),
            "http" | "https" => Err(SendError::Url { reason: "it has no host".into() }),
            scheme => Err(SendError::Url { reason: format!("`{scheme}` is not http or https") }),
        }
    }

    pub(super) fn parsed_method(&self) -> Result<Method, SendError> {
        Method::from_bytes(self.method.as_bytes())
            .map_err(|_| SendError::Method { name: crate::text::visible(&self.method).into_owned() })
    }

    pub(super) fn parsed_headers(&self) -> Result<HeaderMap, SendError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let bad_header = || SendError::Header { name: crate::text::visible(name).into_owned() };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header())?;
            let value = HeaderValue::from_str(value).map_err(|_| bad_header())?;
            headers.append(key, value);
        }
        Ok(headers)
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("host", &Url::parse(&self.url).map(|url| host(&url)).unwrap_or_default())
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl HttpResponse {
    /// Returns the value of the header with this lower-case name, if the header was kept.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

pub(super) fn header(response: &reqwest::Response, name: &str) -> Option<(String, String)> {
    let value = response.headers().get(name)?.to_str().ok()?;
    let value = match name {
        "location" => {
            // `join` resolves a relative `location` against the URL of the request.
            response.url().join(value).ok().map(|url| format!("{}://{}", url.scheme(), host(&url)))?
        }
        _ => value.to_owned(),
    };
    Some((name.to_owned(), value))
}

/// Returns the host, with the port if the URL has one, for use in messages.
pub(super) fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    }
}

/// Returns whether the URL's host is this machine, judging by the text of the host, without a DNS lookup.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| {
        // This turns an address such as `::ffff:127.0.0.1` into `127.0.0.1`. `is_loopback` would not recognize the IPv6
        // form.
        let address = address.to_canonical();
        // Connecting to 0.0.0.0 or [::] reaches this machine on Linux and macOS.
        address.is_loopback() || address.is_unspecified()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_recognised() {
        for (url, expected) in [
            ("http://localhost:8081/", true),
            ("http://LOCALHOST./", true),
            ("http://demo.localhost/", true),
            ("http://127.8.9.1/", true),
            ("http://2130706433/", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://0.0.0.0:1/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
            ("https://api.telegram.org/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let request = HttpRequest {
            headers: vec![("Authorization".into(), "Bearer SECRET".into())],
            body: b"SECRET".to_vec(),
            ..HttpRequest::get("https://user:SECRET@h.example/bot1:SECRET/getMe?k=SECRET", Duration::ZERO)
        };
        let shown = format!("{request:?}");
        assert!(shown.contains("h.example") && shown.contains("Authorization"), "{shown}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
