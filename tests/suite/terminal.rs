//! The real binary in a pseudo-terminal.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::support::{Answers, Home, Terminal};

const BODY: &str = "shop/campaigns/spring-sale.json.liquid";

/// Opens the demo in a new home at 120×32 and waits until it takes keys.
fn demo(home: &Home) -> Terminal {
    let mut terminal = Terminal::start(home.command(["demo", "--dir", "shop"]), 120, 32);
    terminal.wait_for("Hi Anna");
    terminal
}

fn signal(terminal: &Terminal, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(terminal.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// How often the state of the process or its files is polled, and how long output is read between two polls.
const POLLS: usize = 500;
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until the program has stopped itself. A SIGCONT before that would be lost.
#[track_caller]
fn wait_stopped(terminal: &mut Terminal) {
    terminal.wait_until("the main screen", |screen| !screen.alternate_screen());
    let pid = Pid::from_raw(i32::try_from(terminal.id()).unwrap());
    for _ in 0..POLLS {
        let found = waitpid(pid, WaitOptions::UNTRACED | WaitOptions::NOHANG).unwrap();
        if found.is_some_and(|(_, status)| status.stopped()) {
            return;
        }
        terminal.read_for(POLL_INTERVAL);
    }
    panic!("the program did not stop");
}

/// Waits until the draft contains the text.
#[track_caller]
fn wait_draft(terminal: &mut Terminal, home: &Home, text: &str) {
    for _ in 0..POLLS {
        // Only the final file counts, not the temporary file that is renamed to it.
        let draft = std::fs::read_to_string(home.path().join("shop/.telecast/drafts/spring-sale.json"));
        if draft.is_ok_and(|draft| draft.contains(text)) {
            return;
        }
        terminal.read_for(POLL_INTERVAL);
    }
    panic!("no draft was written");
}

fn count(terminal: &Terminal, bytes: &[u8]) -> usize {
    terminal.bytes().windows(bytes.len()).filter(|window| *window == bytes).count()
}

/// Fails unless the terminal is restored: main screen, visible cursor of the default shape, no bracketed paste, the
/// saved mode of Alt, and no kitty keyboard protocol.
#[track_caller]
fn assert_restored(terminal: &Terminal) {
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    let mut shapes =
        terminal.bytes().windows(5).filter(|bytes| bytes.starts_with(b"\x1b[") && bytes.ends_with(b" q"));
    assert_eq!(shapes.next_back(), Some(&b"\x1b[0 q"[..]), "the cursor's shape");
    assert_eq!(count(terminal, b"\x1b[?1036h"), count(terminal, b"\x1b[?1036r"), "the mode of Alt");
    assert_eq!(count(terminal, b"\x1b[>5u"), count(terminal, b"\x1b[<u"), "the kitty keyboard protocol");
}

#[track_caller]
fn assert_draft_kept(home: &Home, text: &str) {
    let drafts = files(&home.path().join("shop/.telecast"));
    assert!(drafts.iter().any(|contents| contents.contains(text)), "{drafts:?}");
    assert!(!home.read(BODY).contains(text));
}

/// Returns the contents of all readable text files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => std::fs::read_to_string(path).into_iter().collect(),
        })
        .collect()
}

#[test]
fn the_demo_can_be_edited_saved_and_quit() {
    let home = Home::new();
    let mut terminal = demo(&home);
    let screen = terminal.wait_for("SANDBOX @");
    assert!(screen.contains("spring-sale.json.liquid"), "{screen}");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x13");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_restored(&terminal);
    assert!(home.read(BODY).starts_with("Zebra{"));
}

#[test]
fn bytes_of_ctrl_slash_and_ctrl_bracket_comment_and_jump() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("\x1f");
    terminal.wait_for("{% comment %}{{% endcomment %}");
    terminal.send("\x1f");
    terminal.wait_until("no comment", |screen| !screen.contents().contains("comment"));
    // The keys move the cursor from the first bracket to the last one.
    terminal.send("\x1b[1;5H\x1d");
    terminal.send("Zebra");
    terminal.wait_for("Zebra}");
}

/// Opens the demo in a terminal with this `TERM` and these answers, with `Zebra` typed at the start of the body.
fn demo_in(home: &Home, term: &str, answers: Answers) -> Terminal {
    let command = home.command(["demo", "--dir", "shop"]);
    let mut terminal = Terminal::start_as(command, term, 120, 32).answering(answers);
    terminal.wait_for("Hi Anna");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal
}

#[test]
fn delete_and_ctrl_delete_of_st_delete_and_eat_no_keys() {
    let home = Home::new();
    let mut terminal = demo_in(&home, "st-256color", &[]);
    terminal.send("\x1b[H\x1b[P");
    terminal.wait_for(" ebra{");
    terminal.send("\x1b[Mabc");
    terminal.wait_for(" abc{");
}

#[test]
fn shift_home_of_urxvt_selects() {
    let home = Home::new();
    let mut terminal = demo_in(&home, "rxvt-unicode-256color", &[]);
    terminal.send("\x1b[7$x");
    terminal.wait_for(" x{");
}

#[test]
fn alt_1_of_xterm_leads_to_the_campaigns() {
    let home = Home::new();
    let mut terminal = demo_in(&home, "xterm-256color", &[]);
    assert_eq!(count(&terminal, b"\x1b[?1036s\x1b[?1036h"), 1);
    terminal.send("\x1b1");
    terminal.wait_for("n new");
    terminal.send("q");
    terminal.wait_for("Not saved: spring-sale");
}

#[test]
fn the_kitty_protocol_is_used_where_the_terminal_knows_it() {
    let home = Home::new();
    let mut terminal =
        demo_in(&home, "xterm-kitty", &[(b"\x1b[?u", b"\x1b[?0u"), (b"\x1b[c", b"\x1b[?62;c")]);
    terminal.send("\x1b[115;5u");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    assert_eq!(count(&terminal, b"\x1b[>5u"), 1);
    // With the protocol, this is F1.
    terminal.send("\x1b[P");
    terminal.wait_for("In Body");
    terminal.send("\x1b[27u");
    terminal.wait_until("the panes", |screen| !screen.contents().contains("In Body"));
    signal(&terminal, Signal::TSTP);
    wait_stopped(&mut terminal);
    assert_restored(&terminal);
    signal(&terminal, Signal::CONT);
    terminal.wait_for("Hi Anna");
    terminal.send("b");
    terminal.wait_for("Zebrab{");
    terminal.send("\x1b[115;5u");
    terminal.wait_for("saved campaigns/spring-sale.json.liquid");
    terminal.send("\x1b[113;5u");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_restored(&terminal);
    let pushes = count(&terminal, b"\x1b[>5u");
    assert_eq!((pushes, count(&terminal, b"\x1b]11;?")), (2, 2), "asked again after the suspension");
}

#[test]
fn answers_are_not_typed_even_if_they_are_late_or_split() {
    let home = Home::new();
    let mut terminal = demo_in(&home, "xterm-256color", &[]);
    assert_eq!(count(&terminal, b"\x1b]11;?\x1b\\\x1b[?u\x1b[c"), 1);
    terminal.send("a\x1b]11;rgb:0000/00");
    terminal.wait_for("Zebraa{");
    terminal.send("00/0000\x1b\\b");
    terminal.wait_for("Zebraab{");
    terminal.send("\x1b[?62;22cc\x1b]11;rgb:ff/ff/ff\x07d");
    terminal.wait_for("Zebraabcd{");
}

#[test]
fn a_resize_is_drawn_at_once() {
    let home = Home::new();
    let mut terminal = demo_in(&home, "xterm-256color", &[]);
    terminal.resize(100, 30);
    terminal
        .wait_until("the footer", |screen| screen.rows(0, 100).last().is_some_and(|row| row.contains("F1")));
}

#[test]
fn cut_text_is_pasted_even_if_the_terminal_keeps_no_clipboard() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x1b[1;5H\x1b[1;2C\x1b[1;2C\x18");
    terminal.wait_for("cut 2 characters; sent to the terminal (OSC 52), which may refuse it");
    terminal.wait_for("bra{");
    terminal.send("\x1b[F\x16");
    terminal.wait_for("bra{Ze");
}

#[test]
fn text_is_copied_with_the_program_of_the_desktop() {
    let home = Home::new();
    let script =
        home.write("bin/xclip", "#!/bin/sh\necho \"$@\" > \"$HOME/arguments\"; cat > \"$HOME/copied\"\n");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = home.command(["demo", "--dir", "shop"]);
    let path = std::env::var_os("PATH").unwrap();
    let folders = [home.path().join("bin")].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap()).env("DISPLAY", ":99");
    let mut terminal = Terminal::start(command, 120, 32);
    terminal.wait_for("Hi Anna");
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x1b[1;5H\x1b[1;2C\x1b[1;2C\x18");
    terminal.wait_for("cut 2 characters with xclip");
    assert_eq!(home.read("copied"), "Ze");
    assert_eq!(home.read("arguments"), "-selection clipboard\n");
    assert!(!terminal.bytes().windows(5).any(|bytes| bytes == b"\x1b]52;"), "no OSC 52");
}

#[test]
fn hyperlinks_are_written_if_supported_and_enabled() {
    let opens = |terminal: &Terminal| terminal.bytes().windows(4).filter(|bytes| bytes == b"\x1b]8;").count();
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    let start = b"\x1b]8;id=telecast;https://shop.example/";
    assert!(terminal.bytes().windows(start.len()).any(|bytes| bytes == start));
    assert_eq!(opens(&terminal) % 2, 0, "every link is closed");
    drop(terminal);
    let home = Home::new();
    let mut console = Terminal::start_as(home.command(["demo", "--dir", "shop"]), "linux", 120, 32);
    console.wait_for("Hi Anna");
    console.send("Zebra");
    console.wait_for("Zebra{");
    assert_eq!(opens(&console), 0);
    drop(console);
    let home = Home::new();
    home.write("config/telecast/config.toml", "hyperlinks = false\n");
    let mut terminal = demo(&home);
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    assert_eq!(opens(&terminal), 0);
}

#[test]
fn shift_f7_selects_a_failing_recipient_of_the_sample() {
    let home = Home::new();
    assert_eq!(home.run(["init", "shop", "--sample"]).code, Some(0));
    home.write(BODY, home.read(BODY).replace(" | tg_html", ""));
    let mut terminal = demo(&home);
    terminal.wait_for(" of 306, ");
    terminal.send("\x1b[18;2~");
    terminal.wait_for(", 1 of ");
    terminal.wait_for("failing: ");
}

#[test]
fn settings_apply_and_a_broken_keymap_is_reported() {
    let home = Home::new();
    home.write("config/telecast/config.toml", "vim = true\n");
    home.write("config/telecast/keymap.toml", "sav = \"ctrl-s\"\nquit = \"ctrl-x\"\n");
    let mut terminal = Terminal::start(home.command(["demo", "--dir", "shop"]), 120, 32);
    terminal.wait_for("keymap.toml:1:1 unknown action `sav` · did you mean `save`?");
    terminal.wait_for("NORMAL");
    terminal.send("iZebra");
    terminal.wait_for("Zebra{");
    terminal.send("\x1b");
    terminal.wait_for("NORMAL");
    let drawn = terminal.bytes();
    assert!(
        drawn.windows(5).any(|bytes| bytes == b"\x1b[2 q")
            && drawn.windows(5).any(|bytes| bytes == b"\x1b[6 q")
    );
    // A line break that is read together with other keys would count as a paste.
    terminal.send(":");
    terminal.wait_for("Enter confirm · Esc");
    terminal.send("q!");
    terminal.wait_for("q!");
    terminal.send("\r");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_restored(&terminal);
}

#[test]
fn signals_restore_the_terminal_and_keep_the_draft() {
    for (number, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let home = Home::new();
        let mut terminal = demo(&home);
        terminal.send("Zebra");
        terminal.wait_for("Zebra{");
        signal(&terminal, number);
        assert_eq!(terminal.wait_exit().code(), Some(code));
        assert_restored(&terminal);
        assert_draft_kept(&home, "Zebra{");
    }
}

#[test]
fn suspending_restores_the_terminal_and_resuming_repaints_it() {
    let home = Home::new();
    let mut terminal = demo(&home);
    signal(&terminal, Signal::TSTP);
    wait_stopped(&mut terminal);
    signal(&terminal, Signal::CONT);
    terminal.wait_for("Hi Anna");
    terminal.send("\x1b");
    terminal.wait_for("Tab moves between panes");
    terminal.send("Z");
    wait_stopped(&mut terminal);
    signal(&terminal, Signal::CONT);
    terminal.wait_for("Hi Anna");
    terminal.send("q");
    assert_eq!(terminal.wait_exit().code(), Some(0));
}

#[test]
fn rapid_suspends_and_resumes_leave_the_console_running() {
    let home = Home::new();
    let mut terminal = demo(&home);
    for round in 0..5 {
        for pair in 0..20 {
            signal(&terminal, Signal::TSTP);
            // SIGCONT comes at once, while the console restores the terminal, or after it has stopped.
            terminal.read_for(Duration::from_micros(pair * 20 * round));
            signal(&terminal, Signal::CONT);
        }
        terminal.send("y");
        terminal.wait_for("y{");
        terminal.send("\x7f");
        terminal.wait_until("no letter", |screen| !screen.contents().contains("y{"));
        assert!(terminal.screen().alternate_screen() && !terminal.is_cooked());
    }
    // After a pause, as between a user's keys, a single stop still stops the console.
    terminal.read_for(Duration::from_millis(400));
    signal(&terminal, Signal::TSTP);
    wait_stopped(&mut terminal);
    signal(&terminal, Signal::CONT);
    terminal.wait_for("Hi Anna");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert_restored(&terminal);
}

/// Returns the parameters of every SGR sequence in the output.
fn attributes(terminal: &Terminal) -> Vec<String> {
    let written = String::from_utf8_lossy(terminal.bytes()).into_owned();
    let starts = written.split("\x1b[").skip(1);
    let sequence = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    };
    starts.filter_map(sequence).collect()
}

#[test]
fn underline_colors_are_separate_sequences_with_colons() {
    let home = Home::new();
    assert_eq!(home.run(["init", "shop", "--sample"]).code, Some(0));
    let warned = "shop/campaigns/clevertap-sample.json.liquid";
    home.write(warned, home.read(warned).replace("</code>", "</code>{{ Profile.nosuch }}"));
    let mut terminal = demo(&home);
    terminal.send("Zebra");
    terminal.wait_for("not JSON: `Zebra` is not a JSON value");
    terminal.send("\x7f\x7f\x7f\x7f\x7f");
    terminal.wait_until("the message", |screen| !screen.contents().contains("not JSON"));
    // Show everything else that is underlined: the JSON tab, other campaigns up to one with an error, the comparison.
    for (keys, shown) in [
        ("\x1b", "Tab moves between panes"),
        ("4", "? help"),
        ("]", "\"chat_id\": 10995"),
        ("]", "POST ${SANDBOX}/bot"),
        ("1", "n new"),
        ("k", "3 order-note.txt"),
        ("k", "`nosuch`"),
        ("k", "3 cart-reminder.json"),
    ] {
        terminal.send(keys);
        terminal.wait_for(shown);
    }
    terminal.wait_for("3:97 `*` starts bold that never ends");
    terminal.send("\x1b[17~");
    terminal.wait_for("Enter convert the body");
    terminal.send("\x1b");
    terminal.wait_until("the panes", |screen| !screen.contents().contains("Enter convert"));
    terminal.send("q");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    let attributes = attributes(&terminal);
    for attribute in &attributes {
        assert!(!attribute.split(';').any(|part| part == "58"), "ESC[{attribute}m");
        assert!(!attribute.contains("58:") || !attribute.contains(';'), "ESC[{attribute}m");
    }
    // The terminal reports a black background, so the theme is `dark`.
    let is_used = |color: &str| attributes.iter().any(|attribute| attribute == color);
    assert!(is_used("58:2::240:113:120"), "an error is underlined in red");
    assert!(is_used("58:2::230:185:106"), "a warning is underlined in yellow");
}

/// Returns whether the console with this theme writes colors, as a parameter that begins with `color`.
fn writes(theme: &str, variable: (&str, &str), color: &str) -> bool {
    let home = Home::new();
    home.write("config/telecast/config.toml", format!("theme = \"{theme}\"\n"));
    let mut command = home.command(["demo", "--dir", "shop"]);
    command.env(variable.0, variable.1);
    let mut terminal = Terminal::start_as(command, "xterm-256color", 120, 32);
    terminal.wait_for("Hi Anna");
    terminal.send("\x11");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    attributes(&terminal).iter().any(|attribute| attribute.starts_with(color))
}

#[test]
fn theme_and_environment_decide_which_colors_are_written() {
    assert!(writes("dark", ("COLORTERM", "truecolor"), "38;2;"));
    // The text is one of the light greys 250 to 255.
    assert!(writes("dark", ("COLORTERM", ""), "38;5;25"));
    assert!(!writes("dark", ("COLORTERM", ""), "38;2;"));
    assert!(!writes("dark", ("NO_COLOR", "1"), "38;"));
    assert!(writes("dark", ("NO_COLOR", ""), "38;"));
    assert!(!writes("terminal", ("COLORTERM", "truecolor"), "38;"));
}

#[test]
fn a_deleted_file_with_unsaved_edits_stays_open_and_quitting_asks() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    std::fs::remove_file(home.path().join("shop/campaigns/spring-sale.toml")).unwrap();
    std::fs::remove_file(home.path().join(BODY)).unwrap();
    terminal.wait_for("spring-sale was deleted on disk; your edits are kept");
    terminal.wait_for("Zebra{");
    terminal.send("\x11");
    terminal.wait_for("Not saved: spring-sale");
    terminal.send("s");
    assert_eq!(terminal.wait_exit().code(), Some(0));
    assert!(home.read(BODY).starts_with("Zebra{"));
    assert!(home.read("shop/campaigns/spring-sale.toml").contains("webhook = \"bot\""));
}

/// Kills the demo with unsaved edits, and opens it again.
fn reopen_after_kill(home: &Home) -> Terminal {
    let mut terminal = demo(home);
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    wait_draft(&mut terminal, home, "Zebra{");
    signal(&terminal, Signal::KILL);
    terminal.wait_exit();
    let mut next = Terminal::start(home.command(["demo", "--dir", "shop"]), 120, 32);
    next.wait_for("Unsaved edits of spring-sale");
    next
}

#[test]
fn edits_before_a_kill_are_offered_at_the_next_start() {
    let home = Home::new();
    let mut next = reopen_after_kill(&home);
    next.send("b");
    next.wait_for("Zebra{");
}

#[test]
fn typing_into_the_draft_question_does_not_discard_the_draft() {
    let home = Home::new();
    let mut next = reopen_after_kill(&home);
    next.send("the ");
    next.send("\x1b");
    next.wait_until("the body", |screen| !screen.contents().contains("Unsaved edits"));
    assert_draft_kept(&home, "Zebra{");
}

#[test]
fn the_console_recovers_from_sigstop() {
    let home = Home::new();
    let mut terminal = demo(&home);
    signal(&terminal, Signal::STOP);
    // A shell does the same when it takes the terminal back.
    terminal.cook();
    assert!(terminal.is_cooked());
    signal(&terminal, Signal::CONT);
    for _ in 0..POLLS {
        if !terminal.is_cooked() {
            break;
        }
        terminal.read_for(POLL_INTERVAL);
    }
    terminal.send("Zebra");
    terminal.wait_for("Zebra{");
    assert!(!terminal.is_cooked() && terminal.screen().alternate_screen());
}
