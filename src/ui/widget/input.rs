//! Terminal input as data, and a heuristic that recognizes pasted text in terminals that report it as typed keys.

use crate::ui::widget::key::{Key, KeyCode};

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Key(Key),
    /// Pasted text, unchanged.
    Paste(String),
    Mouse(Mouse),
    /// The new size of the terminal, in columns and rows.
    Resize(u16, u16),
    FocusGained,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    /// The column, from 0.
    pub x: u16,
    /// The row, from 0.
    pub y: u16,
    pub shift: bool,
}

/// A mouse action. A button is the left button unless the variant says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The button went down for the first, second, or third time in quick succession at the same position.
    Down {
        /// 1, 2, or 3.
        clicks: u8,
    },
    /// The right button went down. The user asks for information about this position.
    RightDown,
    Drag,
    Up,
    /// The wheel was turned by this number of lines. A negative number is up.
    Scroll(i8),
}

// Nobody types this many characters within one read of the terminal.
const PASTE_CHARS: usize = 32;

/// Joins each run of typed characters in `batch` into a paste if they came too fast for typing. `batch` is the input of
/// one read.
///
/// This is for terminals without bracketed paste, where a pasted line break would otherwise act as Enter. A run is a
/// paste if it has a line break and other characters, or at least `PASTE_CHARS` characters.
pub(crate) fn join_pastes(batch: Vec<Input>) -> Vec<Input> {
    let mut joined = Vec::with_capacity(batch.len());
    let mut run: Vec<Key> = Vec::new();
    for input in batch {
        match input {
            Input::Key(key) if pasted_char(key).is_some() => run.push(key),
            other => {
                // The order of the input must be kept, so any other input ends the run.
                end_run(&mut joined, &mut run);
                joined.push(other);
            }
        }
    }
    end_run(&mut joined, &mut run);
    joined
}

fn end_run(joined: &mut Vec<Input>, run: &mut Vec<Key>) {
    let is_break = |key: &Key| pasted_char(*key) == Some('\n');
    let has_break = run.iter().any(is_break);
    // A short run of line breaks alone is not a paste, because the user may be holding down Enter.
    let has_text = !run.iter().all(is_break);
    if (has_break && has_text) || PASTE_CHARS <= run.len() {
        joined.push(Input::Paste(run.drain(..).filter_map(pasted_char).collect()));
    } else {
        joined.extend(run.drain(..).map(Input::Key));
    }
}

fn pasted_char(key: Key) -> Option<char> {
    match key {
        Key { code: KeyCode::Enter, ctrl: false, alt: false, shift: false } => Some('\n'),
        Key { code: KeyCode::Tab, ctrl: false, alt: false, shift: false } => Some('\t'),
        // Without bracketed paste, a pasted line feed is Ctrl-J.
        Key { code: KeyCode::Char('j'), ctrl: true, alt: false, .. } => Some('\n'),
        _ => key.typed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the keys of `text` at once (`⏎` is Enter, `␊` is a line feed, `⎋` is Esc) and compares the resulting
    /// inputs.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let batch = text.chars().map(|c| match c {
            '⏎' => Input::Key(Key::plain(KeyCode::Enter)),
            '␊' => Input::Key(Key { ctrl: true, ..Key::char('j') }),
            '⎋' => Input::Key(Key::plain(KeyCode::Esc)),
            c => Input::Key(Key::char(c)),
        });
        let shown: Vec<String> = join_pastes(batch.collect())
            .into_iter()
            .map(|input| match input {
                Input::Key(key) => key.to_string(),
                Input::Paste(text) => format!("paste {text:?}"),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_few_keys_in_one_read_are_typing() {
        check("abc", &["a", "b", "c"]);
        check("⏎", &["Enter"]);
        check("⏎⏎", &["Enter", "Enter"]);
    }

    #[test]
    fn a_line_break_among_characters_is_a_paste() {
        check("a⏎b", &["paste \"a\\nb\""]);
        check("a␊b", &["paste \"a\\nb\""]);
    }

    #[test]
    fn thirty_two_characters_in_one_read_are_a_paste() {
        check(&"x".repeat(31), &["x"; 31]);
        check(&"x".repeat(32), &[&format!("paste {:?}", "x".repeat(32))]);
    }

    #[test]
    fn other_keys_end_a_paste() {
        check("a⎋b⏎", &["a", "Esc", "paste \"b\\n\""]);
    }
}
