//! What comes from the terminal, as data; and the rule that tells typing from pasting.

use crate::ui::widget::key::{Key, KeyCode};

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Key(Key),
    /// Text pasted, verbatim.
    Paste(String),
    Mouse(Mouse),
    /// The terminal has this many columns and rows now.
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

/// What the mouse did: the left button, but for asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The button went down: the first, second or third time at this place in quick succession.
    Down {
        /// 1, 2 or 3.
        clicks: u8,
    },
    /// The right button went down: asks what is there.
    Ask,
    Drag,
    Up,
    /// The wheel, in lines; negative is up.
    Scroll(i8),
}

/// From how many characters within one read on typing is taken for a paste.
const PASTE_CHARS: usize = 32;

/// Joins what arrived within one read: runs of typed characters that nobody types that fast become a paste.
///
/// A run is a paste where it holds a line break beside other characters, or `PASTE_CHARS` characters and more, also
/// where the terminal does not bracket pastes.
pub fn join_pastes(batch: Vec<Input>) -> Vec<Input> {
    let mut joined = Vec::with_capacity(batch.len());
    let mut run: Vec<Key> = Vec::new();
    for input in batch {
        match input {
            Input::Key(key) if pasted_char(key).is_some() => run.push(key),
            other => {
                end_run(&mut joined, &mut run);
                joined.push(other);
            }
        }
    }
    end_run(&mut joined, &mut run);
    joined
}

fn end_run(joined: &mut Vec<Input>, run: &mut Vec<Key>) {
    let has_break = run.iter().any(|key| key.code == KeyCode::Enter);
    let has_text = run.iter().any(|key| key.code != KeyCode::Enter);
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
        // A bare line feed arrives as Ctrl-J.
        Key { code: KeyCode::Char('j'), ctrl: true, alt: false, .. } => Some('\n'),
        _ => key.typed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Presses the keys of `text` within one read (`⏎` is Enter, `⎋` Esc) and shows what they are taken for.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let batch = text.chars().map(|c| match c {
            '⏎' => Input::Key(Key::plain(KeyCode::Enter)),
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
    }

    #[test]
    fn thirty_two_characters_in_one_read_are_a_paste() {
        check(&"x".repeat(31), &["x"; 31]);
        check(&"x".repeat(32), &[&format!("paste {:?}", "x".repeat(32))]);
    }

    #[test]
    fn other_keys_end_a_run() {
        check("a⎋b⏎", &["a", "Esc", "paste \"b\\n\""]);
    }
}
