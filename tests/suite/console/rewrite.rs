//! The whole body rewritten: its JSON laid out, its problems fixed one after the other.

use super::Console;

/// Puts a body into the editor in place of what stands there.
fn with_body(body: &str) -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console.paste(body);
    console.press("ctrl-home");
    console
}

#[test]
fn json_is_formatted_as_one_undo_step_and_the_cursor_stays_where_it_was() {
    let typed =
        r#"{"chat_id":{{ Profile.telegram_chat_id }},"text":"a  b {{ Profile.city }}","parse_mode":"HTML"}"#;
    let mut console = with_body(typed);
    console.go_before("Profile.city");
    console.press("alt-F");
    assert_eq!(
        console.body(),
        "{\n  \"chat_id\": {{ Profile.telegram_chat_id }},\n  \"text\": \"a  b {{ Profile.city }}\",\n  \"parse_mode\": \"HTML\"\n}"
    );
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    assert!(console.body()[cursor..].starts_with("Profile.city"));
    console.press("alt-F");
    console.shows("the body is already formatted");
    console.press("ctrl-z");
    assert_eq!(console.body(), typed);
    console.press("ctrl-p");
    console.type_text("format the json");
    console.press("enter");
    console.shows("formatted, ^Z to undo");
}

#[test]
fn what_is_no_json_is_left_alone_and_gone_to() {
    let mut console = with_body("{\"chat_id\":1,\n\"text\": Hello}");
    console.press("esc f");
    console.shows("not formatted: `Hello` is not valid JSON here");
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    assert!(console.body()[cursor..].starts_with("Hello"));
    assert_eq!(console.body(), "{\"chat_id\":1,\n\"text\": Hello}");
}

#[test]
fn a_campaign_goes_to_the_clipboard_as_clevertaps_forms_want_it() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_text("clevertap");
    console.press("enter");
    console.shows("copied for CleverTap's forms");
    let copied = console.copied().last().unwrap();
    assert!(
        copied.contains("Destination URL") && copied.contains("/bot${BOT_TOKEN}/sendMessage"),
        "{copied}"
    );
    assert!(
        copied.contains("NOTES:") && copied.contains("replace `${BOT_TOKEN}` with the value of BOT_TOKEN"),
        "{copied}"
    );
    assert!(!copied.contains("SAMPLE-sandbox"), "{copied}");
}

#[test]
fn a_body_pasted_from_clevertap_is_mended_and_has_its_variables() {
    let mut console = Console::demo();
    console.press("esc n");
    console.paste("{“chat_id”: 5, “text”: “Hi @Profile - first_name | default: “you”, it’s on”}");
    console.type_text("Pasted");
    console.press("enter");
    assert_eq!(
        console.body(),
        "{\"chat_id\": 5, \"text\": \"Hi @Profile - first_name | default: \"you\", it’s on\"}"
    );
    console.shows("Hi Anna, it’s on");
    let definition = console.file("campaigns/pasted.toml");
    assert!(
        definition.contains("dialect = \"clevertap\"") && definition.contains("curly quotes"),
        "{definition}"
    );
}
