//! Writes numbers as Liquid prints them.

use std::fmt::Write;

pub(super) fn write_integer(out: &mut String, value: i64) {
    // 20 digits are enough, because `u64::MAX` has 20 digits.
    let mut digits = [0; 20];
    let mut at = digits.len();
    // The absolute value is unsigned, because the absolute value of `i64::MIN` does not fit in an `i64`.
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// Appends a decimal number in Ruby's format: `5.0`, `1.0e+16`, `1.0e-05`.
pub(super) fn write_decimal(out: &mut String, value: f64) {
    let magnitude = value.abs();
    if !value.is_finite() {
        let word = match value {
            _ if value.is_nan() => "NaN",
            _ if value < 0.0 => "-Infinity",
            _ => "Infinity",
        };
        out.push_str(word);
        return;
    }
    // From 1e-4 to 1e15, Rust's `{:?}` prints the same digits as Ruby. Outside this range, Ruby prints an exponent,
    // unless a larger number has decimals.
    let has_decimals = 1e15 <= magnitude && value.fract() != 0.0;
    if magnitude == 0.0 || (1e-4..1e15).contains(&magnitude) || has_decimals {
        // Writing to a String cannot fail.
        let _ = write!(out, "{value:?}");
        return;
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(digits);
    if !digits.contains('.') {
        out.push_str(".0");
    }
    // Ruby's exponent always has a sign and at least two digits. Rust writes neither a plus sign nor leading zeros.
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let _ = write!(out, "e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
}
