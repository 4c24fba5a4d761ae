//! Random keys, pastes, clicks and resizes: nothing panics, Esc leaves every dialog, files stay valid, cursors stay on
//! grapheme boundaries, and undo restores every body as it was opened.

use std::collections::BTreeMap;

use telecast::editor::{Command, Motion};
use telecast::ui::editor::vim::Vim;
use telecast::ui::shared::action::ACTIONS;
use telecast::ui::widget::input::{Input, Mouse, MouseKind};
use telecast::ui::widget::key::{Key, KeyCode};
use telecast::workspace::Workspace;
use unicode_segmentation::GraphemeCursor;

use super::Console;
use super::harness::rows;
use crate::support::rounds;

/// Pseudo-random numbers, the same on every machine (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

const CODES: [KeyCode; 14] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
];

const PASTES: [&str; 9] = [
    "X-Api: 5\r\n-H 'A: \u{202e}b'",
    "",
    "plain",
    "<b>{{ Profile.first_name | tg_html }}",
    "\u{1b}[2J\u{7}\r\n\t",
    "👩‍👩‍👧 مرحبا 漢字 e\u{301}",
    "{% if x %}{% for",
    "\"}\n\n\n{\"",
    "1234567890:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr",
];

fn key(dice: &mut Dice) -> Key {
    let code = match dice.below(4) {
        0 => KeyCode::F(u8::try_from(1 + dice.below(12)).unwrap()),
        1 => dice.pick(&CODES),
        _ => KeyCode::Char(dice.pick(&[
            'a', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'o', 'p', 'r', 's', 't', 'u', 'U', 'v',
            'x', 'y', 'z', 'N', '1', '2', '3', '4', '5', '<', '{', '@', '%', '"', '\\', '/', '[', ']', '?',
            ':', '.', '!', ' ', 'é', '漢',
        ])),
    };
    let is_char = matches!(code, KeyCode::Char(_));
    Key { code, ctrl: dice.below(6) == 0, alt: dice.below(10) == 0, shift: !is_char && dice.below(6) == 0 }
}

fn input(dice: &mut Dice) -> Input {
    match dice.below(20) {
        0 => Input::Paste(dice.pick(&PASTES).to_owned()),
        1 => {
            let sizes =
                [(0, 0), (1, 1), (20, 5), (24, 6), (40, 12), (60, 16), (80, 24), (120, 40), (200, 60)];
            let (columns, rows) = dice.pick(&sizes);
            Input::Resize(columns, rows)
        }
        2..5 => {
            let kinds = [
                MouseKind::Down { clicks: 1 },
                MouseKind::Down { clicks: 2 },
                MouseKind::Down { clicks: 3 },
                MouseKind::Drag,
                MouseKind::Up,
                MouseKind::Scroll(3),
                MouseKind::Scroll(-3),
            ];
            let at = |n: usize| u16::try_from(n).unwrap();
            let (x, y) = (at(dice.below(130)), at(dice.below(45)));
            Input::Mouse(Mouse { kind: dice.pick(&kinds), x, y, shift: dice.below(5) == 0 })
        }
        5 => Input::FocusGained,
        _ => Input::Key(key(dice)),
    }
}

/// The bodies that a console has opened, with the text to which undo must lead back.
#[derive(Default)]
struct OpenedBodies {
    /// The text at the time of opening, by the campaign's stem.
    texts: BTreeMap<String, String>,
}

impl OpenedBodies {
    /// Records newly opened bodies. Fails unless every cursor of the open body is on a grapheme boundary.
    fn record_and_check_cursors(&mut self, console: &Console, context: &str) {
        let buffers = &console.app().screens.compose.buffers;
        self.texts.retain(|stem, _| buffers.contains_key(stem));
        for (stem, buffer) in buffers {
            let editor = &buffer.editor;
            if !self.texts.contains_key(stem) && !editor.can_undo() && !editor.can_redo() {
                self.texts.insert(stem.clone(), editor.text());
            }
        }
        let Some(buffer) = console.app().screens.compose.buffer() else { return };
        let (text, selection) = (buffer.editor.text(), buffer.editor.selection());
        let mut carets = vec![selection.anchor, selection.head];
        carets.extend(console.app().screens.compose.vim.as_ref().map(|vim| vim.shown_cursor(&buffer.editor)));
        for at in carets {
            let mut cursor = GraphemeCursor::new(at, text.len(), true);
            let is_boundary = cursor.is_boundary(&text, 0);
            assert_eq!(is_boundary, Ok(true), "{context}: {at} of {selection:?} in {text:?}");
        }
    }

    /// Fails unless undo leads back to each body as it was opened, and redo to its latest text.
    fn check_undo_and_redo(&self, console: &mut Console, context: &str) {
        for (stem, opened) in &self.texts {
            let editor = &mut console.app_mut().screens.compose.buffers.get_mut(stem).unwrap().editor;
            while editor.can_redo() {
                editor.apply(Command::Redo);
            }
            let last = editor.text();
            while editor.can_undo() {
                editor.apply(Command::Undo);
            }
            assert_eq!(editor.text(), *opened, "{context}: {stem} after undo");
            while editor.can_redo() {
                editor.apply(Command::Redo);
            }
            assert_eq!(editor.text(), last, "{context}: {stem} after redo");
        }
    }
}

/// The length in bytes above which a body is emptied: longer ones only make the test slow.
const MAX_BODY_LEN: usize = 8_000;

/// Empties the open body if it has grown too long.
fn shorten(console: &mut Console) {
    if let Some(buffer) =
        console.app_mut().screens.compose.buffer_mut().filter(|buffer| MAX_BODY_LEN < buffer.editor.len())
    {
        buffer.editor.apply(Command::SelectAll);
        buffer.editor.apply(Command::Delete(Motion::Left));
    }
}

/// Keys that few random inputs find. They close what is open, and enter the body, an earlier test, the form of the
/// webhook or of a profile, or the question before a profile is deleted.
const PATHS: [&str; 6] = [
    "esc esc esc esc alt-3",
    "esc esc esc esc f5 h enter",
    "esc esc esc esc alt-2 enter",
    "esc esc esc esc f7 ctrl-e",
    "esc esc esc esc f7 up up z z enter",
    "esc esc esc esc f7 down ctrl-d",
];

/// Earlier tests with texts from outside.
const HISTORY: &str = concat!(
    r#"{"sent":"2026-01-01T00:00:00Z","campaign":"spring-sale","webhook":"bot","profile":"anna","chat":"77","method":"POST","url":"https://h.example/bot${BOT_TOKEN}/sendMessage","headers":[["A","\u001b[2J"]],"body":"{\r\n\u0007\"text\": \"\u202e漢👩\u200d👩\"\n}","ok":false,"status":400,"message_id":null,"description":"\u001b]0;x\u0007","ms":1}"#,
    "\n",
    r#"{"sent":"9999-12-30T22:00:00Z","campaign":"nobody","webhook":"","profile":null,"chat":null,"method":"","url":"","headers":[],"body":"","ok":false,"may_have_arrived":true,"status":null,"message_id":null,"description":null,"ms":18446744073709551615}"#,
    "\n",
);

fn keys(text: &str) -> Vec<Input> {
    text.split(' ').map(|key| Input::Key(key.parse().unwrap())).collect()
}

/// Closes what is open and runs a random action from the palette, so that every dialog opens sooner or later.
fn action(dice: &mut Dice) -> Vec<Input> {
    let row = &ACTIONS[dice.below(ACTIONS.len())];
    let palette = Key { ctrl: true, ..Key::char('p') };
    let mut inputs = keys(PATHS[0]);
    inputs.extend([
        Input::Key(palette),
        Input::Paste(row.title.to_owned()),
        Input::Key(Key::plain(KeyCode::Enter)),
    ]);
    inputs
}

/// How much of the console runs.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    /// The event loop with its executor, store and sandbox.
    FullLoop,
    /// The state and the screen alone, which is much faster.
    StateOnly,
}

/// Sends `inputs` random inputs to a console. An input that quits it is ignored.
fn play(seed: u64, inputs: usize, scope: Scope, vim: Option<Vim>) {
    let mut console = Console::demo();
    console.write(".telecast/history.jsonl", HISTORY);
    let modes = if vim.is_some() { "with vim" } else { "without vim" };
    console.app_mut().screens.compose.vim = vim;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let mut bodies = OpenedBodies::default();
    for n in 0..inputs {
        let context = format!("seed {seed} {modes}, input {n}");
        shorten(&mut console);
        // Most keys lead out of the body sooner or later, so it is entered again now and then.
        let keys = match dice.below(120) {
            0..3 => keys(dice.pick(&PATHS)),
            3..5 => action(&mut dice),
            _ => vec![input(&mut dice)],
        };
        let is_opening = 1 < keys.len();
        for input in keys {
            match scope {
                Scope::FullLoop => console.input(input),
                Scope::StateOnly => console.input_without_effects(input),
            }
            // The list of profiles has to arrive before a profile can be chosen.
            if scope == Scope::FullLoop && is_opening {
                console.settle();
            }
        }
        if scope == Scope::FullLoop && dice.below(8) == 0 {
            console.settle();
        }
        bodies.record_and_check_cursors(&console, &context);
        for row in rows(&console.cells()) {
            assert!(!row.chars().any(char::is_control), "{context}: {row:?}");
        }
        console.has_quit = false;
    }
    console.settle();
    bodies.check_undo_and_redo(&mut console, &format!("seed {seed} {modes}"));
    for _ in 0..8 {
        console.press("esc");
    }
    let compose = &console.app().screens.compose;
    assert!(
        !console.app().has_dialog() && compose.search.is_none() && compose.typed_filter().is_none(),
        "seed {seed} {modes}:\n{}",
        console.screen()
    );
    let workspace = Workspace::open(&console.app().shared.workspace.root).unwrap();
    for campaign in &workspace.campaigns {
        assert!(campaign.value.is_some(), "seed {seed} {modes}: {} is broken", campaign.stem);
    }
    for webhook in &workspace.webhooks {
        assert!(webhook.value.is_some(), "seed {seed} {modes}: {} is broken", webhook.stem);
    }
}

#[test]
fn random_input_never_panics_traps_the_user_or_breaks_a_file() {
    for seed in 0..u64::try_from(rounds(2, 10)).unwrap() {
        let vim = (seed % 2 == 1).then(Vim::default);
        play(seed, rounds(250, 1_000), Scope::FullLoop, vim);
    }
}

#[test]
fn random_input_keeps_cursors_on_graphemes_and_edits_undoable() {
    for seed in 0..u64::try_from(rounds(1, 3)).unwrap() {
        play(seed, rounds(500, 10_000), Scope::StateOnly, None);
    }
}

#[test]
fn random_input_in_vim_mode_keeps_cursors_valid_and_edits_undoable() {
    for seed in 0..u64::try_from(rounds(1, 3)).unwrap() {
        play(seed, rounds(500, 10_000), Scope::StateOnly, Some(Vim::default()));
    }
}
