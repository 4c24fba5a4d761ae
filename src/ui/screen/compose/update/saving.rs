//! Saving what one is editing, and leaving.

use crate::ui::screen::compose::dialog::{Confirm, Decision, Dialog};
use crate::ui::screen::compose::focus::{Focus, Pane};
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::actions::editing;
use crate::ui::shared::effect::{Change, Effect};

/// Saves what one is editing.
pub fn save(app: &mut App) -> Vec<Effect> {
    editing(app, |app| {
        if app.focus.pane == Pane::Webhook && app.webhook.is_modified() {
            // What one edits is saved, and nothing beside it.
            return if complain_of_webhook(app) { Vec::new() } else { save_webhook(app) };
        }
        let mut effects = save_webhook(app);
        let stems: Vec<String> = app.open.iter().cloned().collect();
        effects.extend(stems.iter().filter_map(|stem| save_body(app, stem, false)));
        if effects.is_empty() && !complain_of_webhook(app) {
            app.say("nothing to save");
        }
        effects
    })
}

/// Says why the webhook is not saved and goes to the field, where that is so.
fn complain_of_webhook(app: &mut App) -> bool {
    let Some(words) = app.webhook.refusal() else { return false };
    app.focus = Focus::enter(Pane::Webhook);
    app.webhook.focus_on_refused();
    app.complain(format!("webhook not saved: {words}"));
    true
}

fn save_webhook(app: &mut App) -> Vec<Effect> {
    let (Some(webhook), Some(stem), Some(expected)) =
        (app.webhook.start_saving(), app.webhook.stem.clone(), app.webhook.expected)
    else {
        return Vec::new();
    };
    vec![Effect::Change(Change::SaveWebhook { stem, webhook: Box::new(webhook), expected })]
}

/// Saves a body where it differs from its file, or is to be written over whatever is there.
pub fn save_body(app: &mut App, stem: &str, overwrite: bool) -> Option<Effect> {
    let buffer =
        app.buffers.get_mut(stem).filter(|buffer| overwrite || buffer.is_modified() || buffer.is_new())?;
    let text = buffer.start_saving();
    if buffer.is_deleted {
        let campaign = Box::new(app.workspace.campaign(stem)?.clone());
        return Some(Effect::Change(Change::RemakeCampaign { campaign, body: text.to_string() }));
    }
    let expected = (!overwrite).then_some(buffer.saved);
    Some(Effect::SaveBody {
        stem: stem.to_owned(),
        text: text.to_string(),
        version: buffer.editor.version(),
        expected,
    })
}

/// Returns the campaigns with unsaved bodies.
fn unsaved(app: &App) -> Vec<String> {
    app.buffers.iter().filter(|(_, buffer)| buffer.is_modified()).map(|(stem, _)| stem.clone()).collect()
}

/// Leaves, or asks what becomes of unsaved edits.
pub fn quit(app: &mut App) -> Vec<Effect> {
    let mut names = unsaved(app);
    if app.webhook.is_modified() {
        names.extend(app.webhook.stem.iter().map(|stem| format!("webhook {stem}")));
    }
    if names.is_empty() || app.read_only.is_some() {
        let mut effects = app.discard_drafts();
        effects.push(Effect::Quit);
        return effects;
    }
    let text = format!("Not saved: {}.", names.join(", "));
    let answers = vec![
        ("Save and quit", Decision::SaveAndQuit),
        ("Quit without saving", Decision::QuitUnsaved),
        ("Stay", Decision::Stay),
    ];
    app.dialog = Some(Dialog::Confirm(Confirm::new("Quit", text, answers)));
    Vec::new()
}

/// Saves everything and leaves once it is saved.
pub fn save_and_quit(app: &mut App) -> Vec<Effect> {
    if complain_of_webhook(app) {
        return Vec::new();
    }
    app.is_quitting = true;
    let mut effects = save_webhook(app);
    for stem in unsaved(app) {
        effects.extend(save_body(app, &stem, false));
    }
    effects.extend(quit_if_saved(app));
    effects
}

/// Leaves where one is on the way out and nothing is unsaved any more.
pub fn quit_if_saved(app: &App) -> Option<Effect> {
    (app.is_quitting && unsaved(app).is_empty() && !app.webhook.is_modified()).then_some(Effect::Quit)
}
