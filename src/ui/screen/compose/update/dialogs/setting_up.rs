//! Handles the set-up guide: its keys, and the results of what its steps start.

use crate::campaign::SANDBOX;
use crate::capture::CapturedChat;
use crate::secrets::Secret;
use crate::service::{BotStatus, ConnectedBot, NewBot, sample, starter::Starter};
use crate::ui::screen::compose::dialog::setup::{
    BACK, NEXT, SKIP, SetupDialog, SetupProgress, SetupStep, WAIT, incomplete_webhook,
};
use crate::ui::screen::compose::{
    Compose, Dialog, Focus, InitialBody, Pane,
    update::dialogs::{keep_open, new_campaign},
    update::{actions, results},
};
use crate::ui::shared::{
    Action, AnswerStatus, ConnectFailure, Effect, Generation, Query, SharedState, Task, WorkspaceChange,
};
use crate::ui::widget::{FormOutcome, Key, KeyCode};
use crate::workspace::is_chat;

/// Opens the guide at the first step that is not done. `is_new` is set for a workspace that was just created: the guide
/// then begins with the first step.
pub(crate) fn open(screen: &mut Compose, shared: &mut SharedState, is_new: bool) -> Vec<Effect> {
    screen.completion = None;
    let mut done = progress(screen, shared);
    done.is_named = !is_new;
    let mut setup = SetupDialog::new(done.first_open(), done);
    show(screen, shared, &mut setup, done.first_open());
    screen.dialog = Some(Dialog::Setup(Box::new(setup)));
    // The task reads from disk whether there are test chats and earlier tests.
    vec![Effect::Task(Task::LoadTests)]
}

fn progress(screen: &Compose, shared: &SharedState) -> SetupProgress {
    let webhook = screen.webhook.in_use(&shared.workspace);
    let is_incomplete = incomplete_webhook(&screen.bot, webhook).is_some();
    SetupProgress {
        is_named: true,
        has_bot: !shared.workspace.webhooks.is_empty() && !is_incomplete,
        has_campaign: !shared.workspace.campaigns.is_empty(),
        ..SetupProgress::default()
    }
}

fn show(screen: &Compose, shared: &SharedState, setup: &mut SetupDialog, step: SetupStep) {
    setup.incomplete = incomplete_webhook(&screen.bot, screen.webhook.in_use(&shared.workspace));
    setup.show(step, &shared.workspace);
}

pub(super) fn press(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    let capture = setup.capture.latest().filter(|_| setup.capture.is_pending());
    match key.code {
        KeyCode::Esc if capture.is_some() => {
            setup.capture = Query::Idle;
            screen.dialog = Some(dialog);
            vec![Effect::Task(Task::StopCapture)]
        }
        KeyCode::Esc => close(screen, shared),
        KeyCode::Enter if capture.is_some() => {
            screen.dialog = Some(dialog);
            screen.simulate_message(shared, capture).into_iter().collect()
        }
        // While an answer is awaited, all other keys do nothing, so that the fields keep what was sent.
        _ if setup.is_waiting() => keep_open(screen, dialog),
        _ => {
            let outcome = setup.form.press(key);
            handle(screen, shared, dialog, outcome)
        }
    }
}

/// Pastes into the focused field. At the step of the bot, pasted text that the focused field cannot take goes into the
/// field of the token.
pub(super) fn paste(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    text: &str,
) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    if setup.is_waiting() {
        return keep_open(screen, dialog);
    }
    let mut outcome = setup.form.paste(text);
    if outcome == FormOutcome::Ignored {
        setup.form.focus_on("token");
        outcome = setup.form.paste(text);
    }
    handle(screen, shared, dialog, outcome)
}

/// Handles what a key, a paste, or a click did in the form.
pub(crate) fn handle(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    outcome: FormOutcome,
) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    match outcome {
        FormOutcome::Ignored | FormOutcome::Moved => keep_open(screen, dialog),
        FormOutcome::Changed => {
            setup.update_fields();
            keep_open(screen, dialog)
        }
        FormOutcome::Submitted => submit(screen, shared, dialog),
        FormOutcome::Pressed(id) => match id.as_str() {
            NEXT => submit(screen, shared, dialog),
            WAIT => wait_for_message(screen, shared, dialog),
            BACK => go_to(screen, shared, dialog, SetupStep::previous),
            SKIP => go_to(screen, shared, dialog, SetupStep::next),
            _ => keep_open(screen, dialog),
        },
    }
}

/// Goes to another step, or closes the guide after the last step.
fn go_to(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    step: impl Fn(SetupStep) -> Option<SetupStep>,
) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    match step(setup.step) {
        Some(step) => {
            show(screen, shared, setup, step);
            keep_open(screen, dialog)
        }
        // After the last step, the user continues in the body.
        None => {
            let effects = close(screen, shared);
            if screen.open.is_some() {
                screen.focus = Focus::enter(Pane::Body);
            }
            effects
        }
    }
}

fn close(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let key = shared.keymap.keys(Action::Palette).next();
    let key = key.map_or_else(|| "the palette".to_owned(), |(_, key)| format!("the palette ({key})"));
    shared.show_notice(format!("the set-up guide goes on from {key}"));
    results::offer_draft(screen, shared);
    Vec::new()
}

/// Carries out the current step.
fn submit(screen: &mut Compose, shared: &mut SharedState, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    if shared.read_only.is_some() {
        return actions::refuse_to_edit(shared);
    }
    setup.message = None;
    let refuse = |setup: &mut SetupDialog, text: &str| setup.message = Some((text.to_owned(), true));
    match setup.step {
        SetupStep::Name => {
            let name = setup.form.value("name").trim().to_owned();
            if name.is_empty() {
                refuse(setup, "enter a name");
                return keep_open(screen, dialog);
            }
            setup.is_changing = true;
            screen.dialog = Some(dialog);
            vec![Effect::Task(Task::Change(WorkspaceChange::NameWorkspace(name)))]
        }
        SetupStep::Bot => connect(screen, dialog),
        SetupStep::Chat => {
            let chat = setup.form.value("chat").trim().to_owned();
            if !is_chat(&chat) {
                refuse(setup, "enter a chat id such as 123456789, or an @name");
                return keep_open(screen, dialog);
            }
            let mut effects = vec![Effect::Task(Task::RememberChat { name: None, chat: chat.clone() })];
            if let Ok(id) = chat.parse() {
                effects.push(Effect::Task(Task::AddTestProfile(Box::new(CapturedChat::of_id(id)))));
            }
            setup.done.has_chat = true;
            show(screen, shared, setup, SetupStep::Campaign);
            setup.message = Some((format!("✔ {chat} is your test chat"), false));
            screen.dialog = Some(dialog);
            effects
        }
        SetupStep::Campaign => {
            let name = setup.form.value("name").trim().to_owned();
            if name.is_empty() {
                refuse(setup, "enter a name");
                return keep_open(screen, dialog);
            }
            let title = setup.form.value("starter");
            let starter = Starter::ALL.into_iter().find(|starter| starter.title() == title);
            let starter = starter.unwrap_or(Starter::Blank);
            setup.is_changing = true;
            screen.dialog = Some(dialog);
            vec![Effect::Task(Task::Change(new_campaign(
                screen,
                shared,
                InitialBody::Starter(starter),
                name,
            )))]
        }
        SetupStep::Test => actions::act(screen, shared, Action::PreviewAndTest),
    }
}

fn connect(screen: &mut Compose, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    let server = setup.server().unwrap_or_default();
    let is_sandbox = server == format!("${{{SANDBOX}}}");
    let token = if is_sandbox { sample::TOKEN.to_owned() } else { setup.form.value("token") };
    let bot = NewBot {
        webhook: setup.incomplete.clone(),
        server,
        token: Secret::new(token),
        allows_unchecked: setup.is_unreachable,
        assign_to: screen.open.clone().filter(|_| screen.webhook.stem.is_none()),
    };
    let generation = setup.connecting.ask(screen.generations.fresh());
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::ConnectBot(generation, Box::new(bot)))]
}

fn wait_for_message(screen: &mut Compose, shared: &mut SharedState, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::Setup(setup) = &mut dialog else { return keep_open(screen, dialog) };
    let Some(webhook) = screen.webhook.in_use(&shared.workspace) else {
        setup.message = Some(("connect a bot first: press Back".to_owned(), true));
        return keep_open(screen, dialog);
    };
    if matches!(screen.bot.value(), Some(BotStatus::NotTrusted(_))) {
        let text = format!("the webhook {} is not trusted: press Esc, 2, then c to review it", webhook.stem);
        setup.message = Some((text, true));
        return keep_open(screen, dialog);
    }
    setup.message = None;
    let generation = setup.capture.ask(screen.generations.fresh());
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::Capture(generation, Box::new(webhook)))]
}

/// Runs `run` with the guide taken out of the screen, because showing a step reads the screen. Returns `None` if the
/// guide is not open.
fn with_guide<T>(screen: &mut Compose, run: impl FnOnce(&mut Compose, &mut SetupDialog) -> T) -> Option<T> {
    let dialog = screen.dialog.take_if(|dialog| matches!(dialog, Dialog::Setup(_)));
    let Some(Dialog::Setup(mut setup)) = dialog else { return None };
    let result = run(screen, &mut setup);
    screen.dialog = Some(Dialog::Setup(setup));
    Some(result)
}

pub(crate) fn bot_connected(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<ConnectedBot, ConnectFailure>,
) -> Vec<Effect> {
    let is_unreachable = matches!(&result, Err(failure) if failure.is_unreachable);
    let result = result.map_err(|failure| failure.message);
    let answered = with_guide(screen, |screen, setup| {
        if setup.connecting.answer(generation, result) != AnswerStatus::Latest {
            return;
        }
        match &setup.connecting {
            Query::Ready { answer: bot, .. } => {
                let message = match &bot.name {
                    Some(name) => format!("✔ connected to {name}"),
                    None => "the webhook was created without asking the bot".to_owned(),
                };
                setup.done.has_bot = true;
                show(screen, shared, setup, SetupStep::Chat);
                setup.message = Some((message, false));
            }
            Query::Failed { message, .. } => {
                let hint = if is_unreachable { ". Enter again goes on without the check." } else { "" };
                setup.message = Some((format!("✘ {message}{hint}"), true));
                setup.is_unreachable = is_unreachable;
            }
            Query::Idle | Query::Pending { .. } => {}
        }
    });
    answered.and_then(|()| screen.check_bot(shared)).into_iter().collect()
}

/// Handles a captured chat: it becomes the test chat and a test profile, and the next step follows.
pub(crate) fn chat_captured(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<CapturedChat, String>,
) -> Vec<Effect> {
    let added = with_guide(screen, |screen, setup| {
        if setup.capture.answer(generation, result) != AnswerStatus::Latest {
            return None;
        }
        match setup.capture.clone() {
            Query::Ready { answer: chat, .. } => {
                setup.done.has_chat = true;
                show(screen, shared, setup, SetupStep::Campaign);
                setup.message = Some((format!("✔ {} ({}) is your test chat", chat.title, chat.id), false));
                Some(Effect::Task(Task::AddTestProfile(Box::new(chat))))
            }
            Query::Failed { message, .. } => {
                setup.message = Some((format!("✘ {message}"), true));
                None
            }
            Query::Idle | Query::Pending { .. } => None,
        }
    });
    added.flatten().into_iter().collect()
}

/// Goes on after a change of the workspace, or shows why it failed.
pub(crate) fn changed(screen: &mut Compose, shared: &SharedState, result: Result<(), String>) {
    with_guide(screen, |screen, setup| {
        if !std::mem::take(&mut setup.is_changing) {
            return;
        }
        if let Err(message) = result {
            setup.message = Some((format!("✘ {message}"), true));
            return;
        }
        match setup.step {
            SetupStep::Name => setup.done.is_named = true,
            _ => setup.done.has_campaign = true,
        }
        // After the name, steps that are done already are skipped.
        let next = setup.step.next().unwrap_or(SetupStep::Test);
        let next = if setup.step == SetupStep::Name { setup.done.first_open().max(next) } else { next };
        show(screen, shared, setup, next);
    });
}

/// Marks the steps that are done according to the test chats and the history. If the guide was just opened at the step
/// of the test chat, but there is a test chat, goes on to the first step that is not done.
pub(crate) fn tests_loaded(screen: &mut Compose, shared: &SharedState, has_chat: bool, has_test: bool) {
    with_guide(screen, |screen, setup| {
        setup.done.has_chat |= has_chat;
        setup.done.has_test |= has_test;
        let is_untouched =
            setup.message.is_none() && setup.form.value("chat").is_empty() && !setup.is_waiting();
        if setup.step == SetupStep::Chat && has_chat && is_untouched {
            show(screen, shared, setup, setup.done.first_open());
        }
    });
}
