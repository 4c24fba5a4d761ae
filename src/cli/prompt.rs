//! Reads a secret from a hidden prompt or from a pipe, and asks yes/no questions.
//!
//! Secrets are never taken from arguments, because arguments are visible in the shell's history and in the list of
//! processes.

use std::io::{self, BufRead, IsTerminal, Read};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::output::CliOutput;
use crate::secrets::MAX_VALUE;

/// The longest input, in bytes, that is accepted from a pipe: the longest value of a secret, plus some whitespace
/// around the value.
const MAX: usize = MAX_VALUE + 1024;

/// Asks for a secret on the terminal. If stdin is not a terminal, reads the secret from stdin, up to its end. Returns
/// `None` if the user cancels.
pub(crate) fn secret(output: &mut CliOutput, question: &str) -> io::Result<Option<String>> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read_pipe(&mut stdin.lock()).map(Some);
    }
    let typed = {
        // The echo is turned off before the question appears, so that even a very fast answer is not shown.
        let _echo_off = EchoOff::begin()?;
        output.prompt(question)?;
        read_line(&mut stdin.lock())
    };
    // The key that ended the answer, such as Enter, was not echoed, so the cursor is still on the line of the question.
    output.note("")?;
    Ok(typed?.map(|line| line.trim().to_owned()))
}

/// Asks a question. Returns true only for the answer `y` or `yes`, case-insensitively. Any other answer and the end
/// of the input count as no.
pub(crate) fn confirm(output: &mut CliOutput, question: &str) -> io::Result<bool> {
    output.prompt(question)?;
    let mut answer = String::new();
    // The limit keeps a piped file without line breaks from being read into memory.
    io::stdin().lock().take(64).read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Reads a pipe to its end, but at most one byte more than [`MAX`]. A value that was cut off there is longer than any
/// store accepts, so the store refuses it.
fn read_pipe(input: &mut impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    // One byte more than the limit is read, so that a value that is too long is recognized and refused. A value cut at
    // the limit would be stored as a wrong secret without an error.
    input.take(MAX as u64 + 1).read_to_end(&mut bytes)?;
    if MAX < bytes.len() {
        // The cut may be inside a character, but the value is refused anyway.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let text = str::from_utf8(&bytes).map_err(|_| io::Error::other("the value is not UTF-8"))?;
    Ok(text.trim().to_owned())
}

/// Reads bytes until Enter. Returns `None` at Ctrl-C, Ctrl-D and the end of the input.
fn read_line(input: &mut impl Read) -> io::Result<Option<String>> {
    const CTRL_C: u8 = 3;
    const CTRL_D: u8 = 4;
    const CTRL_U: u8 = 21;
    let mut line = Vec::new();
    let mut byte = [0];
    // The input is read byte by byte, because a buffered read would also take what is typed after Enter. The terminal
    // does no line editing here (canonical mode is off), so Backspace is handled below.
    while input.read(&mut byte)? == 1 {
        match byte[0] {
            b'\r' | b'\n' => return Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            CTRL_C | CTRL_D => return Ok(None),
            CTRL_U => line.clear(),
            b'\x08' | b'\x7f' => {
                // Backspace removes a byte, not a character. This is enough, because tokens are ASCII.
                line.pop();
            }
            other => line.push(other),
        }
    }
    Ok(None)
}

/// Turns the terminal's echo off until this value is dropped.
///
/// Signals from the keyboard (ISIG) are off too: Ctrl-C must not end the process before the echo is on again.
struct EchoOff {
    original: Termios,
}

impl EchoOff {
    fn begin() -> io::Result<Self> {
        let original = tcgetattr(io::stdin())?;
        let mut hidden = original.clone();
        hidden.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        // Each read returns after one byte and waits without a timeout.
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self { original })
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        // An error means that the terminal is gone. Then there is no echo to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.original);
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
    fn a_typo_can_be_corrected_and_ctrl_c_cancels() {
        check("42:abx\x7fc\r", Some("42:abc"));
        check("wrong\x15right\n", Some("right"));
        check("half\x03", None);
        check("half", None);
        check("\x7f\r", Some(""));
    }
}
