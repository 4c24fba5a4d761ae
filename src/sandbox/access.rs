//! Refuses requests that may come from a web page of another site.
//!
//! A browser lets any page send requests to loopback. A page whose host name resolves to 127.0.0.1 can even read the
//! answers (DNS rebinding). But the browser sets the headers `Host`, `Origin`, and `Sec-Fetch-Site`, and no page can
//! change them. So this module checks these headers.
//!
//! A program that is not a browser can send any headers, so these checks do not keep such a program out. By default,
//! the sandbox listens on loopback only, and programs on other machines cannot connect to it.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, ORIGIN};
use hyper::{HeaderMap, Request, Version};

use crate::telegram::ApiError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessScope {
    Loopback,
    /// Clients on other machines may connect too. Every such client can queue updates for the first bot and read its
    /// messages, because neither needs a token.
    Network,
}

/// Refuses a request whose `Host` is not allowed. Also refuses a request that may come from a web page of another site.
pub(super) fn check<B>(request: &Request<B>, scope: AccessScope) -> Result<(), ApiError> {
    let hosts = header_values(request.headers(), HOST);
    // With `Network`, any literal IP address is allowed too. Names other than localhost are refused, because the owner
    // of a name can make the name resolve to this machine.
    let is_allowed = |host: &str| is_loopback(host) || scope == AccessScope::Network && is_address(host);
    let target = request.uri().authority().map(|authority| authority.as_str());
    // A request without a `Host` is accepted only if it uses HTTP/1.0, because HTTP/1.1 requires a `Host`. Accepting it
    // is safe: browsers always send a `Host`, so the request does not come from a browser.
    let names_host = !hosts.is_empty() || request.version() < Version::HTTP_11;
    if !names_host || !hosts.iter().copied().chain(target).all(is_allowed) {
        return Err(ApiError::plain(
            403,
            "Forbidden: the sandbox serves this machine only: the Host must be 127.0.0.1, [::1] or localhost",
        ));
    }
    // A sandboxed frame or a local file has the origin "null", which is refused like any other foreign origin.
    let is_own = |origin: &str| {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_some_and(is_allowed)
    };
    // Browsers send no `Origin` when they load an image or follow a link. But if such a request comes from another
    // site, the browser sends `cross-site` in the header `Sec-Fetch-Site`.
    let is_cross_site = header_values(request.headers(), "sec-fetch-site").contains(&"cross-site");
    if is_cross_site || !header_values(request.headers(), ORIGIN).into_iter().all(is_own) {
        return Err(ApiError::plain(403, "Forbidden: the sandbox does not answer pages of another origin"));
    }
    Ok(())
}

// A value that is not text becomes "?", which is neither an allowed host nor an allowed origin. If such a value were
// skipped instead, its request could pass the checks.
fn header_values(headers: &HeaderMap, name: impl hyper::header::AsHeaderName) -> Vec<&str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect()
}

fn is_loopback(host: &str) -> bool {
    let Some(name) = without_port(host) else { return false };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || ipv6_in_brackets(name).is_some_and(|address| address.is_loopback())
}

/// Returns whether `host`, which may include a port, is a literal IP address and not a name.
fn is_address(host: &str) -> bool {
    without_port(host)
        .is_some_and(|name| name.parse::<Ipv4Addr>().is_ok() || ipv6_in_brackets(name).is_some())
}

fn ipv6_in_brackets(name: &str) -> Option<Ipv6Addr> {
    name.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Returns the host without its port. A port is a colon and at most five digits. Returns `None` if the host begins with
/// a bracket that is not closed, or if anything but a port follows the host.
fn without_port(host: &str) -> Option<&str> {
    // An IPv6 address is in brackets, because it contains colons itself. The port is after the closing bracket.
    let end = if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(host.len()) };
    let (name, rest) = host.split_at(end);
    match rest.strip_prefix(':') {
        None => rest.is_empty().then_some(name),
        Some(port) => (port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn status(headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri("/sandbox/messages");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap(), AccessScope::Loopback)
            .map_or_else(|error| error.error_code, |()| 200)
    }

    #[test]
    fn host_must_be_a_loopback_address_or_localhost() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8081",
            "127.9.8.7:1",
            "localhost",
            "LocalHost:80",
            "[::1]",
            "[::1]:8081",
            "127.0.0.1:",
        ] {
            assert_eq!(status(&[("host", host)]), 200, "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "evil.example:80",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "xlocalhost",
            "127.0.0.1@evil.example",
            "evil.example#127.0.0.1",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::2]:80",
            "::1",
            "[::1]x",
            "[::1",
            "127.0.0.1:80:80",
            "127.0.0.1:8a",
            "127.1",
            "2130706433",
            "localhost, evil.example",
            "\u{e9}",
        ] {
            assert_eq!(status(&[("host", host)]), 403, "{host}");
        }
        assert_eq!(status(&[]), 403);
        assert_eq!(status(&[("host", "localhost"), ("host", "evil.example")]), 403);
    }

    #[test]
    fn http_1_0_request_needs_no_host() {
        let request = |version| Request::builder().version(version).uri("/sandbox").body(()).unwrap();
        assert!(check(&request(Version::HTTP_10), AccessScope::Loopback).is_ok());
        assert!(check(&request(Version::HTTP_11), AccessScope::Loopback).is_err());
    }

    #[test]
    fn host_of_an_absolute_url_is_checked_too() {
        let request = |uri: &str| Request::builder().uri(uri).header("host", "localhost").body(()).unwrap();
        assert!(check(&request("http://localhost:80/sandbox"), AccessScope::Loopback).is_ok());
        assert!(check(&request("http://evil.example/sandbox"), AccessScope::Loopback).is_err());
    }

    #[test]
    fn origin_must_be_loopback_or_absent() {
        for origin in ["http://127.0.0.1:3000", "https://localhost", "http://[::1]:8081"] {
            assert_eq!(status(&[("host", "localhost"), ("origin", origin)]), 200, "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "localhost",
            "file://",
            "chrome-extension://abc",
            "http://localhost/",
            "http://localhost http://evil.example",
        ] {
            assert_eq!(status(&[("host", "localhost"), ("origin", origin)]), 403, "{origin}");
        }
        assert_eq!(status(&[("host", "localhost"), ("sec-fetch-site", "cross-site")]), 403);
        assert_eq!(status(&[("host", "localhost"), ("sec-fetch-site", "none")]), 200);
    }

    #[test]
    fn network_sandbox_accepts_ip_address_hosts_only() {
        let request = |host: &str| Request::builder().uri("/").header("host", host).body(()).unwrap();
        assert!(check(&request("192.168.1.5:8081"), AccessScope::Network).is_ok());
        assert!(check(&request("evil.example"), AccessScope::Network).is_err());
    }
}
