//! Chooses the profile and the sample event for which the preview shows the message.

use std::sync::Arc;

use crate::profile::Profile;
use crate::ui::screen::compose::{Compose, Dialog, ListKind, update::actions};
use crate::ui::shared::{Effect, SharedState};

pub(crate) fn preview_for(
    screen: &mut Compose,
    shared: &mut SharedState,
    profile: Arc<Profile>,
) -> Vec<Effect> {
    shared.people.profile = Some(profile);
    screen.preview.scroll = 0;
    screen.compose(shared).into_iter().collect()
}

/// Previews the next recipient whose message fails. If no message fails, previews the next of the recipients whose
/// messages are closest to a limit of Telegram.
pub(crate) fn next_failing_recipient(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let current = shared.profile_identity();
    match screen.sample_report.value().map(|report| report.next(current.as_deref())) {
        Some(Some((profile, message))) => {
            shared.show_notice(message);
            preview_for(screen, shared, profile)
        }
        Some(None) => shared.only_notice("no recipient in the sample gets a message"),
        None if screen.survey_job(shared).is_none() => {
            shared.only_notice("the audience cannot be checked: there is no body, or it is too large")
        }
        // A new check would drop the result of the pending check, so no new check is started here.
        None => shared.only_notice("the audience is still being checked"),
    }
}

pub(crate) fn choose_sample(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.completion = None;
    let rows = screen.sample_rows(shared);
    if rows.is_empty() {
        return shared.only_notice("no sample events yet: save one as samples/NAME.json, {\"Event\": {…}}");
    }
    let now = screen.sample(shared).map(|sample| sample.path.clone());
    actions::open_list(screen, ListKind::Samples, rows);
    if let (Some(Dialog::Listing(listing)), Some(now)) = (&mut screen.dialog, now) {
        listing.picker.choose(&now);
    }
    Vec::new()
}
