//! The decisions that the user can make in the confirmation dialogs of the screen. `update::dialogs` carries them out.

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
    /// Delete the profile with this identity.
    DeleteProfile(String),
    /// Save the body, and overwrite the version that another program has saved.
    Overwrite(String),
    /// Replace the text with the version on disk. The user's edits stay in the undo history.
    UseDiskVersion(String),
    RestoreDraft(String),
    DiscardDraft(String),
    /// Trust the webhook as it was when the question was asked.
    // The decision has a copy of the webhook. The webhook may change while the question is open, and the user has not
    // read the new version.
    Trust(Box<WebhookInUse>),
    /// Use the private folder `.telecast`, even though it was not created here.
    AdoptPrivate,
    /// If `moves` is true, move the secrets that are stored for an earlier path of the workspace or by an earlier
    /// version of telecast. If `moves` is false, leave these secrets where they are.
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
        // For the decisions below, typing the letter of the answer only selects the answer, and Enter confirms it. A
        // letter that was typed by accident must not be enough, because the question may open while the user types. It
        // may also be about somebody else's files.
        matches!(
            self,
            Decision::DiscardDraft(_)
                | Decision::DeleteProfile(_)
                | Decision::Trust(_)
                | Decision::AdoptPrivate
                | Decision::OldSecrets { moves: true, .. }
        )
    }
}
