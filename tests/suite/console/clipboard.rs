//! Cut, copy and paste within the console, which work without any help from the terminal or the system.

use telecast::ui::shared::{Clipboard, CopyCommand, CopyTarget};

use super::Console;

/// A console with this body, and the text between the brackets selected.
#[track_caller]
fn selected(marked: &str) -> Console {
    let (start, end) = (marked.find('[').unwrap(), marked.find(']').unwrap() - 1);
    let mut console = Console::with_body(&marked.replacen(['[', ']'], "", 2));
    select(&mut console, start, end);
    console
}

fn command(program: &str) -> Clipboard {
    let target = CopyTarget::System;
    Clipboard { commands: vec![CopyCommand { program: program.into(), arguments: Vec::new(), target }] }
}

fn select(console: &mut Console, start: usize, end: usize) {
    let buffer = console.app_mut().screens.compose.buffer_mut().unwrap();
    buffer.editor.apply(telecast::editor::Command::Select(telecast::text::Span::new(start, end)));
}

#[test]
fn cut_text_comes_back_with_paste() {
    let mut console = selected("{\"text\": \"[Hi e\u{301}👩‍👩‍👧‍👦] you\"}");
    let before = console.body();
    console.press("ctrl-x");
    console.shows("cut 5 characters");
    assert_eq!(console.body(), "{\"text\": \" you\"}");
    console.press("ctrl-v");
    console.shows("pasted 5 characters copied here");
    assert_eq!(console.body(), before);
    console.press("ctrl-z");
    assert_eq!(console.body(), "{\"text\": \" you\"}", "a paste is one undo step");
    assert_eq!(console.copied(), ["Hi e\u{301}👩‍👩‍👧‍👦"], "the system's clipboard has it too");
}

#[test]
fn a_line_that_is_cut_without_a_selection_comes_back_above_the_cursors_line() {
    let mut console = Console::with_body("{\n  \"a\": 1,\n  \"b\": 2\n}");
    console.go_before("1");
    console.press("ctrl-x");
    console.shows("cut 1 line");
    assert_eq!(console.body(), "{\n  \"b\": 2\n}");
    console.go_before("2");
    console.press("ctrl-v ctrl-v");
    assert_eq!(console.body(), "{\n  \"a\": 1,\n  \"a\": 1,\n  \"b\": 2\n}");
    console.type_text("5");
    assert!(console.body().contains("\"b\": 52"), "the cursor stays where it was: {}", console.body());
    console.press("ctrl-a ctrl-v");
    assert_eq!(console.body(), "  \"a\": 1,\n", "a selection is replaced");
}

#[test]
fn text_of_one_string_goes_into_another_unchanged() {
    // The last backslash is half of an escape: as text from elsewhere it would be escaped once more.
    let mut console = selected(r#"{"text": "[Say \"hi\"\]n", "caption": "x"}"#);
    let before = console.body();
    console.press("ctrl-x ctrl-v");
    assert_eq!(console.body(), before);
    let at = before.find("\"x\"").unwrap() + 1;
    select(&mut console, at, at);
    console.press("ctrl-v");
    assert!(console.body().contains(r#""caption": "Say \"hi\"\x"}"#), "{}", console.body());
}

#[test]
fn fields_copy_cut_and_paste_too() {
    for (opener, closer) in
        [("esc 1 r", "esc"), ("f4", "esc"), ("ctrl-f", "esc"), ("ctrl-p", "esc"), ("ctrl-g", "esc")]
    {
        let mut console = Console::demo();
        console.press(opener);
        console.press("ctrl-a delete");
        console.type_text("one two");
        console.press("ctrl-a ctrl-c");
        console.shows("copied 7 characters");
        assert_eq!(console.copied(), ["one two"], "{opener}");
        console.press("right ctrl-v");
        console.shows("one twoone two");
        console.press("ctrl-a ctrl-x");
        console.shows("cut 14 characters");
        console.hides("one twoone two");
        console.press("ctrl-v");
        console.shows("one twoone two");
        console.press(closer);
        console.press("alt-3 ctrl-a ctrl-v");
        assert_eq!(console.body(), "one twoone two", "{opener}");
    }
}

#[test]
fn the_webhooks_form_takes_pasted_text_and_gives_copied_text() {
    let mut console = Console::demo();
    console.press("alt-2 enter ctrl-a ctrl-x");
    console.shows("cut 12 characters");
    console.hides("Telegram bot");
    console.press("ctrl-v");
    console.shows("elegram bot");
}

#[test]
fn a_hidden_value_is_neither_copied_nor_cut() {
    let mut console = Console::demo();
    console.press("alt-2 enter down ctrl-a delete");
    let token = "https://h.example/bot123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/sendMessage";
    console.paste(token);
    for key in ["ctrl-c", "ctrl-x"] {
        console.press("ctrl-a");
        console.press(key);
        console.shows("a hidden value cannot be copied or cut");
        assert!(console.copied().is_empty());
    }
    // What is visible before the token can be copied.
    console.press("home shift-right shift-right shift-right shift-right ctrl-c");
    assert_eq!(console.copied(), ["http"]);
}

#[test]
fn paste_with_nothing_copied_says_how_to_paste_from_other_programs() {
    let mut console = Console::demo();
    let before = console.body();
    for opener in ["alt-3", "ctrl-f"] {
        console.press(opener);
        console.press("ctrl-v");
        console.shows("use your terminal's paste key, often Ctrl-Shift-V");
    }
    assert_eq!(console.body(), before);
    // What the terminal pastes is not kept.
    console.paste("x");
    console.press("ctrl-v");
    console.shows("use your terminal's paste key");
    console.press("esc esc ctrl-v");
    console.shows("cannot paste here; 3 goes to the body");
}

#[test]
fn after_a_failed_command_the_text_goes_to_the_terminal() {
    let mut console = selected("[one] two");
    console.app_mut().shared.settings.clipboard = command("/no/such/program");
    console.press("ctrl-c");
    console.shows(
        "copied 3 characters; sent to the terminal (OSC 52), which may refuse it; program failed: No such file",
    );
    assert_eq!(console.copied(), ["one"]);
    console.press("end ctrl-v");
    assert_eq!(console.body(), "one twoone");
}

#[test]
fn the_notice_says_which_command_has_the_text() {
    let mut console = selected("[one] two");
    console.app_mut().shared.settings.clipboard = command("/bin/cat");
    console.press("ctrl-c");
    console.shows("copied 3 characters with cat");
    assert!(console.copied().is_empty(), "nothing is sent to the terminal");
}

#[test]
fn a_text_that_terminals_would_not_take_is_not_sent_and_the_notice_says_so() {
    let mut console = Console::with_body(&"a".repeat(74_995));
    console.press("ctrl-a ctrl-c");
    console.shows("copied 74,995 characters within telecast only: more than 74,994 bytes");
    assert!(console.copied().is_empty());
    console.press("home shift-right ctrl-c");
    console.shows("copied 1 character; sent to the terminal (OSC 52), which may refuse it");
    assert_eq!(console.copied(), ["a"]);
}

#[test]
fn a_view_only_console_copies_but_does_not_change() {
    let first = Console::demo();
    let mut console = first.second(Some("open elsewhere"));
    let before = console.body();
    console.press("ctrl-a ctrl-x");
    console.shows("View only");
    console.press("ctrl-a ctrl-c");
    assert_eq!(console.copied(), [before.as_str()]);
    console.press("ctrl-v");
    assert_eq!(console.body(), before);
}

#[test]
fn pasted_bodies_are_stored_with_line_feeds() {
    for line_break in ["\r", "\r\n", "\n"] {
        let mut console = Console::demo();
        console.press("esc n pagedown enter");
        console.paste(&format!("{{{line_break}  \"text\": \"a\"{line_break}}}"));
        console.press("ctrl-a");
        console.type_text("Pasted");
        console.press("enter");
        assert_eq!(console.file("campaigns/pasted.json.liquid"), "{\n  \"text\": \"a\"\n}");
    }
}

#[test]
fn a_copied_text_can_become_a_new_campaign() {
    let mut console = selected("[{\"text\": \"a\"}]");
    console.press("ctrl-c esc n pagedown enter ctrl-v");
    console.shows("Name of the new campaign");
    console.type_text("Copied");
    console.press("enter");
    assert_eq!(console.file("campaigns/copied.json.liquid"), "{\"text\": \"a\"}");
}

#[test]
fn a_file_with_windows_line_breaks_keeps_them() {
    let body = "{\r\n  \"text\": \"a\"\r\n}\r\n";
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    console.press("ctrl-home down ctrl-x ctrl-v");
    assert_eq!(console.body(), body);
    console.press("ctrl-end");
    console.paste("x\ry");
    console.press("ctrl-s");
    assert_eq!(console.file("campaigns/spring-sale.json.liquid"), format!("{body}x\r\ny"));
}
