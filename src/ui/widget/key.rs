//! Keys as data that does not depend on the terminal library, with their text forms for keymap files and for the
//! footer.

use std::fmt;
use std::str::FromStr;

/// A key with its modifiers. `shift` is never set for a character, because the character already includes Shift (`A`,
/// `?`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    /// Alt was held, or Esc was sent immediately before the key.
    pub alt: bool,
    /// Shift was held. Always false for characters.
    pub shift: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyCode {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
}

impl Key {
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// Converts a key from a keymap file to the form in which terminals report it.
    fn as_terminals_send_it(mut self) -> Self {
        if let KeyCode::Char(c) = self.code {
            // For Shift with a letter, terminals send a capital letter.
            self.code = KeyCode::Char(match (self.ctrl, self.shift) {
                (true, _) => Self::with_ctrl(c),
                (false, true) => c.to_ascii_uppercase(),
                (false, false) => c,
            });
            self.shift = false;
        }
        self
    }

    /// Returns the character under which a key with Ctrl is known here. Several keys with Ctrl send the same byte, so
    /// they are one key.
    pub(crate) fn with_ctrl(c: char) -> char {
        match c {
            // In a classic terminal and in tmux, Ctrl-\, Ctrl-], Ctrl-^, and Ctrl-/ send the bytes 0x1c to 0x1f.
            // Ctrl-4 to Ctrl-7 send the same bytes.
            '4' => '\\',
            '5' => ']',
            '6' => '^',
            '7' | '_' => '/',
            // The same byte stands for Ctrl-S and Ctrl-Shift-S.
            c => c.to_ascii_lowercase(),
        }
    }

    pub const fn without_alt(self) -> Self {
        Self { alt: false, ..self }
    }

    pub fn typed(self) -> Option<char> {
        match self {
            Key { code: KeyCode::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        }
    }
}

impl KeyCode {
    /// Returns by how many rows the key moves in a list or scrolls a text: negative is up. `page` is the number of rows
    /// on screen. `Home` returns the smallest number, and `End` the largest. `None` for all other keys.
    pub fn rows(self, page: usize) -> Option<isize> {
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
        Some(match self {
            KeyCode::Up => -1,
            KeyCode::Down => 1,
            KeyCode::PageUp => -page,
            KeyCode::PageDown => page,
            KeyCode::Home => isize::MIN,
            KeyCode::End => isize::MAX,
            _ => return None,
        })
    }
}

impl fmt::Display for Key {
    /// Formats the key as the footer shows it: `^S`, `F5`, `Alt-Enter`, `Shift-F8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alt {
            f.write_str("Alt-")?;
        }
        // After `Alt-`, a capital letter is easily overlooked, so `Shift-` is written out.
        let is_capital = matches!(self.code, KeyCode::Char('A'..='Z'));
        if self.shift || (self.alt && is_capital) {
            f.write_str("Shift-")?;
        }
        match (self.ctrl, self.code) {
            (true, KeyCode::Char(' ')) => f.write_str("^Space"),
            (true, KeyCode::Char(c)) => write!(f, "^{}", c.to_ascii_uppercase()),
            (true, code) => write!(f, "Ctrl-{}", code_name(code)),
            (false, KeyCode::Char(' ')) => f.write_str("Space"),
            (false, KeyCode::Char(c)) => write!(f, "{c}"),
            (false, KeyCode::F(n)) => write!(f, "F{n}"),
            (false, code) => f.write_str(code_name(code)),
        }
    }
}

/// The names of the keys that are neither characters nor function keys, as used in keymap files.
const NAMES: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
];

fn code_name(code: KeyCode) -> &'static str {
    NAMES.iter().find(|(_, named)| *named == code).map_or("Key", |(name, _)| name)
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key: write it as `ctrl-s`, `alt-1`, `shift-f8`, `enter` or `x`")]
pub struct UnknownKey(pub String);

impl FromStr for Key {
    type Err = UnknownKey;

    /// Parses `ctrl-s`, `alt-1`, `shift-f8`, `enter`, `space`, `?`; the modifiers may be in any order and in any case.
    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut key = Key::char(' ');
        let mut rest = text;
        // A dash at the end is the key itself, as in `ctrl--`.
        while let Some((modifier, tail)) = rest.split_once('-').filter(|(_, tail)| !tail.is_empty()) {
            match modifier.to_ascii_lowercase().as_str() {
                "ctrl" => key.ctrl = true,
                "alt" => key.alt = true,
                "shift" => key.shift = true,
                _ => return Err(unknown()),
            }
            rest = tail;
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            _ if rest.eq_ignore_ascii_case("space") => KeyCode::Char(' '),
            (Some('f' | 'F'), Some(digit)) if digit.is_ascii_digit() => {
                let number = rest[1..].parse().ok().filter(|number| (1..=12).contains(number));
                KeyCode::F(number.ok_or_else(unknown)?)
            }
            _ => {
                let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest));
                named.map(|(_, code)| *code).ok_or_else(unknown)?
            }
        };
        Ok(key.as_terminals_send_it())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(text.parse::<Key>().map(|key| key.to_string()).as_deref(), Ok(shown));
    }

    #[test]
    fn keys_are_parsed_and_displayed() {
        check("ctrl-s", "^S");
        check("F5", "F5");
        check("shift-f8", "Shift-F8");
        check("alt-F", "Alt-Shift-F");
        check("alt-enter", "Alt-Enter");
        check("?", "?");
        check("-", "-");
        check("ctrl--", "^-");
        check("space", "Space");
        check("ctrl-S", "^S");
        check("ctrl-space", "^Space");
        check("shift-a", "A");
        check("ctrl-7", "^/");
        check("ctrl-_", "^/");
        check("ctrl-5", "^]");
    }

    #[test]
    fn invalid_keys_are_rejected() {
        for text in ["", "hyper-x", "f", "enterr", "fx", "f13"] {
            assert!(text.parse::<Key>().is_err() || text.len() == 1, "{text}");
        }
    }
}
