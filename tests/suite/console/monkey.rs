//! Whatever is pressed, pasted, clicked and resized: nothing panics, Esc leads back, files stay whole, cursors stay on
//! graphemes, and undo leads back to every body as it was opened.

use std::collections::BTreeMap;

use telecast::editor::{Command, Motion};
use telecast::ui::editor::vim::Vim;
use telecast::ui::widget::input::{Input, Mouse, MouseKind};
use telecast::ui::widget::key::{Key, KeyCode};
use telecast::workspace::Workspace;
use unicode_segmentation::GraphemeCursor;

use super::Console;
use super::harness::rows;
use crate::support::rounds;

/// Numbers that look random and are the same on every machine (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
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

const PASTES: [&str; 8] = [
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
        1 => dice.of(&CODES),
        _ => KeyCode::Char(dice.of(&[
            'a', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'o', 'p', 'r', 's', 't', 'u', 'v', 'x',
            'y', 'z', '1', '2', '3', '4', '5', '<', '{', '@', '%', '"', '\\', '/', '[', ']', '?', ':', '.',
            '!', ' ', 'é', '漢',
        ])),
    };
    let is_char = matches!(code, KeyCode::Char(_));
    Key { code, ctrl: dice.below(6) == 0, alt: dice.below(10) == 0, shift: !is_char && dice.below(6) == 0 }
}

fn input(dice: &mut Dice) -> Input {
    match dice.below(20) {
        0 => Input::Paste(dice.of(&PASTES).to_owned()),
        1 => {
            let sizes =
                [(0, 0), (1, 1), (20, 5), (24, 6), (40, 12), (60, 16), (80, 24), (120, 40), (200, 60)];
            let (columns, rows) = dice.of(&sizes);
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
            Input::Mouse(Mouse { kind: dice.of(&kinds), x, y, shift: dice.below(5) == 0 })
        }
        5 => Input::FocusGained,
        _ => Input::Key(key(dice)),
    }
}

/// The bodies a console has opened, and what each must be able to come back to.
#[derive(Default)]
struct Bodies {
    /// By stem: the text as it was opened.
    opened: BTreeMap<String, String>,
}

impl Bodies {
    /// Takes note of what is newly opened; fails unless every cursor is on a grapheme boundary of its text.
    fn look(&mut self, console: &Console, said: &str) {
        let buffers = &console.app().screens.compose.buffers;
        self.opened.retain(|stem, _| buffers.contains_key(stem));
        for (stem, buffer) in buffers {
            let editor = &buffer.editor;
            if !self.opened.contains_key(stem) && !editor.can_undo() && !editor.can_redo() {
                self.opened.insert(stem.clone(), editor.text());
            }
        }
        let Some(buffer) = console.app().screens.compose.buffer() else { return };
        let (text, selection) = (buffer.editor.text(), buffer.editor.selection());
        let mut places = vec![selection.anchor, selection.head];
        places.extend(console.app().screens.compose.vim.as_ref().map(|vim| vim.shown_cursor(&buffer.editor)));
        for at in places {
            let mut cursor = GraphemeCursor::new(at, text.len(), true);
            let is_boundary = cursor.is_boundary(&text, 0);
            assert_eq!(is_boundary, Ok(true), "{said}: {at} of {selection:?} in {text:?}");
        }
    }

    /// Fails unless undo leads back to each body as it was opened, and redo to the last one.
    fn go_back_and_forth(&self, console: &mut Console, said: &str) {
        for (stem, opened) in &self.opened {
            let editor = &mut console.app_mut().screens.compose.buffers.get_mut(stem).unwrap().editor;
            while editor.can_redo() {
                editor.apply(Command::Redo);
            }
            let last = editor.text();
            while editor.can_undo() {
                editor.apply(Command::Undo);
            }
            assert_eq!(editor.text(), *opened, "{said}: {stem} undone");
            while editor.can_redo() {
                editor.apply(Command::Redo);
            }
            assert_eq!(editor.text(), last, "{said}: {stem} done again");
        }
    }
}

/// A body beyond this only makes the test slow.
const LONG: usize = 8_000;

/// Empties a body that has grown too long.
fn shorten(console: &mut Console) {
    if let Some(buffer) =
        console.app_mut().screens.compose.buffer_mut().filter(|buffer| LONG < buffer.editor.len())
    {
        buffer.editor.apply(Command::SelectAll);
        buffer.editor.apply(Command::Delete(Motion::Left));
    }
}

/// Out of whatever is open, and into the body.
const ENTER_BODY: [Key; 4] = [
    Key::plain(KeyCode::Esc),
    Key::plain(KeyCode::Esc),
    Key::plain(KeyCode::Esc),
    Key { alt: true, ..Key::char('3') },
];

/// How inputs are played.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// With the executor, the store and the sandbox behind the console.
    World,
    /// State and screen alone: faster by far.
    Alone,
}

/// Puts so many random inputs into a console. Whoever leaves it comes back to it as it is.
fn play(seed: u64, inputs: usize, stage: Stage, vim: Option<Vim>) {
    let mut console = Console::demo();
    let modes = if vim.is_some() { "with vim" } else { "without vim" };
    console.app_mut().screens.compose.vim = vim;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let mut bodies = Bodies::default();
    for n in 0..inputs {
        let said = format!("seed {seed} {modes}, input {n}");
        shorten(&mut console);
        // Into the body now and then: most keys lead out of it sooner or later.
        let keys =
            if dice.below(40) == 0 { ENTER_BODY.map(Input::Key).to_vec() } else { vec![input(&mut dice)] };
        for input in keys {
            match stage {
                Stage::World => console.input(input),
                Stage::Alone => console.input_only(input),
            }
        }
        if stage == Stage::World && dice.below(8) == 0 {
            console.settle();
        }
        bodies.look(&console, &said);
        for row in rows(&console.cells()) {
            assert!(!row.chars().any(char::is_control), "{said}: {row:?}");
        }
        console.has_quit = false;
    }
    console.settle();
    bodies.go_back_and_forth(&mut console, &format!("seed {seed} {modes}"));
    for _ in 0..8 {
        console.press("esc");
    }
    assert!(
        !console.app().has_dialog() && console.app().screens.compose.search.is_none(),
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
fn random_input_never_panics_traps_or_breaks_a_file() {
    for seed in 0..u64::try_from(rounds(2, 10)).unwrap() {
        let vim = (seed % 2 == 1).then(Vim::default);
        play(seed, rounds(250, 1_000), Stage::World, vim);
    }
}

#[test]
fn ten_thousand_inputs_leave_cursors_on_graphemes_and_bodies_to_be_undone() {
    for seed in 0..u64::try_from(rounds(1, 3)).unwrap() {
        play(seed, rounds(500, 10_000), Stage::Alone, None);
    }
}

#[test]
fn ten_thousand_inputs_in_vim_mode_do_so_too() {
    for seed in 0..u64::try_from(rounds(1, 3)).unwrap() {
        play(seed, rounds(500, 10_000), Stage::Alone, Some(Vim::default()));
    }
}
