//! Actions on the whole body: formatting its JSON, copying it for CleverTap, repairing a body pasted from there.

use super::Console;

/// The demo with this body in the editor and the cursor at its start.
fn with_body(body: &str) -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console.paste(body);
    console.press("ctrl-home");
    console
}

#[test]
fn formatting_is_one_undo_step_and_keeps_the_cursor_on_its_token() {
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
    console.shows("formatted; ^Z undoes it");
}

#[test]
fn invalid_json_is_not_formatted_and_the_cursor_goes_to_the_error() {
    let mut console = with_body("{\"chat_id\":1,\n\"text\": Hello}");
    console.press("esc f");
    console.shows("not formatted: `Hello` is not valid JSON here");
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    assert!(console.body()[cursor..].starts_with("Hello"));
    assert_eq!(console.body(), "{\"chat_id\":1,\n\"text\": Hello}");
}

#[test]
fn campaign_is_copied_for_clevertaps_forms_without_its_token() {
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
fn pasted_clevertap_body_is_repaired_and_keeps_its_variables() {
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
