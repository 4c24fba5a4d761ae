//! Sample events: chosen for each campaign, shown where they count, known to completion.

use super::Console;

/// The sample workspace on the campaign that uses an event, with one more sample.
fn with_refund(text: &str) -> Console {
    Console::prepared("order-note", |root| {
        std::fs::write(root.join("samples/refund.json"), text).unwrap();
    })
}

const REFUND: &str = r#"{"Event": {"Amount": 12.5, "Currency": "CHF", "Reason": {"code": "late"}}}"#;

#[track_caller]
fn renders(console: &Console, text: &str) {
    let rendered = console.app().screens.compose.composed().unwrap().rendered.as_deref().unwrap_or_default();
    assert!(rendered.contains(text), "no {text:?} in {rendered:?}");
}

#[test]
fn another_sample_gives_another_message_and_stays_with_its_campaign() {
    let mut console = with_refund(REFUND);
    console.shows("event charged ▾");
    renders(&console, "86.4 EUR");
    console.press("esc v");
    console.shows("Event: Amount, Currency, Reason");
    console.type_text("refu");
    console.press("enter");
    console.shows("event refund ▾");
    renders(&console, "12.5 CHF");
    // `Event.Items` is not in this one, but in another: the name is none that nothing has.
    console.shows("No problems for this profile");
    console.click_text("spring-sale");
    console.hides("event refund");
    console.press("3");
    console.go_before("20% off");
    console.paste("{{ Event.Amount }}");
    console.shows("event charged ▾");
    console.click_text("order-note");
    console.shows("event refund ▾");
}

#[test]
fn completion_knows_the_paths_of_the_chosen_sample() {
    let mut console = with_refund(REFUND);
    console.click_text("charged ▾");
    console.type_text("refu");
    console.press("enter 3 ctrl-end");
    console.type_text("{{ Event.Reas");
    console.shows("Event.Reason.code");
}

#[test]
fn a_preview_test_sends_what_the_chosen_sample_gives() {
    let mut console = with_refund(REFUND);
    console.press("esc v");
    console.type_text("refu");
    console.press("enter f5");
    console.shows("12.5 CHF");
}

#[test]
fn a_broken_sample_is_a_problem_at_its_place_and_no_event() {
    let mut console = with_refund("{\n  \"Event\": {\"Amount\": 12.5,}\n}");
    console.shows("samples/refund.json:2");
    console.shows("event charged ▾");
    console.press("esc v");
    console.shows("cannot be read: see Problems");
    console.type_text("refu");
    console.press("enter");
    renders(&console, "things for  :");
    console.write("samples/refund.json", REFUND);
    console.files_changed();
    renders(&console, "12.5 CHF");
    console.hides("samples/refund.json:2");
}

#[test]
fn a_body_without_an_event_says_nothing_of_one() {
    Console::demo().hides("event");
}

#[test]
fn without_samples_one_is_told_how_to_make_one() {
    let mut console = Console::prepared("order-note", |root| {
        std::fs::remove_file(root.join("samples/charged.json")).unwrap();
    });
    console.shows("event none ▾");
    console.press("esc v");
    console.shows("samples/NAME.json");
}
