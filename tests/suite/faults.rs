//! Provoked internal errors: the console reports an error in a task and continues. An error in the event loop ends it
//! cleanly.

use crate::support::{Home, Terminal};

/// A token that every provoked error contains in its text. No output may show it.
const TOKEN: &str = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaws";

const BODY: &str = "shop/campaigns/spring-sale.json.liquid";

/// Opens the demo, in which this fault will occur.
fn demo(home: &Home, fault: &str) -> Terminal {
    let mut command = home.command(["demo", "--dir", "shop"]);
    command.env("TELECAST_FAULT", format!("{fault},{TOKEN}"));
    Terminal::start(command, 160, 32)
}

/// Fails unless the console still works: typing, the preview, saving and quitting.
#[track_caller]
fn assert_still_works(mut terminal: Terminal, home: &Home) {
    assert!(terminal.screen().alternate_screen() && !terminal.is_cooked());
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.wait_for("not JSON: `Zebra` is not a JSON value");
    terminal.send("\x7f\x7f\x7f\x7f\x7f");
    terminal.wait_until("the message", |screen| !screen.contents().contains("not JSON"));
    // The expected text has no name, because there is no profile if reading the profiles failed.
    terminal.wait_until("the message", |screen| screen.contents().contains("│ Hi "));
    terminal.send(" ");
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(home.read(BODY).starts_with(" {"));
    let written = String::from_utf8_lossy(terminal.bytes()).into_owned();
    assert!(!written.contains(TOKEN) && !written.contains("panicked"));
    assert!(!terminal.screen().contents().contains("internal error"), "the error is reported twice");
}

#[test]
fn a_task_fault_is_reported_and_the_next_task_of_its_kind_works() {
    for (fault, message) in [
        ("compose", "internal error while composing the message; nothing was lost; please report it"),
        (
            "survey",
            "internal error while checking a sample of recipients; nothing was lost; please report it",
        ),
        ("check-campaigns", "internal error while checking the campaigns; nothing was lost; "),
        ("people", "internal error while reading the profiles; nothing was lost; please report it"),
        ("check-bot", "internal error while asking the bot; nothing was lost; please report it"),
        ("colors", "internal error while highlighting; nothing was lost; please report it"),
        ("draft", "internal error while writing the draft; nothing was lost; please report it"),
    ] {
        let home = Home::new();
        let mut terminal = demo(&home, fault);
        terminal.wait_for(message);
        assert_still_works(terminal, &home);
    }
}

#[test]
fn a_test_can_be_sent_again_after_a_fault() {
    let home = Home::new();
    let mut terminal = demo(&home, "send-test");
    terminal.wait_for("Hi Anna");
    terminal.wait_for("SANDBOX @");
    terminal.send("\x1b[15~");
    terminal.wait_for("Enter send");
    terminal.wait_for("me · 1099500000001");
    terminal.send("\r");
    terminal.wait_for("✘ internal error while sending the test; the test may have arrived");
    terminal.send("\r");
    terminal.wait_for("✔ 200");
    terminal.send("\x1b");
    terminal.wait_until("the panes", |screen| !screen.contents().contains("Enter send"));
    assert_still_works(terminal, &home);
}

#[test]
fn the_comparison_can_be_opened_again_after_a_fault() {
    let home = Home::new();
    let mut terminal = demo(&home, "compare");
    terminal.wait_for("SANDBOX @");
    terminal.send("\x1b[17~");
    terminal.wait_for("internal error while comparing the parse modes; nothing was lost");
    assert!(!terminal.screen().contents().contains("Parse modes"));
    terminal.send("\x1b[17~");
    terminal.wait_for("MarkdownV2");
    terminal.send("\x1b");
    terminal.wait_until("the panes", |screen| !screen.contents().contains("Parse modes"));
    assert_still_works(terminal, &home);
}

#[test]
fn a_save_fault_is_reported_and_the_next_save_works() {
    let home = Home::new();
    let mut terminal = demo(&home, "save");
    terminal.wait_for("Hi Anna");
    let before = home.read(BODY);
    terminal.send(" ");
    terminal.wait_for("● spring-sale");
    terminal.send("\x13");
    terminal.wait_for("internal error while saving; the change may not be saved");
    assert_eq!(home.read(BODY), before);
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_eq!(home.read(BODY), format!(" {before}"));
}

#[test]
fn a_fault_in_the_loop_restores_the_terminal_and_keeps_the_draft() {
    for fault in ["update", "draw"] {
        let home = Home::new();
        let mut terminal = demo(&home, fault);
        terminal.wait_for("Hi Anna");
        terminal.send("Zebra");
        assert_eq!(terminal.wait_exit().code(), Some(1), "{fault}");
        let screen = terminal.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(terminal.is_cooked());
        let shown = screen.contents();
        assert!(
            shown.contains("\ntelecast stopped after an internal error: src/ui/shared/fault.rs:"),
            "{shown}"
        );
        assert!(shown.contains(&format!(": {fault}, as TELECAST_FAULT asks")), "{shown}");
        assert!(shown.contains("please report it") && !shown.contains(&TOKEN[11..]), "{shown}");
        assert!(shown.trim_end().ends_with("they are offered at the next start."), "{shown}");
        let draft = home.read("shop/.telecast/drafts/spring-sale.json");
        assert!(draft.contains("Z"), "{draft}");
        // Nothing is painted after the report.
        let written = terminal.bytes();
        let left = written.windows(8).rposition(|bytes| bytes == b"\x1b[?1049l").unwrap();
        let after = String::from_utf8_lossy(&written[left + 8..]).into_owned();
        assert!(!after.contains('\x1b'), "{after:?}");
        let count = |mode: &[u8]| written.windows(mode.len()).filter(|bytes| *bytes == mode).count();
        assert!(count(b"\x1b[?2026h") <= count(b"\x1b[?2026l"), "an interrupted frame is not ended");
        let mut next = Terminal::start(home.command(["demo", "--dir", "shop"]), 120, 32);
        next.wait_for("Unsaved edits of spring-sale");
        next.send("b");
        next.wait_for("Z");
    }
}
