//! Completion and hover in the body: writing a body from an empty file, pickers near the edges of the screen.

use telecast::ui::widget::input::MouseKind;

use super::Console;

/// The custom body from CleverTap's Telegram page.
const SAMPLE: &str = include_str!("../../../assets/demo/campaigns/clevertap-sample.json.liquid");

/// Opens a campaign with an empty body.
fn empty() -> Console {
    Console::prepared("clevertap-sample", |root| {
        std::fs::write(root.join("campaigns/clevertap-sample.json.liquid"), "").unwrap();
    })
}

fn lines(body: &str) -> Vec<&str> {
    body.lines().map(str::trim).collect()
}

#[test]
fn clevertap_sample_can_be_written_with_completion_alone() {
    let mut console = empty();
    assert_eq!(console.body(), "");
    // The braces, the first key, and its value, which is offered right after the key.
    console.press("ctrl-space enter enter");
    // The next keys are inserted with their commas, and the parse mode offers its values.
    console.press("end ctrl-space enter");
    console.press("end ctrl-space enter enter");
    // The text of the message. The tag picker takes Enter only after an arrow key.
    console.press("up end left left");
    console.type_text("<b");
    console.press("down enter");
    console.type_text("Bold");
    console.press("tab");
    console.type_text(" and <a");
    console.press("down enter");
    console.type_text("https://example.com");
    console.press("tab");
    console.type_text("inline link");
    console.press("tab");
    console.type_text(" and <code");
    console.press("down enter");
    console.type_text("code");
    assert_eq!(lines(&console.body()), lines(SAMPLE));
    console.press("ctrl-s");
    let written = console.file("campaigns/clevertap-sample.json.liquid");
    for chat in ["1099500000001", "NULL"] {
        assert_eq!(rendered(&written, chat), rendered(SAMPLE, chat));
    }
}

#[test]
fn tab_steps_out_of_a_completion_level_by_level_else_indents() {
    let mut console = empty();
    console.press("ctrl-space enter enter");
    console.press("end ctrl-space enter");
    console.type_text("Hi <<first");
    console.press("enter");
    console.type_text("friend");
    console.press("tab");
    console.type_text("!");
    console.press("tab");
    console.type_text(",");
    let text = console.body().lines().find(|line| line.contains("text")).unwrap().trim().to_owned();
    assert!(text.ends_with("!\","), "{text}");
    assert!(text.contains("friend"), "{text}");
    console.press("tab");
    assert!(console.body().contains("!\", "), "{}", console.body());
}

/// Returns the body as JSON for a profile with this chat id, or its trimmed lines if it is not JSON.
fn rendered(body: &str, chat: &str) -> serde_json::Value {
    let text = body.replace("{{ Profile.telegram_chat_id | default: \"NULL\" }}", chat);
    serde_json::from_str(&text).unwrap_or_else(|_| lines(&text).join("\n").into())
}

/// Types keys on lines all over the screen, at its left and right edge. Both the typed keys and the picker that they
/// open must be visible.
#[track_caller]
fn check_near_edges(keys: &str, shown: &str) {
    for (columns, rows) in [(120, 40), (80, 24), (60, 16), (40, 12)] {
        let mut console = empty();
        console.resize(columns, rows);
        for blank_lines in [0, rows / 2, rows, 2 * rows] {
            for indent in [0, usize::from(columns)] {
                console.press("ctrl-a delete");
                console.paste(&format!("{}{}", "\n".repeat(blank_lines.into()), " ".repeat(indent)));
                console.type_text(keys);
                console.shows(shown);
                console.shows(keys);
                console.press("esc");
            }
        }
    }
}

#[test]
fn picker_never_covers_the_cursor_line() {
    check_near_edges("<<", "signed_up");
    check_near_edges("@city", "↑↓ to choose");
}

#[test]
fn picker_is_at_the_cursor_in_a_line_that_is_wrapped_over_many_rows() {
    let mut console = Console::with_body(&format!("{{\"text\": \"here {}\"}}", "one two three ".repeat(70)));
    console.go_before("here");
    console.type_text("<<signed");
    let (_, cursor) = console.position_of("<<signed");
    let (_, item) = console.position_of("signed_up");
    assert_eq!(item, cursor + 2, "{}", console.screen());
}

#[test]
fn filters_show_their_result_for_the_profile() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("{{ Profile.first_name | upc");
    console.shows("→ ANNA");
    console.press("enter");
    assert!(console.body().contains("{{ Profile.first_name | upcase20%"), "{}", console.body());
}

#[test]
fn event_paths_of_the_samples_are_offered() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("{{ Event.");
    console.shows("Event.Payment Mode");
    console.type_text("mode");
    console.press("enter");
    assert!(console.body().contains("{{ Event[\"Payment Mode\"] | default: \"\" | tg_html | json_escape }}"));
}

#[test]
fn hover_describes_the_token_and_any_key_closes_it() {
    let mut console = Console::demo();
    console.go_before("first_name");
    console.press("ctrl-k");
    console.shows("Anna Petrova: “Anna”");
    console.shows("profiles");
    let before = console.body();
    console.press("esc");
    console.hides("Anna Petrova: “");
    assert!(console.app().screens.compose.focus.entered, "Esc only closes the box");
    console.press("ctrl-k right");
    console.hides("Anna Petrova: “");
    assert_eq!(console.body(), before);
    console.go_before("parse_mode");
    console.press("ctrl-k");
    console.shows("How the text is marked up");
    console.press("x");
    assert_eq!(console.body().len(), before.len() + 1);
}

#[test]
fn right_click_shows_info_without_moving_the_cursor() {
    let mut console = Console::demo();
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    let (x, y) = console.position_of("\"chat_id\"");
    console.mouse(MouseKind::RightDown, x + 2, y);
    console.shows("chat_id · chat id · sendMessage");
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), cursor);
    console.click(x, y);
    console.hides("chat_id · chat id · sendMessage");
}

#[test]
fn hover_never_covers_its_token() {
    for (columns, rows) in [(120, 40), (80, 24), (60, 16)] {
        let mut console = Console::demo();
        console.resize(columns, rows);
        for token in ["chat_id", "first_name", "blockquote", "parse_mode"] {
            console.go_before(token);
            console.press("right left ctrl-k");
            assert!(console.app().screens.compose.hover.is_some(), "{token}");
            console.shows(&token[..4]);
        }
    }
}

#[test]
fn preview_follows_text_that_may_start_a_completion() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("write to @first");
    assert!(console.app().screens.compose.completion.as_ref().is_some_and(|session| !session.armed));
    console.shows("▌ write to @first20% off");
}
