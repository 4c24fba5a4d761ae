//! Sample events: chosen per campaign, used by the preview and the test, offered by completion.

use super::Console;

/// Opens the campaign that uses an event, with `text` as an additional sample, `refund`.
fn with_refund(text: &str) -> Console {
    Console::prepared("order-note", |root| {
        std::fs::write(root.join("samples/refund.json"), text).unwrap();
    })
}

const REFUND: &str = r#"{"Event": {"Amount": 12.5, "Currency": "CHF", "Reason": {"code": "late"}}}"#;

#[track_caller]
fn assert_renders(console: &Console, text: &str) {
    let rendered = console.app().screens.compose.composed().unwrap().rendered.as_deref().unwrap_or_default();
    assert!(rendered.contains(text), "no {text:?} in {rendered:?}");
}

#[test]
fn chosen_sample_changes_the_message_and_is_kept_per_campaign() {
    let mut console = with_refund(REFUND);
    console.shows("event charged ▾");
    assert_renders(&console, "86.4 EUR");
    console.press("esc v");
    console.shows("Event: Amount, Currency, Reason");
    console.type_text("refu");
    console.press("enter");
    console.shows("event refund ▾");
    assert_renders(&console, "12.5 CHF");
    // `Event.Items` is not in this sample, but in another one, so it does not count as an unknown name.
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
fn completion_offers_the_paths_of_the_chosen_sample() {
    let mut console = with_refund(REFUND);
    console.click_text("charged ▾");
    console.type_text("refu");
    console.press("enter 3 ctrl-end");
    console.type_text("{{ Event.Reas");
    console.shows("Event.Reason.code");
}

#[test]
fn preview_and_test_uses_the_chosen_sample() {
    let mut console = with_refund(REFUND);
    console.press("esc v");
    console.type_text("refu");
    console.press("enter f5");
    console.shows("12.5 CHF");
}

#[test]
fn broken_sample_is_reported_at_its_line_and_gives_no_event() {
    let mut console = with_refund("{\n  \"Event\": {\"Amount\": 12.5,}\n}");
    console.shows("samples/refund.json:2");
    console.shows("event charged ▾");
    console.press("esc v");
    console.shows("cannot be read: see Problems");
    console.type_text("refu");
    console.press("enter");
    assert_renders(&console, "things for  :");
    console.write("samples/refund.json", REFUND);
    console.files_changed();
    assert_renders(&console, "12.5 CHF");
    console.hides("samples/refund.json:2");
}

#[test]
fn body_without_an_event_shows_no_event_label() {
    Console::demo().hides("event");
}

#[test]
fn empty_sample_list_explains_how_to_add_a_sample() {
    let mut console = Console::prepared("order-note", |root| {
        std::fs::remove_file(root.join("samples/charged.json")).unwrap();
    });
    console.shows("event none ▾");
    console.press("esc v");
    console.shows("samples/NAME.json");
}
