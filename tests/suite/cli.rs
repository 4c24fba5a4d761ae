//! Command lines: answers, exit codes, problem lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use crate::support::{Home, Terminal};

#[test]
fn the_console_without_a_terminal_says_what_works_without_one() {
    let answer = Home::new().run::<&str>([]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(3), ""));
    assert!(answer.err.contains("needs a terminal"), "{answer:?}");
    assert!(answer.err.contains("telecast sandbox"), "{answer:?}");
}

#[test]
fn a_dumb_terminal_is_none() {
    let home = Home::new();
    let mut terminal = Terminal::start_as(home.command::<&str>([]), "dumb", 100, 24);
    terminal.wait_for("TERM is `dumb`");
    assert_eq!(terminal.wait_exit().code(), Some(3));
}

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    let home = Home::new();
    for words in [&["frobnicate"][..], &["sandbox", "--fail", "2"], &["sandbox", "--listen", "nowhere"]] {
        let answer = home.run(words);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{words:?}: {answer:?}");
        assert!(!answer.err.is_empty());
    }
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    for words in [&["--help"][..], &["-h"], &["--version"], &["sandbox", "--help"]] {
        let answer = home.run(words);
        assert!(answer.err.is_empty(), "{words:?}");
        assert!(!answer.ok().is_empty(), "{words:?}");
    }
}

#[test]
fn the_first_line_of_the_sandbox_says_where_it_listens() {
    let home = Home::new();
    let mut child = home
        .command(["sandbox", "--listen", "127.0.0.1:0", "--token", "42:TEST"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /bot42:TEST/getMe HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(r#""ok":true"#), "{answer}");
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_port_in_use_is_the_environments_fault() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let answer = Home::new().run(["sandbox", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(answer.code, Some(3), "{answer:?}");
    assert!(answer.err.contains("in use"), "{answer:?}");
}
