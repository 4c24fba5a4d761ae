//! Handles keys and pasted text in dialogs, and carries out what the user chooses or enters there.

mod comparing;
mod deciding;
mod history;
pub(crate) mod profiles;
pub(crate) mod setting_up;
mod testing;
pub(crate) mod webhook;

pub(crate) use deciding::decide;
pub(crate) use history::refresh_list as refresh_history;

use crate::campaign::{Campaign, ContentFormat, Webhook};
use crate::compose::clevertap;
use crate::dialect::Dialect;
use crate::editor::{Command, Motion};
use crate::service::{self, starter::Starter};
use crate::ui::editor::vim::parse_command_line;
use crate::ui::screen::compose::{
    Compose, ComposeList, Dialog, InitialBody, ListKind, Prompt, PromptPurpose, SettingsDialog,
    update::{actions, quick_fix, results, typing, vim},
};
use crate::ui::shared::clipboard::COPY;
use crate::ui::shared::{Effect, SharedState, Task, WorkspaceChange};
use crate::ui::widget::{FormOutcome, Input, Key, KeyCode, Matching, Picker, PickerOutcome, PickerRow};

/// Telegram's Bot API server.
pub(crate) const TELEGRAM: &str = "https://api.telegram.org";

pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    // The dialog is taken out of the screen, so that the handler of the key can change both the dialog and the screen.
    // A handler that keeps the dialog open puts it back.
    let Some(mut dialog) = screen.dialog.take() else { return Vec::new() };
    match &mut dialog {
        Dialog::Listing(listing) => {
            if key.code == KeyCode::Esc {
                return close(screen, shared);
            }
            if listing.kind == ListKind::Profiles
                && let Some(effects) = profiles::press_in_list(screen, shared, listing, key)
            {
                return effects;
            }
            let picked = listing.press(key, shared.area());
            handle_picked(screen, shared, dialog, picked)
        }
        Dialog::Prompt(_) => press_in_prompt(screen, shared, dialog, key),
        Dialog::Settings(_) => press_in_settings(screen, shared, dialog, key),
        Dialog::Webhook => webhook::press(screen, shared, key),
        Dialog::Profile(_) => profiles::press(screen, shared, dialog, key),
        Dialog::Confirm(confirm) => match confirm.press(key) {
            Some(decision) => decide(screen, shared, decision),
            None => keep_open(screen, dialog),
        },
        Dialog::Test(_) => testing::press_in_test(screen, shared, dialog, key),
        Dialog::PastTest(_) => history::press_in_past_test(screen, shared, dialog, key),
        Dialog::Compare(_) => comparing::press_in_compare(screen, shared, dialog, key),
        Dialog::Setup(_) => setting_up::press(screen, shared, dialog, key),
    }
}

fn keep_open(screen: &mut Compose, dialog: Dialog) -> Vec<Effect> {
    screen.dialog = Some(dialog);
    Vec::new()
}

/// Closes the dialog. If the closed dialog was opened from the test dialog or from the webhook's form, shows that
/// dialog again.
pub(crate) fn close(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    screen.dialog = None;
    if let Some(test) = screen.suspended_test.take() {
        screen.dialog = Some(Dialog::Test(test));
        return actions::prepare_test(screen, shared).into_iter().collect();
    }
    if std::mem::take(&mut screen.returns_to_webhook) {
        screen.dialog = Some(Dialog::Webhook);
        return Vec::new();
    }
    // The question whether to restore a draft (unsaved text of an earlier session) is not asked while a dialog is open.
    // The dialog has now closed, so the question is asked if there is a draft.
    results::offer_draft(screen, shared);
    Vec::new()
}

/// Closes a dialog that waits for a change (for example, a rename) if the input is Esc or a key that counts as Esc. The
/// change is not canceled, and the footer shows its result. Returns `None` for any other input, and if no dialog waits.
pub(crate) fn stop_waiting(
    screen: &mut Compose,
    shared: &mut SharedState,
    input: &Input,
) -> Option<Vec<Effect>> {
    let is_escape = matches!(input, Input::Key(key) if key.code == KeyCode::Esc || key.alt || *key == COPY);
    screen.submission.take_if(|_| is_escape)?;
    Some(close(screen, shared))
}

pub(crate) fn paste(screen: &mut Compose, shared: &mut SharedState, text: &str) -> Vec<Effect> {
    let Some(mut dialog) = screen.dialog.take() else { return Vec::new() };
    match &mut dialog {
        // In the list of starters, pasted text becomes the body of a new campaign. In the other lists, pasted text goes
        // into the search field.
        Dialog::Listing(listing) if listing.kind == ListKind::Starters => {
            let purpose =
                PromptPurpose::NewCampaign(InitialBody::Pasted(Box::new(clevertap::clean_pasted(text))));
            keep_open(screen, Dialog::Prompt(Prompt::new(purpose, "Pasted campaign")))
        }
        Dialog::Listing(listing) => {
            let picked = listing.picker.paste(text);
            handle_picked(screen, shared, dialog, picked)
        }
        Dialog::Prompt(prompt) => {
            prompt.field.paste(text);
            keep_open(screen, dialog)
        }
        Dialog::Settings(settings) => {
            settings.form.paste(text);
            settings.check();
            keep_open(screen, dialog)
        }
        Dialog::Setup(_) => setting_up::paste(screen, shared, dialog, text),
        Dialog::Webhook => webhook::edit(screen, shared, |form| form.paste(text)),
        Dialog::Profile(_) => profiles::edit(screen, shared, dialog, |form| form.paste(text)),
        Dialog::Confirm(_) | Dialog::Test(_) | Dialog::PastTest(_) | Dialog::Compare(_) => {
            keep_open(screen, dialog)
        }
    }
}

pub(crate) fn handle_picked(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    picked: PickerOutcome,
) -> Vec<Effect> {
    let Dialog::Listing(listing) = &mut dialog else { return keep_open(screen, dialog) };
    let kind = listing.kind;
    match picked {
        PickerOutcome::Ignored | PickerOutcome::Moved => keep_open(screen, dialog),
        PickerOutcome::Typed => {
            let search = listing.picker.field.text();
            if kind == ListKind::Chats
                && let Some(test) = &screen.suspended_test
            {
                listing.picker.set_rows(testing::chat_rows(test, &search));
            }
            screen.dialog = Some(dialog);
            if kind == ListKind::Profiles { actions::search_profiles(screen, &search) } else { Vec::new() }
        }
        PickerOutcome::Chosen(id) if kind == ListKind::Chats && id == testing::OTHER_CHAT => {
            shared.show_notice("type the chat's id, such as 123456789, or its @name");
            keep_open(screen, dialog)
        }
        PickerOutcome::Chosen(id) => {
            let search = listing.picker.field.text();
            handle_choice(screen, shared, kind, &search, &id)
        }
    }
}

fn handle_choice(
    screen: &mut Compose,
    shared: &mut SharedState,
    kind: ListKind,
    search: &str,
    id: &str,
) -> Vec<Effect> {
    match kind {
        ListKind::Profiles => profiles::choose(screen, shared, search, id),
        ListKind::Starters if id == "paste" => {
            // The user has to paste the body, because telecast cannot read the clipboard by itself. Only the escape
            // sequence OSC 52 could read it, and most terminals refuse this use of the sequence.
            shared.show_notice(
                "paste the body now, with your terminal's paste key, or with ^V if you copied it in telecast",
            );
            let row = PickerRow {
                id: id.to_owned(),
                title: "waiting for the paste…".into(),
                ..PickerRow::default()
            };
            keep_open(
                screen,
                Dialog::Listing(ComposeList { kind, picker: Picker::new(vec![row], Matching::Fuzzy) }),
            )
        }
        ListKind::Starters => {
            let starter = id.parse().ok().and_then(|at: usize| Starter::ALL.get(at).copied());
            let Some(starter) = starter else { return Vec::new() };
            let purpose = PromptPurpose::NewCampaign(InitialBody::Starter(starter));
            keep_open(screen, Dialog::Prompt(Prompt::new(purpose, "New campaign")))
        }
        ListKind::Chats => testing::choose_chat(screen, shared, id),
        ListKind::History => history::open(screen, shared, id),
        ListKind::Fixes => id
            .parse()
            .map_or_else(|_| Vec::new(), |number| quick_fix::apply_chosen_fix(screen, shared, number)),
        ListKind::Trash => vec![Effect::Task(Task::Change(WorkspaceChange::Restore(id.to_owned())))],
        ListKind::Samples => {
            screen.choose_sample(id);
            screen.compose(shared).into_iter().collect()
        }
    }
}

fn press_in_prompt(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Prompt(prompt) = &mut dialog else { return keep_open(screen, dialog) };
    match key.code {
        KeyCode::Esc => close(screen, shared),
        KeyCode::Enter => {
            // In a command line, a space may be part of a pattern or a replacement.
            let is_command = prompt.purpose == PromptPurpose::CommandLine;
            let typed = prompt.field.text();
            let text = if is_command { typed } else { typed.trim().to_owned() };
            if let Some(problem) = answer_problem(&prompt.purpose, &text) {
                prompt.problem = Some(problem);
                return keep_open(screen, dialog);
            }
            let purpose = prompt.purpose.clone();
            handle_answer(screen, shared, dialog, purpose, text)
        }
        _ => {
            prompt.field.press(key);
            prompt.problem = None;
            keep_open(screen, dialog)
        }
    }
}

fn answer_problem(purpose: &PromptPurpose, text: &str) -> Option<String> {
    match purpose {
        PromptPurpose::CommandLine => parse_command_line(text).err(),
        PromptPurpose::GoToLine if text.parse::<usize>().is_err() => Some("enter a line number".into()),
        _ if text.is_empty() => Some("enter a name".into()),
        _ => None,
    }
}

fn handle_answer(
    screen: &mut Compose,
    shared: &mut SharedState,
    dialog: Dialog,
    purpose: PromptPurpose,
    text: String,
) -> Vec<Effect> {
    let change = match purpose {
        PromptPurpose::NewCampaign(start) => new_campaign(screen, shared, start, text),
        PromptPurpose::DuplicateCampaign(stem) => WorkspaceChange::DuplicateCampaign { stem, name: text },
        PromptPurpose::RenameCampaign(stem) => WorkspaceChange::RenameCampaign { stem, name: text },
        PromptPurpose::NewWebhook => WorkspaceChange::NewWebhook {
            webhook: Box::new(Webhook { name: text, ..Webhook::of_server(TELEGRAM) }),
            // The new webhook is assigned to the open campaign only if the campaign has no webhook.
            assign_to: screen.open.clone().filter(|_| screen.webhook.stem.is_none()),
        },
        PromptPurpose::DuplicateWebhook(stem) => WorkspaceChange::DuplicateWebhook { stem, name: text },
        PromptPurpose::RenameWebhook(stem) => WorkspaceChange::RenameWebhook { stem, name: text },
        PromptPurpose::CommandLine => {
            // The dialog is closed at this point, so the command can open another dialog.
            let done = parse_command_line(&text).and_then(|line| vim::command_line(screen, shared, line));
            return done.unwrap_or_else(|problem| {
                let Dialog::Prompt(prompt) = dialog else { return Vec::new() };
                keep_open(screen, Dialog::Prompt(Prompt { problem: Some(problem), ..prompt }))
            });
        }
        PromptPurpose::GoToLine => {
            let line = text.parse().unwrap_or(1);
            screen.focus = crate::ui::screen::compose::focus::Focus::enter(
                crate::ui::screen::compose::focus::Pane::Body,
            );
            return typing::apply(screen, shared, Command::Move(Motion::Line(line)));
        }
    };
    screen.submit(dialog, change)
}

fn new_campaign(screen: &Compose, shared: &SharedState, start: InitialBody, name: String) -> WorkspaceChange {
    let settings = shared.workspace.settings();
    let webhook = screen.webhook.stem.clone().or_else(|| shared.workspace.default_webhook());
    let campaign = Campaign {
        name,
        webhook: webhook.unwrap_or_default(),
        content_format: settings.defaults.content_format.unwrap_or(ContentFormat::Json),
        ..Campaign::default()
    };
    let (campaign, body) = match start {
        InitialBody::Starter(starter) => (campaign, starter.body(settings.dialect)),
        InitialBody::Pasted(pasted) => {
            let fitting = service::webhook_for(&shared.workspace, pasted.method);
            let campaign = Campaign {
                webhook: fitting.unwrap_or(campaign.webhook),
                content_format: pasted.content_format,
                // A pasted body with variables outside tags (`@Profile - name`) gets CleverTap's dialect, because no
                // other dialect has such variables.
                dialect: pasted.has_at_variables().then_some(Dialect::CleverTap),
                notes: pasted.repairs.join("; "),
                ..campaign
            };
            (campaign, pasted.body)
        }
    };
    // The first campaign comes with a webhook, so that it can be tested as soon as the bot's token is set.
    let has_webhook = !shared.workspace.webhooks.is_empty() || !campaign.webhook.is_empty();
    let webhook = (!has_webhook).then(|| Box::new(Webhook::of_server(TELEGRAM)));
    WorkspaceChange::NewCampaign { campaign: Box::new(campaign), body, webhook }
}

fn press_in_settings(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Settings(settings) = &mut dialog else { return keep_open(screen, dialog) };
    if key.code == KeyCode::Esc {
        return close(screen, shared);
    }
    let saves = key == (Key { ctrl: true, ..Key::char('s') });
    match if saves { FormOutcome::Submitted } else { settings.form.press(key) } {
        FormOutcome::Submitted => save_settings(screen, shared, dialog),
        FormOutcome::Changed => {
            settings.check();
            keep_open(screen, dialog)
        }
        FormOutcome::Ignored | FormOutcome::Moved | FormOutcome::Pressed(_) => keep_open(screen, dialog),
    }
}

fn save_settings(screen: &mut Compose, shared: &mut SharedState, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Settings(settings) = &dialog else { return keep_open(screen, dialog) };
    let campaign = settings.campaign();
    if shared.read_only.is_some() {
        screen.dialog = Some(dialog);
        return actions::refuse_to_edit(shared);
    }
    if campaign.name.is_empty() {
        return keep_open(screen, dialog);
    }
    let SettingsDialog { stem, expected, .. } = settings.as_ref();
    let (stem, campaign, expected) = (stem.clone(), Box::new(campaign), *expected);
    screen.submit(dialog, WorkspaceChange::SaveCampaign { stem, campaign, expected })
}
