//! The last message that came out of the open body: it stays in sight while what one types cannot be read.

use crate::compose::Composed;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::{Latest, Shared};

#[derive(Debug, Clone)]
pub struct BeforeError {
    composed: Latest<Composed>,
    campaign: Option<String>,
    /// The identity of the profile it was made for.
    profile: Option<String>,
}

impl Compose {
    /// Keeps the message on screen, where there is one. Only for the answer to the latest question: an earlier one may
    /// be of another campaign or profile.
    pub(super) fn keep_message(&mut self, shared: &Shared) {
        let Some(composed) = self.composed().cloned().filter(|composed| composed.request.is_some()) else {
            return;
        };
        let (campaign, profile) = (self.open.clone(), shared.profile_identity());
        self.before_error = Some(BeforeError { composed, campaign, profile });
    }

    /// Returns the message that this campaign last made for this profile, while an error keeps it from making one.
    /// Never for a recipient who is to be skipped: nothing was to be shown then.
    pub fn before_error(&self, shared: &Shared) -> Option<&Latest<Composed>> {
        let now = self.composed()?;
        let before = self.before_error.as_ref()?;
        let is_same = before.campaign == self.open && before.profile == shared.profile_identity();
        (is_same && now.request.is_none() && now.skip.is_none()).then_some(&before.composed)
    }
}
