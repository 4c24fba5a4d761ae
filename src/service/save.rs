//! Edits of campaigns, webhooks and bodies into their files: over what they were based on, never over somebody else's.

use super::create::WebhookError;
use super::session::Session;
use super::trust::{NotPermitted, Standing, WebhookInUse};
use crate::campaign::{Campaign, Webhook};
use crate::workspace::{CampaignFiles, Fingerprint, SaveError};

#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the campaign {0} is gone")]
    Gone(String),
    #[error(transparent)]
    Save(#[from] SaveError),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookSaved {
    AsTyped,
    /// The token in its address is in the secret store now.
    TokenMoved,
}

impl Session {
    /// Saves a body and forgets its draft. Over a file that is not as `expected` nothing is saved; `None` saves over
    /// whatever is there.
    pub fn save_body(
        &self,
        stem: &str,
        text: &str,
        expected: Option<Fingerprint>,
    ) -> Result<Fingerprint, BodyError> {
        let mut source = self.folder().body(stem).ok_or_else(|| BodyError::Gone(stem.to_owned()))?;
        source.fingerprint = expected.unwrap_or(source.fingerprint);
        let saved = self.folder().save(&source, text)?;
        self.folder().discard_draft(stem)?;
        Ok(saved)
    }

    /// Saves a campaign's settings over the file as `expected`.
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

    /// Writes a campaign again whose files somebody else has deleted: those that are gone as they were, and the body.
    pub fn remake_campaign(&self, campaign: &CampaignFiles, body: &str) -> Result<(), SaveError> {
        let definition = &campaign.source;
        if definition.fingerprint == Fingerprint::Absent && !definition.text.is_empty() {
            self.folder().save(definition, &definition.text)?;
        }
        self.folder().save(&campaign.body, body)?;
        self.folder().discard_draft(&campaign.stem)
    }

    /// Saves a webhook's settings over the file as `expected`; what is typed over a trusted webhook is trusted as typed.
    pub fn save_webhook(
        &self,
        stem: &str,
        webhook: Webhook,
        expected: Fingerprint,
    ) -> Result<WebhookSaved, WebhookError> {
        let typed = webhook.url.clone();
        let webhook = self.adopt_token(webhook)?;
        let saved = if webhook.url == typed { WebhookSaved::AsTyped } else { WebhookSaved::TokenMoved };
        let mut source = self.folder().read(&format!("webhooks/{stem}.toml"));
        // One that was deleted meanwhile is made again: nobody's words are written over.
        if source.fingerprint != Fingerprint::Absent {
            source.fingerprint = expected;
        }
        let typed_over = Webhook::parse(&source.text).0;
        self.folder().save_webhook(&source, &webhook)?;
        // One that was not trusted before is asked about, whatever was changed in it.
        let in_use = WebhookInUse { stem: stem.to_owned(), webhook, broken: None, typed_over };
        if self.standing(&in_use)? == Standing::Trusted {
            self.trust(stem, &in_use.webhook).map_err(NotPermitted::from)?;
        }
        Ok(saved)
    }

    pub fn give_webhook(&self, campaign: &str, webhook: &str) -> Result<(), SaveError> {
        let source = self.folder().read(&format!("campaigns/{campaign}.toml"));
        let settings = Campaign::parse(&source.text).0.unwrap_or_default();
        let settings = Campaign { webhook: webhook.to_owned(), ..settings };
        self.folder().save_campaign(&source, &settings).map(drop)
    }
}
