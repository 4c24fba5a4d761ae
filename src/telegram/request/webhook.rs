//! Checks the arguments of setWebhook.

use super::error::RequestError;
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::Arguments;

const MAX_SECRET: usize = 256;

pub(super) fn check(arguments: &Arguments) -> Result<(), RequestError> {
    let (url, secret) = (arguments.text("url"), arguments.text("secret_token"));
    // An empty address deletes the webhook.
    if url.is_empty() {
        return Ok(());
    }
    let refused =
        |name: &str, message: &str| Err(RequestError::at(ArgumentLocation::argument(name), message));
    if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return refused("url", "bad webhook: An HTTPS URL must be provided for webhook");
    }
    if MAX_SECRET < secret.len() {
        return refused("secret_token", "secret token is too long");
    }
    if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return refused("secret_token", "secret token contains unallowed characters");
    }
    Ok(())
}
