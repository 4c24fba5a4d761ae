//! The escape sequences of keys, by terminal.
//!
//! Most terminals send what xterm sends: `CSI 1;5D` for Ctrl-Left, `CSI 3;2~` for Shift-Delete. In these sequences, the
//! key and the modifiers are separate numbers or letters, so a few rules decode them all. Sequences that follow no rule
//! are in a table. The files in `tests/data/keys` contain what real terminals have sent.

use crate::ui::widget::{Key, KeyCode};

/// How a terminal encodes keys. Some sequences mean different keys in different dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Common,
    /// rxvt and urxvt.
    Rxvt,
    /// A terminal in which the kitty keyboard protocol is switched on.
    Kitty,
}

impl Dialect {
    /// Returns the dialect of a terminal of which only the environment variable `TERM` is known.
    pub(crate) fn of_term(term: &str) -> Self {
        if term.starts_with("rxvt") { Dialect::Rxvt } else { Dialect::Common }
    }
}

const fn shift(code: KeyCode) -> Key {
    Key { shift: true, ..Key::plain(code) }
}

const fn ctrl(code: KeyCode) -> Key {
    Key { ctrl: true, ..Key::plain(code) }
}

/// Sequences that follow no rule, without the escape character.
const IRREGULAR: &[(&str, Key)] = &[
    // All terminals.
    ("[Z", shift(KeyCode::Tab)),
    // st. Its names for these keys are VT100 commands: delete a character, delete a line, clear to the end.
    ("[P", Key::plain(KeyCode::Delete)),
    ("[2K", shift(KeyCode::Delete)),
    // In other terminals, these bytes introduce a mouse report of X10. telecast does not switch these reports on.
    ("[M", ctrl(KeyCode::Delete)),
    ("[4h", Key::plain(KeyCode::Insert)),
    ("[4l", shift(KeyCode::Insert)),
    ("[L", ctrl(KeyCode::Insert)),
    ("[2J", shift(KeyCode::Home)),
    ("[K", shift(KeyCode::End)),
    ("[J", ctrl(KeyCode::End)),
    // rxvt and urxvt.
    ("[a", shift(KeyCode::Up)),
    ("[b", shift(KeyCode::Down)),
    ("[c", shift(KeyCode::Right)),
    ("[d", shift(KeyCode::Left)),
    ("Oa", ctrl(KeyCode::Up)),
    ("Ob", ctrl(KeyCode::Down)),
    ("Oc", ctrl(KeyCode::Right)),
    ("Od", ctrl(KeyCode::Left)),
    // The Linux console.
    ("[[A", Key::plain(KeyCode::F(1))),
    ("[[B", Key::plain(KeyCode::F(2))),
    ("[[C", Key::plain(KeyCode::F(3))),
    ("[[D", Key::plain(KeyCode::F(4))),
    ("[[E", Key::plain(KeyCode::F(5))),
    // konsole. In other terminals, this is Enter on a keypad in application mode. telecast does not switch this mode
    // on.
    ("OM", shift(KeyCode::Enter)),
];

/// The final letters of `CSI 1;m X` and `SS3 X`.
const LETTERS: &[(char, KeyCode)] = &[
    ('A', KeyCode::Up),
    ('B', KeyCode::Down),
    ('C', KeyCode::Right),
    ('D', KeyCode::Left),
    ('F', KeyCode::End),
    ('H', KeyCode::Home),
    ('P', KeyCode::F(1)),
    ('Q', KeyCode::F(2)),
    ('R', KeyCode::F(3)),
    ('S', KeyCode::F(4)),
];

/// The numbers of `CSI n;m ~`.
const NUMBERS: &[(u32, KeyCode)] = &[
    (1, KeyCode::Home),
    (2, KeyCode::Insert),
    (3, KeyCode::Delete),
    (4, KeyCode::End),
    (5, KeyCode::PageUp),
    (6, KeyCode::PageDown),
    (7, KeyCode::Home),
    (8, KeyCode::End),
    (11, KeyCode::F(1)),
    (12, KeyCode::F(2)),
    (13, KeyCode::F(3)),
    (14, KeyCode::F(4)),
    (15, KeyCode::F(5)),
    (17, KeyCode::F(6)),
    (18, KeyCode::F(7)),
    (19, KeyCode::F(8)),
    (20, KeyCode::F(9)),
    (21, KeyCode::F(10)),
    (23, KeyCode::F(11)),
    (24, KeyCode::F(12)),
    (25, KeyCode::F(13)),
    (26, KeyCode::F(14)),
    (28, KeyCode::F(15)),
    (29, KeyCode::F(16)),
    (31, KeyCode::F(17)),
    (32, KeyCode::F(18)),
    (33, KeyCode::F(19)),
    (34, KeyCode::F(20)),
];

/// Codes of the kitty protocol (`CSI code u`) that are not characters. The private codes are those of a keypad.
const CODES: &[(u32, KeyCode)] = &[
    (9, KeyCode::Tab),
    (13, KeyCode::Enter),
    (27, KeyCode::Esc),
    (127, KeyCode::Backspace),
    (57409, KeyCode::Char('.')),
    (57410, KeyCode::Char('/')),
    (57411, KeyCode::Char('*')),
    (57412, KeyCode::Char('-')),
    (57413, KeyCode::Char('+')),
    (57414, KeyCode::Enter),
    (57415, KeyCode::Char('=')),
    (57416, KeyCode::Char(',')),
    (57417, KeyCode::Left),
    (57418, KeyCode::Right),
    (57419, KeyCode::Up),
    (57420, KeyCode::Down),
    (57421, KeyCode::PageUp),
    (57422, KeyCode::PageDown),
    (57423, KeyCode::Home),
    (57424, KeyCode::End),
    (57425, KeyCode::Insert),
    (57426, KeyCode::Delete),
];

/// The kitty protocol's code for 0 on the keypad; the codes of the other digits follow.
const KEYPAD_ZERO: u32 = 57399;

/// The private use area of Unicode from which the kitty protocol takes the codes of keys that are not characters.
const PRIVATE: std::ops::RangeInclusive<u32> = 0xe000..=0xf8ff;

fn find<K: Copy + PartialEq, V: Copy>(table: &[(K, V)], wanted: K) -> Option<V> {
    table.iter().find(|(key, _)| *key == wanted).map(|(_, value)| *value)
}

/// Returns the key of a complete CSI or SS3 sequence. `sequence` is without the escape character: `[1;5D`, `Od`.
/// Returns `None` for a key that telecast does not know, and if a key was released.
pub(crate) fn key(sequence: &str, dialect: Dialect) -> Option<Key> {
    let is_kitty_letter = dialect == Dialect::Kitty && matches!(sequence, "[P" | "[Q" | "[S");
    if let Some(key) = find(IRREGULAR, sequence).filter(|_| !is_kitty_letter) {
        return Some(key);
    }
    let last = sequence.chars().next_back()?;
    let params = &sequence[1..sequence.len() - last.len_utf8()];
    match last {
        '~' if number(params, 0, 0) == Some(27) => character(params, 2, 1),
        '~' => modified(numbered(params, dialect)?, params, 1),
        // rxvt marks modifiers with the last character.
        '$' => Some(Key { shift: true, ..numbered(params, dialect)? }),
        '^' => Some(Key { ctrl: true, ..numbered(params, dialect)? }),
        '@' => Some(Key { ctrl: true, shift: true, ..numbered(params, dialect)? }),
        'u' => character(params, 0, 1),
        letter => {
            // Old terminals leave out the 1 before the modifiers: `CSI 5D`, `SS3 5P`.
            let place = params.matches(';').count();
            modified(Key::plain(find(LETTERS, letter)?), params, place)
        }
    }
}

/// Returns one number of a sequence's parameters. Semicolons separate places, and colons separate the parts of a place,
/// both counted from 0. In `1;5:3`, the number at place 1 and part 1 is 3.
fn number(params: &str, place: usize, part: usize) -> Option<u32> {
    params.split(';').nth(place)?.split(':').nth(part)?.parse().ok()
}

fn numbered(params: &str, dialect: Dialect) -> Option<Key> {
    let code = find(NUMBERS, number(params, 0, 0)?)?;
    Some(match code {
        // Terminals send the numbers of F13 to F20 for Shift with a function key. In rxvt, Shift-F1 is F11.
        KeyCode::F(n @ 13..) => shift(KeyCode::F(n - if dialect == Dialect::Rxvt { 10 } else { 12 })),
        code => Key::plain(code),
    })
}

/// Adds the modifiers at `place` of the parameters to the key. Returns `None` if the sequence reports the release of
/// the key, or a modifier other than Shift, Alt, and Ctrl.
fn modified(key: Key, params: &str, place: usize) -> Option<Key> {
    const RELEASED: u32 = 3;
    // Num Lock and Caps Lock, which the kitty protocol reports as modifiers.
    const LOCKS: u32 = 64 | 128;
    let mask = number(params, place, 0).unwrap_or(1).saturating_sub(1) & !LOCKS;
    if number(params, place, 1) == Some(RELEASED) || 8 <= mask {
        return None;
    }
    Some(Key {
        shift: key.shift || mask & 1 != 0,
        alt: key.alt || mask & 2 != 0,
        ctrl: key.ctrl || mask & 4 != 0,
        ..key
    })
}

/// Returns the key of `CSI code;modifiers u`. The code is that of a character, or one of [`CODES`].
fn character(params: &str, code_place: usize, modifiers_place: usize) -> Option<Key> {
    let code = number(params, code_place, 0)?;
    let digit = code.checked_sub(KEYPAD_ZERO).and_then(|n| char::from_digit(n, 10));
    let named = find(CODES, code).or(digit.map(KeyCode::Char));
    let key = modified(Key::plain(named.unwrap_or(KeyCode::Esc)), params, modifiers_place)?;
    match named {
        Some(KeyCode::Char(c)) => Some(of_char(c, key.ctrl, key.alt)),
        Some(_) => Some(key),
        None if PRIVATE.contains(&code) => None,
        None => {
            // The code is the character of the key without Shift. The terminal may also send the character with Shift,
            // and the character of the same key on a Latin keyboard.
            let [plain, shifted, latin] =
                [0, 1, 2].map(|part| number(params, code_place, part).and_then(char::from_u32));
            let c = match shifted {
                _ if !key.shift => plain?,
                Some(shifted) => shifted,
                None => upper(plain?),
            };
            // Shortcuts are Latin letters. With another layout, a shortcut is the key at the same place.
            let latin = latin.filter(|_| (key.ctrl || key.alt) && !c.is_ascii());
            let c = latin.map_or(c, |latin| if key.shift { upper(latin) } else { latin });
            (!c.is_control()).then(|| of_char(c, key.ctrl, key.alt))
        }
    }
}

fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => c,
    }
}

/// Returns the key of a character. Shift is not set, because the character already includes it (`A`, `?`). A binding
/// such as `?` then works on every keyboard, whether or not its layout needs Shift for this character.
fn of_char(c: char, ctrl: bool, alt: bool) -> Key {
    let code = match c {
        // Without the kitty protocol, these keys with Ctrl send the same bytes as Tab, Enter, and Esc. With the
        // protocol, they are treated as the same keys too, so that they work alike in all terminals.
        'i' | 'I' if ctrl => KeyCode::Tab,
        'm' | 'M' if ctrl => KeyCode::Enter,
        '[' if ctrl => KeyCode::Esc,
        c if ctrl => return Key { ctrl, alt, ..Key::char(Key::with_ctrl(c)) },
        c => KeyCode::Char(c),
    };
    Key { alt, ..Key::plain(code) }
}

/// Returns the key of one character that was sent without an escape sequence. Returns `None` for control characters
/// that no key sends.
pub(crate) fn typed(c: char) -> Option<Key> {
    Some(match c {
        '\0' => of_char(' ', true, false),
        '\x7f' => Key::plain(KeyCode::Backspace),
        // A control byte is the character of the key without the bits 0x60.
        '\x01'..='\x1a' => of_char(char::from(c as u8 | 0x60), true, false),
        '\x1b'..='\x1f' => of_char(char::from(c as u8 | 0x40), true, false),
        c if c.is_control() => return None,
        c => Key::char(c),
    })
}
