//! `keymap.toml`: the user's own keys, laid over the table's.
//!
//! ```toml
//! save = ["ctrl-s", "f2"]
//! ```
//!
//! An action that is named there has just the keys it names; each holds where that action has its keys in the table, but
//! a key that types or edits only outside text. Whatever is wrong is a problem at its place, and the rest holds.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, FileProblem};
use crate::disk::read_source;
use crate::paths::Paths;
use crate::text::Span;
use crate::toml::{self, Spanned, Table};
use crate::ui::shared::action::{ACTIONS, Action, Context, Row};
use crate::ui::shared::keymap::Keymap;
use crate::ui::widget::{Key, KeyCode};

impl Keymap {
    /// Reads the user's keys; where there is no file, or it is no TOML, the table's hold.
    pub fn load(paths: &Paths) -> (Keymap, Vec<FileProblem>) {
        let file = paths.keymap_file();
        let mut source = read_source(Path::new(""), &file.to_string_lossy());
        let (keymap, problems) = Keymap::parse(&source.text);
        source.problems.extend(problems);
        (keymap, source.file_problems())
    }

    pub fn parse(text: &str) -> (Keymap, Vec<Diagnostic>) {
        let (keymap, problems) = toml::read(text, read);
        (keymap.unwrap_or_default(), problems)
    }
}

type Bound = (Context, Key, Action, Span);

fn read(table: &mut Table<'_>) -> Keymap {
    table.keys_are("action");
    let mut own: Vec<Bound> = Vec::new();
    let mut named: Vec<Action> = Vec::new();
    for row in ACTIONS {
        let Some(keys) = table.texts(row.id) else { continue };
        if keys.is_empty() && row.action == Action::Palette {
            let span = table.key_span(row.id).unwrap_or(table.span());
            let problem = Diagnostic::error(
                Code::BadKey,
                span,
                "`palette` keeps its keys: it leads to everything else",
            );
            table.problem(problem.with_help("give it another key"));
            continue;
        }
        let bound: Vec<Bound> = keys.into_iter().flat_map(|key| bind(table, row, key, &own)).collect();
        named.push(row.action);
        own.extend(bound);
    }
    let standard = Keymap::default().bindings.into_iter().filter(|(_, _, action)| !named.contains(action));
    let mut bindings = Vec::new();
    for (context, key, action) in standard {
        match own.iter().find(|(taken, with, ..)| overlap(*taken, context) && *with == key) {
            Some((_, _, by, span)) => table.problem(lost(key, action, *by, *span)),
            None => bindings.push((context, key, action)),
        }
    }
    bindings.extend(own.into_iter().map(|(context, key, action, _)| (context, key, action)));
    // In the table's order, which the help shows keys in.
    let place = |action: Action| ACTIONS.iter().position(|row| row.action == action);
    bindings.sort_by_key(|(_, _, action)| place(*action));
    Keymap { bindings }
}

fn bind(table: &mut Table<'_>, row: &Row, text: Spanned<String>, own: &[Bound]) -> Vec<Bound> {
    let Spanned { value, span } = text;
    let key: Key = match value.parse() {
        Ok(key) => key,
        Err(error) => {
            table.problem(Diagnostic::error(Code::BadKey, span, error.to_string()));
            return Vec::new();
        }
    };
    if let Some(why) = reserved(key) {
        table.problem(Diagnostic::error(Code::BadKey, span, format!("`{value}` cannot be bound: {why}")));
        return Vec::new();
    }
    let contexts = contexts(row, key);
    let is_taken = |taken: Context| contexts.iter().any(|context| overlap(taken, *context));
    let taken = own.iter().find(|(context, with, ..)| is_taken(*context) && *with == key);
    if let Some((_, _, by, _)) = taken {
        let message = format!("`{value}` does `{}` already", by.row().id);
        table.problem(Diagnostic::error(Code::KeyTaken, span, message));
        return Vec::new();
    }
    contexts.into_iter().map(|context| (context, key, row.action, span)).collect()
}

fn contexts(row: &Row, key: Key) -> Vec<Context> {
    let mut contexts: Vec<Context> = Vec::new();
    for (context, _) in row.keys {
        if !contexts.contains(context) {
            contexts.push(*context);
        }
    }
    if edits_text(key) {
        contexts.retain(|context| !matches!(context, Context::Anywhere | Context::Body));
        if contexts.is_empty() {
            contexts.push(Context::Panes);
        }
    } else if contexts.is_empty() || contexts.contains(&Context::Anywhere) {
        contexts = vec![Context::Anywhere];
    }
    contexts
}

/// Whether one key cannot mean two things in both places.
fn overlap(a: Context, b: Context) -> bool {
    a == b || a == Context::Anywhere || b == Context::Anywhere
}

fn edits_text(key: Key) -> bool {
    !key.ctrl && !key.alt && !matches!(key.code, KeyCode::F(_) | KeyCode::Insert | KeyCode::Esc)
}

fn reserved(key: Key) -> Option<&'static str> {
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => Some("it always leads back"),
        (KeyCode::Char('c'), true) => Some("it copies, or cancels"),
        (KeyCode::Char('i'), true) => Some("terminals send Tab for it"),
        (KeyCode::Char('m'), true) => Some("terminals send Enter for it"),
        (KeyCode::Char('['), true) => Some("terminals send Esc for it"),
        _ => None,
    }
}

fn lost(key: Key, action: Action, by: Action, span: Span) -> Diagnostic {
    let (id, by) = (action.row().id, by.row().id);
    let message = format!("`{key}` is the key of `{id}`, which loses it to `{by}`");
    Diagnostic::warning(Code::KeyTaken, span, message)
        .with_help(format!("give `{id}` another key, or `[]` where it needs none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) -> Keymap {
        let (keymap, problems) = Keymap::parse(text);
        let lines: Vec<String> =
            FileProblem::place("keymap.toml", text, &problems).iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
        keymap
    }

    fn action(keymap: &Keymap, context: Context, key: &str) -> Option<Action> {
        keymap.action(&[context], key.parse().unwrap())
    }

    #[test]
    fn an_empty_file_leaves_the_table() {
        assert_eq!(check("# nothing\n", &[]), Keymap::default());
    }

    #[test]
    fn named_actions_have_just_the_keys_they_name() {
        let keymap =
            check("save = [\"ctrl-w\", \"J\"]\nfind = \"f3\"\nsuspend = []\nrename = \"ctrl-r\"", &[]);
        assert_eq!(action(&keymap, Context::Anywhere, "ctrl-w"), Some(Action::Save));
        assert_eq!(action(&keymap, Context::Panes, "J"), Some(Action::Save));
        assert_eq!(action(&keymap, Context::Anywhere, "J"), None, "letters type");
        assert_eq!(action(&keymap, Context::Anywhere, "ctrl-s"), None);
        assert_eq!(action(&keymap, Context::Body, "f3"), Some(Action::Find));
        assert_eq!(action(&keymap, Context::Panes, "f3"), Some(Action::Find));
        assert_eq!(action(&keymap, Context::Definitions, "ctrl-r"), Some(Action::Rename));
        assert_eq!(action(&keymap, Context::Panes, "ctrl-r"), Some(Action::Reload), "another place");
        assert_eq!(keymap.keys(Action::Suspend).count(), 0);
        assert_eq!(action(&keymap, Context::Anywhere, "ctrl-q"), Some(Action::Quit));
    }

    #[test]
    fn problems_name_their_places_and_the_rest_holds() {
        let keymap = check(
            "sav = \"ctrl-s\"\nquit = [\"ctrl-w\", \"hyper-q\", 5]\nhelp = \"ctrl-w\"\nreload = \"esc\"\npalette = []\nnew = \"ctrl-i\"",
            &[
                "keymap.toml:1:1: warning[unknown-key]: telecast does not know the action `sav` here\n  help: did you mean `save`?",
                "keymap.toml:2:9: error[key-taken]: `ctrl-w` does `help` already",
                "keymap.toml:2:19: error[bad-key]: `hyper-q` is not a key: write it as `ctrl-s`, `alt-1`, `shift-f8`, `enter` or `x`",
                "keymap.toml:2:30: error[wrong-type]: `quit` holds texts, not a whole number",
                "keymap.toml:4:10: error[bad-key]: `esc` cannot be bound: it always leads back",
                "keymap.toml:5:1: error[bad-key]: `palette` keeps its keys: it leads to everything else\n  help: give it another key",
                "keymap.toml:6:7: error[bad-key]: `ctrl-i` cannot be bound: terminals send Tab for it",
            ],
        );
        assert_eq!(action(&keymap, Context::Anywhere, "ctrl-w"), Some(Action::Help));
        assert_eq!(action(&keymap, Context::Panes, ":"), Some(Action::Palette));
    }

    #[test]
    fn a_key_taken_from_the_table_is_told() {
        let keymap = check(
            "save = \"f5\"",
            &[
                "keymap.toml:1:8: warning[key-taken]: `F5` is the key of `preview-and-test`, which loses it to `save`\n  help: give `preview-and-test` another key, or `[]` where it needs none",
            ],
        );
        assert_eq!(action(&keymap, Context::Anywhere, "f5"), Some(Action::Save));
        assert_eq!(action(&keymap, Context::Panes, "t"), Some(Action::PreviewAndTest));
        check(
            "save = \"ctrl-f\"",
            &[
                "keymap.toml:1:8: warning[key-taken]: `^F` is the key of `find`, which loses it to `save`\n  help: give `find` another key, or `[]` where it needs none",
            ],
        );
        check("save = \"f5\"\npreview-and-test = \"f6\"\ncompare-modes = []", &[]);
    }

    #[test]
    fn a_file_that_is_no_toml_leaves_the_table() {
        let (keymap, problems) = Keymap::parse("save = ");
        assert_eq!((keymap, problems[0].code), (Keymap::default(), Code::NotToml));
    }

    #[test]
    fn the_readme_names_every_action() {
        let readme = include_str!("../../../../README.md");
        let names: Vec<String> = ACTIONS.iter().map(|row| format!("`{}`", row.id)).collect();
        let line = format!("Actions: {}.", names.join(" "));
        assert!(readme.lines().any(|found| found == line), "the README's line of actions is to be:\n{line}");
    }

    #[test]
    fn the_readmes_example_has_no_problem() {
        let readme = include_str!("../../../../README.md");
        let example =
            readme.split("# keymap.toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_ne!(check(example, &[]), Keymap::default());
    }
}
