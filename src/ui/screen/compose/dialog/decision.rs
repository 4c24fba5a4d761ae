//! The confirmation dialogs of the screen, and the decisions that the user can make in them.

use crate::secrets::MovableSecret;
use crate::service::WebhookInUse;
use crate::ui::widget::{ConfirmDecision, confirm};

pub(crate) type ComposeConfirm = confirm::Confirm<Decision>;

#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Stay,
    /// Move the campaign to the trash.
    DeleteCampaign(String),
    /// Move the webhook to the trash.
    DeleteWebhook(String),
    /// Save the body over the version that another program saved.
    Overwrite(String),
    /// Load the version on disk. The user's edits stay in the undo history.
    UseDiskVersion(String),
    RestoreDraft(String),
    DiscardDraft(String),
    /// Trust the webhook as it was when the question was asked.
    // The webhook is part of the decision because it may change while the question is open, and the user has not read
    // the new version.
    Trust(Box<WebhookInUse>),
    AdoptPrivate,
    /// Move the secrets that are stored for an earlier path or version of the workspace, or leave them if `moves` is
    /// false.
    OldSecrets {
        found: Vec<MovableSecret>,
        moves: bool,
    },
}

impl ConfirmDecision for Decision {
    fn cancel() -> Self {
        Decision::Stay
    }

    fn needs_enter(&self) -> bool {
        // The questions with these answers can open while the user types, or are about files of somebody else. Each of
        // these answers deletes a draft, grants trust or moves secrets. A letter therefore only selects the answer, and
        // Enter confirms it.
        matches!(
            self,
            Decision::DiscardDraft(_)
                | Decision::Trust(_)
                | Decision::AdoptPrivate
                | Decision::OldSecrets { moves: true, .. }
        )
    }
}
