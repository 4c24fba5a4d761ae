//! Vim's modes in the console: what is vim's, what stays the console's.

use telecast::ui::editor::vim::Vim;
use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::widget::input::MouseKind;

use super::Console;

/// Opens the demo as with `vim = true`, on a body of our own.
fn vim(body: &str) -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console.paste(body);
    console.app_mut().screens.compose.vim = Some(Vim::default());
    console.press("ctrl-home g g 0");
    console
}

#[test]
fn the_border_says_the_mode_and_the_cursor_shows_it() {
    let mut console = vim("one two");
    console.shows(" NORMAL ");
    assert!(console.has_block_cursor());
    console.press("2 d");
    console.shows(" NORMAL 2d ");
    console.press("esc i");
    console.shows(" INSERT ");
    assert!(!console.has_block_cursor());
    console.press("esc v");
    console.shows(" VISUAL ");
    console.press("f1");
    assert!(!console.has_block_cursor(), "a dialog's field is typed in");
}

#[test]
fn the_palette_switches_it_for_the_session() {
    let mut console = Console::demo();
    for mode in [" NORMAL ", "vim mode off"] {
        console.press("ctrl-p");
        console.type_text("vim mode");
        console.press("enter");
        console.shows(mode);
    }
}

#[test]
fn esc_goes_from_the_picker_to_insert_to_normal_to_the_panes() {
    let mut console = vim("\"a \"");
    console.press("2 l a");
    console.type_text("<<");
    assert!(console.app().screens.compose.completion.is_some());
    console.press("esc");
    assert!(console.app().screens.compose.completion.is_none());
    console.shows(" INSERT ");
    console.press("esc");
    console.shows(" NORMAL ");
    assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
    console.press("esc");
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Body));
    console.press("tab");
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Preview));
    console.press("3 x");
    assert_eq!(console.body(), "\"a <\"", "the second keypress is vim's again");
}

#[test]
fn a_completion_is_typed_again_by_a_dot_and_undone_at_once() {
    let mut console = vim("\"\"\n\"\"");
    console.press("a");
    console.type_text("<<first");
    console.press("enter esc");
    let line = console.body().lines().next().unwrap().to_owned();
    assert!(line.contains("{{ Profile.first_name"), "{line}");
    console.press("1 j 0 .");
    assert_eq!(console.body(), format!("{line}\n{line}"));
    console.press("u u");
    assert_eq!(console.body(), "\"\"\n\"\"");
}

#[test]
fn a_search_jumps_while_typed_and_goes_on_with_n() {
    let mut console = vim("ab cd ab cd ab");
    console.press("/");
    console.type_text("ab");
    console.press("enter");
    console.press("x n x");
    assert_eq!(console.body(), "ab cd b cd b");
    console.press("0 ?");
    console.type_text("cd");
    console.press("esc x");
    assert_eq!(console.body(), "b cd b cd b", "Esc goes back to where the search began");
    console.press("?");
    console.type_text("cd");
    console.press("enter x");
    assert_eq!(console.body(), "b cd b d b");
}

#[test]
fn command_lines_save_quit_and_go() {
    let mut console = vim("one\n  two");
    console.press(":");
    console.type_text("2");
    console.press("enter x");
    assert_eq!(console.body(), "one\n two");
    console.press("u :");
    console.type_text("nonsense");
    console.press("enter");
    console.shows("no command `nonsense`");
    console.press("esc : w enter");
    let stem = console.app().screens.compose.open.clone().unwrap();
    assert_eq!(console.file(&format!("campaigns/{stem}.json.liquid")), "one\n  two");
    console.press("x Z Z");
    assert!(console.has_quit);
    assert_eq!(console.file(&format!("campaigns/{stem}.json.liquid")), console.body());
}

#[test]
fn yanking_copies_and_ctrl_c_copies_what_is_selected() {
    let mut console = vim("one two");
    console.press("y w v e ctrl-c");
    assert_eq!(console.copied(), ["one ", "one"]);
}

#[test]
fn keys_of_the_console_work_in_every_mode() {
    for mode in ["esc 3", "i", "v"] {
        let mut console = vim("one two");
        console.press(mode);
        console.press("f1");
        console.shows("Help");
        console.press("esc ctrl-s");
        assert!(
            !console.app().screens.compose.is_unsaved(&console.app().screens.compose.open.clone().unwrap())
        );
        console.press("ctrl-q");
        assert!(console.has_quit);
    }
}

#[test]
fn an_unbound_alt_key_is_esc_and_then_that_key() {
    let mut console = vim("one two");
    console.press("i alt-x");
    console.shows(" NORMAL ");
    assert_eq!(console.body(), "ne two");
}

#[test]
fn the_mouse_selects_and_leaves_the_modes_alone() {
    let mut console = vim("one two");
    let (x, y) = console.place_of("one two");
    console.mouse(MouseKind::Down { clicks: 2 }, x + 5, y);
    console.mouse(MouseKind::Up, x + 5, y);
    console.shows(" VISUAL ");
    console.press("d");
    assert_eq!(console.body(), "one ");
    console.press("i");
    console.click(x, y);
    console.type_text("x");
    console.press("esc");
    assert_eq!(console.body(), "xone ");
}

#[test]
fn what_may_not_be_edited_is_not_inserted_into() {
    let console = Console::demo();
    let mut second = console.second(Some("open elsewhere"));
    second.app_mut().screens.compose.vim = Some(Vim::default());
    let before = second.body();
    for keys in ["i", "x", "d d", "o", "p"] {
        second.press(keys);
        second.type_text("z");
        assert_eq!(second.body(), before);
    }
    second.press("y y");
    assert_eq!(second.copied(), ["{\n"]);
}

#[test]
fn another_campaign_begins_in_normal_mode() {
    let mut console = vim("one two");
    console.press("i alt-1 down enter");
    console.shows(" NORMAL ");
}
