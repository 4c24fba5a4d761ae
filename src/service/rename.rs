//! Renames campaigns and webhooks, together with their files.

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

    /// Renames a webhook and updates the campaigns that use it.
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
        // The old and the new name can have the same stem. The rename then changes only the name inside the file, so
        // the file's content is compared too.
        let is_changed = stem != old || self.folder().read(file).fingerprint != before;
        Ok(Renamed { stem, is_changed })
    }
}
