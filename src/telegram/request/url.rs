//! Checks addresses given in a field of their own, such as a button's `url`. The server refuses a bad one with an
//! error; in markup it would drop the link silently.

use crate::telegram::link;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Any,
    HttpsOnly,
}

/// Returns the normalized address, or TDLib's error message. The caller puts the name of the field before that message.
pub(super) fn checked(address: &str, scheme: Scheme) -> Result<String, String> {
    let reason = match link::normalize(address) {
        // The normalized form is tested, since the scheme may be missing or in capitals in what was written.
        Ok(normal) if scheme == Scheme::Any || normal.starts_with("https://") => return Ok(normal),
        Ok(_) => "Only HTTPS links are allowed".to_owned(),
        Err(bad) => bad.to_string(),
    };
    Err(format!("URL '{address}' is invalid: {reason}"))
}
