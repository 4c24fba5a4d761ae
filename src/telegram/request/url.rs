//! Addresses that a request names outright, which the server refuses with words where markup would only drop the link.

use crate::telegram::link::{self, BadLink};

/// Which addresses a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Any,
    HttpsOnly,
}

/// Returns the normal form, or TDLib's words, which go on from the name of the field.
pub(super) fn checked(address: &str, scheme: Scheme) -> Result<String, String> {
    let result = link::checked(address).map_err(|bad| words(bad, address));
    let reason = match result {
        Ok(normal) if scheme == Scheme::Any || normal.starts_with("https://") => return Ok(normal),
        Ok(_) => "Only HTTPS links are allowed",
        Err(words) => words,
    };
    Err(format!("URL '{address}' is invalid: {reason}"))
}

fn words(bad: BadLink, address: &str) -> &'static str {
    match bad {
        BadLink::Scheme => "Unsupported URL protocol",
        BadLink::NoHost if address.contains('.') => "Host is invalid",
        BadLink::NoHost => "URL host is empty",
        BadLink::NoDot => "Wrong HTTP URL",
        BadLink::Character(_) => "Disallowed character in URL host",
        BadLink::Percent => "Wrong percent-encoded symbol in URL host",
        BadLink::Port => "Wrong port number specified in the URL",
        BadLink::Ipv6 => "Wrong IPv6 address specified in the URL",
        BadLink::Internal if address.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("tg:")) => {
            "Wrong tg URL"
        }
        BadLink::Internal => "Wrong ton URL",
    }
}
