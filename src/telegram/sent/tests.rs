use super::{Limit, process_text};
use crate::diagnostic::Code;
use crate::telegram::{ParseMode, TextError, parse};

/// Shows the sent text, its entities as `type:start-end`, and the changes.
#[track_caller]
fn check(html: &str, text: &str, entities: &[&str], changes: &[&str]) {
    let sent = process_text(parse(ParseMode::Html, html).unwrap(), Limit::Message).unwrap();
    let shown: Vec<String> = sent
        .text
        .entities
        .iter()
        .map(|entity| format!("{}:{}-{}", entity.kind.name(), entity.offset, entity.end()))
        .collect();
    let told: Vec<&str> = sent.changes.iter().map(|change| change.message.as_str()).collect();
    assert_eq!((sent.text.text.as_str(), shown), (text, entities.iter().map(|e| (*e).to_owned()).collect()));
    assert_eq!(told, changes);
}

#[track_caller]
fn refused(text: &str, limit: Limit, expected: TextError) {
    assert_eq!(process_text(parse(ParseMode::Html, text).unwrap(), limit).unwrap_err(), expected);
}

#[test]
fn whitespace_before_an_entity_stays() {
    check(
        " \n<b> a</b> \n",
        " a",
        &["bold:0-2"],
        &["whitespace at the start was removed", "whitespace at the end was removed"],
    );
}

#[test]
fn a_link_around_a_link_wins() {
    check(
        "<a href='a.b'>x<a href='c.d'>y</a></a>",
        "xy",
        &["text_link:0-2"],
        &["the link was dropped: it overlaps a link"],
    );
}

#[test]
fn links_are_found_where_there_is_room() {
    check(
        "<b>a.com</b> <code>b.com</code>",
        "a.com b.com",
        &["url:0-5", "bold:0-5", "code:6-11"],
        &["a link was found: a.com"],
    );
}

#[test]
fn styles_are_merged_and_what_vanished_is_told() {
    check(
        "<b>a</b>\r<b>b</b>\tc",
        "ab c",
        &["bold:0-2"],
        &["a carriage return was removed", "a tab became a space"],
    );
}

#[test]
fn limits_count_characters() {
    let fits = "😀".repeat(4096);
    assert!(process_text(parse(ParseMode::Html, &fits).unwrap(), Limit::Message).is_ok());
    refused(&format!("{fits}x"), Limit::Message, TextError::MessageTooLong);
    refused(&"x".repeat(1025), Limit::Caption, TextError::CaptionTooLong);
}

#[test]
fn a_message_shows_something_and_a_caption_need_not() {
    refused("<b> \n</b>", Limit::Message, TextError::Empty);
    refused("\u{2800}\u{200b}", Limit::Message, TextError::Empty);
    let caption = process_text(parse(ParseMode::Html, " ").unwrap(), Limit::Caption).unwrap();
    assert_eq!(caption.text.text, "");
}

#[test]
fn a_hundred_entities_go_with_a_message_and_styles_are_counted_last() {
    let html = format!("{}{}", "<b>a</b> ".repeat(60), "<code>c</code> ".repeat(60));
    let sent = process_text(parse(ParseMode::Html, &html).unwrap(), Limit::Message).unwrap();
    let count = |name: &str| sent.text.entities.iter().filter(|entity| entity.kind.name() == name).count();
    assert_eq!((count("bold"), count("code")), (40, 60));
    assert_eq!(sent.changes[0].code, Code::TooManyEntities);
}
