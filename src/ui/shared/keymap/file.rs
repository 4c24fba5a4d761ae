//! Reads `keymap.toml`: the user's keys, which replace the default keys of actions.
//!
//! ```toml
//! save = ["ctrl-s", "f2"]
//! ```
//!
//! An action that is named in the file has exactly the keys that the file lists for it. These keys work in the same
//! contexts as the action's default keys, or everywhere if the action has none. There is one exception: a key without
//! Ctrl or Alt that types or edits text works only outside text fields. A mistake is reported at its position, and the
//! rest of the file is used. If the file is not TOML, all actions have their default keys.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, FileProblem};
use crate::disk::read_user_file;
use crate::paths::Paths;
use crate::text::Span;
use crate::toml::{self, Spanned, Table};
use crate::ui::shared::action::{ACTIONS, Action, ActionRow, KeyContext};
use crate::ui::shared::keymap::Keymap;
use crate::ui::widget::{Key, KeyCode};

impl Keymap {
    /// Reads the user's keys, and returns the keymap and the file's problems. If the file is missing or not TOML, the
    /// keymap has the default keys.
    pub fn load(paths: &Paths) -> (Keymap, Vec<FileProblem>) {
        let file = paths.keymap_file();
        let mut source = read_user_file(Path::new(""), &file.to_string_lossy());
        let (keymap, problems) = Keymap::parse(&source.text);
        source.problems.extend(problems);
        (keymap, source.file_problems())
    }

    pub fn parse(text: &str) -> (Keymap, Vec<Diagnostic>) {
        let (keymap, problems) = toml::read(text, read);
        (keymap.unwrap_or_default(), problems)
    }
}

type Bound = (KeyContext, Key, Action, Span);

fn read(table: &mut Table<'_>) -> Keymap {
    table.set_key_noun("action");
    let mut user_keys: Vec<Bound> = Vec::new();
    let mut replaced: Vec<Action> = Vec::new();
    for row in ACTIONS {
        let Some(keys) = table.string_or_strings(row.id) else { continue };
        if keys.is_empty() && row.action == Action::Palette {
            let span = table.key_span(row.id).unwrap_or(table.span());
            let problem = Diagnostic::error(
                Code::BadKey,
                span,
                "`palette` needs a key: every other action can be run from it",
            );
            table.report(problem.with_help("bind it to at least one key"));
            continue;
        }
        let bound: Vec<Bound> = keys.into_iter().flat_map(|key| bind(table, row, key, &user_keys)).collect();
        replaced.push(row.action);
        user_keys.extend(bound);
    }
    let standard = Keymap::default().bindings.into_iter().filter(|(_, _, action)| !replaced.contains(action));
    let mut bindings = Vec::new();
    for (context, key, action) in standard {
        match user_keys.iter().find(|(taken, with, ..)| overlap(*taken, context) && *with == key) {
            // A warning, not an error: binding another action's default key is legitimate, but easy to do by accident.
            Some((_, _, by, span)) => table.report(overridden(key, action, *by, *span)),
            None => bindings.push((context, key, action)),
        }
    }
    bindings.extend(user_keys.into_iter().map(|(context, key, action, _)| (context, key, action)));
    // The help lists actions in the order of `ACTIONS`, so the bindings get this order.
    let index = |action: Action| ACTIONS.iter().position(|row| row.action == action);
    bindings.sort_by_key(|(_, _, action)| index(*action));
    Keymap { bindings }
}

fn bind(table: &mut Table<'_>, row: &ActionRow, text: Spanned<String>, user_keys: &[Bound]) -> Vec<Bound> {
    let Spanned { value, span } = text;
    let key: Key = match value.parse() {
        Ok(key) => key,
        Err(error) => {
            table.report(Diagnostic::error(Code::BadKey, span, error.to_string()));
            return Vec::new();
        }
    };
    if let Some(why) = reserved(key) {
        table.report(Diagnostic::error(Code::BadKey, span, format!("`{value}` cannot be bound: {why}")));
        return Vec::new();
    }
    let contexts = contexts(row, key);
    let is_taken = |taken: KeyContext| contexts.iter().any(|context| overlap(taken, *context));
    let taken = user_keys.iter().find(|(context, with, ..)| is_taken(*context) && *with == key);
    if let Some((_, _, by, _)) = taken {
        let message = format!("`{value}` is already bound to `{}`", by.row().id);
        table.report(Diagnostic::error(Code::KeyTaken, span, message));
        return Vec::new();
    }
    contexts.into_iter().map(|context| (context, key, row.action, span)).collect()
}

fn contexts(row: &ActionRow, key: Key) -> Vec<KeyContext> {
    let mut contexts: Vec<KeyContext> = Vec::new();
    for (context, _) in row.keys {
        if !contexts.contains(context) {
            contexts.push(*context);
        }
    }
    // A key that types or edits text is not bound in `Anywhere` or `Body`. A letter that is bound in one of these
    // contexts could no longer be typed.
    if edits_text(key) {
        contexts.retain(|context| !matches!(context, KeyContext::Anywhere | KeyContext::Body));
        // In vim's normal mode, a letter is a command of vim.
        contexts.retain(|context| key.typed().is_none() || *context != KeyContext::VimNormal);
        if contexts.is_empty() {
            contexts.push(KeyContext::Panes);
        }
    } else if contexts.is_empty() || contexts.contains(&KeyContext::Anywhere) {
        // `Anywhere` includes all other contexts. An action without default keys gets the context `Anywhere` too.
        contexts = vec![KeyContext::Anywhere];
    }
    contexts
}

/// Whether one key with different actions in these two contexts is a conflict.
fn overlap(a: KeyContext, b: KeyContext) -> bool {
    // A key may have different actions in `Panes` and in one pane: the pane's own action comes first by design.
    a == b || a == KeyContext::Anywhere || b == KeyContext::Anywhere
}

fn edits_text(key: Key) -> bool {
    // Insert, Esc, and Shift-Tab change nothing in a text field by themselves. F-keys and keys with Ctrl or Alt never
    // type a character.
    let is_harmless = match key.code {
        KeyCode::F(_) | KeyCode::Insert | KeyCode::Esc => true,
        KeyCode::Tab => key.shift,
        _ => false,
    };
    !key.ctrl && !key.alt && !is_harmless
}

fn reserved(key: Key) -> Option<&'static str> {
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => Some("it always closes or cancels"),
        (KeyCode::Char('c'), true) => Some("it copies, or cancels"),
        // Without the kitty protocol, terminals send the same bytes for the next three keys as for Tab, Enter, and Esc.
        (KeyCode::Char('i'), true) => Some("terminals send Tab for it"),
        (KeyCode::Char('m'), true) => Some("terminals send Enter for it"),
        (KeyCode::Char('['), true) => Some("terminals send Esc for it"),
        _ => None,
    }
}

fn overridden(key: Key, action: Action, by: Action, span: Span) -> Diagnostic {
    let (id, by) = (action.row().id, by.row().id);
    let message = format!("`{key}` is now bound to `{by}` and no longer to `{id}`");
    Diagnostic::warning(Code::KeyTaken, span, message)
        .with_help(format!("bind `{id}` to another key, or to `[]` for no key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Keymap {
        let (keymap, problems) = Keymap::parse(text);
        let lines: Vec<String> = FileProblem::from_diagnostics("keymap.toml", text, &problems)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(lines, expected);
        keymap
    }

    fn action(keymap: &Keymap, context: KeyContext, key: &str) -> Option<Action> {
        keymap.action(&[context], key.parse().unwrap())
    }

    #[test]
    fn an_empty_file_keeps_the_defaults() {
        assert_eq!(check("# nothing\n", &[]), Keymap::default());
    }

    #[test]
    fn named_actions_have_exactly_the_keys_listed() {
        let keymap =
            check("save = [\"ctrl-l\", \"J\"]\nfind = \"f11\"\nsuspend = []\nrename = \"ctrl-r\"", &[]);
        assert_eq!(action(&keymap, KeyContext::Anywhere, "ctrl-l"), Some(Action::Save));
        assert_eq!(action(&keymap, KeyContext::Panes, "J"), Some(Action::Save));
        assert_eq!(action(&keymap, KeyContext::Anywhere, "J"), None, "letters are typed");
        assert_eq!(action(&keymap, KeyContext::Anywhere, "ctrl-s"), None);
        assert_eq!(action(&keymap, KeyContext::Body, "f11"), Some(Action::Find));
        assert_eq!(action(&keymap, KeyContext::Panes, "f11"), Some(Action::Find));
        assert_eq!(action(&keymap, KeyContext::Definitions, "ctrl-r"), Some(Action::Rename));
        assert_eq!(action(&keymap, KeyContext::Panes, "ctrl-r"), Some(Action::Reload), "another context");
        assert_eq!(keymap.keys(Action::Suspend).count(), 0);
        assert_eq!(action(&keymap, KeyContext::Anywhere, "ctrl-q"), Some(Action::Quit));
    }

    #[test]
    fn problems_have_positions_and_the_rest_is_used() {
        let keymap = check(
            "sav = \"ctrl-s\"\nquit = [\"ctrl-l\", \"hyper-q\", 5]\nhelp = \"ctrl-l\"\nreload = \"esc\"\npalette = []\nnew = \"ctrl-i\"",
            &[
                "keymap.toml:1:1: warning[unknown-key]: unknown action `sav`\n  help: did you mean `save`?",
                "keymap.toml:2:9: error[key-taken]: `ctrl-l` is already bound to `help`",
                "keymap.toml:2:19: error[bad-key]: `hyper-q` is not a key: write it as `ctrl-s`, `alt-1`, `shift-f8`, `enter` or `x`",
                "keymap.toml:2:30: error[wrong-type]: `quit` must contain strings, not an integer",
                "keymap.toml:4:10: error[bad-key]: `esc` cannot be bound: it always closes or cancels",
                "keymap.toml:5:1: error[bad-key]: `palette` needs a key: every other action can be run from it\n  help: bind it to at least one key",
                "keymap.toml:6:7: error[bad-key]: `ctrl-i` cannot be bound: terminals send Tab for it",
            ],
        );
        assert_eq!(action(&keymap, KeyContext::Anywhere, "ctrl-l"), Some(Action::Help));
        assert_eq!(action(&keymap, KeyContext::Panes, ":"), Some(Action::Palette));
    }

    #[test]
    fn a_key_taken_from_the_table_is_reported() {
        let keymap = check(
            "save = \"f5\"",
            &[
                "keymap.toml:1:8: warning[key-taken]: `F5` is now bound to `save` and no longer to `preview-and-test`\n  help: bind `preview-and-test` to another key, or to `[]` for no key",
            ],
        );
        assert_eq!(action(&keymap, KeyContext::Anywhere, "f5"), Some(Action::Save));
        assert_eq!(action(&keymap, KeyContext::Panes, "t"), Some(Action::PreviewAndTest));
        check(
            "save = \"ctrl-f\"",
            &[
                "keymap.toml:1:8: warning[key-taken]: `^F` is now bound to `save` and no longer to `find`\n  help: bind `find` to another key, or to `[]` for no key",
            ],
        );
        check("save = \"f5\"\npreview-and-test = \"f6\"\ncompare-modes = []", &[]);
    }

    #[test]
    fn a_file_that_is_not_toml_keeps_the_defaults() {
        let (keymap, problems) = Keymap::parse("save = ");
        assert_eq!((keymap, problems[0].code), (Keymap::default(), Code::NotToml));
    }

    #[test]
    fn the_generated_list_of_actions_is_current() {
        let rows: String = ACTIONS.iter().map(|row| format!("| `{}` | {} |\n", row.id, row.title)).collect();
        let table = format!("| action | what it does |\n| --- | --- |\n{rows}");
        crate::help::tests::check_generated("assets/help/settings.md", "actions", &table);
    }

    #[test]
    fn the_example_in_the_help_is_valid() {
        let page = include_str!("../../../../assets/help/settings.md");
        let example =
            page.split("```toml\n# keymap.toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_ne!(check(example, &[]), Keymap::default());
    }
}
