//! Runs a program in a pseudo-terminal: keys in, screen out.
//!
//! Each wait ends as soon as its condition holds, or with a panic that shows the screen. Nothing sleeps for a guessed
//! time.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;

/// The longest wait; far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Queries that programs send to a terminal, and its answers.
pub type Answers = &'static [(&'static [u8], &'static [u8])];

/// xterm's answers.
const XTERM: Answers = &[
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b]10;?", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
];

/// A running program and its pseudo-terminal.
pub struct Terminal {
    child: Child,
    master: File,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
    answers: Answers,
}

impl Terminal {
    /// Starts `command` in a terminal of `columns` × `rows`, as an xterm with true color.
    pub fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        command.env("COLORTERM", "truecolor");
        command.env_remove("COLORFGBG");
        Self::start_as(command, "xterm-256color", columns, rows)
    }

    /// Starts `command` in a terminal whose `TERM` is `term`.
    pub fn start_as(mut command: Command, term: &str, columns: u16, rows: u16) -> Self {
        let (master, slave) = open_pair(columns, rows);
        command
            .env("TERM", term)
            .stdin(Stdio::from(slave.try_clone().unwrap()))
            .stdout(Stdio::from(slave.try_clone().unwrap()))
            .stderr(Stdio::from(slave.try_clone().unwrap()));
        own_session(&mut command);
        let child = command.spawn().unwrap();
        // The command holds copies of the slave. The master only sees the end of the output once all copies are closed.
        drop(command);
        drop(slave);
        let master = File::from(master);
        let output = read_all(master.try_clone().unwrap());
        Self {
            child,
            master,
            output,
            screen: vt100::Parser::new(cells(rows), cells(columns), 0),
            bytes: Vec::new(),
            answers: XTERM,
        }
    }

    /// Gives these answers instead of xterm's. Queries are only answered while the program's output is read.
    pub fn answering(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    /// Types `keys`, escape sequences included.
    pub fn send(&mut self, keys: impl AsRef<[u8]>) {
        self.master.write_all(keys.as_ref()).unwrap();
    }

    /// Changes the terminal's size, which sends the program a SIGWINCH.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        rustix::termios::tcsetwinsize(&self.master, size(columns, rows)).unwrap();
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Waits until the screen shows `text`, and returns the whole screen as text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(&format!("{text:?}"), |screen| screen.contents().contains(text))
    }

    /// Waits until `is_met` holds for the screen, and returns its text. `what` names the condition if the wait fails.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_met: impl Fn(&vt100::Screen) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        while !is_met(self.screen.screen()) {
            if !self.read_some(end) {
                let shown = self.screen.screen().contents();
                panic!("waited for {what}; the screen:\n{shown}\n-- {} bytes in all", self.bytes.len());
            }
        }
        self.screen.screen().contents()
    }

    /// Waits for output beyond the first `n` bytes.
    #[track_caller]
    pub fn wait_for_output(&mut self, n: usize) {
        let end = Instant::now() + PATIENCE;
        while self.bytes.len() <= n {
            assert!(
                self.read_some(end),
                "waited for output; the screen:\n{}",
                self.screen.screen().contents()
            );
        }
    }

    /// Updates the screen with the program's output for this time.
    pub fn read_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while self.read_some(end) {}
    }

    /// Returns the current screen.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Returns every byte the program has written so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns whether the terminal is in cooked mode, as a shell leaves it: it echoes input and edits lines.
    pub fn is_cooked(&self) -> bool {
        use rustix::termios::LocalModes;
        let modes = rustix::termios::tcgetattr(&self.master).unwrap().local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// Sets the terminal to cooked mode.
    pub fn cook(&self) {
        use rustix::termios::{LocalModes, OptionalActions};
        let mut modes = rustix::termios::tcgetattr(&self.master).unwrap();
        modes.local_modes |= LocalModes::ECHO | LocalModes::ICANON;
        rustix::termios::tcsetattr(&self.master, OptionalActions::Now, &modes).unwrap();
    }

    /// Returns the program's process id, to send signals to.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program to end, reads its remaining output and returns its exit status.
    #[track_caller]
    pub fn wait_exit(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        // The output ends when the program does, because that closes the last copy of the slave.
        while self.read_some(end) {}
        match self.child.try_wait().unwrap() {
            Some(status) => status,
            None if Instant::now() < end => self.child.wait().unwrap(),
            None => panic!("the program did not end; its screen:\n{}", self.screen.screen().contents()),
        }
    }

    /// Updates the screen with the next output. Returns false at the end of the output and when the time is over.
    fn read_some(&mut self, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        match self.output.recv_timeout(left) {
            Ok(chunk) => {
                self.answer_queries(&chunk);
                self.screen.process(&chunk);
                self.bytes.extend_from_slice(&chunk);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    fn answer_queries(&mut self, chunk: &[u8]) {
        for (query, answer) in self.answers {
            if chunk.windows(query.len()).any(|window| window == *query) {
                // The write fails if the program has ended; then it needs no answer.
                let _ = self.master.write_all(answer);
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The program may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a terminal has at least one row and one column")
}

fn open_pair(columns: u16, rows: u16) -> (OwnedFd, OwnedFd) {
    let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    let slave =
        rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())
            .unwrap();
    rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC).unwrap();
    rustix::termios::tcsetwinsize(&slave, size(columns, rows)).unwrap();
    (master, slave)
}

/// Makes the program the leader of a session whose controlling terminal is its stdin, so that SIGWINCH and Ctrl-Z reach
/// it.
#[expect(unsafe_code, reason = "std offers no safe way to start a session; both calls are async-signal-safe")]
fn own_session(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let start = || {
        rustix::process::setsid()?;
        rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
        Ok(())
    };
    // SAFETY: between fork and exec only two system calls are made; nothing allocates or takes a lock.
    unsafe {
        command.pre_exec(start);
    }
}

/// Reads the terminal on a separate thread, because a blocking read has no timeout.
fn read_all(mut master: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 65536];
        // After the last slave has closed, reading the master fails with EIO on Linux. That is the end of the output.
        while let Ok(n @ 1..) = master.read(&mut buffer) {
            if sender.send(buffer[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

#[test]
fn a_program_sees_its_size_and_its_keys() {
    let mut command = Command::new("sh");
    command.args(["-c", "stty size; read answer; echo \"<$answer>\"; exit 7"]);
    let mut terminal = Terminal::start(command, 100, 30);
    terminal.wait_for("30 100");
    terminal.send("hello\r");
    terminal.wait_for("<hello>");
    assert_eq!(terminal.wait_exit().code(), Some(7));
}

#[test]
fn a_resize_reaches_the_program_as_a_signal() {
    let mut command = Command::new("sh");
    command.args(["-c", "trap 'stty size; exit' WINCH; echo ready; while :; do read line; done"]);
    let mut terminal = Terminal::start(command, 80, 24);
    terminal.wait_for_output(0);
    terminal.wait_for("ready");
    terminal.resize(90, 20);
    terminal.send("\r");
    terminal.wait_for("20 90");
    terminal.read_for(Duration::ZERO);
    assert_ne!(terminal.id(), std::process::id());
    assert_eq!(terminal.screen().size(), (cells(20), cells(90)));
}
