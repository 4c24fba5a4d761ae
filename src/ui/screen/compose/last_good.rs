//! Keeps the last valid message of the open body, so that the preview can still show it while the body has an error.

use crate::compose::Composed;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{PtrEq, SharedState};

#[derive(Debug, Clone)]
pub(crate) struct LastGood {
    composed: PtrEq<Composed>,
    campaign: Option<String>,
    /// The identity of the preview profile when the message was composed.
    profile: Option<String>,
}

impl Compose {
    /// Remembers the current composition if it has a message. Call this only if the composition answers the latest
    /// request.
    // The answer to an earlier request may be for another campaign or profile. This function would wrongly store such
    // an answer as the message of the current campaign and profile.
    pub(super) fn keep_message(&mut self, shared: &SharedState) {
        let Some(composed) = self.composed().cloned().filter(|composed| composed.request.is_some()) else {
            return;
        };
        let (campaign, profile) = (self.open.clone(), shared.profile_identity());
        self.last_good = Some(LastGood { composed, campaign, profile });
    }

    /// Returns the last composition with a message, if an error prevents a new message. `None` if there is no
    /// composition, if the current composition has a message or skips the recipient, or if no message was kept for the
    /// open campaign and the preview profile.
    pub fn last_good(&self, shared: &SharedState) -> Option<&PtrEq<Composed>> {
        let now = self.composed()?;
        let before = self.last_good.as_ref()?;
        let is_same = before.campaign == self.open && before.profile == shared.profile_identity();
        // A skipped recipient gets no message, so an older message must not be shown either.
        (is_same && now.request.is_none() && now.skip.is_none()).then_some(&before.composed)
    }
}
