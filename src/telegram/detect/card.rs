//! Detects bank card numbers. They have 13 to 19 digits, which may be in groups, and a valid check digit.

use std::ops::Range;

use super::chars::{char_at, char_before};
use super::unicode::{Category, category};

const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

pub(super) fn numbers(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|len| at + len) {
        let is_ruled_out = char_before(text, start)
            .is_some_and(|c| matches!(c, '.' | ',' | '+' | '-' | '_') || category(c) == Category::Letter);
        // If the character before a run of digits rules the run out, the whole run is skipped. If only a part of such a
        // run were skipped, the next part could be detected as a card number.
        let run = if is_ruled_out { whole_run(&bytes[start..]) } else { card_run(&bytes[start..]) };
        at = start + run;
        if !is_ruled_out && let Some(len) = card_len(&bytes[start..at]) {
            let end = start + len;
            let is_followed =
                char_at(text, end).is_some_and(|c| matches!(c, '-' | '_') || category(c) == Category::Letter);
            if !is_followed && is_card(&text[start..end]) {
                found.push(start..end);
            }
        }
    }
    found
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-')
}

/// Returns the length of the run of digits, spaces, and hyphens at the start of `bytes`.
fn whole_run(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_part(**byte)).count()
}

/// Returns the same length as `whole_run`, except that a space ends the run after 16 to 19 digits without a separator.
fn card_run(bytes: &[u8]) -> usize {
    let solid = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // A complete number may be followed by another number: "4111111111111111 12".
    if (16..=19).contains(&solid) && bytes.get(solid) == Some(&b' ') { solid } else { whole_run(bytes) }
}

/// Returns the length of the run up to its last digit, or `None` if the run does not have the form of a card number.
fn card_len(run: &[u8]) -> Option<usize> {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    let len = run.iter().rposition(u8::is_ascii_digit)? + 1;
    // There must be fewer separators than digits.
    (DIGITS.contains(&digits) && len < 2 * digits).then_some(len)
}

/// Whether the check digit is valid (Luhn) and the card network has numbers of this length. The first digits identify
/// the network.
fn is_card(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |digit: u32| if digit < 5 { 2 * digit } else { 2 * digit - 9 };
    let terms = digits.iter().rev().enumerate();
    let sum: u32 = terms.map(|(nth, digit)| if nth % 2 == 0 { *digit } else { doubled(*digit) }).sum();
    let prefix = |len: usize| digits.iter().take(len).fold(0, |number, digit| number * 10 + digit);
    sum.is_multiple_of(10)
        && match (prefix(1), prefix(2), prefix(4)) {
            (4, _, _) => matches!(digits.len(), 13 | 16 | 18 | 19),
            (_, 51..=55, _) | (_, _, 2221..=2720) => digits.len() == 16,
            (_, 34 | 37, _) => digits.len() == 15,
            (_, 62 | 81, _) => 16 <= digits.len(),
            (_, _, 2200..=2204) => digits.len() == 16,
            // TDLib has no rule for the numbers of other networks.
            _ => true,
        }
}
