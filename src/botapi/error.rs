//! The reasons why a request got no usable answer. The error messages name only the URL's host, because its path
//! contains the token.

use std::error::Error;
use std::io;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error("the webhook's URL is not valid: {reason}")]
    Url { reason: String },
    #[error("`{name}` is not an HTTP method")]
    Method { name: String },
    #[error("the header `{name}` contains characters that HTTP does not allow")]
    Header { name: String },
    #[error("cannot find the host {host}: check the name and the network")]
    Resolve { host: String },
    #[error("{host} refused the connection: nothing listens there, or a proxy is down")]
    Refused { host: String },
    #[error("cannot connect to {host}: the connection timed out")]
    ConnectTimeout { host: String },
    #[error("no secure connection to {host}: {reason}")]
    Tls { host: String, reason: String },
    #[error("cannot connect to {host}: {reason}")]
    Connect { host: String, reason: String },
    #[error("{host} did not answer within {}", seconds(*after))]
    Timeout { host: String, after: Duration },
    #[error("{host} closed the connection without an answer")]
    Closed { host: String },
    #[error("{host} closed the connection in the middle of its answer")]
    Incomplete { host: String },
    #[error("{host} did not answer in HTTP: {reason}")]
    NotHttp { host: String, reason: String },
    #[error("the answer of {host} is longer than {} MB", limit / (1024 * 1024))]
    TooLong {
        host: String,
        /// In bytes.
        limit: usize,
    },
}

impl SendError {
    /// Returns whether it is certain that the server did not receive the request. If the result is false, a message may
    /// have been delivered.
    pub fn certainly_not_delivered(&self) -> bool {
        match self {
            SendError::Url { .. }
            | SendError::Method { .. }
            | SendError::Header { .. }
            | SendError::Resolve { .. }
            | SendError::Refused { .. }
            | SendError::ConnectTimeout { .. }
            | SendError::Tls { .. }
            | SendError::Connect { .. } => true,
            SendError::Timeout { .. }
            | SendError::Closed { .. }
            | SendError::Incomplete { .. }
            | SendError::NotHttp { .. }
            | SendError::TooLong { .. } => false,
        }
    }

    pub(super) fn of_reqwest(host: &str, after: Duration, error: &reqwest::Error) -> Self {
        let host = host.to_owned();
        // This check must come before that of `is_timeout`, which is also true for a timeout while connecting. In that
        // case, nothing was delivered, but `SendError::Timeout` would mean that the message may have been delivered.
        if error.is_connect() {
            return of_connecting(host, error);
        }
        if error.is_timeout() {
            return SendError::Timeout { host, after };
        }
        if error.is_body() || error.is_decode() {
            return SendError::Incomplete { host };
        }
        if error.is_builder() {
            return SendError::Url { reason: reason(error) };
        }
        // If the server closed the connection, hyper's message is `connection closed before message completed`. The
        // text is compared, because a comparison with hyper's error type would make this module depend on hyper. Only
        // the sandbox uses hyper directly.
        match io_kind(error) {
            Some(_) => SendError::Closed { host },
            None if reason(error).contains("closed") => SendError::Closed { host },
            None => SendError::NotHttp { host, reason: reason(error) },
        }
    }
}

fn of_connecting(host: String, error: &reqwest::Error) -> SendError {
    if error.is_timeout() {
        return SendError::ConnectTimeout { host };
    }
    if error.is_dns() {
        return SendError::Resolve { host };
    }
    if let Some(tls) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return SendError::Tls { host, reason: tls_reason(tls) };
    }
    let reason = reason(error);
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => SendError::Refused { host },
        // This error is recognized by its text, because hyper-util does not export the error's type, `TunnelError`.
        _ if reason.starts_with("tunnel error") => {
            SendError::Connect { host, reason: "the proxy refused the connection".into() }
        }
        _ => SendError::Connect { host, reason },
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS, perhaps plain HTTP".into(),
        rustls::Error::InvalidCertificate(wrong) => certificate_reason(wrong),
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            "the server does not offer HTTP/1.1, which telecast needs".into()
        }
        other => other.to_string(),
    }
}

fn certificate_reason(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired => "its certificate has expired".into(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!(
                "its certificate has expired{}; or is this machine's clock wrong?",
                format_date(" on ", not_after)
            )
        }
        CertificateError::NotValidYet => "its certificate is not valid yet".into(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            let from = format_date(" before ", not_before);
            format!("its certificate is not valid yet{from}; or is this machine's clock wrong?")
        }
        CertificateError::UnknownIssuer => {
            "its certificate is from an untrusted authority; to trust your own, set `ca_file` in \
             config.toml"
                .into()
        }
        CertificateError::NotValidForName => "its certificate is for another host".into(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let named =
                presented.iter().take(NAMES_SHOWN).map(|name| certificate_name(name)).collect::<Vec<_>>();
            let more = if NAMES_SHOWN < presented.len() { ", …" } else { "" };
            format!("its certificate is for another host ({}{more})", named.join(", "))
        }
        other => format!("its certificate is not trusted: {other}"),
    }
}

// The maximum number of a certificate's host names in a message. Some certificates have hundreds of names.
const NAMES_SHOWN: usize = 3;

// rustls prints a name in its debug form, `DnsName("…")`. Only the name itself is returned. The server chose the name,
// so control characters in it are made visible.
fn certificate_name(name: &str) -> String {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    crate::text::visible(inner.trim_matches('"')).into_owned()
}

fn format_date(before: &str, time: &UnixTime) -> String {
    let at = i64::try_from(time.as_secs()).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    at.map_or_else(String::new, |at| format!("{before}{}", at.strftime("%Y-%m-%d")))
}

/// Returns the message of the innermost cause.
// reqwest's own message is not used, because it contains the URL with the token.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let message = causes(error).last().map_or("it could not be built".into(), |cause| cause.to_string());
    crate::text::visible(&message).into_owned()
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

// Returns the causes of an error, the outermost first. For an `io::Error`, this includes the error that it wraps. The
// wrapped error contains the reason, but `source()` would skip it.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| wrapped(*cause))
}

fn wrapped<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

fn seconds(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    }
}
