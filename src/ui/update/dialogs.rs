//! Keys in dialogs, and what their answers lead to.

use super::{actions, mending, results, saving, typing, vim, whose};
use crate::campaign::{Campaign, ContentFormat, Webhook};
use crate::compose::clevertap::{self, Pasted};
use crate::editor::{Command, Motion};
use crate::service::{self, TestSend, starter::Starter};
use crate::template::Dialect;
use crate::ui::action::ACTIONS;
use crate::ui::app::App;
use crate::ui::dialog::listing::{ListKind, Listing};
use crate::ui::dialog::prompt::Start;
use crate::ui::dialog::test::{TestDialog, TestState};
use crate::ui::dialog::{Decision, Dialog, Prompt, Purpose, Settings};
use crate::ui::effect::{Change, Effect};
use crate::ui::form::Filled;
use crate::ui::key::{Key, KeyCode};
use crate::ui::picker::{Matching, Picked, Picker, Row};
use crate::ui::vim::parse_command_line;
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
        Dialog::Test(_) => press_in_test(app, dialog, key),
        Dialog::Compare(_) => press_in_compare(app, dialog, key),
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
        ListKind::Chats => choose_chat(app, id),
        ListKind::History => resend(app, id),
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

fn choose_chat(app: &mut App, chat: &str) -> Vec<Effect> {
    if let Some(test) = &mut app.test_behind {
        test.chat = Some(chat.to_owned());
        test.as_is = false;
        test.state = TestState::Ready;
    }
    let mut effects = vec![Effect::RememberChat { name: None, chat: chat.to_owned() }];
    effects.extend(back(app));
    effects
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
        Purpose::TestChat => return choose_chat(app, &text),
        Purpose::CommandLine => {
            return parse_command_line(&text)
                .map_or_else(|_| Vec::new(), |line| vim::command_line(app, line));
        }
        Purpose::GoToLine => {
            let line = text.parse().unwrap_or(1);
            app.focus = crate::ui::focus::Focus::enter(crate::ui::focus::Pane::Body);
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

fn press_in_test(app: &mut App, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Test(test) = &mut dialog else { return keep(app, dialog) };
    let is_capturing = test.state == TestState::Capturing;
    match key.code {
        KeyCode::Esc if is_capturing => {
            test.state = TestState::Ready;
            app.question += 1;
            app.dialog = Some(dialog);
            vec![Effect::StopCapture]
        }
        KeyCode::Esc => back(app),
        _ if is_capturing || test.state == TestState::Sending => keep(app, dialog),
        KeyCode::Enter => send(app, dialog),
        KeyCode::Up => {
            test.scroll = test.scroll.saturating_sub(1);
            keep(app, dialog)
        }
        KeyCode::Down => {
            test.scroll += 1;
            keep(app, dialog)
        }
        KeyCode::Char('c') => {
            let rows = chat_rows(test);
            open_over_test(app, dialog, ListKind::Chats, rows)
        }
        KeyCode::Char('p') => {
            open_over_test(app, dialog, ListKind::Profiles, Vec::new());
            actions::search_profiles(app, "")
        }
        KeyCode::Char('h') => {
            let rows = history_rows(test, &app.workspace.time_zone());
            open_over_test(app, dialog, ListKind::History, rows)
        }
        KeyCode::Char('g') => capture(app, dialog),
        KeyCode::Char('a') if test.as_is || !test.can_set_chat() => {
            test.as_is = !test.as_is;
            app.dialog = Some(dialog);
            actions::prepare_test(app).into_iter().collect()
        }
        KeyCode::Char('j') => match &test.state {
            TestState::Answered(answer) => {
                if let Some(problem) = &answer.problem {
                    mending::go_to(app, problem.span);
                    app.say(problem.message.clone());
                }
                Vec::new()
            }
            _ => keep(app, dialog),
        },
        _ => keep(app, dialog),
    }
}

fn open_over_test(app: &mut App, dialog: Dialog, kind: ListKind, rows: Vec<Row>) -> Vec<Effect> {
    if let Dialog::Test(test) = dialog {
        app.test_behind = Some(test);
    }
    let matching = if kind == ListKind::Profiles { Matching::Elsewhere } else { Matching::Here };
    keep(app, Dialog::Listing(Listing { kind, picker: Picker::new(rows, matching) }))
}

fn chat_rows(test: &TestDialog) -> Vec<Row> {
    let named = test.chats.chats.iter().map(|(name, chat)| Row {
        id: name.clone(),
        title: name.clone(),
        right: chat.clone(),
        ..Row::default()
    });
    let mut rows: Vec<Row> = named.collect();
    if let Some(last) = test.chats.last.as_ref().filter(|last| is_chat(last)) {
        rows.push(Row { id: last.clone(), title: last.clone(), ..Row::default() });
    }
    rows.push(Row {
        id: "other".into(),
        title: "Another chat: type its id or @name".into(),
        ..Row::default()
    });
    rows
}

fn history_rows(test: &TestDialog, zone: &jiff::tz::TimeZone) -> Vec<Row> {
    let row = |(at, sent): (usize, &crate::workspace::TestSend)| Row {
        id: at.to_string(),
        title: format!("{} {}", if sent.ok { "✔" } else { "✘" }, sent.campaign),
        detail: format!(
            "{} · {}",
            sent.profile.as_deref().unwrap_or("nobody"),
            sent.description.as_deref().unwrap_or("")
        ),
        right: sent.sent.to_zoned(zone.clone()).strftime("%m-%d %H:%M %Z").to_string(),
        is_heading: false,
    };
    test.history.iter().enumerate().map(row).collect()
}

/// Sends the test as the dialog stands.
fn send(app: &mut App, dialog: Dialog) -> Vec<Effect> {
    app.dialog = Some(dialog);
    let Some(job) = actions::test_job(app) else { return Vec::new() };
    let Some(Dialog::Test(test)) = &mut app.dialog else { return Vec::new() };
    if !test.is_loaded {
        // The chats are still being read: what was asked for happens once they are there.
        test.sends_when_loaded = true;
        return Vec::new();
    }
    if job.test_chat.is_none() && !test.as_is {
        let words = "no test chat yet: c types one, g catches yours";
        test.state = TestState::Trouble(words.to_owned());
        return Vec::new();
    }
    test.state = TestState::Sending;
    let chat = test.chat.clone();
    app.question += 1;
    let mut effects = vec![Effect::SendTest { number: app.question, test: Box::new(TestSend { job }) }];
    effects.extend(chat.map(|chat| Effect::RememberChat { name: None, chat }));
    effects
}

/// Sends an earlier test's campaign again, for the same profile and chat, as its body stands now.
fn resend(app: &mut App, id: &str) -> Vec<Effect> {
    let Some(mut test) = app.test_behind.take() else { return Vec::new() };
    let Some(sent) = id.parse().ok().and_then(|at: usize| test.history.get(at).cloned()) else {
        return Vec::new();
    };
    test.state = TestState::Sending;
    app.dialog = Some(Dialog::Test(test));
    app.question += 1;
    vec![Effect::Resend { number: app.question, sent: Box::new(sent) }]
}

fn capture(app: &mut App, mut dialog: Dialog) -> Vec<Effect> {
    let webhook = app.webhook.current(&app.workspace);
    let Dialog::Test(test) = &mut dialog else { return keep(app, dialog) };
    let Some(webhook) = webhook else {
        test.state = TestState::Trouble("this campaign has no webhook: F4 chooses one".into());
        return keep(app, dialog);
    };
    test.state = TestState::Capturing;
    app.question += 1;
    app.dialog = Some(dialog);
    vec![Effect::Capture { number: app.question, webhook: Box::new(webhook) }]
}

fn press_in_compare(app: &mut App, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Compare(compare) = &mut dialog else { return keep(app, dialog) };
    let n = compare.columns.len().max(1);
    match key.code {
        KeyCode::Esc => return back(app),
        KeyCode::Left => compare.chosen = (compare.chosen + n - 1) % n,
        KeyCode::Right | KeyCode::Tab => compare.chosen = (compare.chosen + 1) % n,
        KeyCode::Up => compare.scroll = compare.scroll.saturating_sub(1),
        KeyCode::Down => compare.scroll += 1,
        KeyCode::Enter => return convert(app, dialog),
        _ => {}
    }
    keep(app, dialog)
}

/// Converts the body to the chosen mode, as one undo step.
fn convert(app: &mut App, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Compare(compare) = &dialog else { return keep(app, dialog) };
    let Some(column) = compare.column() else { return Vec::new() };
    match &column.conversion {
        Err(refusal) => {
            mending::go_to(app, refusal.span);
            app.complain(refusal.message.clone());
            Vec::new()
        }
        Ok(_) if compare.now == Some(column.mode) => {
            app.say(format!("it is {} already", column.mode.as_str()));
            Vec::new()
        }
        Ok(conversion) => {
            if app.read_only.is_some() {
                return actions::refuse_to_edit(app);
            }
            if let Some(buffer) = app.buffer_mut() {
                buffer.replace_all(&conversion.body);
            }
            app.say(format!("converted to {}: ^Z takes it back", column.mode.as_str()));
            let mut effects = vec![app.compose()];
            effects.extend(app.journal_soon());
            effects
        }
    }
}

/// Does what was decided.
pub fn decide(app: &mut App, decision: Decision) -> Vec<Effect> {
    match decision {
        Decision::Stay => {
            app.is_quitting = false;
            // A draft that is to be decided later stays on the disk and is offered at the next start.
            app.drafts.clear();
            Vec::new()
        }
        Decision::SaveAndQuit => saving::save_and_quit(app),
        Decision::QuitUnsaved => {
            let mut effects = app.discard_drafts();
            effects.push(Effect::Quit);
            effects
        }
        Decision::DeleteCampaign(stem) => {
            app.buffers.remove(&stem);
            vec![Effect::Change(Change::DeleteCampaign(stem))]
        }
        Decision::DeleteWebhook(stem) => vec![Effect::Change(Change::DeleteWebhook(stem))],
        Decision::Overwrite(stem) => saving::save_body(app, &stem, true).into_iter().collect(),
        Decision::TakeFile(stem) => {
            let on_disk = app
                .workspace
                .campaign(&stem)
                .map(|campaign| (campaign.body.text.clone(), campaign.body.fingerprint));
            if let (Some((text, fingerprint)), Some(buffer)) = (on_disk, app.buffers.get_mut(&stem)) {
                buffer.replace_all(&text);
                buffer.take_as_saved(&text, fingerprint);
                buffer.forget_draft();
            }
            vec![Effect::Reload, Effect::DiscardDraft(stem), app.compose()]
        }
        Decision::RestoreDraft(stem) => restore_draft(app, &stem),
        Decision::DiscardDraft(stem) => {
            app.drafts.retain(|draft| draft.stem != stem);
            results::offer_draft(app);
            vec![Effect::DiscardDraft(stem)]
        }
    }
}

fn restore_draft(app: &mut App, stem: &str) -> Vec<Effect> {
    let Some(at) = app.drafts.iter().position(|draft| draft.stem == stem) else { return Vec::new() };
    let draft = app.drafts.remove(at);
    if app.workspace.campaign(stem).is_none() {
        // Its campaign is gone: the text becomes a new one, so that it is not lost.
        let change = new_campaign(
            app,
            Start::Pasted(Box::new(Pasted::as_is(&draft.text))),
            format!("{stem} recovered"),
        );
        return vec![Effect::Change(change), Effect::DiscardDraft(stem.to_owned())];
    }
    let mut effects = actions::open(app, stem);
    if let Some(buffer) = app.buffers.get_mut(stem) {
        buffer.replace_all(&draft.text);
        buffer.mark_drafted();
        effects.push(app.compose());
    }
    results::offer_draft(app);
    effects
}
