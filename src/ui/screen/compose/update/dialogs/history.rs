//! Handles the history of tests, which the test dialog opens: the list of earlier tests, and the dialog of one of them.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::service::RepeatedTest;
use crate::ui::screen::compose::{
    Compose, ComposeList, Dialog, ListKind, PastTest, PastTestView, TestDialog, update::dialogs::keep_open,
};
use crate::ui::shared::{Effect, Query, SharedState, Task};
use crate::ui::widget::{Key, KeyCode, Matching, Picker, PickerRow};
use crate::workspace::TestSendRecord;

/// The number of rows that PageUp and PageDown scroll.
const PAGE: usize = 10;

/// Shows the list of earlier tests. `chosen` is the test whose row is initially chosen.
pub(super) fn open_list(
    screen: &mut Compose,
    shared: &SharedState,
    chosen: Option<&TestSendRecord>,
) -> Vec<Effect> {
    let Some(test) = &screen.suspended_test else { return Vec::new() };
    let mut picker = Picker::new(rows(test, &shared.workspace.time_zone()), Matching::Fuzzy);
    if let Some(at) = test.history.iter().position(|sent| Some(sent) == chosen) {
        picker.choose(&at.to_string());
    }
    keep_open(screen, Dialog::Listing(ComposeList { kind: ListKind::History, picker }))
}

/// Updates the open list after the history was read again. A row's id is a position in the history, so rows of an older
/// history would open the wrong tests.
pub(crate) fn refresh_list(screen: &mut Compose, shared: &SharedState, before: &[TestSendRecord]) {
    let (Some(Dialog::Listing(listing)), Some(test)) = (&mut screen.dialog, &screen.suspended_test) else {
        return;
    };
    if listing.kind != ListKind::History || before == test.history {
        return;
    }
    let chosen = listing.picker.chosen().and_then(|row| before.get(row.id.parse::<usize>().ok()?));
    listing.picker.set_rows(rows(test, &shared.workspace.time_zone()));
    if let Some(at) = test.history.iter().position(|sent| Some(sent) == chosen) {
        listing.picker.choose(&at.to_string());
    }
}

fn rows(test: &TestDialog, zone: &TimeZone) -> Vec<PickerRow> {
    let row = |(at, sent): (usize, &TestSendRecord)| PickerRow {
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

fn mark(sent: &TestSendRecord) -> &'static str {
    match (sent.ok, sent.may_have_arrived) {
        (true, _) => "✔",
        (false, true) => "?",
        (false, false) => "✘",
    }
}

/// Opens the earlier test with this row id.
pub(super) fn open(screen: &mut Compose, shared: &SharedState, id: &str) -> Vec<Effect> {
    let Some(test) = &screen.suspended_test else { return Vec::new() };
    let sent = id.parse().ok().and_then(|at: usize| test.history.get(at).cloned());
    let Some(sent) = sent else { return Vec::new() };
    keep_open(screen, Dialog::PastTest(Box::new(PastTest::new(sent, shared.workspace.time_zone()))))
}

pub(super) fn press_in_past_test(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::PastTest(test) = &mut dialog else { return keep_open(screen, dialog) };
    match key.code {
        KeyCode::Esc => {
            if test.again.is_pending() {
                shared.show_notice("the test is being sent; the answer will be shown here");
            }
            let sent = test.record.clone();
            return open_list(screen, shared, Some(&sent));
        }
        KeyCode::Up => test.scroll = test.scroll.saturating_sub(1),
        // The number of rows is not known before the layout. After the layout, `PastTest::follow` limits the scroll
        // position.
        KeyCode::Down => test.scroll += 1,
        KeyCode::PageUp => test.scroll = test.scroll.saturating_sub(PAGE),
        KeyCode::PageDown => test.scroll += PAGE,
        KeyCode::Home => test.scroll = 0,
        KeyCode::End => test.scroll = usize::MAX / 2,
        _ if test.again.is_pending() => {}
        KeyCode::Char('r') => return send_again(screen, dialog),
        KeyCode::Char('d') | KeyCode::Tab => return compare(screen, dialog),
        _ => {}
    }
    keep_open(screen, dialog)
}

/// Sends the test again, with the same profile and chat, from the campaign as it is now.
fn send_again(screen: &mut Compose, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::PastTest(test) = &mut dialog else { return keep_open(screen, dialog) };
    let generation = screen.generations.fresh();
    test.view = PastTestView::Exchange;
    test.scroll = 0;
    test.again = Query::asked(generation);
    // A test without a test chat was sent to the chat in the body, with `--as-is`. Sending the test again would use the
    // chat that is in the body now. That chat can be a real recipient, so a key is not enough consent.
    if test.record.chat.is_none() {
        let campaign = &test.record.campaign;
        test.again.end_pending(Err(format!(
            "that test went to the chat in its body; to repeat it, run `telecast test {campaign} --as-is`"
        )));
        return keep_open(screen, dialog);
    }
    let repeated = repeated(screen, test);
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::Resend(generation, Box::new(repeated)))]
}

/// Switches between the request as it was sent and its comparison with the request that the campaign would send now.
fn compare(screen: &mut Compose, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::PastTest(test) = &mut dialog else { return keep_open(screen, dialog) };
    test.scroll = 0;
    if test.view == PastTestView::Comparison {
        test.view = PastTestView::Exchange;
        return keep_open(screen, dialog);
    }
    test.view = PastTestView::Comparison;
    let generation = screen.generations.fresh();
    test.now.ask(generation);
    let repeated = repeated(screen, test);
    screen.dialog = Some(dialog);
    vec![Effect::Task(Task::ComposeAgain(generation, Box::new(repeated)))]
}

/// Returns the test with the body's unsaved edits. Without unsaved edits, the body's file is used, which may be newer
/// than the text in the editor.
fn repeated(screen: &Compose, test: &PastTest) -> RepeatedTest {
    let buffer = screen.buffers.get(&test.record.campaign).filter(|buffer| buffer.is_modified());
    let body = buffer.map(|buffer| Arc::clone(&buffer.text()));
    RepeatedTest { sent: test.record.clone(), body }
}
