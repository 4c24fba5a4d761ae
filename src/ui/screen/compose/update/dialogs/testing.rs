//! The dialog of F5: its keys, the lists it opens, sending.

use crate::service::{BotStatus, TestSend};
use crate::ui::screen::compose::{
    Compose, Dialog, ListKind, Listing, TestDialog, TestState,
    update::dialogs::{back, keep},
    update::{actions, mending},
};
use crate::ui::shared::{Effect, Request, Shared, Task};
use crate::ui::widget::{Key, KeyCode, Matching, Picker, Row};
use crate::workspace::is_chat;

pub(super) fn press_in_test(
    screen: &mut Compose,
    shared: &mut Shared,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Test(test) = &mut dialog else { return keep(screen, dialog) };
    let is_capturing = test.state.is_capturing();
    match key.code {
        KeyCode::Esc if is_capturing => {
            test.state = TestState::Send(Request::Idle);
            screen.dialog = Some(dialog);
            vec![Effect::Task(Task::StopCapture)]
        }
        KeyCode::Esc => {
            if test.state.is_sending() {
                shared.say("the test is on its way; its answer comes here");
            }
            back(screen, shared)
        }
        _ if is_capturing || test.state.is_sending() => keep(screen, dialog),
        KeyCode::Enter => send(screen, shared, dialog),
        KeyCode::Up => {
            test.scroll = test.scroll.saturating_sub(1);
            keep(screen, dialog)
        }
        KeyCode::Down => {
            test.scroll += 1;
            keep(screen, dialog)
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
            TestState::Send(Request::Ready { answer, .. }) => {
                if let Some(problem) = &answer.problem {
                    mending::go_to(screen, problem.span);
                    shared.say(problem.message.clone());
                }
                Vec::new()
            }
            _ => keep(screen, dialog),
        },
        _ => keep(screen, dialog),
    }
}

pub(super) fn choose_chat(screen: &mut Compose, shared: &mut Shared, chat: &str) -> Vec<Effect> {
    if let Some(test) = &mut screen.test_behind {
        test.chat = Some(chat.to_owned());
        test.as_is = false;
        test.state = TestState::Send(Request::Idle);
    }
    let mut effects = vec![Effect::Task(Task::RememberChat { name: None, chat: chat.to_owned() })];
    effects.extend(back(screen, shared));
    effects
}

fn open_over_test(screen: &mut Compose, dialog: Dialog, kind: ListKind, rows: Vec<Row>) -> Vec<Effect> {
    if let Dialog::Test(test) = dialog {
        screen.test_behind = Some(test);
    }
    let matching = if kind == ListKind::Profiles { Matching::Elsewhere } else { Matching::Here };
    keep(screen, Dialog::Listing(Listing { kind, picker: Picker::new(rows, matching) }))
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
        title: format!(
            "{} {} to {}",
            mark(sent),
            sent.campaign,
            sent.chat.as_deref().unwrap_or("whom it names")
        ),
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

fn mark(sent: &crate::workspace::TestSend) -> &'static str {
    match (sent.ok, sent.may_have_arrived) {
        (true, _) => "✔",
        (false, true) => "?",
        (false, false) => "✘",
    }
}

fn send(screen: &mut Compose, shared: &mut Shared, dialog: Dialog) -> Vec<Effect> {
    screen.dialog = Some(dialog);
    if screen.ask_for_trust(shared) {
        return Vec::new();
    }
    let Some(job) = actions::test_job(screen, shared) else { return Vec::new() };
    let Some(Dialog::Test(test)) = &mut screen.dialog else { return Vec::new() };
    if !test.is_loaded {
        // The chats are still being read: what was asked for happens once they are there.
        test.sends_when_loaded = true;
        return Vec::new();
    }
    if job.test_chat.is_none() && !test.as_is {
        let words = "no test chat yet: c types one, g catches yours";
        test.state = TestState::Refused(words.to_owned());
        return Vec::new();
    }
    let generation = screen.generations.fresh();
    test.state = TestState::Send(Request::asked(generation));
    let chat = test.chat.clone();
    let mut effects = vec![Effect::Task(Task::SendTest(generation, Box::new(TestSend { job })))];
    effects.extend(chat.map(|chat| Effect::Task(Task::RememberChat { name: None, chat })));
    effects
}

/// Sends an earlier test's campaign again, for the same profile and chat, as its body stands now.
///
/// One that went out as it was is not: whom the body names may have changed, and a key in a list is no consent.
pub(super) fn resend(screen: &mut Compose, shared: &mut Shared, id: &str) -> Vec<Effect> {
    let Some(mut test) = screen.test_behind.take() else { return Vec::new() };
    let Some(sent) = id.parse().ok().and_then(|at: usize| test.history.get(at).cloned()) else {
        return Vec::new();
    };
    if sent.chat.is_none() {
        test.state = TestState::Refused(format!(
            "that one went to whomever its body named; `telecast test {} --as-is` does so again",
            sent.campaign
        ));
        screen.dialog = Some(Dialog::Test(test));
        return Vec::new();
    }
    let generation = screen.generations.fresh();
    test.state = TestState::Send(Request::asked(generation));
    // What the dialog shows is what is sent: this entry's chat.
    test.chat = sent.chat.clone();
    test.as_is = false;
    screen.dialog = Some(Dialog::Test(test));
    let mut effects: Vec<Effect> = actions::prepare_test(screen, shared).into_iter().collect();
    effects.push(Effect::Task(Task::Resend(generation, Box::new(sent))));
    effects
}

fn capture(screen: &mut Compose, shared: &mut Shared, mut dialog: Dialog) -> Vec<Effect> {
    if matches!(screen.bot.value(), Some(BotStatus::NotTrusted(_))) {
        screen.dialog = Some(dialog);
        screen.ask_for_trust(shared);
        return Vec::new();
    }
    let webhook = screen.webhook.in_use(&shared.workspace);
    let Dialog::Test(test) = &mut dialog else { return keep(screen, dialog) };
    let Some(webhook) = webhook else {
        test.state = TestState::Refused("this campaign has no webhook: F4 chooses one".into());
        return keep(screen, dialog);
    };
    let generation = screen.generations.fresh();
    test.state = TestState::Capture(Request::asked(generation));
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::Capture(generation, Box::new(webhook)))]
}
