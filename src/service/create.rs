//! Creates campaigns and webhooks.

use super::adopt::AdoptError;
use super::find::{FindError, unknown_webhook};
use super::session::Session;
use super::trust::NotPermitted;
use crate::campaign::{Campaign, Webhook};
use crate::workspace::{SaveError, Workspace};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChooseWebhookError {
    #[error(transparent)]
    Find(#[from] FindError),
    #[error("this workspace has no webhook to send through")]
    NoWebhook,
    /// The workspace has several webhooks and no default webhook. The value holds the webhooks' stems.
    #[error("this workspace has several webhooks")]
    Several(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum SaveWebhookError {
    #[error(transparent)]
    Token(#[from] AdoptError),
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The webhook was saved, but the record of trusted webhooks could not be read or written.
    #[error(transparent)]
    Trust(#[from] NotPermitted),
}

/// Returns the stem of the webhook for a new campaign: `named` if it is given, else the workspace's default, else the
/// workspace's only webhook.
pub(crate) fn choose_webhook(
    workspace: &Workspace,
    named: Option<&str>,
) -> Result<String, ChooseWebhookError> {
    if let Some(stem) = named {
        let found = workspace.webhook(stem).ok_or_else(|| unknown_webhook(workspace, stem))?;
        return Ok(found.stem.clone());
    }
    if let Some(default) = workspace.settings().defaults.webhook {
        return Ok(default);
    }
    let mut stems: Vec<String> = workspace.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
    match stems.len() {
        0 => Err(ChooseWebhookError::NoWebhook),
        1 => Ok(stems.remove(0)),
        _ => Err(ChooseWebhookError::Several(stems)),
    }
}

impl Session {
    /// Creates a campaign with a free stem derived from its name. Returns the stem.
    pub fn create_campaign(&self, campaign: &Campaign, body: &str) -> Result<String, SaveError> {
        self.folder().create_campaign(campaign, body)
    }

    /// Creates a webhook with a free stem derived from its name. Returns the stem. A literal token in the webhook's URL
    /// is moved to the secret store first.
    pub fn create_webhook(&self, webhook: Webhook) -> Result<String, SaveWebhookError> {
        // The token is moved first, so that no file is written if the move fails.
        let webhook = self.adopt_token(webhook)?;
        let stem = self.folder().create_webhook(&webhook)?;
        // The user has just typed the destination and the names of the secrets, so the webhook is trusted without a
        // question.
        self.trust(&stem, &webhook).map_err(NotPermitted::from)?;
        Ok(stem)
    }
}
