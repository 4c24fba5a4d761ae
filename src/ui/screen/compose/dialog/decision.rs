//! The questions of the screen: what their answers decide.

use crate::secrets::Movable;
use crate::service::WebhookInUse;
use crate::ui::widget::{Decide, confirm};

pub type Confirm = confirm::Confirm<Decision>;

#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Stay,
    /// The campaign goes into the trash.
    DeleteCampaign(String),
    /// The webhook goes into the trash.
    DeleteWebhook(String),
    /// The body is saved over what somebody else saved.
    Overwrite(String),
    /// The file's content is taken; one's own edits stay in the undo.
    TakeFile(String),
    RestoreDraft(String),
    DiscardDraft(String),
    /// The webhook may be sent to, as it was when the question was asked.
    Trust(Box<WebhookInUse>),
    AdoptPrivate,
    /// Secrets that are kept for an earlier place or version of the workspace become its own, or stay where they are.
    OldSecrets {
        found: Vec<Movable>,
        moves: bool,
    },
}

impl Decide for Decision {
    fn stay() -> Self {
        Decision::Stay
    }

    fn takes_enter(&self) -> bool {
        matches!(
            self,
            Decision::DiscardDraft(_)
                | Decision::Trust(_)
                | Decision::AdoptPrivate
                | Decision::OldSecrets { moves: true, .. }
        )
    }
}
