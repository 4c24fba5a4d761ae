//! Parses cells that are numbers. Cells such as `007` and `+49` do not count as numbers, so codes and phone numbers
//! stay text.

use crate::profile::Value;

/// Parses numbers such as `-12`, `0.5`, and `3.50`. Returns `None` for all other cells, including those with a leading
/// zero before another digit, a plus sign, an exponent, spaces, or a part before the point that does not fit into 64
/// bits.
pub(super) fn parse(cell: &str) -> Option<Value> {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_whole = is_digits(whole) && (whole.len() == 1 || !whole.starts_with('0'));
    // With a fraction, the number becomes an f64, in which a whole part beyond 64 bits would lose its last digits. Such
    // a cell stays text.
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
