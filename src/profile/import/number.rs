//! Which cells are numbers: those that come back as they were written, so that codes and phone numbers stay text.

use crate::profile::Value;

/// Reads `-12` or `3.50`; no zero before another digit, no plus, no exponent, no spaces, and no more than 64 bits.
pub(super) fn parse(cell: &str) -> Option<Value> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_whole = is_digits(whole) && (whole.len() == 1 || !whole.starts_with('0'));
    // A whole part of more than 64 bits is text with a fraction too: its last digits would be lost.
    if !is_whole || whole.parse::<i64>().is_err() && fraction.is_some() {
        return None;
    }
    match fraction {
        None => cell.parse().ok().map(Value::Integer),
        Some(fraction) if is_digits(fraction) => cell.parse().ok().map(Value::Decimal),
        Some(_) => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
