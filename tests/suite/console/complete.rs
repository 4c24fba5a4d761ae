//! What is offered and said in the body: completion from an empty file on, pickers near the edges, hover.

use telecast::ui::widget::input::MouseKind;

use super::Console;

/// The custom body of CleverTap's Telegram page.
const SAMPLE: &str = include_str!("../../../assets/demo/campaigns/clevertap-sample.json.liquid");

/// A console with an empty body, at its first byte.
fn empty() -> Console {
    Console::prepared("clevertap-sample", |root| {
        std::fs::write(root.join("campaigns/clevertap-sample.json.liquid"), "").unwrap();
    })
}

fn lines(body: &str) -> Vec<&str> {
    body.lines().map(str::trim).collect()
}

#[test]
fn clevertaps_sample_is_written_with_completion_only() {
    let mut console = empty();
    assert_eq!(console.body(), "");
    // The braces, the first key, and its value, which is offered at once.
    console.press("ctrl-space enter enter");
    // The next keys come with their commas, and the parse mode with its values.
    console.press("end ctrl-space enter");
    console.press("end ctrl-space enter enter");
    // The words of the message; its markup waits for an arrow.
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
fn tab_leads_behind_what_was_completed_level_by_level_and_indents_elsewhere() {
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

/// The body as JSON for a profile with this chat id, or as it stands where that is no JSON.
fn rendered(body: &str, chat: &str) -> serde_json::Value {
    let text = body.replace("{{ Profile.telegram_chat_id | default: \"NULL\" }}", chat);
    serde_json::from_str(&text).unwrap_or_else(|_| lines(&text).join("\n").into())
}

/// Types keys on lines all over the screen, at both edges: what they open and they themselves are on screen.
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
fn a_picker_never_covers_the_line_of_the_cursor() {
    check_near_edges("<<", "signed_up");
    check_near_edges("@city", "↑↓ to choose");
}

#[test]
fn filters_show_what_they_make_of_the_profiles_value() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("{{ Profile.first_name | upc");
    console.shows("→ ANNA");
    console.press("enter");
    assert!(console.body().contains("{{ Profile.first_name | upcase20%"), "{}", console.body());
}

#[test]
fn events_of_the_samples_are_offered() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("{{ Event.");
    console.shows("Event.Payment Mode");
    console.type_text("mode");
    console.press("enter");
    assert!(console.body().contains("{{ Event[\"Payment Mode\"] | default: \"\" | tg_html | json_escape }}"));
}

#[test]
fn a_hover_says_what_stands_there_and_any_key_closes_it() {
    let mut console = Console::demo();
    console.go_before("first_name");
    console.press("ctrl-k");
    console.shows("Anna Petrova: “Anna”");
    console.shows("profiles");
    let before = console.body();
    console.press("esc");
    console.hides("Anna Petrova: “");
    assert!(console.app().screens.compose.focus.entered, "Esc closes the box and no more");
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
fn the_right_button_asks_where_it_points() {
    let mut console = Console::demo();
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    let (x, y) = console.place_of("\"chat_id\"");
    console.mouse(MouseKind::RightDown, x + 2, y);
    console.shows("chat_id · chat id · sendMessage");
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), cursor);
    console.click(x, y);
    console.hides("chat_id · chat of sendMessage");
}

#[test]
fn a_hover_never_covers_what_it_is_about() {
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
fn the_message_follows_text_that_might_begin_something() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("write to @first");
    assert!(console.app().screens.compose.completion.as_ref().is_some_and(|session| !session.armed));
    console.shows("▌ write to @first20% off");
}
