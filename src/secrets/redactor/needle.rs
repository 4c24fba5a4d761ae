//! Builds needles, which are the byte strings to search for, and finds them in a text. The needles of a value are the
//! value as it is, its lower-case form, and its base64 digits.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;

use super::layer::Layer;

// Values shorter than this, in characters, are found as whole words only: "a1" is part of many harmless words.
const SHORT: usize = 4;

// Host names are sent in lower case, so a value in a URL may come back in lower case. If a value has at least this many
// bytes, its lower-case form is searched for too. The lower-case form of a shorter value would be found by chance in
// other words.
const MIN_LOWERCASED: usize = 8;

// A needle of at least this many bytes is also searched for in the text without its line breaks and invisible
// characters. A shorter needle would be found by chance where two lines meet.
const LONG: usize = 16;

// The shortest beginning of a value, in bytes, that is replaced at the end of a truncated text.
const MIN_CUT: usize = 4;

// The longest beginning of a value, in bytes, that is looked for at the end of a truncated text. Each length is
// compared in turn, which would take too long for a long value.
const LONGEST_CUT: usize = 512;

// The maximum distance, in bytes, from the start of a truncated escape such as `\u00e` or `%u004` to the end of the
// text.
const CUT_ESCAPE: usize = 6;

pub(super) struct Needle {
    finder: Finder<'static>,
    // How many base64 digits before and after the needle also contain bits of the value: 0 or 1.
    before: usize,
    after: usize,
    /// Whether the needle is found only as a whole word, without a letter or digit next to it.
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
        if MIN_LOWERCASED <= value.len() && lower != value {
            add(lower.as_bytes(), 0, 0);
        }
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            if is_short {
                add(engine.encode(value).as_bytes(), 0, 0);
                continue;
            }
            // Base64 encodes three bytes as four digits, so the digits of a value depend on its offset modulo 3 in the
            // encoded bytes. The digits that also contain bits of the neighboring bytes are left out of the needle,
            // because they vary. `widened` adds them to a match.
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

    /// Returns whether the needle is long enough not to be found by chance where two joined lines meet.
    pub(super) fn is_long(&self) -> bool {
        LONG <= self.finder.needle().len()
    }

    pub(super) fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let len = self.finder.needle().len();
        let mut from = 0;
        let places = std::iter::from_fn(move || {
            let at = from + self.finder.find(text.get(from..)?)?;
            // The search for a whole word continues one byte after the start of the match. After a match that is not a
            // whole word, a match that overlaps it may be a whole word. Needles that are found only as whole words are
            // short, so searching the same bytes again is cheap.
            from = at + if self.is_word { 1 } else { len };
            Some(at..at + len)
        });
        places
            .filter(|place| !self.is_word || is_whole_word(text, place))
            .map(|place| self.widened(text, place))
    }

    /// If the truncated `text` ends with a beginning of the needle, returns the offset at which that beginning starts.
    /// Returns `None` if it does not, or if the needle is found only as a whole word.
    pub(super) fn truncated_start(&self, text: &[u8]) -> Option<usize> {
        let needle = self.finder.needle();
        if self.is_word {
            return None;
        }
        let escape = text.iter().rev().take(CUT_ESCAPE).position(|byte| matches!(byte, b'%' | b'\\' | b'&'));
        // The text may be cut inside an escape. The needle does not contain the bytes of the incomplete escape, so the
        // text before the escape is tried too.
        let whole = &text[..text.len() - escape.map_or(0, |at| at + 1)];
        [text, whole].into_iter().find_map(|text| {
            let mut lengths = (MIN_CUT..needle.len().min(LONGEST_CUT)).rev();
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

fn is_whole_word(text: &[u8], place: &Range<usize>) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || 0x80 <= *byte;
    let before = place.start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(is_part) && !text.get(place.end).is_some_and(is_part)
}
