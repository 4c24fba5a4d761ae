//! A real token pasted into a webhook's address belongs into the secret store.

use super::session::Session;
use crate::campaign::{Webhook, find_token};
use crate::secrets::{Secret, SecretError};

/// What a bot's token is called where nothing says otherwise.
const TOKEN_NAME: &str = "BOT_TOKEN";

#[derive(Debug, thiserror::Error)]
#[error("the token was not moved to the secret store, so nothing was saved: {0}")]
pub struct AdoptError(#[source] SecretError);

impl Session {
    /// Moves a real token in the webhook's address to the store, under a free name that then stands in its place.
    pub fn adopt_token(&self, mut webhook: Webhook) -> Result<Webhook, AdoptError> {
        if let Some(span) = find_token(&webhook.url) {
            let token = Secret::new(span.of(&webhook.url));
            let name = self.secrets().adopt(TOKEN_NAME, &token).map_err(AdoptError)?;
            webhook.url.replace_range(span.range(), &format!("${{{name}}}"));
        }
        Ok(webhook)
    }
}
