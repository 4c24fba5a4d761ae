//! The last valid message of the open body. It stays visible while the body has an error.

use crate::compose::Composed;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{PtrEq, SharedState};

#[derive(Debug, Clone)]
pub(crate) struct LastGood {
    composed: PtrEq<Composed>,
    campaign: Option<String>,
    /// The identity of the profile that the message is for.
    profile: Option<String>,
}

impl Compose {
    /// Remembers the current message, if there is one. Call this only for the latest composition.
    // An earlier composition may belong to another campaign or profile, but it would be stored under the current ones.
    pub(super) fn keep_message(&mut self, shared: &SharedState) {
        let Some(composed) = self.composed().cloned().filter(|composed| composed.request.is_some()) else {
            return;
        };
        let (campaign, profile) = (self.open.clone(), shared.profile_identity());
        self.last_good = Some(LastGood { composed, campaign, profile });
    }

    /// Returns the last valid message of this campaign for this profile, if an error prevents a new message.
    pub fn last_good(&self, shared: &SharedState) -> Option<&PtrEq<Composed>> {
        let now = self.composed()?;
        let before = self.last_good.as_ref()?;
        let is_same = before.campaign == self.open && before.profile == shared.profile_identity();
        // A skipped recipient has no message by design, so an older message must not be shown instead.
        (is_same && now.request.is_none() && now.skip.is_none()).then_some(&before.composed)
    }
}
