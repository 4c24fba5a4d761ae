//! Faults of our own, provoked: a task's becomes words and all goes on, one of the loop ends the console in good order.

use crate::support::{Home, Terminal};

/// As the demo's webhook has it: no fault may show it.
const TOKEN: &str = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaws";

const BODY: &str = "shop/campaigns/spring-sale.json.liquid";

/// Opens the demo with a fault to come.
fn demo(home: &Home, fault: &str) -> Terminal {
    let mut command = home.command(["demo", "--dir", "shop"]);
    command.env("TELECAST_FAULT", format!("{fault},{TOKEN}"));
    Terminal::start(command, 160, 32)
}

/// Fails unless the console goes on: keys type, the message follows, saving saves, and it can be left.
#[track_caller]
fn goes_on(mut terminal: Terminal, home: &Home) {
    assert!(terminal.screen().alternate_screen() && !terminal.is_cooked());
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.wait_for("not JSON: `Zebra` is not a JSON value");
    terminal.send("\x7f\x7f\x7f\x7f\x7f");
    terminal.wait_until("the message", |screen| !screen.contents().contains("not JSON"));
    // Without the profiles it is nobody's.
    terminal.wait_until("the message", |screen| screen.contents().contains("│ Hi "));
    terminal.send(" ");
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(home.read(BODY).starts_with(" {"));
    let written = String::from_utf8_lossy(terminal.bytes()).into_owned();
    assert!(!written.contains(TOKEN) && !written.contains("panicked"));
    assert!(!terminal.screen().contents().contains("internal error"), "nothing is reported twice");
}

#[test]
fn a_fault_of_a_task_becomes_words_and_the_next_one_of_its_kind_works() {
    for (fault, words) in [
        ("compose", "internal error while composing the message; nothing was lost; please report it"),
        (
            "survey",
            "internal error while checking a sample of recipients; nothing was lost; please report it",
        ),
        ("check-campaigns", "internal error while checking the campaigns; nothing was lost; "),
        ("people", "internal error while reading the profiles; nothing was lost; please report it"),
        ("check-bot", "internal error while asking the bot; nothing was lost; please report it"),
        ("colours", "internal error while highlighting; nothing was lost; please report it"),
        ("draft", "internal error while writing the draft; nothing was lost; please report it"),
    ] {
        let home = Home::new();
        let mut terminal = demo(&home, fault);
        terminal.wait_for(words);
        goes_on(terminal, &home);
    }
}

#[test]
fn a_fault_in_sending_a_test_leaves_the_dialog_to_send_again() {
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
    goes_on(terminal, &home);
}

#[test]
fn a_fault_in_comparing_closes_the_comparison_and_the_next_one_opens() {
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
    goes_on(terminal, &home);
}

#[test]
fn a_fault_in_saving_saves_nothing_and_says_so_and_the_next_save_works() {
    let home = Home::new();
    let mut terminal = demo(&home, "save");
    terminal.wait_for("Hi Anna");
    let before = home.read(BODY);
    terminal.send(" ");
    terminal.wait_for("● spring-sale");
    terminal.send("\x13");
    terminal.wait_for("internal error while saving; it may not be saved");
    assert_eq!(home.read(BODY), before);
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_eq!(home.read(BODY), format!(" {before}"));
}

#[test]
fn a_fault_of_the_loop_gives_the_terminal_back_and_keeps_the_draft() {
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
        // Nothing is painted behind the words.
        let written = terminal.bytes();
        let left = written.windows(8).rposition(|bytes| bytes == b"\x1b[?1049l").unwrap();
        let behind = String::from_utf8_lossy(&written[left + 8..]).into_owned();
        assert!(!behind.contains('\x1b'), "{behind:?}");
        let count = |mode: &[u8]| written.windows(mode.len()).filter(|bytes| *bytes == mode).count();
        assert!(count(b"\x1b[?2026h") <= count(b"\x1b[?2026l"), "a frame that was cut off is ended");
        let mut next = Terminal::start(home.command(["demo", "--dir", "shop"]), 120, 32);
        next.wait_for("Unsaved edits of spring-sale");
        next.send("b");
        next.wait_for("Z");
    }
}
