//! Keys in dialogs, and what their answers lead to.

mod comparing;
mod deciding;
mod testing;

pub use deciding::decide;

use crate::campaign::{Campaign, ContentFormat, Webhook};
use crate::compose::clevertap;
use crate::dialect::Dialect;
use crate::editor::{Command, Motion};
use crate::service::{self, starter::Starter};
use crate::ui::editor::vim::parse_command_line;
use crate::ui::screen::compose::{
    Compose, Dialog, ListKind, Listing, Prompt, Purpose, Settings, Start,
    update::{actions, mending, results, typing, vim, whose},
};
use crate::ui::shared::{Change, Effect, Shared, Task};
use crate::ui::widget::{Filled, Key, KeyCode, Matching, Picked, Picker, Row};
use crate::workspace::is_chat;

pub fn press(screen: &mut Compose, shared: &mut Shared, key: Key) -> Vec<Effect> {
    let Some(mut dialog) = screen.dialog.take() else { return Vec::new() };
    match &mut dialog {
        Dialog::Listing(listing) => {
            if key.code == KeyCode::Esc {
                return back(screen, shared);
            }
            // Pasting into the starters makes a campaign of what is pasted; typing searches.
            let picked = listing.picker.press(key);
            picked_in(screen, shared, dialog, picked)
        }
        Dialog::Prompt(_) => press_in_prompt(screen, shared, dialog, key),
        Dialog::Settings(_) => press_in_settings(screen, shared, dialog, key),
        Dialog::Confirm(confirm) => match confirm.press(key) {
            Some(decision) => decide(screen, shared, decision),
            None => keep(screen, dialog),
        },
        Dialog::Test(_) => testing::press_in_test(screen, shared, dialog, key),
        Dialog::Compare(_) => comparing::press_in_compare(screen, shared, dialog, key),
    }
}

fn keep(screen: &mut Compose, dialog: Dialog) -> Vec<Effect> {
    screen.dialog = Some(dialog);
    Vec::new()
}

/// Leaves a dialog: to the test it was opened from, or to the panes.
fn back(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    if let Some(test) = screen.test_behind.take() {
        screen.dialog = Some(Dialog::Test(test));
        return actions::prepare_test(screen, shared).into_iter().collect();
    }
    results::offer_draft(screen, shared);
    Vec::new()
}

pub fn paste(screen: &mut Compose, shared: &mut Shared, text: &str) -> Vec<Effect> {
    let Some(mut dialog) = screen.dialog.take() else { return Vec::new() };
    match &mut dialog {
        Dialog::Listing(listing) if listing.kind == ListKind::Starters => {
            let purpose = Purpose::NewCampaign(Start::Pasted(Box::new(clevertap::paste(text))));
            keep(screen, Dialog::Prompt(Prompt::new(purpose, "Pasted campaign")))
        }
        Dialog::Listing(listing) => {
            let picked = listing.picker.paste(text);
            picked_in(screen, shared, dialog, picked)
        }
        Dialog::Prompt(prompt) => {
            prompt.field.paste(text);
            keep(screen, dialog)
        }
        Dialog::Settings(settings) => {
            settings.form.paste(text);
            settings.check();
            keep(screen, dialog)
        }
        Dialog::Confirm(_) | Dialog::Test(_) | Dialog::Compare(_) => keep(screen, dialog),
    }
}

pub fn picked_in(screen: &mut Compose, shared: &mut Shared, dialog: Dialog, picked: Picked) -> Vec<Effect> {
    let Dialog::Listing(listing) = &dialog else { return keep(screen, dialog) };
    let kind = listing.kind;
    match picked {
        Picked::Ignored | Picked::Moved => keep(screen, dialog),
        Picked::Typed => {
            let search = listing.picker.field.text();
            screen.dialog = Some(dialog);
            if kind == ListKind::Profiles { actions::search_profiles(screen, &search) } else { Vec::new() }
        }
        Picked::Chosen(id) => chosen(screen, shared, kind, &id),
    }
}

fn chosen(screen: &mut Compose, shared: &mut Shared, kind: ListKind, id: &str) -> Vec<Effect> {
    match kind {
        ListKind::Profiles => {
            let found = screen.profiles.take().unwrap_or_default();
            let profile = found.into_iter().find(|profile| profile.identity == id);
            let mut effects =
                profile.map_or_else(Vec::new, |profile| whose::preview_for(screen, shared, profile));
            effects.extend(back(screen, shared));
            effects
        }
        ListKind::Starters if id == "paste" => {
            shared.say("paste the body now, with the terminal's own key");
            let row = Row { id: id.to_owned(), title: "waiting for the paste…".into(), ..Row::default() };
            keep(screen, Dialog::Listing(Listing { kind, picker: Picker::new(vec![row], Matching::Here) }))
        }
        ListKind::Starters => {
            let starter = id.parse().ok().and_then(|at: usize| Starter::ALL.get(at).copied());
            let Some(starter) = starter else { return Vec::new() };
            let purpose = Purpose::NewCampaign(Start::Starter(starter));
            keep(screen, Dialog::Prompt(Prompt::new(purpose, "New campaign")))
        }
        ListKind::Chats if id == "other" => keep(screen, Dialog::Prompt(Prompt::new(Purpose::TestChat, ""))),
        ListKind::Chats => testing::choose_chat(screen, shared, id),
        ListKind::History => testing::resend(screen, shared, id),
        ListKind::Fixes => {
            id.parse().map_or_else(|_| Vec::new(), |number| mending::apply_chosen_fix(screen, shared, number))
        }
        ListKind::Samples => {
            screen.choose_sample(id);
            screen.compose(shared).into_iter().collect()
        }
    }
}

fn press_in_prompt(screen: &mut Compose, shared: &mut Shared, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Prompt(prompt) = &mut dialog else { return keep(screen, dialog) };
    match key.code {
        KeyCode::Esc => back(screen, shared),
        KeyCode::Enter => {
            let text = prompt.field.text().trim().to_owned();
            if let Some(problem) = problem_of(&prompt.purpose, &text) {
                prompt.problem = Some(problem);
                return keep(screen, dialog);
            }
            let purpose = prompt.purpose.clone();
            answered(screen, shared, purpose, text)
        }
        _ => {
            prompt.field.press(key);
            prompt.problem = None;
            keep(screen, dialog)
        }
    }
}

fn problem_of(purpose: &Purpose, text: &str) -> Option<String> {
    match purpose {
        Purpose::TestChat if !is_chat(text) => Some("a chat is a number such as 123456789, or @name".into()),
        Purpose::CommandLine => parse_command_line(text).err(),
        Purpose::GoToLine if text.parse::<usize>().is_err() => Some("a line is a number".into()),
        _ if text.is_empty() => Some("it needs a name".into()),
        _ => None,
    }
}

fn answered(screen: &mut Compose, shared: &mut Shared, purpose: Purpose, text: String) -> Vec<Effect> {
    let change = match purpose {
        Purpose::NewCampaign(start) => new_campaign(screen, shared, start, text),
        Purpose::DuplicateCampaign(stem) => Change::DuplicateCampaign { stem, name: text },
        Purpose::RenameCampaign(stem) => Change::RenameCampaign { stem, name: text },
        Purpose::NewWebhook => Change::NewWebhook {
            webhook: Box::new(Webhook {
                name: text,
                url: "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage".into(),
                headers: vec![("Content-Type".into(), "application/json".into())],
                ..Webhook::default()
            }),
            taker: screen.open.clone().filter(|_| screen.webhook.stem.is_none()),
        },
        Purpose::DuplicateWebhook(stem) => Change::DuplicateWebhook { stem, name: text },
        Purpose::RenameWebhook(stem) => Change::RenameWebhook { stem, name: text },
        Purpose::TestChat => return testing::choose_chat(screen, shared, &text),
        Purpose::CommandLine => {
            return parse_command_line(&text)
                .map_or_else(|_| Vec::new(), |line| vim::command_line(screen, shared, line));
        }
        Purpose::GoToLine => {
            let line = text.parse().unwrap_or(1);
            screen.focus = crate::ui::screen::compose::focus::Focus::enter(
                crate::ui::screen::compose::focus::Pane::Body,
            );
            return typing::apply(screen, shared, Command::Move(Motion::Line(line)));
        }
    };
    vec![Effect::Task(Task::Change(change))]
}

fn new_campaign(screen: &Compose, shared: &Shared, start: Start, name: String) -> Change {
    let settings = shared.workspace.settings();
    let webhook = screen.webhook.stem.clone().or(settings.defaults.webhook.clone());
    let webhook = webhook.or_else(|| shared.workspace.webhooks.first().map(|webhook| webhook.stem.clone()));
    let campaign = Campaign {
        name,
        webhook: webhook.unwrap_or_default(),
        content_format: settings.defaults.content_format.unwrap_or(ContentFormat::Json),
        ..Campaign::default()
    };
    let (campaign, body) = match start {
        Start::Starter(starter) => (campaign, starter.body(settings.dialect)),
        Start::Pasted(pasted) => {
            let fitting = service::webhook_for(&shared.workspace, pasted.method);
            let campaign = Campaign {
                webhook: fitting.unwrap_or(campaign.webhook),
                content_format: pasted.content_format,
                dialect: pasted.has_chips().then_some(Dialect::CleverTap),
                notes: pasted.mended.join("; "),
                ..campaign
            };
            (campaign, pasted.body)
        }
    };
    Change::NewCampaign { campaign: Box::new(campaign), body }
}

fn press_in_settings(screen: &mut Compose, shared: &mut Shared, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Settings(settings) = &mut dialog else { return keep(screen, dialog) };
    if key.code == KeyCode::Esc {
        return back(screen, shared);
    }
    let saves = key == (Key { ctrl: true, ..Key::char('s') });
    match if saves { Filled::Submitted } else { settings.form.press(key) } {
        Filled::Submitted => save_settings(screen, shared, dialog),
        Filled::Changed => {
            settings.check();
            keep(screen, dialog)
        }
        Filled::Ignored | Filled::Moved | Filled::Pressed(_) => keep(screen, dialog),
    }
}

fn save_settings(screen: &mut Compose, shared: &mut Shared, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Settings(settings) = &dialog else { return keep(screen, dialog) };
    let campaign = settings.campaign();
    if shared.read_only.is_some() {
        return actions::refuse_to_edit(shared);
    }
    if campaign.name.is_empty() {
        return keep(screen, dialog);
    }
    let Settings { stem, expected, .. } = settings.as_ref();
    vec![Effect::Task(Task::Change(Change::SaveCampaign {
        stem: stem.clone(),
        campaign: Box::new(campaign),
        expected: *expected,
    }))]
}
