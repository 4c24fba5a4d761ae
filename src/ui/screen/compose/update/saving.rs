//! Saving what one is editing, and leaving.

use crate::ui::screen::compose::{Compose, Focus, Pane, update::actions::editing};
use crate::ui::shared::{Change, Effect, Entry, Shared, Task};

pub fn save(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, shared| {
        if screen.focus.pane == Pane::Webhook && screen.webhook.is_modified() {
            // What one edits is saved, and nothing beside it.
            return if complain_of_webhook(screen, shared) { Vec::new() } else { save_webhook(screen) };
        }
        let mut effects = save_webhook(screen);
        let stems: Vec<String> = screen.open.iter().cloned().collect();
        effects.extend(stems.iter().filter_map(|stem| save_body(screen, shared, stem, false)));
        if effects.is_empty() && !complain_of_webhook(screen, shared) {
            shared.say("nothing to save");
        }
        effects
    })
}

fn complain_of_webhook(screen: &mut Compose, shared: &mut Shared) -> bool {
    let Some(words) = screen.webhook.refusal() else { return false };
    screen.focus = Focus::enter(Pane::Webhook);
    screen.webhook.focus_on_refused();
    shared.complain(format!("webhook not saved: {words}"));
    true
}

fn save_webhook(screen: &mut Compose) -> Vec<Effect> {
    let (Some(webhook), Some(stem), Some(expected)) =
        (screen.webhook.start_saving(), screen.webhook.stem.clone(), screen.webhook.expected)
    else {
        return Vec::new();
    };
    vec![Effect::Task(Task::Change(Change::SaveWebhook { stem, webhook: Box::new(webhook), expected }))]
}

/// Saves a body where it differs from its file, or is to be written over whatever is there.
pub fn save_body(screen: &mut Compose, shared: &mut Shared, stem: &str, overwrite: bool) -> Option<Effect> {
    let buffer =
        screen.buffers.get_mut(stem).filter(|buffer| overwrite || buffer.is_modified() || buffer.is_new())?;
    let text = buffer.start_saving();
    if buffer.is_deleted {
        let campaign = Box::new(shared.workspace.campaign(stem)?.clone());
        return Some(Effect::Task(Task::Change(Change::RemakeCampaign { campaign, body: text.to_string() })));
    }
    let expected = (!overwrite).then_some(buffer.saved);
    Some(Effect::Journal(Entry::SaveBody {
        stem: stem.to_owned(),
        text: text.to_string(),
        version: buffer.editor.version(),
        expected,
    }))
}

fn unsaved_bodies(screen: &Compose) -> Vec<String> {
    screen.buffers.iter().filter(|(_, buffer)| buffer.is_modified()).map(|(stem, _)| stem.clone()).collect()
}

pub fn unsaved(screen: &Compose) -> Vec<String> {
    let webhook = screen.webhook.stem.iter().filter(|_| screen.webhook.is_modified());
    unsaved_bodies(screen).into_iter().chain(webhook.map(|stem| format!("webhook {stem}"))).collect()
}

/// Saves everything, unless the webhook cannot be: then the console stays.
pub fn save_all(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    if complain_of_webhook(screen, shared) {
        shared.is_quitting = false;
        return Vec::new();
    }
    let mut effects = save_webhook(screen);
    for stem in unsaved_bodies(screen) {
        effects.extend(save_body(screen, shared, &stem, false));
    }
    effects
}
