//! A line that a person types unseen, or a pipe brings: how secrets come in.
//!
//! Never an argument: those stand in the shell's history and in the list of processes.

use std::io::{self, BufRead, IsTerminal, Read};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::output::Output;
use crate::secrets::MAX_VALUE;

/// No pipe with a secret brings more: the longest value, and blanks around it.
const MAX: usize = MAX_VALUE + 1024;

/// Asks on a terminal, else reads stdin to its end; `None` where the person gave up.
pub fn secret(output: &mut Output, question: &str) -> io::Result<Option<String>> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read_pipe(&mut stdin.lock()).map(Some);
    }
    let typed = {
        // Before the question: whoever answers at once must not see it either.
        let _unseen = Unseen::begin()?;
        output.ask(question)?;
        read_line(&mut stdin.lock())
    };
    output.note("")?;
    Ok(typed?.map(|line| line.trim().to_owned()))
}

/// Asks a question that is answered by `y` or `yes`, in any case; all else, the end of the input too, is a no.
pub fn agrees(output: &mut Output, question: &str) -> io::Result<bool> {
    output.ask(question)?;
    let mut answer = String::new();
    io::stdin().lock().take(64).read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Reads a pipe to its end. What is too long comes back as long as it was read, too long for any store to take: it is
/// refused there, and never cut.
fn read_pipe(input: &mut impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    input.take(MAX as u64 + 1).read_to_end(&mut bytes)?;
    if MAX < bytes.len() {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let text = str::from_utf8(&bytes).map_err(|_| io::Error::other("the value is not UTF-8"))?;
    Ok(text.trim().to_owned())
}

/// Reads bytes as keys until Enter; Ctrl-C, Ctrl-D and the end of the input give up.
fn read_line(input: &mut impl Read) -> io::Result<Option<String>> {
    const CTRL_C: u8 = 3;
    const CTRL_D: u8 = 4;
    const CTRL_U: u8 = 21;
    let mut line = Vec::new();
    let mut byte = [0];
    while input.read(&mut byte)? == 1 {
        match byte[0] {
            b'\r' | b'\n' => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            CTRL_C | CTRL_D => return Ok(None),
            CTRL_U => line.clear(),
            b'\x08' | b'\x7f' => {
                line.pop();
            }
            other => line.push(other),
        }
    }
    Ok(None)
}

/// The terminal with its echo off, until this is dropped.
///
/// Signals of keys are off too: Ctrl-C must not end the process before the echo is back.
struct Unseen {
    before: Termios,
}

impl Unseen {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self { before })
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // A terminal that is gone has no echo to bring back.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(read_line(&mut typed.as_bytes()).unwrap().as_deref(), expected);
    }

    #[test]
    fn a_slip_can_be_mended_and_ctrl_c_gives_up() {
        check("42:abx\x7fc\r", Some("42:abc"));
        check("wrong\x15right\n", Some("right"));
        check("half\x03", None);
        check("half", None);
        check("\x7f\r", Some(""));
    }
}
