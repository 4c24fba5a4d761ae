//! What a value looks like where it is not encoded any more, or encoded in base64.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;

use super::layer::Layer;

/// Values shorter than this, in characters, are found as whole words only.
const SHORT: usize = 4;

/// A host's name is sent in lower case; shorter values would be found by chance in other words.
const LOWERED: usize = 8;

/// From this length on, in bytes, a value is looked for across line breaks.
const LONG: usize = 16;

/// This much of a value at the end of a text that was cut off gives it away.
const TELLING: usize = 4;

/// No text is looked at for longer beginnings of a value at its end.
const LONGEST_CUT: usize = 512;

/// An escape that was cut off leaves this much of itself at most.
const CUT_ESCAPE: usize = 6;

pub(super) struct Needle {
    finder: Finder<'static>,
    /// How many base64 digits around it hold a part of the value too: 0 or 1.
    before: usize,
    after: usize,
    /// Whether it counts only where no letter or digit touches it.
    is_word: bool,
}

impl Needle {
    pub(super) fn all_of(value: &str) -> Vec<Needle> {
        let is_short = value.chars().count() < SHORT;
        let mut needles = Vec::new();
        let mut add = |bytes: &[u8], before: usize, after: usize| {
            for form in Layer::forms(bytes) {
                let is_word = is_short || form.len() < SHORT;
                let finder = Finder::new(&form).into_owned();
                needles.push(Needle { finder, before, after, is_word });
            }
        };
        add(value.as_bytes(), 0, 0);
        let lower = value.to_ascii_lowercase();
        if LOWERED <= value.len() && lower != value {
            add(lower.as_bytes(), 0, 0);
        }
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            if is_short {
                add(engine.encode(value).as_bytes(), 0, 0);
                continue;
            }
            for shift in 0..3 {
                let shifted = [&[0; 2][..shift], value.as_bytes()].concat();
                let digits = engine.encode(&shifted);
                let (start, end) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
                let (before, after) = (usize::from(shift != 0), usize::from(end < digits.len()));
                add(&digits.as_bytes()[start..end], before, after);
            }
        }
        needles
    }

    /// Whether it is too long to be found by chance where the gaps between words are gone.
    pub(super) fn is_long(&self) -> bool {
        LONG <= self.finder.needle().len()
    }

    pub(super) fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let len = self.finder.needle().len();
        let mut from = 0;
        let places = std::iter::from_fn(move || {
            let at = from + self.finder.find(text.get(from..)?)?;
            // One that does not count as a word may overlap with one that does. Words are short, so this costs little.
            from = at + if self.is_word { 1 } else { len };
            Some(at..at + len)
        });
        places
            .filter(|place| !self.is_word || stands_alone(text, place))
            .map(|place| self.widened(text, place))
    }

    /// Returns where a beginning of it starts that `text` ends with, cut off.
    pub(super) fn cut_off(&self, text: &[u8]) -> Option<usize> {
        let needle = self.finder.needle();
        if self.is_word {
            return None;
        }
        let escape = text.iter().rev().take(CUT_ESCAPE).position(|byte| matches!(byte, b'%' | b'\\' | b'&'));
        let whole = &text[..text.len() - escape.map_or(0, |at| at + 1)];
        [text, whole].into_iter().find_map(|text| {
            let mut lengths = (TELLING..needle.len().min(LONGEST_CUT)).rev();
            lengths.find(|len| text.ends_with(&needle[..*len])).map(|len| text.len() - len)
        })
    }

    fn widened(&self, text: &[u8], place: Range<usize>) -> Range<usize> {
        let is_digit = |at: Option<usize>| {
            let byte = at.and_then(|at| text.get(at));
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte))
        };
        let before = usize::from(self.before != 0 && is_digit(place.start.checked_sub(1)));
        let after = usize::from(self.after != 0 && is_digit(Some(place.end)));
        place.start - before..place.end + after
    }
}

fn stands_alone(text: &[u8], place: &Range<usize>) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || 0x80 <= *byte;
    let before = place.start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(is_part) && !text.get(place.end).is_some_and(is_part)
}
