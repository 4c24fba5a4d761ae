//! Whose message the preview shows, and with which sample event.

use std::sync::Arc;

use crate::profile::Profile;
use crate::ui::screen::compose::{Compose, Dialog, ListKind, update::actions};
use crate::ui::shared::{Effect, Shared};

pub fn preview_for(screen: &mut Compose, shared: &mut Shared, profile: Arc<Profile>) -> Vec<Effect> {
    shared.people.profile = Some(profile);
    screen.preview.scroll = 0;
    screen.compose(shared).into_iter().collect()
}

/// Goes through those whose message fails, or is longest.
pub fn next_worst(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let current = shared.profile_identity();
    match screen.worst.value().map(|worst| worst.next(current.as_deref())) {
        Some(Some((profile, words))) => {
            shared.say(words);
            preview_for(screen, shared, profile)
        }
        Some(None) => shared.just_say("nobody of the sample gets a message"),
        None if screen.survey_job(shared).is_none() => shared.just_say(
            "nothing that could be tried on the audience: no body, or one far too long for a message",
        ),
        None => shared.just_say("the audience is still being looked at"),
    }
}

pub fn choose_sample(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    screen.completion = None;
    let rows = screen.sample_rows(shared);
    if rows.is_empty() {
        return shared.just_say("no sample events yet: save one as samples/NAME.json, {\"Event\": {…}}");
    }
    let now = screen.sample(shared).map(|sample| sample.path.clone());
    actions::list(screen, ListKind::Samples, rows);
    if let (Some(Dialog::Listing(listing)), Some(now)) = (&mut screen.dialog, now) {
        listing.picker.choose(&now);
    }
    Vec::new()
}
