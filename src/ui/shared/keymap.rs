//! Turns keys into actions by context.

mod file;

use crate::ui::shared::action::{ACTIONS, Action, KeyContext};
use crate::ui::widget::Key;

#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    bindings: Vec<(KeyContext, Key, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let rows = ACTIONS
            .iter()
            .flat_map(|row| row.keys.iter().map(move |(context, key)| (*context, key, row.action)));
        let bindings =
            // A test checks that every key in `ACTIONS` parses, so nothing is lost here.
            rows.filter_map(|(context, key, action)| Some((context, key.parse().ok()?, action))).collect();
        Self { bindings }
    }
}

impl Keymap {
    /// Returns the action of `key` in the first of `contexts` that binds the key, or `None` if none of them does.
    pub fn action(&self, contexts: &[KeyContext], key: Key) -> Option<Action> {
        contexts.iter().find_map(|context| {
            self.bindings
                .iter()
                .find(|(bound, with, _)| bound == context && *with == key)
                .map(|(_, _, action)| *action)
        })
    }

    /// Returns the keys of `action` with their contexts, in the order in which `ACTIONS` or the user's file lists them.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = (KeyContext, Key)> + '_ {
        self.bindings
            .iter()
            .filter(move |(_, _, bound)| *bound == action)
            .map(|(context, key, _)| (*context, *key))
    }

    /// Returns the key to show for `action`: its first key in the first of `contexts` in which the action has a key.
    /// Returns `None` if the action has no key in any of `contexts`.
    pub fn shown_key(&self, contexts: &[KeyContext], action: Action) -> Option<Key> {
        contexts
            .iter()
            .find_map(|context| self.keys(action).find(|(bound, _)| bound == context).map(|(_, key)| key))
    }

    /// Returns how the user starts `action` while `contexts` apply, for a message: its key, or its title in the palette
    /// if none of its keys works there.
    pub fn way(&self, contexts: &[KeyContext], action: Action) -> String {
        if let Some(key) = self.shown_key(contexts, action) {
            return key.to_string();
        }
        // In a sentence, the key `:` would look like punctuation, so a key that works everywhere comes first.
        let palette = self.shown_key(&[KeyContext::Anywhere], Action::Palette);
        let palette = palette.or(self.shown_key(contexts, Action::Palette));
        let palette = palette.map_or_else(String::new, |key| format!(" ({key})"));
        format!("`{}` in the palette{palette}", action.row().title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::Command;
    use crate::ui::widget::{KeyCode, typing};

    #[test]
    fn each_default_key_is_valid_and_unique_in_its_context() {
        let mut seen = Vec::new();
        for row in ACTIONS {
            for (context, text) in row.keys {
                let key: Key = text.parse().unwrap_or_else(|error| panic!("{}: {error}", row.id));
                assert!(!seen.contains(&(*context, key)), "{text} is bound twice");
                seen.push((*context, key));
            }
        }
    }

    #[test]
    fn each_action_has_one_row_with_a_title() {
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

    #[test]
    fn a_message_names_only_keys_that_work_where_the_user_is() {
        let keymap = Keymap::default();
        let way = |contexts: &[KeyContext], action| keymap.way(contexts, action);
        let (body, panes) =
            ([KeyContext::Body, KeyContext::Anywhere], [KeyContext::Panes, KeyContext::Anywhere]);
        assert_eq!(way(&body, Action::Undo), "^Z");
        assert_eq!(way(&panes, Action::Undo), "^Z");
        assert_eq!(way(&body, Action::Fix), "Alt-Enter");
        assert_eq!(way(&panes, Action::Fix), ".");
        assert_eq!(way(&body, Action::UndoDelete), "`Undo the last deletion` in the palette (^P)");
        let (keymap, _) = Keymap::parse("undo = \"ctrl-u\"");
        assert_eq!(keymap.way(&body, Action::Undo), "^U");
    }

    fn table() -> String {
        let keys = |row: &crate::ui::shared::action::ActionRow, is_letter: bool| {
            // The body is a text field: its keys work while typing.
            let is_in_text = |context: &KeyContext| {
                let outside =
                    [KeyContext::Panes, KeyContext::Definitions, KeyContext::Lists, KeyContext::Preview];
                !outside.contains(context)
            };
            let of_column = |context: &KeyContext| is_in_text(context) != is_letter;
            let shown = row.keys.iter().filter(|(context, _)| of_column(context)).map(|(context, text)| {
                let key: Key = text.parse().unwrap();
                let pane = match context {
                    KeyContext::Anywhere | KeyContext::Panes => "",
                    KeyContext::Definitions => " (panes 1, 2)",
                    KeyContext::Lists => " (panes 1, 5)",
                    KeyContext::Preview => " (pane 4)",
                    KeyContext::Body => " (in the body)",
                    KeyContext::VimNormal => " (vim's normal mode)",
                };
                format!("`{}`{pane}", key.to_string().replace('|', "\\|"))
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        let row = |row: &crate::ui::shared::action::ActionRow| {
            format!("| {} | {} | {} |\n", row.title, keys(row, false), keys(row, true)).replace("|  |", "| |")
        };
        let rows: String = ACTIONS.iter().map(row).collect();
        format!("| action | also in text | outside text |\n| --- | --- | --- |\n{rows}")
    }

    #[test]
    fn the_generated_list_of_keys_is_current() {
        crate::help::tests::check_generated("assets/help/keys.md", "keys", &table());
    }

    #[test]
    fn keys_that_edit_have_one_meaning_in_the_body_and_in_fields() {
        let edits = ACTIONS.iter().filter_map(|row| match row.action {
            Action::Edit(edit) => Some((row, edit.command())),
            Action::Undo => Some((row, Command::Undo)),
            Action::Redo => Some((row, Command::Redo)),
            _ => None,
        });
        for (row, command) in edits {
            for (_, text) in row.keys.iter().filter(|(context, _)| *context == KeyContext::Body) {
                let key: Key = text.parse().unwrap();
                assert_eq!(typing::command(key), None, "{text} would work even if it is unbound");
                let in_field = typing::field_command(key);
                assert!(in_field.is_none() || in_field == Some(command.clone()), "{text}: {in_field:?}");
            }
        }
    }

    #[test]
    fn actions_on_function_or_alt_keys_also_have_a_plain_key() {
        for row in ACTIONS {
            let keys: Vec<Key> = row.keys.iter().filter_map(|(_, key)| key.parse().ok()).collect();
            // Some terminals keep Alt and function keys for themselves.
            let may_be_swallowed = |key: &Key| key.alt || matches!(key.code, KeyCode::F(_));
            assert!(
                keys.is_empty() || keys.iter().any(|key| !may_be_swallowed(key)),
                "{} needs a plain key",
                row.id
            );
        }
    }
}
