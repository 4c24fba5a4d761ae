//! Whose message the preview shows, and with which sample event.

use std::sync::Arc;

use crate::profile::Profile;
use crate::ui::screen::compose::dialog::Dialog;
use crate::ui::screen::compose::dialog::listing::ListKind;
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::actions;
use crate::ui::shared::effect::Effect;

/// Makes the preview that of another recipient.
pub fn preview_for(app: &mut App, profile: Arc<Profile>) -> Vec<Effect> {
    app.people.profile = Some(profile);
    app.preview.scroll = 0;
    vec![app.compose()]
}

/// Goes through those whose message fails, or is longest.
pub fn next_worst(app: &mut App) -> Vec<Effect> {
    let current = app.profile_identity();
    match app.worst.as_ref().map(|worst| worst.next(current.as_deref())) {
        Some(Some((profile, words))) => {
            app.say(words);
            preview_for(app, profile)
        }
        Some(None) => {
            app.say("nobody of the sample gets a message");
            Vec::new()
        }
        None if app.survey().is_none() => {
            app.say(
                "nothing that could be tried on the audience: no body, or one far too long for a message",
            );
            Vec::new()
        }
        None => {
            app.say("the audience is still being looked at");
            Vec::new()
        }
    }
}

/// Lists the workspace's sample events.
pub fn choose_sample(app: &mut App) -> Vec<Effect> {
    app.completion = None;
    let rows = app.sample_rows();
    if rows.is_empty() {
        app.say("no sample events yet: save one as samples/NAME.json, {\"Event\": {…}}");
        return Vec::new();
    }
    let now = app.sample().map(|sample| sample.path.clone());
    actions::list(app, ListKind::Samples, rows);
    if let (Some(Dialog::Listing(listing)), Some(now)) = (&mut app.dialog, now) {
        listing.picker.choose(&now);
    }
    Vec::new()
}
