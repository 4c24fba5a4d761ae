//! Copies campaigns and webhooks under another name, including the comments in their files.

use super::session::Session;
use crate::workspace::SaveError;

impl Session {
    pub fn duplicate_campaign(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_campaign(stem, name)
    }

    /// Copies a webhook and returns the copy's stem. The copy of a trusted webhook is trusted too, because a webhook is
    /// trusted by its contents and not by its name.
    pub fn duplicate_webhook(&self, stem: &str, name: &str) -> Result<String, SaveError> {
        self.folder().duplicate_webhook(stem, name)
    }
}
