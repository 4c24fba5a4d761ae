//! Moves a bot token that was pasted into a webhook's URL to the secret store.

use super::session::Session;
use crate::campaign::{Webhook, find_token};
use crate::secrets::{Secret, SecretError};

/// The default name of a bot token in the secret store.
const TOKEN_NAME: &str = "BOT_TOKEN";

#[derive(Debug, thiserror::Error)]
#[error("the token was not moved to the secret store, so nothing was saved: {0}")]
pub struct AdoptError(#[source] SecretError);

impl Session {
    /// Moves a literal token in the webhook's URL to the secret store, and returns the webhook with `${NAME}` in place
    /// of the token. NAME is a free name, or the name under which this token is already stored. A webhook without a
    /// literal token is returned as it is.
    pub fn adopt_token(&self, mut webhook: Webhook) -> Result<Webhook, AdoptError> {
        if let Some(span) = find_token(&webhook.url) {
            // The token is moved before the webhook is saved, so that the token is never written to the webhook's file,
            // which may be shared.
            let token = Secret::new(span.of(&webhook.url));
            let name = self.secrets().adopt(TOKEN_NAME, &token).map_err(AdoptError)?;
            webhook.url.replace_range(span.range(), &format!("${{{name}}}"));
        }
        Ok(webhook)
    }
}
