//! Keys in dialogs, and what their answers lead to.

mod comparing;
mod deciding;
mod testing;

pub use deciding::decide;

use crate::campaign::{Campaign, ContentFormat, Webhook};
use crate::compose::clevertap;
use crate::editor::{Command, Motion};
use crate::service::{self, starter::Starter};
use crate::template::Dialect;
use crate::ui::editor::vim::parse_command_line;
use crate::ui::screen::compose::dialog::listing::{ListKind, Listing};
use crate::ui::screen::compose::dialog::prompt::Start;
use crate::ui::screen::compose::dialog::{Dialog, Prompt, Purpose, Settings};
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::{actions, mending, results, typing, vim, whose};
use crate::ui::shared::action::ACTIONS;
use crate::ui::shared::effect::{Change, Effect};
use crate::ui::widget::form::Filled;
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::picker::{Matching, Picked, Picker, Row};
use crate::workspace::is_chat;

/// Takes a key while a dialog is open.
pub fn press(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(mut dialog) = app.dialog.take() else { return Vec::new() };
    match &mut dialog {
        Dialog::Listing(listing) => {
            if key.code == KeyCode::Esc {
                return back(app);
            }
            // Pasting into the starters makes a campaign of what is pasted; typing searches.
            let picked = listing.picker.press(key);
            picked_in(app, dialog, picked)
        }
        Dialog::Prompt(_) => press_in_prompt(app, dialog, key),
        Dialog::Settings(_) => press_in_settings(app, dialog, key),
        Dialog::Confirm(confirm) => match confirm.press(key) {
            Some(decision) => decide(app, decision),
            None => keep(app, dialog),
        },
        Dialog::Test(_) => testing::press_in_test(app, dialog, key),
        Dialog::Compare(_) => comparing::press_in_compare(app, dialog, key),
    }
}

fn keep(app: &mut App, dialog: Dialog) -> Vec<Effect> {
    app.dialog = Some(dialog);
    Vec::new()
}

/// Leaves a dialog: to the test it was opened from, or to the panes.
fn back(app: &mut App) -> Vec<Effect> {
    if let Some(test) = app.test_behind.take() {
        app.dialog = Some(Dialog::Test(test));
        return actions::prepare_test(app).into_iter().collect();
    }
    results::offer_draft(app);
    Vec::new()
}

/// Takes pasted text while a dialog is open.
pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let Some(mut dialog) = app.dialog.take() else { return Vec::new() };
    match &mut dialog {
        Dialog::Listing(listing) if listing.kind == ListKind::Starters => {
            let purpose = Purpose::NewCampaign(Start::Pasted(Box::new(clevertap::paste(text))));
            keep(app, Dialog::Prompt(Prompt::new(purpose, "Pasted campaign")))
        }
        Dialog::Listing(listing) => {
            let picked = listing.picker.paste(text);
            picked_in(app, dialog, picked)
        }
        Dialog::Prompt(prompt) => {
            prompt.field.paste(text);
            keep(app, dialog)
        }
        Dialog::Settings(settings) => {
            settings.form.paste(text);
            settings.check();
            keep(app, dialog)
        }
        Dialog::Confirm(_) | Dialog::Test(_) | Dialog::Compare(_) => keep(app, dialog),
    }
}

/// Goes on from what happened in a list.
pub fn picked_in(app: &mut App, dialog: Dialog, picked: Picked) -> Vec<Effect> {
    let Dialog::Listing(listing) = &dialog else { return keep(app, dialog) };
    let kind = listing.kind;
    match picked {
        Picked::Ignored | Picked::Moved => keep(app, dialog),
        Picked::Typed => {
            let search = listing.picker.field.text();
            app.dialog = Some(dialog);
            if kind == ListKind::Profiles { actions::search_profiles(app, &search) } else { Vec::new() }
        }
        Picked::Chosen(id) => chosen(app, kind, &id),
    }
}

fn chosen(app: &mut App, kind: ListKind, id: &str) -> Vec<Effect> {
    match kind {
        ListKind::Palette | ListKind::Help => {
            let action = ACTIONS.iter().find(|row| row.id == id).map(|row| row.action);
            action.map_or_else(Vec::new, |action| actions::act(app, action))
        }
        ListKind::Profiles => {
            let profile = app.found_profiles.iter().find(|profile| profile.identity == id).cloned();
            app.found_profiles = Vec::new();
            let mut effects = profile.map_or_else(Vec::new, |profile| whose::preview_for(app, profile));
            effects.extend(back(app));
            effects
        }
        ListKind::Starters if id == "paste" => {
            app.say("paste the body now, with the terminal's own key");
            let row = Row { id: id.to_owned(), title: "waiting for the paste…".into(), ..Row::default() };
            keep(app, Dialog::Listing(Listing { kind, picker: Picker::new(vec![row], Matching::Here) }))
        }
        ListKind::Starters => {
            let starter = id.parse().ok().and_then(|at: usize| Starter::ALL.get(at).copied());
            let Some(starter) = starter else { return Vec::new() };
            let purpose = Purpose::NewCampaign(Start::Starter(starter));
            keep(app, Dialog::Prompt(Prompt::new(purpose, "New campaign")))
        }
        ListKind::Chats if id == "other" => keep(app, Dialog::Prompt(Prompt::new(Purpose::TestChat, ""))),
        ListKind::Chats => testing::choose_chat(app, id),
        ListKind::History => testing::resend(app, id),
        ListKind::Fixes => {
            id.parse().map_or_else(|_| Vec::new(), |number| mending::apply_chosen_fix(app, number))
        }
        ListKind::Samples => {
            app.choose_sample(id);
            vec![app.compose()]
        }
        ListKind::Webhooks => Vec::new(),
    }
}

fn press_in_prompt(app: &mut App, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Prompt(prompt) = &mut dialog else { return keep(app, dialog) };
    match key.code {
        KeyCode::Esc => back(app),
        KeyCode::Enter => {
            let text = prompt.field.text().trim().to_owned();
            if let Some(problem) = problem_of(&prompt.purpose, &text) {
                prompt.problem = Some(problem);
                return keep(app, dialog);
            }
            let purpose = prompt.purpose.clone();
            answered(app, purpose, text)
        }
        _ => {
            prompt.field.press(key);
            prompt.problem = None;
            keep(app, dialog)
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

fn answered(app: &mut App, purpose: Purpose, text: String) -> Vec<Effect> {
    let change = match purpose {
        Purpose::NewCampaign(start) => new_campaign(app, start, text),
        Purpose::DuplicateCampaign(stem) => Change::DuplicateCampaign { stem, name: text },
        Purpose::RenameCampaign(stem) => Change::RenameCampaign { stem, name: text },
        Purpose::NewWebhook => Change::NewWebhook {
            webhook: Box::new(Webhook {
                name: text,
                url: "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage".into(),
                headers: vec![("Content-Type".into(), "application/json".into())],
                ..Webhook::default()
            }),
            taker: app.open.clone().filter(|_| app.webhook.stem.is_none()),
        },
        Purpose::DuplicateWebhook(stem) => Change::DuplicateWebhook { stem, name: text },
        Purpose::RenameWebhook(stem) => Change::RenameWebhook { stem, name: text },
        Purpose::TestChat => return testing::choose_chat(app, &text),
        Purpose::CommandLine => {
            return parse_command_line(&text)
                .map_or_else(|_| Vec::new(), |line| vim::command_line(app, line));
        }
        Purpose::GoToLine => {
            let line = text.parse().unwrap_or(1);
            app.focus = crate::ui::screen::compose::focus::Focus::enter(
                crate::ui::screen::compose::focus::Pane::Body,
            );
            return typing::apply(app, Command::Move(Motion::Line(line)));
        }
    };
    vec![Effect::Change(change)]
}

fn new_campaign(app: &App, start: Start, name: String) -> Change {
    let settings = app.workspace.settings();
    let webhook = app.webhook.stem.clone().or(settings.defaults.webhook.clone());
    let webhook = webhook.or_else(|| app.workspace.webhooks.first().map(|webhook| webhook.stem.clone()));
    let campaign = Campaign {
        name,
        webhook: webhook.unwrap_or_default(),
        content_format: settings.defaults.content_format.unwrap_or(ContentFormat::Json),
        ..Campaign::default()
    };
    let (campaign, body) = match start {
        Start::Starter(starter) => (campaign, starter.body(settings.dialect)),
        Start::Pasted(pasted) => {
            let fitting = service::webhook_for(&app.workspace, pasted.method);
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

fn press_in_settings(app: &mut App, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Settings(settings) = &mut dialog else { return keep(app, dialog) };
    if key.code == KeyCode::Esc {
        return back(app);
    }
    let saves = key == (Key { ctrl: true, ..Key::char('s') });
    match if saves { Filled::Submitted } else { settings.form.press(key) } {
        Filled::Submitted => save_settings(app, dialog),
        Filled::Changed => {
            settings.check();
            keep(app, dialog)
        }
        Filled::Ignored | Filled::Moved | Filled::Pressed(_) => keep(app, dialog),
    }
}

fn save_settings(app: &mut App, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Settings(settings) = &dialog else { return keep(app, dialog) };
    let campaign = settings.campaign();
    if app.read_only.is_some() {
        return actions::refuse_to_edit(app);
    }
    if campaign.name.is_empty() {
        return keep(app, dialog);
    }
    let Settings { stem, expected, .. } = settings.as_ref();
    vec![Effect::Change(Change::SaveCampaign {
        stem: stem.clone(),
        campaign: Box::new(campaign),
        expected: *expected,
    })]
}
