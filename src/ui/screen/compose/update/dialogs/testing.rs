//! Handles the dialog "Preview and Test" (F5): its keys, the choices in the lists that it opens, sending the test, and
//! capturing a chat.

use crate::service::{BotStatus, TestJob};
use crate::ui::screen::compose::{
    Compose, ComposeList, Dialog, ListKind, TestDialog, TestState,
    update::dialogs::{close, keep_open},
    update::{actions, quick_fix},
};
use crate::ui::shared::{Effect, Query, SharedState, Task};
use crate::ui::widget::{Key, KeyCode, Matching, Picker, PickerRow};
use crate::workspace::is_chat;

pub(super) fn press_in_test(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
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
        // While a test is being sent or a chat is being captured, all other keys do nothing. Otherwise, the user could
        // choose another chat or profile, and the dialog would no longer show what is being sent.
        _ if is_capturing || test.state.is_sending() => keep_open(screen, dialog),
        KeyCode::Enter => send(screen, shared, dialog),
        KeyCode::Up => {
            test.scroll = test.scroll.saturating_sub(1);
            keep_open(screen, dialog)
        }
        KeyCode::Down => {
            test.scroll += 1;
            keep_open(screen, dialog)
        }
        KeyCode::Char('c') => {
            let rows = chat_rows(test);
            open_over_test(screen, dialog, ListKind::Chats, rows)
        }
        KeyCode::Char('p') => {
            open_over_test(screen, dialog, ListKind::Profiles, Vec::new());
            actions::search_profiles(screen, "")
        }
        KeyCode::Char('h') => {
            let rows = history_rows(test, &shared.workspace.time_zone());
            open_over_test(screen, dialog, ListKind::History, rows)
        }
        KeyCode::Char('g') => capture(screen, shared, dialog),
        KeyCode::Char('a') if test.as_is || !test.can_set_chat() => {
            test.as_is = !test.as_is;
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
        _ => keep_open(screen, dialog),
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

fn chat_rows(test: &TestDialog) -> Vec<PickerRow> {
    let named = test.chats.chats.iter().map(|(name, chat)| PickerRow {
        id: name.clone(),
        title: name.clone(),
        right: chat.clone(),
        ..PickerRow::default()
    });
    let mut rows: Vec<PickerRow> = named.collect();
    if let Some(last) = test.chats.last.as_ref().filter(|last| is_chat(last)) {
        rows.push(PickerRow { id: last.clone(), title: last.clone(), ..PickerRow::default() });
    }
    rows.push(PickerRow {
        id: "other".into(),
        title: "Another chat: enter its id or @name".into(),
        ..PickerRow::default()
    });
    rows
}

fn history_rows(test: &TestDialog, zone: &jiff::tz::TimeZone) -> Vec<PickerRow> {
    let row = |(at, sent): (usize, &crate::workspace::TestSendRecord)| PickerRow {
        id: at.to_string(),
        title: format!(
            "{} {} to {}",
            mark(sent),
            sent.campaign,
            sent.chat.as_deref().unwrap_or("the chat in its body")
        ),
        detail: format!(
            "{} · {}",
            sent.profile.as_deref().unwrap_or("no profile"),
            sent.description.as_deref().unwrap_or("")
        ),
        right: sent.sent.to_zoned(zone.clone()).strftime("%m-%d %H:%M %Z").to_string(),
        is_heading: false,
    };
    test.history.iter().enumerate().map(row).collect()
}

fn mark(sent: &crate::workspace::TestSendRecord) -> &'static str {
    match (sent.ok, sent.may_have_arrived) {
        (true, _) => "✔",
        (false, true) => "?",
        (false, false) => "✘",
    }
}

fn send(screen: &mut Compose, shared: &mut SharedState, dialog: Dialog) -> Vec<Effect> {
    // The dialog is put back first: `ask_for_trust` remembers the open test dialog, so that it can be shown again after
    // the user answers.
    screen.dialog = Some(dialog);
    if screen.ask_for_trust(shared) {
        return Vec::new();
    }
    let Some(job) = actions::test_job(screen, shared) else { return Vec::new() };
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return Vec::new() };
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
    let mut effects = vec![Effect::Task(Task::SendTest(generation, Box::new(TestJob { job })))];
    effects.extend(chat.map(|chat| Effect::Task(Task::RememberChat { name: None, chat })));
    effects
}

/// Sends an earlier test again, with the same profile and chat, from the campaign's current files.
pub(super) fn resend(screen: &mut Compose, shared: &mut SharedState, id: &str) -> Vec<Effect> {
    let Some(mut test) = screen.suspended_test.take() else { return Vec::new() };
    let Some(sent) = id.parse().ok().and_then(|at: usize| test.history.get(at).cloned()) else {
        return Vec::new();
    };
    // A test without a test chat was sent to the chat in the body, with `--as-is`. Sending the test again would use the
    // chat that is in the body now. That chat can be a real recipient, so choosing a row of a list is not enough
    // consent.
    if sent.chat.is_none() {
        test.state = TestState::Refused(format!(
            "that test went to the chat in its body; to repeat it, run `telecast test {} --as-is`",
            sent.campaign
        ));
        screen.dialog = Some(Dialog::Test(test));
        return Vec::new();
    }
    let generation = screen.generations.fresh();
    test.state = TestState::Send(Query::asked(generation));
    // The dialog must show the chat that the test goes to, which is the chat of the earlier test.
    test.chat = sent.chat.clone();
    test.as_is = false;
    screen.dialog = Some(Dialog::Test(test));
    let mut effects: Vec<Effect> = actions::prepare_test(screen, shared).into_iter().collect();
    effects.push(Effect::Task(Task::Resend(generation, Box::new(sent))));
    effects
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
        test.state = TestState::Refused("this campaign has no webhook; choose one with F4".into());
        return keep_open(screen, dialog);
    };
    let generation = screen.generations.fresh();
    test.state = TestState::Capture(Query::asked(generation));
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::Capture(generation, Box::new(webhook)))]
}
