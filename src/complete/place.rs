//! Where in the JSON of a body a place is, while the body may be broken and full of Liquid.
//!
//! Not a parser: one pass over the bytes before the place, in which Liquid counts as nothing.

use crate::telegram::ParseMode;

/// A place in JSON; paths are the keys from the root, arrays not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Inside the quotes of a key of the object at this path.
    Key {
        /// The object's path.
        path: Vec<String>,
    },
    /// Inside a string value.
    String {
        /// The value's path.
        path: Vec<String>,
    },
    /// Where a value may stand.
    Value {
        /// The value's path.
        path: Vec<String>,
    },
    /// Elsewhere: where a key's quote, a comma or nothing belongs.
    Between,
}

/// Returns the place of the byte `at`; inside Liquid the place of the Liquid.
pub fn place_at(text: &str, at: usize) -> Place {
    let mut scan = Scan::default();
    let bytes = text.get(..at).unwrap_or(text).as_bytes();
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        let closer = match (byte, bytes.get(index + 1)) {
            (b'{', Some(b'{')) => Some(b"}}"),
            (b'{', Some(b'%')) => Some(b"%}"),
            _ => None,
        };
        match closer {
            Some(closer) => match bytes[index..].windows(2).position(|pair| pair == closer) {
                Some(length) => index += length + 2,
                None => break,
            },
            None => index += scan.step(bytes, index),
        }
    }
    scan.place()
}

/// Returns the parse mode that a body names, `None` where it names none or one that depends on Liquid.
pub fn parse_mode_of(text: &str) -> Option<ParseMode> {
    let (_, behind) = text.rsplit_once("\"parse_mode\"")?;
    let value = behind.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (value, _) = value.split_once('"')?;
    ParseMode::from_argument(value).ok().flatten()
}

#[derive(Debug, Default)]
struct Scan {
    open: Vec<Frame>,
    /// The string the place is in, from behind its quote.
    string: Option<usize>,
}

/// An open object or array.
#[derive(Debug)]
struct Frame {
    is_object: bool,
    /// The last key, until its value ends.
    key: Option<String>,
    /// Whether the key's colon was seen.
    has_colon: bool,
}

impl Scan {
    /// Takes in the byte at `index` and returns how many it took.
    fn step(&mut self, bytes: &[u8], index: usize) -> usize {
        let byte = bytes[index];
        if let Some(start) = self.string {
            match byte {
                b'\\' => return 2,
                b'"' => self.end_string(&bytes[start..index]),
                _ => {}
            }
            return 1;
        }
        match byte {
            b'"' => self.string = Some(index + 1),
            b'{' | b'[' => {
                self.open.push(Frame { is_object: byte == b'{', key: None, has_colon: false });
            }
            b'}' | b']' => {
                self.open.pop();
            }
            b':' => {
                if let Some(frame) = self.open.last_mut() {
                    frame.has_colon = frame.key.is_some();
                }
            }
            b',' => {
                if let Some(frame) = self.open.last_mut().filter(|frame| frame.is_object) {
                    (frame.key, frame.has_colon) = (None, false);
                }
            }
            _ => {}
        }
        1
    }

    fn end_string(&mut self, content: &[u8]) {
        self.string = None;
        if let Some(frame) = self.open.last_mut().filter(|frame| frame.is_object && !frame.has_colon) {
            frame.key = Some(String::from_utf8_lossy(content).into_owned());
        }
    }

    fn place(self) -> Place {
        let path: Vec<String> = self.open.iter().filter_map(|frame| frame.key.clone()).collect();
        let expects_key = self.open.last().is_some_and(|frame| frame.is_object && !frame.has_colon);
        match (self.string, expects_key) {
            (Some(_), true) => {
                let keys = self.open.len() - 1;
                Place::Key { path: self.open.into_iter().take(keys).filter_map(|frame| frame.key).collect() }
            }
            (Some(_), false) => Place::String { path },
            (None, true) => Place::Between,
            (None, false) => Place::Value { path },
        }
    }
}
