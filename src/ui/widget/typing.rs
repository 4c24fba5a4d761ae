//! Maps keys to editing commands. Besides the usual keys of text fields, some keys of macOS and Emacs work too.
//!
//! In the body, commands such as "cut" are actions, which the palette lists and keymap.toml can bind to other keys. A
//! single-line field has a few of these commands too, with fixed keys.

use crate::editor::{Command, Motion};
use crate::ui::widget::key::{Key, KeyCode};

/// Returns the command of a key that types, deletes, or moves the cursor. These keys work in the body and in every
/// field.
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
        // Many terminals send Ctrl-H for Backspace.
        (false, false, _, KeyCode::Backspace) | (true, false, _, KeyCode::Char('h')) => {
            Command::Delete(Motion::Left)
        }
        (false, false, _, KeyCode::Delete) => Command::Delete(Motion::Right),
        _ => return None,
    };
    Some(command)
}

/// Like [`command`], for a key in a single-line field.
pub(crate) fn field_command(key: Key) -> Option<Command> {
    let command = match (key.ctrl, key.alt, key.code) {
        (true, false, KeyCode::Backspace | KeyCode::Char('w')) | (false, true, KeyCode::Backspace) => {
            Command::Delete(Motion::WordLeft)
        }
        (true, false, KeyCode::Delete) => Command::Delete(Motion::WordRight),
        (true, false, KeyCode::Char('k')) => Command::Delete(Motion::LineEnd),
        (true, false, KeyCode::Char('u')) => Command::Delete(Motion::LineStart),
        (true, false, KeyCode::Char('a')) => Command::SelectAll,
        (true, false, KeyCode::Char('x')) => Command::Cut,
        (true, false, KeyCode::Char('z')) => Command::Undo,
        (true, false, KeyCode::Char('y')) => Command::Redo,
        _ => return command(key),
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
        _ => return None,
    };
    Some(motion)
}
