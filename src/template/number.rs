//! Reads numbers from values and calculates with them, as Liquid does.
//!
//! Shopify calculates with decimals of any length. This module stores a decimal as an `f64`. To calculate exactly, it
//! writes the `f64` in the shortest decimal notation, such as `10.1`, and converts this notation to a 128-bit integer
//! and a power of ten, such as 101 and 10⁻¹. So `10.1 - 2.2` is `7.9`, without the rounding error of floating point.
//! Floating point is used if the digits do not fit, and for every division with a decimal. Integers have 128 bits. The
//! result of a calculation with integers becomes a decimal if it needs more bits.

use std::cmp::Ordering;
use std::num::{IntErrorKind, ParseIntError};

use super::datum::Datum;
use super::scan::is_space;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Decimal(f64),
}

impl From<Number> for Datum<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Integer(value) => Datum::from_whole(value),
            Number::Decimal(value) => Datum::Decimal(value),
        }
    }
}

/// Reads a value as arithmetic filters do. A text is read by [`number_of_text`], and a date counts as epoch seconds.
/// Any other value that is not a number counts as 0.
pub(super) fn to_number(value: &Datum<'_>) -> Number {
    match value {
        Datum::Integer(value) => Number::Integer((*value).into()),
        Datum::Large(value) => Number::Integer(**value),
        Datum::Decimal(value) => Number::Decimal(*value),
        Datum::Text(text) => number_of_text(text.as_str().trim_matches(is_strippable)),
        _ => Number::Integer(value.as_instant().map_or(0, |instant| instant.as_second().into())),
    }
}

/// Reads the whole text as a decimal if it consists of digits, a decimal point, and more digits, with or without a
/// minus sign. Otherwise, only the integer at the start of the text counts. A text that starts with no integer counts
/// as 0.
fn number_of_text(text: &str) -> Number {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if let Some((whole, decimals)) = unsigned.split_once('.')
        && is_digits(whole)
        && is_digits(decimals)
    {
        return text.parse().map_or(Number::Integer(0), Number::Decimal);
    }
    let (digits, _) = leading_digits(text);
    match digits.parse() {
        Ok(value) => Number::Integer(value),
        // Either the digits do not fit in 128 bits and are parsed as a decimal, or there are no digits and the number
        // is 0.
        Err(_) => digits.parse().map_or(Number::Integer(0), Number::Decimal),
    }
}

/// Whether Ruby's `strip` removes the character: ASCII whitespace and NUL, but not a no-break space.
pub(super) fn is_strippable(c: char) -> bool {
    is_space(c) || c == '\0'
}

/// Returns the sign and digits at the start of `text`, and the rest. A single `_` between two digits is skipped, as in
/// Ruby.
fn leading_digits(text: &str) -> (String, &str) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let start = usize::from(text.starts_with(['-', '+']));
    let mut end = start;
    while is_digit(end)
        || (start < end && bytes.get(end) == Some(&b'_') && is_digit(end - 1) && is_digit(end + 1))
    {
        end += 1;
    }
    let (digits, rest) = text.split_at(end);
    (digits.replace('_', ""), rest)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads an integer, or a text that consists of an integer, saturated to 64 bits. Returns `None` for any other value,
/// even for a decimal without a fraction.
pub(super) fn to_integer(value: &Datum<'_>) -> Option<i64> {
    match value {
        Datum::Integer(value) => Some(*value),
        Datum::Large(value) => Some(saturate_to_i64(**value)),
        Datum::Text(text) => {
            let (digits, rest) = leading_digits(text.as_str().trim_matches(is_space));
            parse_saturating(&digits).filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

/// Returns the whole part of [`to_number`], saturated to 64 bits. The result is always `Some`. It is an `Option` to
/// have the same type as the result of [`to_integer`].
pub(super) fn to_count(value: &Datum<'_>) -> Option<i64> {
    match to_number(value) {
        Number::Integer(value) => Some(saturate_to_i64(value)),
        Number::Decimal(value) => Some(value as i64),
    }
}

pub(super) fn saturate_to_i64(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

fn parse_saturating(digits: &str) -> Option<i64> {
    digits.parse().map_or_else(
        |error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Some(i64::MAX),
            IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
        Some,
    )
}

/// A decimal number: all its digits, and the number of digits after the decimal point.
#[derive(Clone, Copy)]
struct Exact {
    digits: i128,
    scale: u32,
}

fn exact(number: Number) -> Option<Exact> {
    // A decimal is converted only if it has at most 17 digits before the decimal point and at most 17 digits after it.
    // Together, these are 34 digits, and 128 bits hold 38.
    let value = match number {
        Number::Integer(value) => return Some(Exact { digits: value, scale: 0 }),
        Number::Decimal(value) if value.is_finite() && value.abs() < 1e17 => value,
        Number::Decimal(_) => return None,
    };
    // Rust prints the shortest digits that identify the float, which are usually the digits that the author wrote.
    let text = format!("{value}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    if 17 < decimals.len() {
        return None;
    }
    let digits = format!("{whole}{decimals}").parse().ok()?;
    Some(Exact { digits, scale: u32::try_from(decimals.len()).ok()? })
}

/// Extends both numbers with zeros to the same number of digits after the decimal point (the scale). Returns the digits
/// of both numbers, and the scale. Returns `None` if a number has no exact form or if the digits do not fit in 128
/// bits.
fn aligned(left: Number, right: Number) -> Option<(i128, i128, u32)> {
    let (left, right) = (exact(left)?, exact(right)?);
    let scale = left.scale.max(right.scale);
    let raise = |number: Exact| number.digits.checked_mul(10_i128.checked_pow(scale - number.scale)?);
    Some((raise(left)?, raise(right)?, scale))
}

fn from_exact(digits: i128, scale: u32) -> f64 {
    // The decimal notation is parsed, because parsing rounds correctly. Dividing the digits by a power of ten would
    // bring back the rounding error that exact digits avoid.
    format!("{digits}e-{scale}").parse().unwrap_or(f64::NAN)
}

impl Number {
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Decimal(value) => value,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.as_f64() == 0.0
    }

    pub(super) fn plus(self, other: Number) -> Number {
        self.combine(other, i128::checked_add, |left, right| left + right)
    }

    pub(super) fn minus(self, other: Number) -> Number {
        self.combine(other, i128::checked_sub, |left, right| left - right)
    }

    fn combine(
        self,
        other: Number,
        digits: fn(i128, i128) -> Option<i128>,
        float: fn(f64, f64) -> f64,
    ) -> Number {
        if let (Number::Integer(left), Number::Integer(right)) = (self, other)
            && let Some(result) = digits(left, right)
        {
            return Number::Integer(result);
        }
        let result = aligned(self, other)
            .and_then(|(left, right, scale)| Some(from_exact(digits(left, right)?, scale)))
            .unwrap_or_else(|| float(self.as_f64(), other.as_f64()));
        Number::Decimal(result)
    }

    pub(super) fn times(self, other: Number) -> Number {
        if let (Number::Integer(left), Number::Integer(right)) = (self, other)
            && let Some(result) = left.checked_mul(right)
        {
            return Number::Integer(result);
        }
        let result = exact(self)
            .zip(exact(other))
            .and_then(|(left, right)| {
                Some(from_exact(left.digits.checked_mul(right.digits)?, left.scale + right.scale))
            })
            .unwrap_or_else(|| self.as_f64() * other.as_f64());
        Number::Decimal(result)
    }

    /// Divides, or returns `None` if an integer is divided by the integer 0. The quotient of two integers is rounded
    /// down. A decimal divided by 0 is infinite, as in Shopify.
    pub(super) fn divided_by(self, other: Number) -> Option<Number> {
        if let (Number::Integer(_), Number::Integer(0)) = (self, other) {
            return None;
        }
        Some(match (self, other) {
            (Number::Integer(left), Number::Integer(right)) => match left.checked_div_euclid(right) {
                Some(quotient) if 0 < right || left.rem_euclid(right) == 0 => Number::Integer(quotient),
                // Ruby rounds down, but Euclidean division rounds up for a negative divisor if there is a remainder.
                Some(quotient) => Number::Integer(quotient - 1),
                // Only `i128::MIN / -1` overflows, because a zero divisor was handled above.
                None => Number::Decimal(left as f64 / right as f64),
            },
            _ => Number::Decimal(self.as_f64() / other.as_f64()),
        })
    }

    /// Returns the remainder of a division, with the divisor's sign as in Ruby, or `None` for a division by zero.
    pub(super) fn modulo(self, other: Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        if let (Number::Integer(left), Number::Integer(right)) = (self, other) {
            return Some(Number::Integer(floored_remainder(left, right)));
        }
        let result = match aligned(self, other) {
            Some((left, right, scale)) => from_exact(floored_remainder(left, right), scale),
            None => {
                let (left, right) = (self.as_f64(), other.as_f64());
                left - right * (left / right).floor()
            }
        };
        Some(Number::Decimal(result))
    }

    pub(super) fn abs(self) -> Number {
        match self {
            Number::Integer(value) => {
                value.checked_abs().map_or(Number::Decimal(-(value as f64)), Number::Integer)
            }
            Number::Decimal(value) => Number::Decimal(value.abs()),
        }
    }

    pub(super) fn floor(self) -> Number {
        self.whole(f64::floor)
    }

    pub(super) fn ceil(self) -> Number {
        self.whole(f64::ceil)
    }

    fn whole(self, round: fn(f64) -> f64) -> Number {
        match self {
            Number::Integer(_) => self,
            Number::Decimal(value) => whole_number(round(value)),
        }
    }

    /// Rounds to `decimals` digits after the decimal point, or before it if `decimals` is negative. Halves are rounded
    /// away from zero.
    pub(super) fn round(self, decimals: i64) -> Number {
        let value = match self {
            Number::Integer(value) if 0 <= decimals => return Number::Integer(value),
            Number::Integer(value) => return round_integer(value, decimals.unsigned_abs()),
            Number::Decimal(value) => value,
        };
        let rounded = match (exact(self), u32::try_from(decimals)) {
            (Some(exact), Ok(decimals)) if decimals < exact.scale => {
                // The unit is at most 10^17, because `exact` keeps at most 17 decimals.
                let unit = 10_i128.pow(exact.scale - decimals);
                let half = unit / 2 * exact.digits.signum();
                from_exact((exact.digits + half) / unit, decimals)
            }
            (_, Ok(_)) => value,
            // `decimals` is negative: the fraction does not matter, and the result is an integer.
            (_, Err(_)) => return round_integer(value as i128, decimals.unsigned_abs()),
        };
        if decimals == 0 { whole_number(rounded.round()) } else { Number::Decimal(rounded) }
    }

    pub(super) fn compare(self, other: Number) -> Ordering {
        match (self, other) {
            (Number::Integer(left), Number::Integer(right)) => left.cmp(&right),
            _ => self.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
        }
    }
}

fn floored_remainder(left: i128, right: i128) -> i128 {
    // Rust's remainder has the dividend's sign, but the result must have the divisor's sign. The operator `%` cannot be
    // used, because `i128::MIN % -1` would panic.
    let rest = left.wrapping_rem(right);
    if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
}

fn round_integer(value: i128, digits: u64) -> Number {
    let unit = u32::try_from(digits).ok().and_then(|digits| 10_i128.checked_pow(digits));
    // If there is no unit, 10^`digits` is larger than any number of 128 bits, so every value rounds to 0.
    let Some(unit) = unit else { return Number::Integer(0) };
    let rounded = value.checked_add(unit / 2 * value.signum()).and_then(|sum| (sum / unit).checked_mul(unit));
    let as_float = || Number::Decimal((value as f64 / unit as f64).round() * unit as f64);
    rounded.map_or_else(as_float, Number::Integer)
}

/// Converts a decimal without a fraction to an integer if it fits in 128 bits.
fn whole_number(value: f64) -> Number {
    // Below 2^53, which is about 9.007e15, an f64 holds every integer exactly, so the cast is exact.
    if value.abs() < 9e15 {
        return Number::Integer(value as i128);
    }
    // Above this bound, several integers become the same f64, and the cast may return an integer other than the one
    // that was written. The shortest decimal digits of the f64 are used instead.
    format!("{value}").parse().map_or(Number::Decimal(value), Number::Integer)
}
