//! New campaigns and webhooks.

use super::adopt::AdoptError;
use super::find::{FindError, unknown_webhook};
use super::session::Session;
use super::trust::NotPermitted;
use crate::campaign::{Campaign, Webhook};
use crate::workspace::{SaveError, Workspace};

#[derive(Debug, thiserror::Error)]
pub enum ChooseError {
    #[error(transparent)]
    Find(#[from] FindError),
    #[error("this workspace has no webhook to send through")]
    NoWebhook,
    /// There are several and no default; their stems.
    #[error("this workspace has several webhooks")]
    Several(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error(transparent)]
    Token(#[from] AdoptError),
    #[error(transparent)]
    Save(#[from] SaveError),
    /// It was saved, and that it may be sent to could not be kept.
    #[error(transparent)]
    Trust(#[from] NotPermitted),
}

/// Returns the webhook of a new campaign: the one named, the workspace's default, or the only one.
pub fn choose_webhook(workspace: &Workspace, named: Option<&str>) -> Result<String, ChooseError> {
    if let Some(stem) = named {
        let found = workspace.webhook(stem).ok_or_else(|| unknown_webhook(workspace, stem))?;
        return Ok(found.stem.clone());
    }
    if let Some(default) = workspace.settings().defaults.webhook {
        return Ok(default);
    }
    let mut stems: Vec<String> = workspace.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
    match stems.len() {
        0 => Err(ChooseError::NoWebhook),
        1 => Ok(stems.remove(0)),
        _ => Err(ChooseError::Several(stems)),
    }
}

impl Session {
    /// Makes a campaign with a free stem made from its name, and returns the stem.
    pub fn create_campaign(&self, campaign: &Campaign, body: &str) -> Result<String, SaveError> {
        self.folder().create_campaign(campaign, body)
    }

    /// Makes a webhook with a free stem made from its name, and returns the stem; a real token in its address moves to the
    /// secret store first.
    pub fn create_webhook(&self, webhook: Webhook) -> Result<String, WebhookError> {
        let webhook = self.adopt_token(webhook)?;
        let stem = self.folder().create_webhook(&webhook)?;
        // Whoever types where it sends what has said that it may.
        self.trust(&stem, &webhook).map_err(NotPermitted::from)?;
        Ok(stem)
    }
}
