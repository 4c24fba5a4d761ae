//! Maps keys to editing commands, for the body and for every input field. Besides the usual keys of text fields, some
//! keys of macOS and Emacs work too.

use crate::editor::{Command, Motion};
use crate::ui::widget::key::{Key, KeyCode};

pub(crate) fn command(key: Key) -> Option<Command> {
    if let Some(c) = key.typed() {
        return Some(Command::Type(c.to_string()));
    }
    if let Some(motion) = motion(key) {
        return Some(if key.shift { Command::Extend(motion) } else { Command::Move(motion) });
    }
    let command = match (key.ctrl, key.alt, key.shift, key.code) {
        (false, false, _, KeyCode::Enter) => Command::Newline,
        (false, false, false, KeyCode::Tab) => Command::Tab,
        (false, false, true, KeyCode::Tab) => Command::Outdent,
        // Many terminals send Ctrl-H for Backspace.
        (false, false, _, KeyCode::Backspace) | (true, false, _, KeyCode::Char('h')) => {
            Command::Delete(Motion::Left)
        }
        (false, false, _, KeyCode::Delete) => Command::Delete(Motion::Right),
        (true, false, _, KeyCode::Backspace | KeyCode::Char('w')) | (false, true, _, KeyCode::Backspace) => {
            Command::Delete(Motion::WordLeft)
        }
        (true, false, _, KeyCode::Delete) => Command::Delete(Motion::WordRight),
        (true, false, _, KeyCode::Char('k')) => Command::Delete(Motion::LineEnd),
        (true, false, _, KeyCode::Char('u')) => Command::Delete(Motion::LineStart),
        (true, false, _, KeyCode::Char('a')) => Command::SelectAll,
        (true, false, _, KeyCode::Char('x')) => Command::Cut,
        (true, false, _, KeyCode::Char('z')) => Command::Undo,
        (true, false, _, KeyCode::Char('y')) => Command::Redo,
        (true, false, _, KeyCode::Char('d')) => Command::DuplicateLines,
        (true, false, _, KeyCode::Char('/')) => Command::ToggleComment,
        (false, true, _, KeyCode::Up) => Command::MoveLinesUp,
        (false, true, _, KeyCode::Down) => Command::MoveLinesDown,
        _ => return None,
    };
    Some(command)
}

fn motion(key: Key) -> Option<Motion> {
    let motion = match (key.ctrl, key.alt, key.code) {
        (false, false, KeyCode::Left) => Motion::Left,
        (false, false, KeyCode::Right) => Motion::Right,
        (false, false, KeyCode::Up) => Motion::Up,
        (false, false, KeyCode::Down) => Motion::Down,
        // macOS uses Ctrl with an arrow key to switch desktops, so Alt with an arrow key also works.
        (true, false, KeyCode::Left) | (false, true, KeyCode::Left) => Motion::WordLeft,
        (true, false, KeyCode::Right) | (false, true, KeyCode::Right) => Motion::WordRight,
        (false, false, KeyCode::Home) => Motion::LineStart,
        (false, false, KeyCode::End) | (true, false, KeyCode::Char('e')) => Motion::LineEnd,
        (true, false, KeyCode::Home) => Motion::DocumentStart,
        (true, false, KeyCode::End) => Motion::DocumentEnd,
        (true, false, KeyCode::Char(']')) => Motion::MatchingBracket,
        _ => return None,
    };
    Some(motion)
}
