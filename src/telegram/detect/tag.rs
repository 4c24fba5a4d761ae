//! Detects `@mentions`, `/commands`, `#hashtags`, and `$CASHTAGS`.

use std::ops::{Range, RangeInclusive};

use super::chars::{char_at, char_before, end_of, is_name_char};
use super::unicode::{Category, category, is_hashtag, is_word};

/// The usernames of three characters that TDLib accepts.
const SHORT_NAMES: [&str; 5] = ["gif", "nft", "pic", "ufc", "vid"];

/// The allowed lengths of a username after `/command@`, `#hashtag@`, and `$CASHTAG@`, in characters.
const NAME_LENGTHS: RangeInclusive<usize> = 3..=32;

/// The longest hashtag, in characters without the `#`.
const MAX_HASHTAG: usize = 256;

pub(super) fn mentions(text: &str) -> Vec<Range<usize>> {
    scan(text, '@', |start| {
        let end = end_of(text, start + 1, is_name_char);
        let name = &text[start + 1..end];
        let is_short_name = SHORT_NAMES.iter().any(|short| short.eq_ignore_ascii_case(name));
        let is_mention = ((4..=32).contains(&name.len()) || is_short_name)
            && !char_before(text, start).is_some_and(is_word)
            && !char_at(text, end).is_some_and(is_word);
        ScanStep { found: is_mention.then_some(start..end), next: end }
    })
}

pub(super) fn bot_commands(text: &str) -> Vec<Range<usize>> {
    // A `/name` is not a command if a `/`, a `<`, or a `>` is directly before or after it. Next to another `/`, the
    // `/name` is part of a path. Next to a `<` or a `>`, it is part of markup such as `</b>`.
    let is_ruled_out = |c: char| is_word(c) || matches!(c, '/' | '<' | '>');
    scan(text, '/', |start| {
        if char_before(text, start).is_some_and(is_ruled_out) {
            return ScanStep { found: None, next: start + 1 };
        }
        let mut end = end_of(text, start + 1, is_name_char);
        if !(1..=64).contains(&(end - start - 1)) {
            return ScanStep { found: None, next: end };
        }
        if char_at(text, end) == Some('@') {
            let name = end + 1;
            end = end_of(text, name, is_name_char);
            if !NAME_LENGTHS.contains(&(end - name)) {
                return ScanStep { found: None, next: end };
            }
        }
        let is_command = !char_at(text, end).is_some_and(is_ruled_out);
        ScanStep { found: is_command.then_some(start..end), next: end }
    })
}

pub(super) fn hashtags(text: &str) -> Vec<Range<usize>> {
    scan(text, '#', |start| {
        if char_before(text, start).is_some_and(is_hashtag) {
            return ScanStep { found: None, next: start + 1 };
        }
        let run_end = end_of(text, start + 1, is_hashtag);
        let run = &text[start + 1..run_end];
        // A hashtag longer than the limit is cut, but the search continues after the whole run of hashtag characters.
        let mut end = run.char_indices().nth(MAX_HASHTAG).map_or(run_end, |(len, _)| start + 1 + len);
        let mut next = run_end;
        if end == run_end
            && let Some(name_end) = bounded_name(text, end)
        {
            (end, next) = (name_end, name_end);
        }
        // A hashtag needs a letter: `#1` is not a hashtag.
        let has_letter = run.chars().take(MAX_HASHTAG).any(|c| category(c) == Category::Letter);
        let is_valid = has_letter && char_at(text, next) != Some('#');
        ScanStep { found: is_valid.then_some(start..end), next }
    })
}

/// Returns the end of the username after the `@` at `at`. A username of more than 32 characters is cut. Returns `None`
/// if there is no `@`, or if the username has fewer than 3 characters.
fn bounded_name(text: &str, at: usize) -> Option<usize> {
    let name = text[at..].strip_prefix('@')?;
    let len =
        name.bytes().take(*NAME_LENGTHS.end()).take_while(|byte| is_name_char(char::from(*byte))).count();
    NAME_LENGTHS.contains(&len).then_some(at + 1 + len)
}

pub(super) fn cashtags(text: &str) -> Vec<Range<usize>> {
    let is_ruled_out = |c: char| is_hashtag(c) || c == '$';
    scan(text, '$', |start| {
        if char_before(text, start).is_some_and(is_ruled_out) {
            return ScanStep { found: None, next: start + 1 };
        }
        // `$1INCH`, the only cashtag with a digit, is a special case in TDLib.
        let mut end = match text[start + 1..].starts_with("1INCH") {
            true => start + 1 + "1INCH".len(),
            false => end_of(text, start + 1, |c| c.is_ascii_uppercase()),
        };
        if !(1..=8).contains(&(end - start - 1)) {
            return ScanStep { found: None, next: end };
        }
        if char_at(text, end) == Some('@') {
            let name_end = end_of(text, end + 1, is_name_char);
            if NAME_LENGTHS.contains(&(name_end - end - 1)) {
                end = name_end;
            }
        }
        let is_cashtag = !char_at(text, end).is_some_and(is_ruled_out);
        ScanStep { found: is_cashtag.then_some(start..end), next: end }
    })
}

struct ScanStep {
    found: Option<Range<usize>>,
    next: usize,
}

/// Calls `scan_at` with the byte offset of each `sign`, except those that an earlier step has skipped. Returns the
/// ranges that the steps have found.
fn scan(text: &str, sign: char, scan_at: impl Fn(usize) -> ScanStep) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(sign).map(|len| at + len) {
        let step = scan_at(start);
        all.extend(step.found);
        // The search moves by at least one byte, because a step that has found nothing could be repeated forever.
        at = step.next.max(start + 1);
    }
    all
}
