//! Checks addresses that have a field of their own, such as a button's `url`. The server refuses a bad address in such
//! a field with an error, whereas it silently drops a bad link in markup.

use crate::telegram::link;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Any,
    HttpsOnly,
}

/// Returns the normalized address, or TDLib's error message. The caller must put the kind of the field, such as `Inline
/// keyboard button`, before the message.
pub(super) fn normalize(address: &str, scheme: Scheme) -> Result<String, String> {
    let reason = match link::normalize(address) {
        // The normalized address is tested because the scheme of the original may be missing or in capitals.
        Ok(normal) if scheme == Scheme::Any || normal.starts_with("https://") => return Ok(normal),
        Ok(_) => "Only HTTPS links are allowed".to_owned(),
        Err(bad) => bad.to_string(),
    };
    Err(format!("URL '{address}' is invalid: {reason}"))
}
