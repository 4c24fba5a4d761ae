//! Saves edited campaigns, webhooks, and bodies. If another program has changed the file since telecast read it, the
//! save fails. A caller can also ask to overwrite the file in any case.

use super::create::SaveWebhookError;
use super::session::Session;
use super::trust::{NotPermitted, TrustStatus, WebhookInUse};
use crate::campaign::{Campaign, Webhook};
use crate::workspace::{CampaignFiles, Fingerprint, SaveError};

#[derive(Debug, thiserror::Error)]
pub enum SaveBodyError {
    #[error("the campaign {0} no longer exists")]
    Gone(String),
    #[error(transparent)]
    Save(#[from] SaveError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookSaved {
    AsTyped,
    /// The bot token in the webhook's URL was moved to the secret store.
    TokenMoved,
}

impl Session {
    /// Saves a body and deletes its draft, which is a copy of the unsaved edited body on disk. Fails if the file has
    /// changed, which means that its fingerprint is not `expected`. If `expected` is `None`, overwrites the file's
    /// current content.
    pub fn save_body(
        &self,
        stem: &str,
        text: &str,
        expected: Option<Fingerprint>,
    ) -> Result<Fingerprint, SaveBodyError> {
        let mut source = self.folder().body(stem).ok_or_else(|| SaveBodyError::Gone(stem.to_owned()))?;
        source.fingerprint = expected.unwrap_or(source.fingerprint);
        let saved = self.folder().save(&source, text)?;
        // The draft is discarded only after the save. If the save fails, the draft is the only copy of the edit on
        // disk.
        self.folder().discard_draft(stem)?;
        Ok(saved)
    }

    /// Saves a campaign's settings. Fails if the file's fingerprint is not `expected`.
    pub fn save_campaign(
        &self,
        stem: &str,
        campaign: &Campaign,
        expected: Fingerprint,
    ) -> Result<(), SaveError> {
        let mut source = self.folder().read(&format!("campaigns/{stem}.toml"));
        source.fingerprint = expected;
        self.folder().save_campaign(&source, campaign).map(drop)
    }

    /// Restores a campaign after another program deleted one or both of its files. Always writes `body`.
    ///
    /// If the settings file was deleted, the fingerprint of `campaign.source` must be [`Fingerprint::Absent`], and
    /// `campaign.source.text` must be the last known text of the file. This text is then written before the body.
    pub fn recreate_campaign(&self, campaign: &CampaignFiles, body: &str) -> Result<(), SaveError> {
        let definition = &campaign.source;
        if definition.fingerprint == Fingerprint::Absent && !definition.text.is_empty() {
            self.folder().save(definition, &definition.text)?;
        }
        self.folder().save(&campaign.body, body)?;
        self.folder().discard_draft(&campaign.stem)
    }

    /// Saves a webhook's settings. Fails if the file exists and its fingerprint is not `expected`. Creates the file
    /// again if it was deleted. A trusted webhook stays trusted with the new settings, because the user typed them.
    pub fn save_webhook(
        &self,
        stem: &str,
        webhook: Webhook,
        expected: Fingerprint,
    ) -> Result<WebhookSaved, SaveWebhookError> {
        let typed = webhook.url.clone();
        // A token in the URL is moved before the save, so that it is not written to the file.
        let webhook = self.adopt_token(webhook)?;
        let saved = if webhook.url == typed { WebhookSaved::AsTyped } else { WebhookSaved::TokenMoved };
        let mut source = self.folder().read(&format!("webhooks/{stem}.toml"));
        // If the file was deleted during the editing, the save creates it again, because there is nothing to overwrite.
        if source.fingerprint != Fingerprint::Absent {
            source.fingerprint = expected;
        }
        // The new settings are trusted only if the settings that they replace were trusted. So the old settings are
        // read before the file is overwritten.
        let before_edit = Webhook::parse(&source.text).0;
        self.folder().save_webhook(&source, &webhook)?;
        // A webhook that was not trusted before stays untrusted, because the values that the user did not edit may come
        // from a stranger.
        let in_use = WebhookInUse { stem: stem.to_owned(), webhook, file_error: None, before_edit };
        if self.trust_status(&in_use)? == TrustStatus::Trusted {
            self.trust(stem, &in_use.webhook).map_err(NotPermitted::from)?;
        }
        Ok(saved)
    }

    /// Changes the workspace's name in telecast.toml. The folder keeps its name.
    pub fn name_workspace(&self, name: &str) -> Result<(), SaveError> {
        self.folder().save_name(name)
    }

    pub fn set_campaign_webhook(&self, campaign: &str, webhook: &str) -> Result<(), SaveError> {
        let source = self.folder().read(&format!("campaigns/{campaign}.toml"));
        let settings = Campaign::parse(&source.text).0.unwrap_or_default();
        let settings = Campaign { webhook: webhook.to_owned(), ..settings };
        self.folder().save_campaign(&source, &settings).map(drop)
    }
}
