//! Vim mode in the console: which keys Vim handles and which ones stay the console's.

use telecast::ui::editor::vim::Vim;
use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::widget::input::MouseKind;

use super::Console;

/// The demo as with `vim = true`, with this body and the cursor at its start.
fn vim(body: &str) -> Console {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console.paste(body);
    console.app_mut().screens.compose.vim = Some(Vim::default());
    console.press("ctrl-home g g 0");
    console
}

#[test]
fn border_and_cursor_show_the_mode() {
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
    assert!(!console.has_block_cursor(), "a dialog's text field has no block cursor");
}

#[test]
fn palette_toggles_vim_mode_for_the_session() {
    let mut console = Console::demo();
    for mode in [" NORMAL ", "vim mode off"] {
        console.press("ctrl-p");
        console.type_text("vim mode");
        console.press("enter");
        console.shows(mode);
    }
}

#[test]
fn esc_goes_from_the_picker_to_insert_to_normal_and_stays_in_the_text() {
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
    console.resize(160, 32);
    console.shows("Tab panes");
    // Users of vim press Esc twice out of habit.
    console.press("esc esc");
    assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
    console.shows("Tab leaves the text, :q quits");
    console.press("tab");
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Preview));
    console.press("shift-tab enter shift-tab");
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Webhook));
    console.press("3 x");
    assert_eq!(console.body(), "\"a <\"", "after `3` enters the body, `x` is a Vim command again");
}

#[test]
fn dot_repeats_a_completion_and_one_undo_removes_it() {
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
fn search_jumps_while_typing_and_n_continues_it() {
    let mut console = vim("ab cd ab cd ab");
    console.press("/");
    console.type_text("ab");
    console.press("enter");
    console.press("x n x");
    assert_eq!(console.body(), "ab cd b cd b");
    console.press("0 ?");
    console.type_text("cd");
    console.press("esc x");
    assert_eq!(console.body(), "b cd b cd b", "Esc returns to the position before the search");
    console.press("?");
    console.type_text("cd");
    console.press("enter x");
    assert_eq!(console.body(), "b cd b d b");
}

#[test]
fn command_line_goes_to_a_line_saves_and_rejects_unknown_commands() {
    let mut console = vim("one\n  two");
    console.press(":");
    console.type_text("2");
    console.press("enter x");
    assert_eq!(console.body(), "one\n  wo");
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
fn yank_and_ctrl_c_copy_to_the_clipboard() {
    let mut console = vim("one two");
    console.press("y w v e ctrl-c");
    assert_eq!(console.copied(), ["one ", "one"]);
}

#[test]
fn tab_belongs_to_an_incomplete_command_and_to_insert_mode() {
    let mut console = vim("one two");
    console.press("d tab");
    assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
    console.press("esc i tab");
    assert_eq!(console.body(), "  one two");
}

#[test]
fn substitution_is_counted_and_one_undo_step() {
    let mut console = vim("a a\na b\nc");
    console.press(":");
    console.type_text("%s/a/x/g");
    console.press("enter");
    console.shows("3 substitutions on 2 lines; ^Z undoes it");
    assert_eq!(console.body(), "x x\nx b\nc");
    console.press("u");
    assert_eq!(console.body(), "a a\na b\nc");
    console.press("V j :");
    console.shows("'<,'>");
    console.type_text("s/a/y/");
    console.press("enter");
    console.shows("2 substitutions on 2 lines");
    assert_eq!(console.body(), "y a\ny b\nc");
    console.press("k &");
    assert_eq!(console.body(), "y y\ny b\nc", "& repeats it in the cursor's line");
}

#[test]
fn a_substitution_that_cannot_be_made_stays_in_the_command_line() {
    let mut console = vim("a b");
    for (typed, problem) in [
        ("s/x/y/", "no match"),
        ("s/(/y/", "not a regular expression"),
        ("s/a/b/c", "the flag `c` is not supported"),
        ("'<,'>s/a/b/", "nothing was selected yet"),
    ] {
        console.press(":");
        console.type_text(typed);
        console.press("enter");
        console.shows(problem);
        console.shows(typed);
        assert_eq!(console.body(), "a b");
        console.press("esc");
    }
    // The spaces of a replacement count.
    console.press(":");
    console.type_text("s/ / , ");
    console.press("enter");
    assert_eq!(console.body(), "a , b");
}

#[test]
fn the_command_line_takes_the_files_text_back() {
    let mut console = vim("zebra");
    let stem = console.app().screens.compose.open.clone().unwrap();
    let file = console.file(&format!("campaigns/{stem}.json.liquid"));
    console.press(": e enter");
    console.shows("there are unsaved edits; e! replaces them");
    console.press("! enter");
    console.shows("took the file's text; ^Z undoes it");
    assert_eq!(console.body(), file);
    console.press("u");
    assert_eq!(console.body(), "zebra");
    console.press(": n o h enter");
    assert!(!console.app().has_dialog());
}

#[test]
fn an_operator_reaches_to_the_match_that_the_search_line_finds() {
    let mut console = vim("one two three four");
    console.press("d /");
    console.shows(" NORMAL d/ ");
    console.type_text("th");
    console.press("enter");
    assert_eq!(console.body(), "three four");
    console.press("c /");
    console.type_text("fo");
    console.press("enter");
    console.type_text("one ");
    console.press("esc");
    assert_eq!(console.body(), "one four");
    // Esc and an Alt-key drop the operator too.
    for cancel in ["esc", "alt-x", "ctrl-c"] {
        console.press("0 d /");
        console.type_text("fo");
        console.press(cancel);
        console.shows(" NORMAL ");
        console.press("l");
        assert_eq!(console.body(), "one four", "{cancel}");
    }
    // A search that is cancelled keeps the selection.
    console.press("0 v l /");
    console.type_text("fo");
    console.press("esc");
    console.shows(" VISUAL ");
    console.press("/");
    console.type_text("nothing");
    console.press("enter");
    console.shows(" VISUAL ");
    console.press("/");
    console.type_text("fo");
    console.press("enter d");
    assert_eq!(console.body(), "our");
}

#[test]
fn the_consoles_register_and_vims_own_are_separate() {
    let mut console = vim("one two");
    console.press("v e ctrl-x");
    console.shows("cut 3 characters");
    assert_eq!(console.body(), " two");
    console.press("x");
    console.press("\" + p");
    assert_eq!(console.body(), "tonewo");
    console.press("p");
    assert_eq!(console.body(), "tone wo", "the unnamed register has what x deleted");
    console.press("y y");
    console.shows("copied 1 line");
    console.press("ctrl-v");
    assert_eq!(console.body(), "tone wo\ntone wo");
}

#[test]
fn console_keys_work_in_every_mode() {
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
fn double_click_selects_and_a_click_keeps_insert_mode() {
    let mut console = vim("one two");
    let (x, y) = console.position_of("one two");
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
fn view_only_body_cannot_be_edited_but_can_be_yanked() {
    let console = Console::demo();
    let mut second = console.second(Some("open elsewhere"));
    second.app_mut().screens.compose.vim = Some(Vim::default());
    let before = second.body();
    for keys in ["i", "x", "d d", "o", "p", ": s / { / } enter", "ctrl-v"] {
        second.press(keys);
        second.type_text("z");
        assert_eq!(second.body(), before);
    }
    second.press("y y");
    assert_eq!(second.copied(), ["{\n"]);
}

#[test]
fn opening_another_campaign_returns_to_normal_mode() {
    let mut console = vim("one two");
    console.press("i alt-1 down enter");
    console.shows(" NORMAL ");
}
