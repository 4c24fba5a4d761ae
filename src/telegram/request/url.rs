//! Addresses that a request names outright, which the server refuses with words where markup would only drop the link.

use crate::telegram::link;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Any,
    HttpsOnly,
}

/// Returns the normal form, or TDLib's words, which go on from the name of the field.
pub(super) fn checked(address: &str, scheme: Scheme) -> Result<String, String> {
    let reason = match link::checked(address) {
        Ok(normal) if scheme == Scheme::Any || normal.starts_with("https://") => return Ok(normal),
        Ok(_) => "Only HTTPS links are allowed".to_owned(),
        Err(bad) => bad.to_string(),
    };
    Err(format!("URL '{address}' is invalid: {reason}"))
}
