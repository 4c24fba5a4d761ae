//! From the terminal's key events to [`Key`]s, and from keys to actions where one stands.

mod file;

use crossterm::event::{KeyCode as Code, KeyEvent, KeyEventKind, KeyModifiers};

use crate::ui::shared::action::{ACTIONS, Action, Context};
use crate::ui::widget::{Key, KeyCode};

#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    bindings: Vec<(Context, Key, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let rows = ACTIONS
            .iter()
            .flat_map(|row| row.keys.iter().map(move |(context, key)| (*context, key, row.action)));
        let bindings =
            rows.filter_map(|(context, key, action)| Some((context, key.parse().ok()?, action))).collect();
        Self { bindings }
    }
}

impl Keymap {
    /// Returns what `key` does in the first of `contexts` that knows it.
    pub fn action(&self, contexts: &[Context], key: Key) -> Option<Action> {
        contexts.iter().find_map(|context| {
            self.bindings
                .iter()
                .find(|(bound, with, _)| bound == context && *with == key)
                .map(|(_, _, action)| *action)
        })
    }

    /// Returns the keys of `action` in the order of the table, with where each holds.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = (Context, Key)> + '_ {
        self.bindings
            .iter()
            .filter(move |(_, _, bound)| *bound == action)
            .map(|(context, key, _)| (*context, *key))
    }

    /// Returns the key to show for `action` to someone who can use the keys of `contexts`.
    pub fn shown_key(&self, contexts: &[Context], action: Action) -> Option<Key> {
        contexts
            .iter()
            .find_map(|context| self.keys(action).find(|(bound, _)| bound == context).map(|(_, key)| key))
    }
}

/// Returns the key of a terminal event, or `None` for releases and keys that have no use here.
pub fn key_of(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let mut key = Key {
        code: KeyCode::Enter,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    };
    key.code = match event.code {
        Code::Char(c) => {
            key.shift = false;
            // Terminals send Ctrl with letters in either case.
            KeyCode::Char(if key.ctrl { c.to_ascii_lowercase() } else { c })
        }
        Code::F(n) => KeyCode::F(n),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::BackTab => {
            key.shift = true;
            KeyCode::Tab
        }
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        _ => return None,
    };
    // F13 to F24 are how some terminals send Shift with an F-key.
    if let KeyCode::F(n @ 13..=24) = key.code {
        key.code = KeyCode::F(n - 12);
        key.shift = true;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_default_key_can_be_read_and_means_one_thing_where_it_holds() {
        let mut seen = Vec::new();
        for row in ACTIONS {
            for (context, text) in row.keys {
                let key: Key = text.parse().unwrap_or_else(|error| panic!("{}: {error}", row.id));
                assert!(!seen.contains(&(*context, key)), "{text} twice");
                seen.push((*context, key));
            }
        }
    }

    #[test]
    fn each_action_has_one_row_with_words() {
        for (at, row) in ACTIONS.iter().enumerate() {
            assert!(
                ACTIONS.iter().skip(at + 1).all(|other| other.action != row.action && other.id != row.id),
                "{}",
                row.id
            );
            assert!(
                !row.title.is_empty() && row.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{}",
                row.id
            );
        }
    }

    fn table() -> String {
        let shown = |context: Context, text: &str| {
            let key: Key = text.parse().unwrap();
            let place = match context {
                Context::Anywhere => "",
                Context::Panes => " (outside text)",
                Context::Definitions => " (in 1, 2)",
                Context::Preview => " (in 4)",
                Context::Body => " (in 3)",
            };
            format!("`{}`{place}", key.to_string().replace('|', "\\|"))
        };
        let row = |row: &crate::ui::shared::action::Row| {
            let keys: Vec<String> = row.keys.iter().map(|(context, key)| shown(*context, key)).collect();
            format!("| {} | {} |\n", row.title, keys.join(" "))
        };
        format!("| what | keys |\n| --- | --- |\n{}", ACTIONS.iter().map(row).collect::<String>())
    }

    #[test]
    fn the_readme_lists_the_keys_as_they_are() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&table()), "the README's table of keys is to be:\n{}", table());
    }

    #[test]
    fn every_function_and_alt_key_has_a_letter_outside_text_fields() {
        for row in ACTIONS {
            let keys: Vec<Key> = row.keys.iter().filter_map(|(_, key)| key.parse().ok()).collect();
            let swallowed = |key: &Key| key.alt || matches!(key.code, KeyCode::F(_));
            assert!(
                keys.is_empty() || keys.iter().any(|key| !swallowed(key)),
                "{} needs a plain key",
                row.id
            );
        }
    }
}
