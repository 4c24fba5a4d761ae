//! Copies of campaigns and webhooks under another name, comments and all.

use super::session::Session;
use crate::workspace::SaveError;

impl Session {
    pub fn duplicate_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_campaign(stem, name)
    }

    /// Copies a webhook and returns the copy's stem. It is trusted where the first is: it sends the same.
    pub fn duplicate_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_webhook(stem, name)
    }
}
