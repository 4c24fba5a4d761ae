//! Keys and the mouse: what each does in the panes, dialogs and fields.

use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::shared::action::{ACTIONS, Action};
use telecast::ui::shared::keymap::Keymap;
use telecast::ui::widget::input::MouseKind;

use super::Console;

#[test]
fn every_printable_key_types_in_a_text_field() {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    let printable: String = (' '..='~').filter(|c| !"\"'([{<@".contains(*c)).collect();
    for c in printable.chars() {
        console.press("ctrl-a delete");
        console.type_text(&c.to_string());
        assert_eq!(console.body(), c.to_string());
        assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
    }
}

#[test]
fn esc_leaves_the_editor_and_tab_cycles_through_the_panes() {
    let mut console = Console::demo();
    let before = console.body();
    console.press("esc");
    for pane in [Pane::Preview, Pane::Problems, Pane::Campaigns, Pane::Webhook, Pane::Body] {
        console.press("tab");
        assert_eq!(console.app().screens.compose.focus, Focus::select(pane));
    }
    console.press("enter");
    assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
    console.press("esc shift-tab enter");
    console.shows("Bot API method");
    assert_eq!(console.body(), before);
}

#[test]
fn tab_in_the_editor_indents() {
    let mut console = Console::demo();
    console.press("tab");
    assert!(console.body().starts_with("  {"), "{}", console.body());
}

#[test]
fn an_unbound_alt_key_is_esc_and_then_that_key() {
    let mut console = Console::demo();
    console.press("alt-q");
    assert!(console.has_quit);
}

#[test]
fn an_alt_key_never_types_its_letter_into_the_body() {
    for vim in [false, true] {
        let mut console = Console::demo();
        let before = console.body();
        if vim {
            console.press("ctrl-p");
            console.type_text("toggle vim mode");
            console.press("enter");
        }
        for key in ["alt-y", "alt-5", "alt-q", "alt-K", "alt-ü", "alt-space"] {
            console.press("alt-3");
            console.press(if vim { "i" } else { "left" });
            // With the info box open, the first Esc only closes the box.
            console.press("ctrl-home ctrl-k");
            let body = console.body();
            console.press(key);
            assert_eq!(console.body(), body, "{key}");
            console.press("esc esc esc");
            console.has_quit = false;
            if !vim {
                assert_eq!(console.body(), before, "{key}");
            }
        }
    }
}

#[test]
fn f1_over_a_dialog_shows_the_reference_and_leads_back() {
    for opener in ["f4", "f5", "f6", "n"] {
        let mut console = Console::demo();
        console.press("esc");
        console.press(opener);
        console.shows(" F1 help");
        let before = console.screen();
        console.press("f1");
        console.shows("Help: Keys");
        // A page leads back to the list of pages, without the actions, which do not work now.
        let pages = console.screen();
        console.press("enter");
        console.press("esc");
        assert_eq!(console.screen(), pages, "{opener}");
        console.press("esc");
        assert_eq!(console.screen(), before, "{opener}");
    }
}

#[test]
fn alt_key_only_closes_an_open_picker_dialog_or_search() {
    for key in ["alt-1", "alt-5", "alt-x", "alt-q", "alt-enter", "alt-F"] {
        for opener in ["f1", "ctrl-p", "f4", "f6", "ctrl-g", "ctrl-f", "ctrl-space"] {
            let mut console = Console::demo();
            console.go_before("first_name");
            let before = console.body();
            console.press(opener);
            let is_open = |console: &Console| {
                console.app().has_dialog()
                    || console.app().screens.compose.search.is_some()
                    || console.app().screens.compose.completion.is_some()
            };
            assert!(is_open(&console), "{opener}");
            console.press(key);
            assert!(!is_open(&console), "{opener} {key}");
            assert_eq!(console.body(), before, "{opener} {key}");
            assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body), "{opener} {key}");
            assert!(!console.has_quit, "{opener} {key}");
        }
        // From a list that the test dialog opened, it leads back to that dialog.
        let mut console = Console::demo();
        console.press("f5 c");
        console.press(key);
        console.shows("Enter send");
        console.press(key);
        console.hides("Enter send");
    }
}

#[test]
fn an_alt_key_over_a_list_that_is_not_armed_or_an_info_box_types_nothing() {
    for key in ["alt-q", "alt-x", "alt-1", "alt-.", "alt-F", "alt-enter", "alt-space"] {
        for trigger in ["{", "@", "<", "<<", "{{"] {
            let mut console = Console::demo();
            console.go_before("with it.");
            console.type_text(trigger);
            assert!(console.app().screens.compose.completion.is_some(), "{trigger}");
            let body = console.body();
            console.press(key);
            assert!(console.app().screens.compose.completion.is_none(), "{trigger} {key}");
            assert_eq!(console.body(), body, "{trigger} {key}");
            assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body), "{trigger} {key}");
        }
        // An info box is closed by any key. A key that is bound also does what it usually does, but never types.
        let mut console = Console::demo();
        console.go_before("first_name");
        let body = console.body();
        console.press("ctrl-k");
        console.press(key);
        assert!(console.app().screens.compose.hover.is_none(), "{key}");
        if key != "alt-F" {
            assert_eq!(console.body(), body, "{key}");
        }
    }
    // The dialogs of the app and a page of the help.
    for opener in ["f1", "ctrl-p", "f1 end enter"] {
        let mut console = Console::demo();
        let body = console.body();
        console.press(opener);
        console.press("alt-x");
        assert_eq!(console.body(), body, "{opener}");
    }
}

#[test]
fn hints_name_the_key_that_works_where_the_focus_is() {
    let mut console = Console::demo();
    console.resize(160, 40);
    console.go_before("<b>Hi");
    console.type_text("1 < 2 ");
    console.shows("[Alt-Enter fix]");
    console.hides("[. fix]");
    console.press("esc 5");
    console.shows("[. fix]");
    console.press(".");
    console.shows("; ^Z undoes it");
    // The user's own keys are named too, and a key that does not work is not.
    let (keymap, _) = Keymap::parse("undo = [\"ctrl-u\"]\nfix = []\nundo-delete = []");
    console.app_mut().shared.keymap = keymap;
    console.press("ctrl-u");
    console.hides("fix]");
    console.press("3 ctrl-f");
    console.type_text("Profile");
    console.press("tab ctrl-a");
    console.shows("6 replaced; ^U undoes it");
    console.press("ctrl-u esc 1 x");
    console.shows("palette (^P) restores it");
    console.press("d");
    console.shows("deleted spring-sale; `Undo the last deletion` in the palette (^P) restores it");
}

#[test]
fn deleting_from_the_palette_while_typing_does_not_promise_a_letter() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_text("Delete the campaign");
    console.press("enter d");
    console.shows("`Undo the last deletion` in the palette (^P) restores it");
}

#[test]
fn ctrl_c_copies_else_cancels_else_says_how_to_quit() {
    let mut console = Console::demo();
    console.press("shift-right ctrl-c");
    assert_eq!(console.copied(), ["{"]);
    console.press("left f1 ctrl-c");
    assert!(!console.app().has_dialog());
    console.press("ctrl-c");
    console.shows("^Q to quit");
    assert!(!console.has_quit);
}

#[test]
fn ctrl_z_always_undoes_and_never_suspends() {
    let mut console = Console::demo();
    let before = console.body();
    console.type_text("x");
    console.press("ctrl-z");
    assert_eq!(console.body(), before);
    for pane in ["1", "2 esc", "3 esc", "4", "5"] {
        console.press("alt-3 ctrl-home");
        console.type_text("x");
        console.press("esc");
        console.press(pane);
        let focus = console.app().screens.compose.focus;
        console.press("ctrl-z");
        assert_eq!(console.body(), before, "{pane}");
        assert_eq!(console.app().screens.compose.focus, focus, "{pane}");
        console.press("ctrl-y");
        assert_eq!(console.body(), format!("x{before}"), "{pane}");
        console.press("ctrl-z");
        console.press("ctrl-z");
        console.shows("nothing to undo");
    }
    console.press("f1 ctrl-z esc f5 ctrl-z esc f4 ctrl-z esc");
    assert_eq!(console.suspended(), 0);
}

#[test]
fn ctrl_z_undoes_in_fields_and_with_vim_too() {
    let mut console = Console::demo();
    console.press("alt-2 enter");
    console.type_text("Zebra");
    console.shows("botZebra");
    console.press("ctrl-z");
    console.hides("botZebra");
    assert_eq!(console.suspended(), 0);
    let mut console = Console::demo();
    let before = console.body();
    console.press("ctrl-p");
    console.type_text("toggle vim mode");
    console.press("enter");
    console.press("x");
    assert_ne!(console.body(), before);
    console.press("ctrl-z");
    assert_eq!(console.body(), before);
    console.press("i Z esc esc 1 ctrl-z");
    assert_eq!(console.body(), before);
    assert_eq!(console.suspended(), 0);
}

#[test]
fn capital_z_suspends_outside_the_editor_and_types_inside_it() {
    let mut console = Console::demo();
    console.press("Z");
    assert!(console.body().starts_with('Z'));
    console.press("esc Z");
    assert_eq!(console.suspended(), 1);
    console.press("4 Z");
    assert_eq!(console.suspended(), 2);
}

#[test]
fn preview_does_not_scroll_past_its_end() {
    let mut console = Console::demo();
    console.resize(160, 80);
    console.press("esc 4");
    for shown in ["Shop now", "\"parse_mode\": \"HTML\"", "POST "] {
        console.shows(shown);
        let before = console.screen();
        let (x, y) = console.position_of(shown);
        for _ in 0..40 {
            console.mouse(MouseKind::Scroll(3), x, y);
        }
        // Content that fits does not scroll.
        assert_eq!(console.screen(), before, "{shown}");
        console.press("pagedown pagedown pagedown down j");
        assert_eq!(console.screen(), before, "{shown}");
        console.press("]");
    }
    console.resize(120, 20);
    for tab in ["Message", "JSON", "Request"] {
        console.click_text(tab);
        console.press("pagedown pagedown pagedown pagedown pagedown");
        let end = console.screen();
        console.press("down");
        assert_eq!(console.screen(), end, "{tab}");
        // One step up is visible at once: scrolling past the end was not counted.
        if tab != "Request" {
            console.press("up");
            assert_ne!(console.screen(), end, "{tab}");
        }
    }
}

#[test]
fn error_shown_in_place_of_the_message_does_not_scroll() {
    let mut console = Console::demo();
    console.go_before("<b>Hi");
    console.type_text("<u>");
    console.press("esc 4");
    console.shows("`<u>` is never closed");
    let before = console.screen();
    console.press("pagedown pagedown");
    assert_eq!(console.screen(), before);
}

#[test]
fn dialogs_do_not_scroll_past_their_end() {
    let mut console = Console::demo();
    for (key, rows) in [("f5", 32), ("f6", 32), ("f5", 16), ("f6", 16)] {
        console.resize(120, rows);
        console.press(key);
        for _ in 0..60 {
            console.mouse(MouseKind::Scroll(3), 60, rows / 2);
        }
        let end = console.screen();
        console.press("down down");
        assert_eq!(console.screen(), end, "{key}");
        let is_long = key == "f6" && rows == 16;
        console.press("up up");
        if is_long {
            assert_ne!(console.screen(), end, "{key}");
        }
        for _ in 0..60 {
            console.press("up");
        }
        console.mouse(MouseKind::Scroll(-3), 60, rows / 2);
        console.press("esc");
    }
    console.resize(120, 40);
    console.press("f5");
    let before = console.screen();
    console.mouse(MouseKind::Scroll(3), 60, 8);
    assert_eq!(console.screen(), before, "a request that fits does not scroll");
}

#[test]
fn dialogs_mark_that_they_go_on_above_or_below() {
    let mut console = Console::demo();
    for key in ["f5", "f6"] {
        console.resize(120, 16);
        console.press(key);
        let marks = |console: &Console| ["▲", "▼"].map(|mark| console.screen().contains(mark));
        assert_eq!(marks(&console), [false, true], "{key}");
        console.press("down");
        assert_eq!(marks(&console), [true, true], "{key}");
        console.press("end");
        assert!(marks(&console)[0], "{key}");
        console.resize(120, 120);
        assert_eq!(marks(&console), [false, false], "{key}");
        console.press("esc");
    }
}

#[test]
fn help_and_palette_list_every_action() {
    let mut console = Console::demo();
    for key in ["f1", "ctrl-p"] {
        console.press(key);
        for row in ACTIONS.iter().filter(|row| row.action != Action::Palette) {
            console.press("ctrl-a");
            console.type_text(row.title);
            console.shows(row.title);
        }
        console.press("esc");
    }
}

#[test]
fn palette_runs_the_chosen_action() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_text("suspend");
    console.press("enter");
    assert_eq!(console.suspended(), 1);
}

#[test]
fn mouse_works_on_panes_campaigns_tabs_and_hints() {
    let mut console = Console::demo();
    console.click_text("welcome");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("welcome"));
    console.click_text("JSON");
    assert_eq!(console.app().screens.compose.focus.pane, Pane::Preview);
    console.shows("\"parse_mode\": \"MarkdownV2\"");
    console.click_text("help");
    console.shows("Help");
    console.press("esc");
    console.click_text("cart-reminder");
    let problem = console.app().screens.compose.problems()[0].diagnostic().message.clone();
    let start: String = problem.chars().take(12).collect();
    console.click_text(&start);
    assert_eq!(console.app().screens.compose.focus, Focus::enter(Pane::Body));
}

#[test]
fn dragging_selects_text() {
    let mut console = Console::demo();
    let (x, y) = console.position_of("\"chat_id\"");
    console.mouse(MouseKind::Down { clicks: 1 }, x, y);
    console.mouse(MouseKind::Drag, x + 9, y);
    console.mouse(MouseKind::Up, x + 9, y);
    console.press("ctrl-c");
    assert_eq!(console.copied(), ["\"chat_id\""]);
}

#[test]
fn ctrl_u_and_ctrl_k_delete_text_before_and_after_the_cursor() {
    let mut console = Console::demo();
    console.press("ctrl-f");
    console.type_text("not this");
    console.press("ctrl-u");
    console.type_text("SPRING20 and");
    console.press("ctrl-left ctrl-k");
    console.hides("not this");
    console.shows("SPRING20 ");
    console.hides("SPRING20 and");
}

#[test]
fn selected_problem_is_shown_in_full() {
    let mut console = Console::demo();
    console.press("esc 1 home 5");
    let help = console.app().screens.compose.problems()[0].diagnostic().help.clone().unwrap();
    console.shows(help.split(' ').next_back().unwrap());
}

#[test]
fn problem_in_a_short_list_is_shown_on_two_lines() {
    let mut console = Console::demo();
    console.press("ctrl-home");
    console.type_text("5");
    console.press("down");
    console.shows("│✘ 1:2 not JSON: text after the end of");
    console.shows("│  the JSON value");
    console.click_text("│  the JSON value");
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), 1);
}

#[test]
fn custom_keymap_is_applied_and_shown() {
    let mut console = Console::demo();
    let (keymap, problems) = Keymap::parse("help = \"f12\"\npalette = \"ctrl-l\"\nquit = []");
    assert_eq!(problems, []);
    console.app_mut().shared.keymap = keymap;
    console.shows("F12 help");
    console.hides("F1 help");
    console.press("ctrl-q");
    assert!(!console.has_quit);
    console.press("ctrl-l");
    console.type_text("Help for the current");
    console.shows("F12");
    console.press("enter");
    console.shows("In Body");
}

#[test]
fn find_goes_both_ways_and_shows_the_match_number() {
    let mut console = Console::demo();
    console.press("ctrl-home ctrl-f");
    console.type_text("Profile");
    console.shows("1 of 6");
    console.shows("Enter next  ↑ previous");
    console.press("enter enter");
    console.shows("3 of 6");
    console.press("up");
    console.shows("2 of 6");
    console.press("up up");
    console.shows("6 of 6");
    console.type_text("x");
    console.shows("no match");
}

#[test]
fn each_replacement_and_replace_all_is_one_undo_step() {
    let mut console = Console::demo();
    let before = console.body();
    console.press("ctrl-home ctrl-f");
    console.type_text("Profile");
    console.press("tab");
    console.type_text("Event");
    console.press("enter enter");
    console.shows("1 of 4");
    assert_eq!((console.body().matches("Event").count(), console.body().matches("Profile").count()), (2, 4));
    console.press("esc ctrl-z ctrl-z");
    assert_eq!(console.body(), before);
    console.press("ctrl-f ctrl-r");
    console.type_text(r"Profile\.(\w+)");
    console.press("tab ctrl-u");
    console.type_text("Profile[\"$1\"]");
    console.press("ctrl-a");
    assert_eq!(console.body().matches("Profile[\"").count(), 6);
    console.shows("6 replaced; ^Z undoes it");
    console.press("ctrl-z");
    assert_eq!(console.body(), before);
}

#[test]
fn help_starts_with_the_keys_of_the_focused_pane() {
    let mut console = Console::demo();
    console.resize(120, 40);
    for (pane, heading, title) in [
        ("1", "In Campaigns", "New campaign or webhook"),
        ("2", "In Webhook", "Edit the webhook, or create one"),
        ("4", "In Preview", "Scroll the preview"),
        ("5", "In Problems", "Go to the problem, or"),
    ] {
        console.press("esc");
        console.press(pane);
        console.press("f1");
        let rows = [heading, title, "Reference"].map(|text| console.position_of(text).1);
        assert!(rows.is_sorted(), "{pane}: {rows:?}");
        console.press("esc");
    }
}

#[test]
fn pressing_q_twice_does_not_lose_edits() {
    let mut console = Console::demo();
    console.type_text("Z");
    console.press("esc q q");
    console.shows("Not saved: spring-sale");
    assert!(!console.has_quit);
    console.press("enter");
    assert!(console.has_quit, "the letter selects the answer, and Enter confirms it");
}
