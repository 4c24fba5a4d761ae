//! Handles the dialog "Preview and Test" (F5): its keys, the choices in the lists that it opens, sending the test, and
//! capturing a chat.

use crate::service::{BotStatus, TestJob};
use crate::ui::screen::compose::{
    Compose, ComposeList, Dialog, ListKind, TestDialog, TestState,
    update::dialogs::{close, history, keep_open},
    update::{actions, quick_fix},
};
use crate::ui::shared::{Effect, Query, SharedState, Task};
use crate::ui::widget::{Key, KeyCode, Matching, Picker, PickerRow, dialog::content_area};
use crate::workspace::is_chat;

pub(super) fn press_in_test(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let room = content_area(dialog.area(shared.area()));
    let Dialog::Test(test) = &mut dialog else { return keep_open(screen, dialog) };
    let is_capturing = test.state.is_capturing();
    match key.code {
        // The task that captures a chat polls the bot until a message arrives, so Esc also has to stop this task.
        KeyCode::Esc if is_capturing => {
            test.state = TestState::Send(Query::Idle);
            screen.dialog = Some(dialog);
            vec![Effect::Task(Task::StopCapture)]
        }
        KeyCode::Esc => {
            if test.state.is_sending() {
                shared.show_notice("the test is being sent; the answer will be shown here");
            }
            close(screen, shared)
        }
        KeyCode::Enter if is_capturing => simulate_message(screen, shared, dialog),
        // While a test is being sent or a chat is being captured, all other keys do nothing. If the user chose another
        // chat or profile, the dialog would no longer show what is being sent.
        _ if is_capturing || test.state.is_sending() => keep_open(screen, dialog),
        KeyCode::Enter => send(screen, shared, dialog),
        KeyCode::Char('c') => {
            let rows = chat_rows(test, "");
            open_over_test(screen, dialog, ListKind::Chats, rows)
        }
        KeyCode::Char('p') => {
            open_over_test(screen, dialog, ListKind::Profiles, Vec::new());
            actions::search_profiles(screen, "")
        }
        KeyCode::Char('h') => {
            if let Dialog::Test(test) = dialog {
                screen.suspended_test = Some(test);
            }
            history::open_list(screen, shared, None)
        }
        KeyCode::Char('g') => capture(screen, shared, dialog),
        KeyCode::Char('s') => toggle_sandbox(screen, shared, dialog),
        KeyCode::Char('a') if test.as_is || !test.can_set_chat() => {
            test.as_is = !test.as_is;
            test.in_sandbox = false;
            screen.dialog = Some(dialog);
            actions::prepare_test(screen, shared).into_iter().collect()
        }
        KeyCode::Char('j') => match &test.state {
            TestState::Send(Query::Ready { answer, .. }) => {
                if let Some(problem) = &answer.problem {
                    quick_fix::go_to(screen, problem.span);
                    shared.show_notice(problem.message.clone());
                }
                Vec::new()
            }
            _ => keep_open(screen, dialog),
        },
        code => {
            // `TestDialog::follow` limits the scroll position to the content.
            let rows = code.rows(test.page(room, &screen.bot)).unwrap_or(0);
            test.scroll = test.scroll.saturating_add_signed(rows);
            keep_open(screen, dialog)
        }
    }
}

pub(super) fn choose_chat(screen: &mut Compose, shared: &mut SharedState, chat: &str) -> Vec<Effect> {
    if let Some(test) = &mut screen.suspended_test {
        test.chat = Some(chat.to_owned());
        test.as_is = false;
        test.state = TestState::Send(Query::Idle);
    }
    let mut effects = vec![Effect::Task(Task::RememberChat { name: None, chat: chat.to_owned() })];
    effects.extend(close(screen, shared));
    effects
}

fn open_over_test(screen: &mut Compose, dialog: Dialog, kind: ListKind, rows: Vec<PickerRow>) -> Vec<Effect> {
    if let Dialog::Test(test) = dialog {
        screen.suspended_test = Some(test);
    }
    let matching = if kind == ListKind::Profiles { Matching::External } else { Matching::Fuzzy };
    keep_open(screen, Dialog::Listing(ComposeList { kind, picker: Picker::new(rows, matching) }))
}

/// The id of the row that tells the user to type a chat. No chat has this name, because it is empty.
pub(super) const OTHER_CHAT: &str = "";

/// Returns the rows of the list of chats while `typed` is in its search field. If `typed` is itself a chat, the first
/// row chooses it.
pub(super) fn chat_rows(test: &TestDialog, typed: &str) -> Vec<PickerRow> {
    let typed = typed.trim();
    let use_typed = is_chat(typed).then(|| PickerRow {
        id: typed.to_owned(),
        title: format!("Use {typed}"),
        ..PickerRow::default()
    });
    let named = test.chats.chats.iter().map(|(name, chat)| PickerRow {
        id: name.clone(),
        title: name.clone(),
        right: chat.clone(),
        ..PickerRow::default()
    });
    let last = test.chats.last.as_ref().filter(|last| is_chat(last) && *last != typed);
    let last = last.map(|last| PickerRow { id: last.clone(), title: last.clone(), ..PickerRow::default() });
    let other = typed.is_empty().then(|| PickerRow {
        id: OTHER_CHAT.to_owned(),
        title: "Another chat: type its id or @name".to_owned(),
        ..PickerRow::default()
    });
    use_typed.into_iter().chain(named).chain(last).chain(other).collect()
}

fn send(screen: &mut Compose, shared: &mut SharedState, dialog: Dialog) -> Vec<Effect> {
    // The dialog is put back first: `ask_for_trust` remembers the open test dialog, so that it can be shown again after
    // the user answers.
    let in_sandbox = matches!(&dialog, Dialog::Test(test) if test.in_sandbox);
    screen.dialog = Some(dialog);
    if !in_sandbox && screen.ask_for_trust(shared) {
        return Vec::new();
    }
    let job = actions::test_job(screen, shared);
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return Vec::new() };
    let Some(job) = job else {
        if in_sandbox {
            test.in_sandbox = false;
            let message = "the sandbox speaks only the Bot API, and this campaign has no Bot API webhook";
            test.state = TestState::Refused(message.to_owned());
        }
        return Vec::new();
    };
    if !test.is_loaded {
        // The test chats are still being read. The test is sent as soon as they have been read.
        test.sends_when_loaded = true;
        return Vec::new();
    }
    if job.test_chat.is_none() && !test.as_is {
        let message = "no test chat: press c to choose one, g to capture yours";
        test.state = TestState::Refused(message.to_owned());
        return Vec::new();
    }
    let generation = screen.generations.fresh();
    test.state = TestState::Send(Query::asked(generation));
    let chat = test.chat.clone();
    let mut effects = vec![Effect::Task(Task::SendTest(generation, Box::new(TestJob { job, in_sandbox })))];
    effects.extend(chat.map(|chat| Effect::Task(Task::RememberChat { name: None, chat })));
    effects
}

/// Switches to the workspace's own sandbox and sends the test there. If the dialog already shows the request to the
/// sandbox, switches back to the webhook and sends nothing.
fn toggle_sandbox(screen: &mut Compose, shared: &mut SharedState, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::Test(test) = &mut dialog else { return keep_open(screen, dialog) };
    test.in_sandbox = !test.in_sandbox;
    test.as_is = false;
    test.state = TestState::Send(Query::Idle);
    let sends = test.in_sandbox;
    let mut effects = if sends { send(screen, shared, dialog) } else { keep_open(screen, dialog) };
    effects.extend(actions::prepare_test(screen, shared));
    effects
}

/// Lets a made-up user of the sandbox write to the bot. Does nothing if the bot is not in a sandbox.
fn simulate_message(screen: &mut Compose, shared: &mut SharedState, dialog: Dialog) -> Vec<Effect> {
    let generation = match &dialog {
        Dialog::Test(test) => test.state.capture_generation(),
        _ => None,
    };
    screen.dialog = Some(dialog);
    screen.simulate_message(shared, generation).into_iter().collect()
}

fn capture(screen: &mut Compose, shared: &mut SharedState, mut dialog: Dialog) -> Vec<Effect> {
    if matches!(screen.bot.value(), Some(BotStatus::NotTrusted(_))) {
        // The question about trust comes first. Capturing calls `getUpdates`, and this call would send the bot's token
        // to a host that is not trusted.
        screen.dialog = Some(dialog);
        screen.ask_for_trust(shared);
        return Vec::new();
    }
    let webhook = screen.webhook.in_use(&shared.workspace);
    let Dialog::Test(test) = &mut dialog else { return keep_open(screen, dialog) };
    let Some(webhook) = webhook else {
        test.state = TestState::Refused(actions::no_webhook(&shared.workspace).to_owned());
        return keep_open(screen, dialog);
    };
    let generation = screen.generations.fresh();
    test.state = TestState::Capture(Query::asked(generation));
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::Capture(generation, Box::new(webhook)))]
}
