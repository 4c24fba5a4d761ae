//! A real token pasted into a webhook's address belongs into the secret store.

use crate::campaign::{Webhook, find_token};
use crate::secrets::{Secret, Secrets};

/// What a bot's token is called where nothing says otherwise.
const TOKEN_NAME: &str = "BOT_TOKEN";

/// Moves a real token in the webhook's address to the store, under a free name that then stands in its place.
pub fn adopt_token(secrets: &Secrets, mut webhook: Webhook) -> Result<Webhook, String> {
    if let Some(span) = find_token(&webhook.url) {
        let name = secrets.adopt(TOKEN_NAME, &Secret::new(span.of(&webhook.url))).map_err(|error| {
            format!("the token was not moved to the secret store, so nothing was saved: {error}")
        })?;
        webhook.url.replace_range(span.range(), &format!("${{{name}}}"));
    }
    Ok(webhook)
}
