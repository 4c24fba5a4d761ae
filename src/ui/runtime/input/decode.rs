//! Decodes the bytes that a terminal sends: keys, pastes, the mouse, and answers to queries.
//!
//! Knows nothing of files, time, or the console. Bytes go in as they are read, in pieces of any size. A sequence that
//! is not complete waits for the rest. A complete sequence that means nothing here is dropped as a whole, so that no
//! part of it is typed into a text.

use memchr::memmem;

use crate::ui::runtime::input::sequences::{self, Dialect};
use crate::ui::widget::{Input, Key, KeyCode, Mouse, MouseKind, Rgb};

const ESC: u8 = 0x1b;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// The maximum length of a sequence, in bytes. The longest sequence that is expected, the answer with the background's
/// color, has about 30 bytes.
const MAX_SEQUENCE: usize = 1024;

/// The maximum length of a paste, in bytes. A longer paste is delivered in pieces. So even if a terminal never sends
/// the end of a paste, the text does not fill the memory.
const MAX_PASTE: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decoded {
    /// In a mouse press, `clicks` is always 1, because the decoder does not know the time between two presses.
    Input(Input),
    /// The color of the terminal's background.
    Background(Rgb),
    /// The terminal knows the kitty keyboard protocol.
    KittyKeyboard,
    /// The terminal's attributes (DA1). Terminals answer in order, and almost all answer this query.
    Attributes,
}

#[derive(Debug)]
pub(crate) struct Decoder {
    pub(crate) dialect: Dialect,
    /// The bytes of a sequence or character that is not complete yet.
    pending: Vec<u8>,
    /// The text of a paste so far.
    paste: Option<Vec<u8>>,
}

/// The length in bytes of a sequence or character, and its meaning, if it has one. `None` if its end has not been read
/// yet.
type Parsed = Option<(usize, Option<Decoded>)>;

impl Decoder {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, pending: Vec::new(), paste: None }
    }

    /// Decodes the bytes of one read.
    ///
    /// If an escape character and a key are in the same read, they are the key with Alt, because terminals send Alt in
    /// this way. If the key is in the next read, they are two keys, Esc and the other key. The exception is a sequence,
    /// which may be split after its escape character.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Decoded> {
        let mut decoded = Vec::new();
        let is_esc = !self.pending.is_empty() && self.pending.iter().all(|byte| *byte == ESC);
        if is_esc && bytes.first().is_some_and(|byte| !introduces(*byte)) {
            decoded.append(&mut self.resolve());
        }
        let mut buffer = std::mem::take(&mut self.pending);
        buffer.extend_from_slice(bytes);
        let mut rest = buffer.as_slice();
        while !rest.is_empty() {
            let parsed = if self.paste.is_some() {
                Some(self.take_paste(rest))
            } else if rest.starts_with(PASTE_START) {
                self.paste = Some(Vec::new());
                Some((PASTE_START.len(), None))
            } else {
                parse(rest, self.dialect)
            };
            let Some((len, meaning)) = parsed else { break };
            decoded.extend(meaning);
            rest = &rest[len..];
        }
        self.pending = rest.to_vec();
        decoded
    }

    /// Whether the pending bytes can be a key or the start of a sequence. If nothing follows for a while, they are a
    /// key, and the caller calls [`Decoder::resolve`].
    pub(crate) fn is_ambiguous(&self) -> bool {
        let n_esc = self.pending.iter().take_while(|byte| **byte == ESC).count();
        match self.pending[n_esc..] {
            [] => 0 < n_esc,
            [byte] => 0 < n_esc && introduces(byte),
            _ => false,
        }
    }

    /// Call this when the rest of an ambiguous sequence has not arrived in time. Returns the pending bytes as keys.
    pub(crate) fn resolve(&mut self) -> Vec<Decoded> {
        let pending = std::mem::take(&mut self.pending);
        let n_esc = pending.iter().take_while(|byte| **byte == ESC).count();
        let alt = pending.get(n_esc).map(|byte| alt(char::from(*byte)));
        let n_esc = n_esc - usize::from(alt.is_some());
        std::iter::repeat_n(key(Key::plain(KeyCode::Esc)), n_esc).chain(alt).collect()
    }

    fn take_paste(&mut self, bytes: &[u8]) -> (usize, Option<Decoded>) {
        let mut text = self.paste.take().unwrap_or_default();
        // The sequence that ends a paste may be split between two reads, so the search starts in the text of earlier
        // reads.
        let from = (text.len() + 1).saturating_sub(PASTE_END.len());
        let n_before = text.len();
        text.extend_from_slice(bytes);
        let end = memmem::find(&text[from..], PASTE_END).map(|at| from + at);
        if end.is_none() && text.len() < MAX_PASTE {
            self.paste = Some(text);
            return (bytes.len(), None);
        }
        let len = end.map_or(bytes.len(), |end| end + PASTE_END.len() - n_before);
        text.truncate(end.unwrap_or(text.len()));
        if end.is_none() {
            self.paste = Some(Vec::new());
        }
        (len, Some(Decoded::Input(Input::Paste(String::from_utf8_lossy(&text).into_owned()))))
    }
}

fn key(key: Key) -> Decoded {
    Decoded::Input(Input::Key(key))
}

fn alt(c: char) -> Decoded {
    key(Key { alt: true, ..Key::char(c) })
}

/// Whether the byte after an escape character introduces a sequence: CSI, SS3, OSC, or DCS.
fn introduces(byte: u8) -> bool {
    matches!(byte, b'[' | b'O' | b']' | b'P')
}

fn parse(bytes: &[u8], dialect: Dialect) -> Parsed {
    if bytes.first() != Some(&ESC) {
        return parse_char(bytes);
    }
    match bytes.get(1)? {
        b'[' => parse_csi(bytes, dialect),
        b'O' => parse_ss3(bytes, dialect),
        // A string begins with a digit, or with `>` in the answer with the terminal's version. If another byte follows,
        // `ESC ]` or `ESC P` is a key with Alt, and the byte belongs to the next key.
        b']' => parse_string(bytes, |first| first.is_ascii_digit()),
        b'P' => parse_string(bytes, |first| first.is_ascii_digit() || first == b'>'),
        // rxvt sends a second escape character for Alt with a key that has a sequence.
        &ESC if matches!(bytes.get(2)?, b'[' | b'O') => with_alt(parse(&bytes[1..], dialect)),
        &ESC => Some((1, Some(key(Key::plain(KeyCode::Esc))))),
        _ => with_alt(parse_char(&bytes[1..])),
    }
}

/// Adds Alt to the key after an escape character. If no key follows, the escape character is the key Esc.
fn with_alt(parsed: Parsed) -> Parsed {
    Some(match parsed? {
        (len, Some(Decoded::Input(Input::Key(pressed)))) => {
            (len + 1, Some(key(Key { alt: true, ..pressed })))
        }
        _ => (1, Some(key(Key::plain(KeyCode::Esc)))),
    })
}

fn parse_char(bytes: &[u8]) -> Parsed {
    let bytes = &bytes[..bytes.len().min(4)];
    let (valid, error_len) = match std::str::from_utf8(bytes) {
        Ok(valid) => (valid, None),
        Err(error) => {
            let (valid, _) = bytes.split_at(error.valid_up_to());
            (std::str::from_utf8(valid).unwrap_or_default(), error.error_len())
        }
    };
    match (valid.chars().next(), error_len) {
        (Some(c), _) => Some((c.len_utf8(), sequences::typed(c).map(key))),
        (None, Some(len)) => Some((len, None)),
        (None, None) => None,
    }
}

fn parse_csi(bytes: &[u8], dialect: Dialect) -> Parsed {
    let body = &bytes[2..bytes.len().min(MAX_SEQUENCE)];
    let n_params = body.iter().take_while(|byte| (0x30..=0x3f).contains(*byte)).count();
    let n = n_params + body[n_params..].iter().take_while(|byte| (0x20..=0x2f).contains(*byte)).count();
    let is_number = 0 < n_params && body[..n_params].iter().all(u8::is_ascii_digit);
    let last_at = match body.get(n) {
        // In the standard, a sequence does not end with `$`. In rxvt, a key with Shift sends a sequence that does.
        _ if is_number && body.get(n_params) == Some(&b'$') => n_params,
        // The Linux console sends `CSI [ A` to `CSI [ E`.
        Some(b'[') if n == 0 => match body.get(1)? {
            0x40..=0x7e => 1,
            _ => return Some((3, None)),
        },
        Some(0x40..=0x7e) => n,
        Some(_) if n == 0 => return Some((2, Some(alt('[')))),
        // A byte that cannot be part of a sequence, such as a control character, ends the incomplete sequence.
        Some(_) => return Some((2 + n, None)),
        None if bytes.len() < MAX_SEQUENCE => return None,
        None => return Some((MAX_SEQUENCE, None)),
    };
    let sequence = std::str::from_utf8(&bytes[1..last_at + 3]).unwrap_or_default();
    Some((last_at + 3, csi(sequence, dialect)))
}

/// Returns the meaning of a complete CSI sequence, which is passed without its escape character.
fn csi(sequence: &str, dialect: Dialect) -> Option<Decoded> {
    match sequence.as_bytes() {
        [b'[', b'<', .., last @ (b'M' | b'm')] => {
            mouse(&sequence[2..sequence.len() - 1], *last == b'm').map(Input::Mouse).map(Decoded::Input)
        }
        [b'[', b'?', .., b'c'] => Some(Decoded::Attributes),
        [b'[', b'?', .., b'u'] => Some(Decoded::KittyKeyboard),
        [b'[', b'I'] => Some(Decoded::Input(Input::FocusGained)),
        // Any other answer has no meaning here.
        [b'[', b'<'..=b'?', ..] => None,
        _ => sequences::key(sequence, dialect).map(key),
    }
}

fn parse_ss3(bytes: &[u8], dialect: Dialect) -> Parsed {
    let body = &bytes[2..bytes.len().min(MAX_SEQUENCE)];
    let n = body.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    match body.get(n) {
        Some(0x40..=0x7e) => {
            let sequence = std::str::from_utf8(&bytes[1..n + 3]).unwrap_or_default();
            Some((n + 3, sequences::key(sequence, dialect).map(key)))
        }
        Some(_) if n == 0 => Some((2, Some(alt('O')))),
        Some(_) => Some((2 + n, None)),
        None if bytes.len() < MAX_SEQUENCE => None,
        None => Some((MAX_SEQUENCE, None)),
    }
}

/// Parses an OSC or DCS sequence: a string that ends with ST (`ESC \`) or BEL.
fn parse_string(bytes: &[u8], is_first: impl Fn(u8) -> bool) -> Parsed {
    let body = &bytes[2..bytes.len().min(MAX_SEQUENCE)];
    if !is_first(*body.first()?) {
        return Some((2, Some(alt(char::from(bytes[1])))));
    }
    let n = body.iter().take_while(|byte| !byte.is_ascii_control()).count();
    let string = &body[..n];
    match (body.get(n), body.get(n + 1)) {
        (Some(0x07), _) => Some((n + 3, answer(bytes[1], string))),
        (Some(&ESC), Some(b'\\')) => Some((n + 4, answer(bytes[1], string))),
        (None, _) | (Some(&ESC), None) if bytes.len() < MAX_SEQUENCE => None,
        (None, _) => Some((MAX_SEQUENCE, None)),
        // Any other control character ends an incomplete string.
        (Some(_), _) => Some((n + 2, None)),
    }
}

fn answer(introducer: u8, string: &[u8]) -> Option<Decoded> {
    let color = std::str::from_utf8(string).ok()?.strip_prefix("11;")?;
    if introducer == b']' { rgb(color).map(Decoded::Background) } else { None }
}

/// Parses a color in X11's notation: `rgb:` and three numbers of one to four hexadecimal digits. A fourth number is the
/// opacity.
fn rgb(color: &str) -> Option<Rgb> {
    let mut parts =
        color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?.split('/').map(|digits| {
            let largest = match digits.len() {
                1 => 0xf,
                2 => 0xff,
                3 => 0xfff,
                4 => 0xffff,
                _ => return None,
            };
            let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
            u8::try_from((value * 255 + largest / 2) / largest).ok()
        });
    Some(Rgb(parts.next()??, parts.next()??, parts.next()??))
}

/// Parses a mouse report of mode 1006: the button with flags, the column and the row from 1.
fn mouse(params: &str, is_released: bool) -> Option<Mouse> {
    const SHIFT: u16 = 4;
    const MOTION: u16 = 32;
    // Alt and Ctrl make no difference.
    const IGNORED: u16 = 8 | 16;
    let mut numbers = params.split(';').map(|number| number.parse::<u16>().ok());
    let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let kind = match (button & !(SHIFT | IGNORED), is_released) {
        (0, false) => MouseKind::Down { clicks: 1 },
        (2, false) => MouseKind::RightDown,
        (MOTION, false) => MouseKind::Drag,
        (0 | MOTION, true) => MouseKind::Up,
        // Three rows per step, as in most editors and terminals.
        (64, _) => MouseKind::Scroll(-3),
        (65, _) => MouseKind::Scroll(3),
        _ => return None,
    };
    Some(Mouse { kind, x: x.saturating_sub(1), y: y.saturating_sub(1), shift: button & SHIFT != 0 })
}

#[cfg(test)]
mod tests;
