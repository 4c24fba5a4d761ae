//! Opens the form of the webhook, and handles its input.

use crate::ui::screen::compose::{
    Compose, Dialog, Pane, WebhookForm,
    update::dialogs::close,
    update::{actions, definitions, saving},
};
use crate::ui::shared::{Action, Effect, KeyContext, SharedState};
use crate::ui::widget::{FormOutcome, Key, KeyCode};

/// Opens the form of the webhook. Without a webhook, asks for the name of a new one.
pub(crate) fn open(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.completion = None;
    if screen.webhook.expected.is_none() {
        screen.focus.pane = Pane::Webhook;
        screen.focus.entered = false;
        return definitions::new(screen, shared);
    }
    if !screen.webhook.is_readable {
        let stem = screen.webhook.stem.as_deref().unwrap_or_default();
        return shared.only_error(format!("webhooks/{stem}.toml cannot be read: fix it in an editor first"));
    }
    screen.dialog = Some(Dialog::Webhook);
    Vec::new()
}

pub(super) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    if key.code == KeyCode::Esc {
        let effects = close(screen, shared);
        report_unsaved(screen, shared);
        return effects;
    }
    screen.dialog = Some(Dialog::Webhook);
    if key == (Key { ctrl: true, ..Key::char('s') }) {
        return saving::save_webhook_form(screen, shared);
    }
    edit(screen, shared, |form| form.press(key))
}

fn report_unsaved(screen: &Compose, shared: &mut SharedState) {
    let Some(stem) = screen.webhook.stem.as_ref().filter(|_| screen.webhook.is_modified()) else { return };
    let key = shared.keymap.shown_key(&[KeyContext::Anywhere], Action::Save);
    let saves = key.map_or_else(|| "Save".to_owned(), |key| key.to_string());
    shared.show_notice(format!(
        "webhook {stem} is not saved: {saves} saves it, Revert in its form drops the edits"
    ));
}

/// Runs an input of the form. In a read-only console, an input that changes the form is refused.
pub(crate) fn edit(
    screen: &mut Compose,
    shared: &mut SharedState,
    input: impl FnOnce(&mut WebhookForm) -> FormOutcome,
) -> Vec<Effect> {
    screen.dialog = Some(Dialog::Webhook);
    let before = shared.read_only.is_some().then(|| screen.webhook.clone());
    match (input(&mut screen.webhook), before) {
        (FormOutcome::Changed, Some(before)) => {
            screen.webhook = before;
            actions::refuse_to_edit(shared)
        }
        (FormOutcome::Changed, None) => screen.compose_with_webhook(shared).into_iter().collect(),
        (FormOutcome::Pressed(button), _) => press_button(screen, shared, &button),
        (FormOutcome::Submitted, _) => {
            screen.webhook.form.step(1);
            Vec::new()
        }
        (FormOutcome::Ignored | FormOutcome::Moved, _) => Vec::new(),
    }
}

fn press_button(screen: &mut Compose, shared: &mut SharedState, button: &str) -> Vec<Effect> {
    match button {
        "check" => screen.check_bot_or_ask_for_trust(shared),
        "save" => saving::save_webhook_form(screen, shared),
        "revert" if screen.webhook.is_modified() => {
            screen.webhook.revert(&shared.workspace);
            shared.show_notice("dropped the edits of the webhook");
            screen.compose_with_webhook(shared).into_iter().collect()
        }
        _ => shared.only_notice("the webhook has no edits"),
    }
}
