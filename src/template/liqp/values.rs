//! Truth, equality, members, numbers, and printing of values, by LiqP's rules.
//!
//! LiqP's values are Java's. A whole number is an `Integer` if it comes from the data, and a `Long` if it comes from
//! the template. Java's `equals` never holds between the two, so `contains` does not find a `Long` in a list of
//! `Integer`s. Here, [`Datum::Integer`] represents an `Integer`, and [`Datum::Large`] a `Long`. A list of the data is a
//! Java `List`, and a list that a filter returns is an array. They print alike, except inside other lists and in loops
//! (see [`Place`]).

use std::fmt::Write;
use std::rc::Rc;

use jiff::tz::TimeZone;

use super::super::compare;
use super::super::datum::{Datum, LiquidText, List, Map};
use super::super::number::saturate_to_i64;
use super::super::syntax::Comparison;
use crate::text::utf16_len;

/// Java prints an object without a `toString` of its own as its class and its hash code. The hash code varies, so this
/// one is made up.
const OBJECT: &str = "java.lang.Object@1b";
const ARRAY: &str = "[Ljava.lang.Object;@1b";

#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum JavaNumber {
    Long(i64),
    Double(f64),
}

impl JavaNumber {
    pub(super) fn as_f64(self) -> f64 {
        match self {
            JavaNumber::Long(value) => value as f64,
            JavaNumber::Double(value) => value,
        }
    }

    /// Casts to a whole number. Like Rust, Java saturates.
    pub(super) fn as_i64(self) -> i64 {
        match self {
            JavaNumber::Long(value) => value,
            JavaNumber::Double(value) => value as i64,
        }
    }

    pub(super) fn as_i32(self) -> i32 {
        match self {
            // Java keeps the low 32 bits.
            JavaNumber::Long(value) => value as i32,
            JavaNumber::Double(value) => value as i32,
        }
    }
}

pub(in super::super) fn long(value: i64) -> Datum<'static> {
    Datum::Large(Rc::new(value.into()))
}

pub(super) fn integer(value: usize) -> Datum<'static> {
    Datum::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Returns a number, or `None` if the value has another type.
pub(super) fn number_of(value: &Datum<'_>) -> Option<JavaNumber> {
    match value {
        Datum::Integer(value) => Some(JavaNumber::Long(*value)),
        Datum::Large(value) => Some(JavaNumber::Long(saturate_to_i64(**value))),
        Datum::Decimal(value) => Some(JavaNumber::Double(*value)),
        _ => None,
    }
}

/// Reads a number, or a text that is a number. Returns `None` for any other value, which Shopify's Liquid counts as 0.
pub(in super::super) fn to_number(value: &Datum<'_>, zone: &TimeZone) -> Option<JavaNumber> {
    if let Some(number) = number_of(value) {
        return Some(number);
    }
    let text = printed(value, zone);
    let text = trimmed(text.as_str());
    match is_digits(text) {
        // LiqP reads the text with `condition ? Long : Double`. Java converts both arms of `?:` to one type, `Double`.
        true => text.parse::<i64>().ok().map(|value| JavaNumber::Double(value as f64)),
        false => parse_double(text).map(JavaNumber::Double),
    }
}

/// Trims as Java's `trim` does: spaces and control characters, but no other whitespace, such as a no-break space.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a decimal number as Java's `Double.valueOf` does, except that hexadecimal numbers are not supported.
fn parse_double(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, "NaN" | "Infinity") {
        return text.parse().ok();
    }
    let digits = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    // Without this, Rust would also read `inf` and `nan`, in upper or lower case.
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let text = &text[..text.len() - (unsigned.len() - digits.len())];
    text.parse().ok().filter(|_| starts)
}

pub(super) fn is_whole(value: &Datum<'_>, zone: &TimeZone) -> bool {
    match value {
        Datum::Integer(_) | Datum::Large(_) => true,
        Datum::Decimal(_) => false,
        other => {
            let text = printed(other, zone);
            let text = trimmed(text.as_str());
            is_digits(text.strip_prefix('-').unwrap_or(text))
        }
    }
}

/// Whether the value prints as a decimal number without an exponent.
pub(super) fn is_plain_decimal(value: &Datum<'_>, zone: &TimeZone) -> bool {
    let text = printed(value, zone);
    let text = trimmed(text.as_str());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        None => is_digits(unsigned),
        Some((whole, decimals)) => is_digits(whole) && (decimals.is_empty() || is_digits(decimals)),
    }
}

pub(in super::super) fn is_empty(value: &Datum<'_>) -> bool {
    match value {
        Datum::Text(text) => text.as_str().is_empty(),
        Datum::List(list) => list.len() == 0,
        Datum::Map(Map::Loop(_)) => false,
        Datum::Map(map) => map.len() == 0,
        _ => false,
    }
}

/// Compares two values. Only numbers and dates have an order; any other value is neither less nor greater.
pub(in super::super) fn compare(
    left: &Datum<'_>,
    comparison: Comparison,
    right: &Datum<'_>,
    zone: &TimeZone,
) -> bool {
    let order = |holds: fn(f64, f64) -> bool| match (number_of(left), number_of(right)) {
        (Some(left), Some(right)) => holds(left.as_f64(), right.as_f64()),
        // LiqP has no dates. CleverTap adds them, and it is not known how it compares them, so telecast's own rules
        // apply.
        _ => match (left.as_instant(), right.as_instant()) {
            (Some(_), _) | (_, Some(_)) => compare::evaluate(left, comparison, right, zone).unwrap_or(false),
            (None, None) => false,
        },
    };
    match comparison {
        Comparison::Equal => are_equal(left, right),
        Comparison::NotEqual => !are_equal(left, right),
        Comparison::Less => order(|left, right| left < right),
        Comparison::LessOrEqual => order(|left, right| left <= right),
        Comparison::Greater => order(|left, right| left > right),
        Comparison::GreaterOrEqual => order(|left, right| left >= right),
        Comparison::Contains => match left {
            Datum::List(list) => list.iter().any(|item| are_identical(&item, right)),
            Datum::Text(text) => text.as_str().contains(joined(right, zone).as_str()),
            _ => false,
        },
    }
}

/// Whether `==` holds. Numbers are compared by value; `empty` equals what is empty, and `blank` only itself.
pub(in super::super) fn are_equal(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    // LiqP uses this tolerance, so that rounding errors do not matter.
    const TOLERANCE: f64 = 0.000_000_000_01;
    match (left, right) {
        (Datum::Empty, Datum::Empty) => true,
        // In LiqP, an empty object equals `empty` only if it is on the left.
        (Datum::Empty, Datum::Map(_)) => false,
        (Datum::Empty, other) | (other, Datum::Empty) => is_empty(other),
        _ => match (number_of(left), number_of(right)) {
            (Some(left), Some(right)) => (left.as_f64() - right.as_f64()).abs() < TOLERANCE,
            _ => are_identical(left, right),
        },
    }
}

/// Java's `equals`: numbers of different types differ, and an array equals only itself.
pub(super) fn are_identical(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    match (left, right) {
        (Datum::Nil, Datum::Nil) | (Datum::Empty, Datum::Empty) | (Datum::Blank, Datum::Blank) => true,
        (Datum::Boolean(left), Datum::Boolean(right)) => left == right,
        (Datum::Integer(left), Datum::Integer(right)) => left == right,
        (Datum::Large(left), Datum::Large(right)) => left == right,
        (Datum::Integer(data), Datum::Large(long)) | (Datum::Large(long), Datum::Integer(data)) => {
            // In the data too, a whole number of more than 32 bits is a `Long`.
            i32::try_from(*data).is_err() && **long == i128::from(*data)
        }
        (Datum::Decimal(left), Datum::Decimal(right)) => left.to_bits() == right.to_bits(),
        (Datum::Text(left), Datum::Text(right)) => left.as_str() == right.as_str(),
        (Datum::List(List::Shared(left)), Datum::List(List::Shared(right))) => Rc::ptr_eq(left, right),
        (Datum::List(left @ List::Borrowed(_)), Datum::List(right @ List::Borrowed(_))) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|(left, right)| are_identical(&left, &right))
        }
        (Datum::Map(left), Datum::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.value(key).is_some_and(|other| are_identical(&value, &other)))
        }
        _ => left.as_instant().is_some_and(|instant| right.as_instant() == Some(instant)),
    }
}

/// Returns the value of `value.name`. For any value but a list, this is also the value of `value["name"]`.
pub(in super::super) fn member<'a>(value: &Datum<'a>, name: &str) -> Datum<'a> {
    match (value, name) {
        (Datum::Map(map), "size") => map.value(name).unwrap_or_else(|| integer(map.len())),
        (Datum::Map(map), _) => map.value(name).unwrap_or(Datum::Nil),
        (Datum::List(list), "size") => integer(list.len()),
        (Datum::List(_), "first") => compare::first(value),
        (Datum::List(_), "last") => compare::last(value),
        (Datum::Text(text), "size") => integer(utf16_len(text.as_str())),
        _ => Datum::Nil,
    }
}

/// Returns the value of `value[index]`, or `None` if a list has no such item, which makes LiqP fail.
pub(in super::super) fn indexed<'a>(
    value: &Datum<'a>,
    index: &Datum<'a>,
    zone: &TimeZone,
) -> Option<Datum<'a>> {
    match (value, number_of(index)) {
        (Datum::Nil, _) => Some(Datum::Nil),
        (Datum::List(list), Some(index)) => {
            usize::try_from(index.as_i32()).ok().and_then(|index| list.at(index))
        }
        (_, Some(_)) | (Datum::List(_), None) => Some(Datum::Nil),
        (_, None) => Some(member(value, printed(index, zone).as_str())),
    }
}

/// Returns the items that `for` and most list filters see. Nil has none, an object has its pairs, and any other value
/// that is not a list is the only item.
pub(in super::super) fn items<'a>(value: Datum<'a>) -> List<'a> {
    match value {
        Datum::Nil => List::Borrowed(&[]),
        Datum::List(list) => list,
        Datum::Map(map) => map.pairs(),
        other => List::Shared(Rc::new([other])),
    }
}

/// Where a value is printed. Directly in the body of a `for` over a list, LiqP prints a list of the data without its
/// nulls and without the brackets of inner lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    Block,
    ListLoop,
}

/// Appends the output of `{{ value }}`.
pub(in super::super) fn write_output(out: &mut String, value: &Datum<'_>, place: Place, zone: &TimeZone) {
    match (value, place) {
        (Datum::Nil, _) => {}
        (Datum::List(List::Borrowed(_)), Place::ListLoop) => write_joined(out, value, zone),
        (Datum::List(list), _) => list.iter().for_each(|item| write(out, &item, zone)),
        _ => write(out, value, zone),
    }
}

/// Returns the text that text filters read. Nil is empty, and the items of a list are joined without a separator.
pub(in super::super) fn joined<'a>(value: &Datum<'a>, zone: &TimeZone) -> LiquidText<'a> {
    match value {
        Datum::Text(text) => text.clone(),
        Datum::Nil => LiquidText::Borrowed(""),
        other => {
            let mut out = String::new();
            write_joined(&mut out, other, zone);
            LiquidText::Shared(out.into())
        }
    }
}

fn write_joined(out: &mut String, value: &Datum<'_>, zone: &TimeZone) {
    match value {
        Datum::Nil => {}
        Datum::List(list) => list.iter().for_each(|item| write_joined(out, &item, zone)),
        other => write(out, other, zone),
    }
}

/// Java's `String.valueOf`: nil is `null`.
pub(in super::super) fn printed<'a>(value: &Datum<'a>, zone: &TimeZone) -> LiquidText<'a> {
    match value {
        Datum::Text(text) => text.clone(),
        other => {
            let mut out = String::new();
            write(&mut out, other, zone);
            LiquidText::Shared(out.into())
        }
    }
}

fn write(out: &mut String, value: &Datum<'_>, zone: &TimeZone) {
    match value {
        Datum::Nil => out.push_str("null"),
        Datum::Empty | Datum::Blank => out.push_str(OBJECT),
        Datum::Decimal(value) => write_double(out, *value),
        Datum::List(List::Shared(_)) => out.push_str(ARRAY),
        Datum::List(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write(out, &item, zone);
            }
            out.push(']');
        }
        Datum::Map(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(key);
                out.push('=');
                write(out, &item, zone);
            }
            out.push('}');
        }
        other => other.write_to(out, zone),
    }
}

/// Appends a decimal number as Java prints it: `5.0`, `1.25E7`, `1.0E-5`.
fn write_double(out: &mut String, value: f64) {
    let magnitude = value.abs();
    // Writing to a String cannot fail.
    let _ = match value.is_finite() {
        false if value.is_nan() => write!(out, "NaN"),
        false => write!(out, "{}Infinity", if value < 0.0 { "-" } else { "" }),
        true if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) => write!(out, "{value:?}"),
        true => {
            let text = format!("{value:e}");
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let decimals = if digits.contains('.') { "" } else { ".0" };
            write!(out, "{digits}{decimals}E{exponent}")
        }
    };
}
