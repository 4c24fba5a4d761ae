//! Another name for a campaign or a webhook, and files called by it.

use super::session::Session;
use crate::workspace::SaveError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    pub stem: String,
    pub is_changed: bool,
}

impl Session {
    pub fn rename_campaign(&self, stem: &str, name: &str) -> Result<Renamed, SaveError> {
        let rename = || self.folder().rename_campaign(stem, name);
        self.renamed(stem, &format!("campaigns/{stem}.toml"), rename)
    }

    /// Gives a webhook another name, which the campaigns that name it follow.
    pub fn rename_webhook(&self, stem: &str, name: &str) -> Result<Renamed, SaveError> {
        let rename = || self.folder().rename_webhook(stem, name);
        self.renamed(stem, &format!("webhooks/{stem}.toml"), rename)
    }

    fn renamed(
        &self,
        old: &str,
        file: &str,
        rename: impl FnOnce() -> Result<String, SaveError>,
    ) -> Result<Renamed, SaveError> {
        let before = self.folder().read(file).fingerprint;
        let stem = rename()?;
        // A name that makes the same stem is written into the file all the same.
        let is_changed = stem != old || self.folder().read(file).fingerprint != before;
        Ok(Renamed { stem, is_changed })
    }
}
