//! Copies campaigns and webhooks under another name, including the comments in their files.

use super::session::Session;
use crate::workspace::SaveError;

impl Session {
    pub fn duplicate_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_campaign(stem, name)
    }

    /// Copies a webhook and returns the copy's stem. The copy of a trusted webhook is trusted too, because trust
    /// depends on the requests, and the copy sends the same requests.
    pub fn duplicate_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_webhook(stem, name)
    }
}
