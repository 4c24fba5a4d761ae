//! Whatever is pressed, pasted, clicked and resized: nothing panics, Esc leads back, files stay whole.

use telecast::ui::input::{Input, Mouse, MouseKind};
use telecast::ui::key::{Key, KeyCode};
use telecast::workspace::Workspace;

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

fn play(seed: u64, inputs: usize) {
    let mut console = Console::demo();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    for n in 0..inputs {
        let input = input(&mut dice);
        console.input(input);
        if dice.below(8) == 0 {
            console.settle();
        }
        for row in rows(&console.cells()) {
            assert!(!row.chars().any(char::is_control), "seed {seed}, input {n}: {row:?}");
        }
        if console.has_quit {
            break;
        }
    }
    console.settle();
    for _ in 0..6 {
        console.press("esc");
    }
    assert!(
        console.app.dialog.is_none() && console.app.search.is_none(),
        "seed {seed}:\n{}",
        console.screen()
    );
    let workspace = Workspace::open(&console.app.workspace.root).unwrap();
    for campaign in &workspace.campaigns {
        assert!(campaign.value.is_some(), "seed {seed}: {} is broken", campaign.stem);
    }
    for webhook in &workspace.webhooks {
        assert!(webhook.value.is_some(), "seed {seed}: {} is broken", webhook.stem);
    }
}

#[test]
fn random_input_never_panics_traps_or_breaks_a_file() {
    for seed in 0..u64::try_from(rounds(3, 10)).unwrap() {
        play(seed, rounds(250, 1_000));
    }
}
