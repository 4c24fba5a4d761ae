//! Parses cells that are numbers. Cells such as `007` and `+49` do not count as numbers, so codes and phone numbers
//! stay text.

use crate::profile::Value;

/// Parses numbers such as `-12`, `0.5`, and `3.50`. Returns `None` for all other cells. A number must not have a
/// leading zero before another digit, a plus sign, an exponent, or spaces. The part before the point must fit into 64
/// bits.
pub(super) fn parse(cell: &str) -> Option<Value> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_whole = is_digits(whole) && (whole.len() == 1 || !whole.starts_with('0'));
    // A number with a fraction becomes an f64. If its whole part needs more than 64 bits, the f64 would lose the last
    // digits, so such a cell stays text.
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
