//! A change that is asked for in a prompt or a form: if it fails, nothing that was typed is lost or runs as a command.

use telecast::ui::shared::msg::Msg;
use telecast::ui::widget::input::Input;

use super::Console;

/// Presses a key without waiting for any result.
fn press_unsettled(console: &mut Console, key: &str) {
    console.input(Input::Key(key.parse().unwrap()));
}

#[test]
fn a_failed_rename_keeps_its_prompt_with_the_text_and_the_reason() {
    let mut console = Console::demo();
    console.press("esc 1 r ctrl-a");
    console.type_text("Welcome");
    console.press("enter");
    console.shows("New name of the campaign");
    console.shows("Welcome");
    console.shows("already");
    // What is typed next goes into the prompt.
    console.type_text(" q");
    console.shows("Welcome q");
    console.hides("already");
    assert!(!console.has_quit);
    console.press("enter");
    console.shows("renamed to welcome-q");
    assert!(!console.app().has_dialog());
    assert!(console.has_file("campaigns/welcome-q.toml"));
}

#[test]
fn keys_typed_before_the_change_has_failed_do_nothing() {
    let mut console = Console::demo();
    console.press("esc 1 r ctrl-a");
    console.type_text("Welcome");
    press_unsettled(&mut console, "enter");
    // These would duplicate, delete and quit.
    console.type_unsettled("dxdq");
    console.settle();
    console.shows("New name of the campaign");
    assert!(!console.has_quit);
    console.press("end backspace");
    console.shows("Welcom ");
    console.press("esc");
    assert!(!console.app().has_dialog());
    assert_eq!(console.app().shared.workspace.campaigns.len(), 5);
}

#[test]
fn keys_typed_before_the_change_has_succeeded_go_to_what_it_opens() {
    let mut console = Console::demo();
    console.press("esc n enter ctrl-a");
    console.type_text("Fast");
    press_unsettled(&mut console, "enter");
    console.type_unsettled("quick");
    console.settle();
    console.shows("created fast");
    // The cursor of a new campaign is at the end of the text.
    assert!(console.body().contains("here</a>.quick\","), "{}", console.body());
}

#[test]
fn esc_closes_a_prompt_that_waits_and_the_footer_says_how_it_ended() {
    let mut console = Console::demo();
    console.press("esc 1 r ctrl-a");
    console.type_text("Welcome");
    press_unsettled(&mut console, "enter");
    press_unsettled(&mut console, "esc");
    assert!(!console.app().has_dialog());
    console.settle();
    console.shows("already");
    assert!(!console.app().has_dialog());
}

#[test]
fn every_prompt_and_form_keeps_its_text_if_the_change_fails() {
    // The folders of the definitions become files, so that nothing can be written there.
    for (opener, folder) in [
        ("esc n enter", "campaigns"),
        ("esc 1 d", "campaigns"),
        ("esc 1 r", "campaigns"),
        ("esc 2 esc n", "webhooks"),
        ("esc 2 esc d", "webhooks"),
        ("esc 2 esc r", "webhooks"),
        ("f4", "campaigns"),
    ] {
        let mut console = Console::demo();
        let folder = console.root().join(folder);
        console.press(opener);
        std::fs::rename(&folder, folder.with_extension("gone")).unwrap();
        std::fs::write(&folder, "").unwrap();
        console.press("ctrl-a");
        console.type_text("Zebra crossing");
        console.press("enter");
        assert!(console.app().has_dialog(), "{opener}:\n{}", console.screen());
        console.shows("Zebra crossing");
        std::fs::remove_file(&folder).unwrap();
        std::fs::rename(folder.with_extension("gone"), &folder).unwrap();
        console.press("enter");
        assert!(!console.app().has_dialog(), "{opener}:\n{}", console.screen());
    }
}

#[test]
fn settings_of_a_view_only_console_stay_open() {
    let first = Console::demo();
    let mut console = first.second(Some("open elsewhere"));
    console.press("f4");
    console.type_text("Zebra");
    console.press("enter");
    console.shows("View only");
    console.shows("Zebra");
}

#[test]
fn a_change_of_somebody_else_does_not_close_the_prompt() {
    let mut console = Console::demo();
    console.press("esc 1 r ctrl-a");
    console.type_text("Welcome");
    press_unsettled(&mut console, "enter");
    let workspace = console.app().shared.workspace.clone();
    console.deliver(Msg::Changed {
        submission: None,
        result: Err("disk full".to_owned()),
        workspace: Ok(workspace),
    });
    assert_eq!(console.app().shared.notice.as_ref().unwrap().text, "disk full");
    assert!(console.app().has_dialog());
}
