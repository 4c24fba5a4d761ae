//! Reads the terminal's input.
//!
//! ```text
//! terminal ─▶ bytes ─▶ decode (with sequences, the keys of each terminal) ─▶ keys, pastes, mouse, answers
//! ```

pub(crate) mod decode;
pub(crate) mod sequences;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use tokio::net::unix::pipe::Receiver;
use tokio::time::Instant;

use crate::ui::runtime::input::decode::{Decoded, Decoder};
use crate::ui::runtime::input::sequences::Dialect;
use crate::ui::widget::{Input, MouseKind};

// Desktops use 400 to 500 ms for a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// How long to wait for the rest of a sequence if a read ends with an escape character. If nothing arrives in this
/// time, the escape character is the key Esc.
// A sequence can be split between two reads if the terminal's buffer is full (for example, of mouse reports during a
// slow frame), or between two packets of a remote session, which arrive shortly after each other. With a longer wait,
// the user would notice that Esc reacts late.
const ESC_WAIT: Duration = Duration::from_millis(25);

/// How long the console waits for outstanding answers to [`QUERIES`] when it stops reading. An answer that arrives
/// later looks like typed text to the program that reads the terminal next, for example the shell.
const ANSWER_WAIT: Duration = Duration::from_millis(100);

/// The maximum number of bytes that are read and decoded at once, so that a flood of input does not delay signals
/// forever.
const MAX_BATCH: usize = 1024 * 1024;

/// Asks for the background's color, for support of the kitty keyboard protocol, and for the terminal's attributes.
/// Terminals answer in order, so the answer with the attributes shows that no other answer is outstanding.
const QUERIES: &[u8] = b"\x1b]11;?\x1b\\\x1b[?u\x1b[c";

/// The terminal's input. Dropping it stops reading.
#[derive(Debug)]
pub(crate) struct TerminalInput {
    // This is tokio's type for the reading end of a pipe. tokio has no safe type for a terminal, but waiting for input
    // works in the same way for both.
    tty: Receiver,
    decoder: Decoder,
    /// The time at which the decoder's pending bytes become keys, unless more bytes arrive before.
    resolve_at: Option<Instant>,
    clicks: Clicks,
    answers: Answers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    NotAsked,
    Due,
    Complete,
}

impl TerminalInput {
    /// Opens the terminal that is stdin.
    pub(super) fn open() -> io::Result<Self> {
        let term = std::env::var("TERM").unwrap_or_default();
        Self::new(reopen(io::stdin().as_fd())?, &term)
    }

    /// `tty` must be open in non-blocking mode. `term` is the value of the environment variable `TERM`.
    fn new(tty: File, term: &str) -> io::Result<Self> {
        // The queries are not sent to these terminals: the Linux console prints parts of them as text, and a dumb
        // terminal prints all of them.
        let answers = match term {
            "" | "dumb" | "linux" => Answers::Complete,
            _ => Answers::NotAsked,
        };
        Ok(Self {
            tty: Receiver::from_file_unchecked(tty)?,
            decoder: Decoder::new(Dialect::of_term(term)),
            resolve_at: None,
            clicks: Clicks::default(),
            answers,
        })
    }

    /// Whether the queries can be sent to the terminal and have not been sent yet.
    pub(super) fn may_ask(&self) -> bool {
        self.answers == Answers::NotAsked
    }

    /// Writes the queries to `out`. [`TerminalInput::read_batch`] returns the answers together with the other input.
    pub(super) fn ask(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.answers = Answers::Due;
        out.write_all(QUERIES)
    }

    /// Decodes all further input according to the kitty keyboard protocol. Call this after the protocol was switched
    /// on.
    pub(super) fn expect_kitty_keyboard(&mut self) {
        self.decoder.dialect = Dialect::Kitty;
    }

    /// Waits for input and returns everything that is available. Returns `None` if the terminal is gone.
    ///
    /// In a terminal without bracketed paste, a paste arrives as many keys, and only their arrival in one batch shows
    /// that they are a paste. In addition, each batch is drawn as one frame.
    ///
    /// The future is cancel-safe: if it is dropped before it is ready, no input is lost.
    pub(crate) async fn read_batch(&mut self) -> Option<Vec<Decoded>> {
        loop {
            let resolve_at = self.resolve_at;
            let decoded = tokio::select! {
                biased;
                ready = self.tty.readable() => {
                    ready.ok()?;
                    match read_available(|buffer| self.tty.try_read(buffer)) {
                        Ok(bytes) => self.decoder.feed(&bytes),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                        Err(_) => return None,
                    }
                }
                () = tokio::time::sleep_until(resolve_at.unwrap_or_else(Instant::now)), if resolve_at.is_some() => {
                    self.decoder.resolve()
                }
            };
            self.resolve_at = self.decoder.is_ambiguous().then(|| Instant::now() + ESC_WAIT);
            if !decoded.is_empty() {
                return Some(decoded.into_iter().map(|decoded| self.note(decoded)).collect());
            }
        }
    }

    /// Sets the number of clicks of a mouse press, and takes note of the last answer.
    fn note(&mut self, mut decoded: Decoded) -> Decoded {
        match &mut decoded {
            Decoded::Input(Input::Mouse(mouse)) => {
                if let MouseKind::Down { clicks } = &mut mouse.kind {
                    *clicks = self.clicks.count(mouse.x, mouse.y);
                }
            }
            Decoded::Attributes => self.answers = Answers::Complete,
            Decoded::Input(_) | Decoded::Background(_) | Decoded::KittyKeyboard => {}
        }
        decoded
    }
}

impl Drop for TerminalInput {
    /// Reads the answers that are still due, for a limited time, so that the next reader of the terminal does not take
    /// them for keys.
    fn drop(&mut self) {
        let end = std::time::Instant::now() + ANSWER_WAIT;
        while self.answers == Answers::Due {
            let left = end.saturating_duration_since(std::time::Instant::now());
            let Ok(left) = Timespec::try_from(left) else { return };
            match poll(&mut [PollFd::new(&self.tty, PollFlags::IN)], Some(&left)) {
                Ok(1..) => {}
                // The time is over, or the terminal is gone.
                Ok(0) | Err(_) => return,
            }
            let read = |buffer: &mut [u8]| Ok(rustix::io::read(&self.tty, buffer)?);
            let Ok(bytes) = read_available(read) else { return };
            for decoded in self.decoder.feed(&bytes) {
                self.note(decoded);
            }
        }
    }
}

/// Opens the terminal `tty` once more, for reads that do not block.
///
/// If `tty` itself were switched to this mode, the shell and every other program that has the same open file would have
/// it too.
fn reopen(tty: BorrowedFd<'_>) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let named = rustix::termios::ttyname(tty, Vec::new())
        .and_then(|name| rustix::fs::open(name.as_c_str(), flags, Mode::empty()));
    // After `su`, the terminal belongs to another user and can be opened only as /dev/tty. The terminal's own path is
    // tried first, because macOS cannot wait for input from /dev/tty.
    let opened = named.or_else(|_| rustix::fs::open("/dev/tty", flags, Mode::empty()))?;
    Ok(File::from(opened))
}

/// Calls `read` until no input is left. Returns the error `WouldBlock` if there was no input at all, and another error
/// if the terminal is gone.
fn read_available(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut len = 0;
    while len < MAX_BATCH {
        bytes.resize(len + 4096, 0);
        match read(&mut bytes[len..]) {
            Ok(0) if len == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => break,
            Ok(n) => len += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if len == 0 => return Err(error),
            // The bytes read so far are returned. The next call returns the error.
            Err(_) => break,
        }
    }
    bytes.truncate(len);
    Ok(bytes)
}

#[derive(Debug, Default)]
struct Clicks {
    last: Option<(Instant, u16, u16, u8)>,
}

impl Clicks {
    fn count(&mut self, x: u16, y: u16) -> u8 {
        let now = Instant::now();
        // A click counts as a repeat only on the same cell, so that two fast clicks at different places do not select a
        // word.
        let previous = self
            .last
            .filter(|(at, last_x, last_y, _)| now - *at < DOUBLE_CLICK && (*last_x, *last_y) == (x, y));
        // After a triple click, the count starts over.
        let count = previous.map_or(1, |(_, _, _, count)| count % 3 + 1);
        self.last = Some((now, x, y, count));
        count
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use rustix::fs::fcntl_getfl;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;
    use crate::ui::widget::{Key, KeyCode};

    /// A terminal's side of a pseudo-terminal in raw mode, and the program's side.
    fn open_pair() -> (File, File) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let mut modes = rustix::termios::tcgetattr(&slave).unwrap();
        modes.make_raw();
        rustix::termios::tcsetattr(&slave, rustix::termios::OptionalActions::Now, &modes).unwrap();
        (File::from(master), File::from(slave))
    }

    fn in_runtime<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn key(key: Key) -> Decoded {
        Decoded::Input(Input::Key(key))
    }

    #[test]
    fn a_batch_is_everything_that_is_available() {
        in_runtime(async {
            let (mut master, slave) = open_pair();
            let mut input = TerminalInput::new(reopen(slave.as_fd()).unwrap(), "xterm").unwrap();
            master.write_all(b"a\x1b[A").unwrap();
            let expected = vec![key(Key::char('a')), key(Key::plain(KeyCode::Up))];
            assert_eq!(input.read_batch().await, Some(expected));
        });
    }

    #[test]
    fn an_escape_character_that_nothing_follows_is_esc() {
        in_runtime(async {
            let (mut master, slave) = open_pair();
            let mut input = TerminalInput::new(reopen(slave.as_fd()).unwrap(), "xterm").unwrap();
            master.write_all(b"\x1b").unwrap();
            assert_eq!(input.read_batch().await, Some(vec![key(Key::plain(KeyCode::Esc))]));
        });
    }

    #[test]
    fn a_terminal_that_is_gone_ends_the_input() {
        in_runtime(async {
            let (master, slave) = open_pair();
            let mut input = TerminalInput::new(reopen(slave.as_fd()).unwrap(), "xterm").unwrap();
            drop(master);
            assert_eq!(input.read_batch().await, None);
        });
    }

    #[test]
    fn the_open_file_that_the_shell_shares_still_blocks() {
        let (_master, slave) = open_pair();
        let opened = reopen(slave.as_fd()).unwrap();
        assert!(fcntl_getfl(&opened).unwrap().contains(OFlags::NONBLOCK));
        assert!(!fcntl_getfl(&slave).unwrap().contains(OFlags::NONBLOCK));
    }

    #[test]
    fn answers_that_are_due_are_not_left_for_the_shell() {
        in_runtime(async {
            let (mut master, slave) = open_pair();
            let mut input = TerminalInput::new(reopen(slave.as_fd()).unwrap(), "xterm").unwrap();
            input.ask(&mut io::sink()).unwrap();
            master.write_all(b"\x1b]11;rgb:00/00/00\x07\x1b[?62;22c").unwrap();
            drop(input);
            let mut left = [0; 64];
            let left = reopen(slave.as_fd()).unwrap().read(&mut left);
            assert_eq!(left.map_err(|error| error.kind()), Err(io::ErrorKind::WouldBlock));
        });
    }

    #[test]
    fn terminals_that_would_print_the_queries_are_not_asked() {
        in_runtime(async {
            for (term, may_ask) in [("", false), ("dumb", false), ("linux", false), ("st-256color", true)] {
                let (_master, slave) = open_pair();
                let input = TerminalInput::new(reopen(slave.as_fd()).unwrap(), term).unwrap();
                assert_eq!(input.may_ask(), may_ask, "{term}");
            }
        });
    }
}
