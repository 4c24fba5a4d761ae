use super::{Limit, process_text};
use crate::diagnostic::Code;
use crate::telegram::{ParseMode, TextError, parse};

/// Compares the sent text, its entities as `type:start-end` (UTF-16 code units), and the messages of its changes.
#[track_caller]
fn check(html: &str, text: &str, entities: &[&str], changes: &[&str]) {
    let sent = process_text(parse(ParseMode::Html, html).unwrap(), Limit::Message).unwrap();
    let shown: Vec<String> = sent
        .text
        .entities
        .iter()
        .map(|entity| format!("{}:{}-{}", entity.kind.name(), entity.offset, entity.end()))
        .collect();
    let messages: Vec<&str> = sent.changes.iter().map(|change| change.message.as_str()).collect();
    assert_eq!((sent.text.text.as_str(), shown), (text, entities.iter().map(|e| (*e).to_owned()).collect()));
    assert_eq!(messages, changes);
}

#[track_caller]
fn check_error(text: &str, limit: Limit, expected: TextError) {
    assert_eq!(process_text(parse(ParseMode::Html, text).unwrap(), limit).unwrap_err(), expected);
}

#[test]
fn whitespace_inside_the_first_entity_is_kept() {
    check(
        " \n<b> a</b> \n",
        " a",
        &["bold:0-2"],
        &[
            "Telegram removes the whitespace at the start of the text",
            "Telegram removes the whitespace at the end of the text",
        ],
    );
}

#[test]
fn outer_link_wins_over_nested_link() {
    check(
        "<a href='a.b'>x<a href='c.d'>y</a></a>",
        "xy",
        &["text_link:0-2"],
        &["Telegram drops the link: it overlaps a link"],
    );
}

#[test]
fn links_are_detected_outside_code() {
    check(
        "<b>a.com</b> <code>b.com</code>",
        "a.com b.com",
        &["url:0-5", "bold:0-5", "code:6-11"],
        &["Telegram detects a link: a.com"],
    );
}

#[test]
fn styles_are_merged_and_removed_characters_are_reported() {
    check(
        "<b>a</b>\r<b>b</b>\tc",
        "ab c",
        &["bold:0-2"],
        &["Telegram removes the carriage return", "Telegram replaces the tab with a space"],
    );
}

#[test]
fn limits_count_characters() {
    let fits = "😀".repeat(4096);
    assert!(process_text(parse(ParseMode::Html, &fits).unwrap(), Limit::Message).is_ok());
    check_error(&format!("{fits}x"), Limit::Message, TextError::MessageTooLong);
    check_error(&"x".repeat(1025), Limit::Caption, TextError::CaptionTooLong);
}

#[test]
fn message_must_not_be_empty_but_a_caption_may_be() {
    check_error("<b> \n</b>", Limit::Message, TextError::Empty);
    check_error("\u{2800}\u{200b}", Limit::Message, TextError::Empty);
    let caption = process_text(parse(ParseMode::Html, " ").unwrap(), Limit::Caption).unwrap();
    assert_eq!(caption.text.text, "");
}

#[test]
fn only_100_entities_are_sent_and_styles_are_dropped_first() {
    let html = format!("{}{}", "<b>a</b> ".repeat(60), "<code>c</code> ".repeat(60));
    let sent = process_text(parse(ParseMode::Html, &html).unwrap(), Limit::Message).unwrap();
    let count = |name: &str| sent.text.entities.iter().filter(|entity| entity.kind.name() == name).count();
    assert_eq!((count("bold"), count("code")), (40, 60));
    assert_eq!(sent.changes[0].code, Code::TooManyEntities);
}
