//! Compares values and reads their members, by Shopify's rules.

use std::cmp::Ordering;

use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

use super::datum::{Datum, LiquidText, List};
use super::number::{self, Number};
use super::render_settings::EngineRules;
use super::syntax::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Incomparable {
    left: &'static str,
    right: &'static str,
}

impl Incomparable {
    pub(super) fn to_diagnostic(&self, span: Span) -> Diagnostic {
        let message = format!("{} cannot be compared with {}", self.left, self.right);
        Diagnostic::error(Code::LiquidComparison, span, message)
            .with_help("turn a text into a number first: `assign n = text | plus: 0`")
    }
}

// A list that is used as text is written out first, which takes time for every item. Plain text costs one step per 64
// bytes. That would be too cheap for a list, whose items may have only a few bytes each.
/// The number of bytes that cost one step of the budget when a list is written as text.
pub(super) const LIST_BYTES_PER_STEP: usize = 16;

/// Returns the steps that comparing the two values costs, in addition to the one step that every comparison costs.
pub(super) fn cost(left: &Datum<'_>, right: &Datum<'_>) -> usize {
    match (left, right) {
        (Datum::List(left), Datum::List(right)) if left.len() == right.len() => left.len(),
        // With any other right side, a list costs one step for each item, because `contains` may compare every item.
        (Datum::List(list), _) => list.len(),
        // Objects of different sizes cost nothing, because they are unequal without a look at their members.
        (Datum::Map(left), Datum::Map(right)) if left.len() == right.len() => left.len(),
        (Datum::Text(left), Datum::Text(right)) => (left.as_str().len() + right.as_str().len()) / 64,
        (Datum::Text(left), Datum::List(_) | Datum::Map(_)) => {
            left.as_str().len() / 64 + right.estimated_len() / LIST_BYTES_PER_STEP
        }
        _ => 0,
    }
}

pub(super) fn evaluate(
    left: &Datum<'_>,
    comparison: Comparison,
    right: &Datum<'_>,
    zone: &TimeZone,
) -> Result<bool, Incomparable> {
    Ok(match comparison {
        Comparison::Equal => are_equal(left, right),
        Comparison::NotEqual => !are_equal(left, right),
        Comparison::Less => order(left, right)? == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order(left, right)?, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order(left, right)? == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => {
            matches!(order(left, right)?, Some(Ordering::Greater | Ordering::Equal))
        }
        Comparison::Contains => contains(left, right, zone),
    })
}

/// Whether two values are equal. `empty` equals every empty value, and `blank` equals every blank value.
pub(super) fn are_equal(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    match (left, right) {
        (Datum::Nil, Datum::Nil) | (Datum::Empty, Datum::Empty) | (Datum::Blank, Datum::Blank) => true,
        (Datum::Empty, other) | (other, Datum::Empty) => other.is_empty(),
        (Datum::Blank, other) | (other, Datum::Blank) => other.is_blank(),
        (Datum::Boolean(left), Datum::Boolean(right)) => left == right,
        (Datum::Text(left), Datum::Text(right)) => left.as_str() == right.as_str(),
        (Datum::Range(a, b), Datum::Range(c, d)) => (a, b) == (c, d),
        (Datum::List(left), Datum::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|(left, right)| are_equal(&left, &right))
        }
        (Datum::Map(left), Datum::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.value(key).is_some_and(|other| are_equal(&value, &other)))
        }
        // `1 == 1.0` is true: numbers of different types are compared by value.
        _ => match (as_number(left), as_number(right)) {
            (Some(left), Some(right)) => left.compare(right) == Ordering::Equal,
            _ => left.as_instant().is_some_and(|instant| right.as_instant() == Some(instant)),
        },
    }
}

fn as_number(value: &Datum<'_>) -> Option<Number> {
    match value {
        Datum::Integer(value) => Some(Number::Integer((*value).into())),
        Datum::Large(value) => Some(Number::Integer(**value)),
        Datum::Decimal(value) => Some(Number::Decimal(*value)),
        _ => None,
    }
}

/// Returns the order of two values, or `None` if one of them, such as nil, has no order.
///
/// Numbers, dates, and texts have an order. A number and a date can be compared with each other. Comparing a text with
/// a number or a date is an error.
pub(super) fn order(left: &Datum<'_>, right: &Datum<'_>) -> Result<Option<Ordering>, Incomparable> {
    if let (Datum::Text(left), Datum::Text(right)) = (left, right) {
        return Ok(Some(left.as_str().cmp(right.as_str())));
    }
    match (as_number(left), as_number(right)) {
        (Some(left), Some(right)) => Ok(Some(left.compare(right))),
        _ if left.as_instant().is_some() && right.as_instant().is_some() => {
            Ok(Some(left.as_instant().cmp(&right.as_instant())))
        }
        // In a comparison with a number, a date counts as epoch seconds, as it does in arithmetic filters.
        (Some(_), _) if right.as_instant().is_some() => Ok(Some(epoch_order(left, right))),
        (_, Some(_)) if left.as_instant().is_some() => Ok(Some(epoch_order(left, right))),
        _ if has_order(left) && has_order(right) => {
            Err(Incomparable { left: kind(left), right: kind(right) })
        }
        _ => Ok(None),
    }
}

fn epoch_order(left: &Datum<'_>, right: &Datum<'_>) -> Ordering {
    number::to_number(left).compare(number::to_number(right))
}

fn has_order(value: &Datum<'_>) -> bool {
    as_number(value).is_some() || value.as_instant().is_some() || matches!(value, Datum::Text(_))
}

pub(super) fn kind(value: &Datum<'_>) -> &'static str {
    match value {
        Datum::Nil => "nothing",
        Datum::Empty => "`empty`",
        Datum::Blank => "`blank`",
        Datum::Boolean(_) => "a boolean",
        Datum::Integer(_) | Datum::Large(_) | Datum::Decimal(_) => "a number",
        Datum::Text(_) => "a text",
        Datum::Date(_) | Datum::Local(_) => "a date",
        Datum::Range(..) => "a range",
        Datum::List(_) => "a list",
        Datum::Map(_) => "an object",
    }
}

/// Whether a text contains a substring, a list contains an item, an object contains a key, or a range contains an
/// integer. For any other value, the result is false.
fn contains(left: &Datum<'_>, right: &Datum<'_>, zone: &TimeZone) -> bool {
    // Shopify's `contains` is false if the right side is nil or false, even if a list contains that value.
    if !right.is_truthy() {
        return false;
    }
    match left {
        Datum::Text(text) => text.as_str().contains(right.to_text(zone).as_str()),
        Datum::List(list) => list.iter().any(|item| are_equal(&item, right)),
        Datum::Map(map) => match right {
            Datum::Text(key) => map.value(key.as_str()).is_some(),
            _ => false,
        },
        Datum::Range(from, to) => match right {
            Datum::Integer(value) => (from..=to).contains(&value),
            _ => false,
        },
        _ => false,
    }
}

/// Returns the value of `value.name`: a member, or the built-in `size`, `first`, or `last`.
pub(super) fn dotted<'a>(value: &Datum<'a>, name: &str, rules: EngineRules) -> Datum<'a> {
    match (value, name) {
        (Datum::Map(map), _) => match (map.value(name), name) {
            // A member named `size` or `first` takes precedence over the built-in property.
            (Some(member), _) => member,
            (None, "size") => count(map.len()),
            (None, "first") => map.iter().next().map_or(Datum::Nil, |(key, value)| pair(key, value)),
            (None, _) => Datum::Nil,
        },
        (_, "size") => size(value, rules).map_or(Datum::Nil, count),
        (_, "first") => first(value),
        (_, "last") => last(value),
        _ => Datum::Nil,
    }
}

pub(super) fn member<'a>(value: &Datum<'a>, name: &str) -> Datum<'a> {
    match value {
        Datum::Map(map) => map.value(name).unwrap_or(Datum::Nil),
        _ => Datum::Nil,
    }
}

/// Returns the value of `value[index]`; a negative index counts from the end.
pub(super) fn indexed<'a>(value: &Datum<'a>, index: &Datum<'a>) -> Datum<'a> {
    match (value, index) {
        (_, Datum::Text(name)) => member(value, name.as_str()),
        (Datum::List(list), Datum::Integer(index)) => item(list, *index),
        _ => Datum::Nil,
    }
}

fn item<'a>(list: &List<'a>, index: i64) -> Datum<'a> {
    // An index below `-len` stays negative, so the conversion fails and the result is nil, as in Ruby.
    let index = if index < 0 { index + list.len() as i64 } else { index };
    usize::try_from(index).ok().and_then(|index| list.at(index)).unwrap_or(Datum::Nil)
}

pub(super) fn size(value: &Datum<'_>, rules: EngineRules) -> Option<usize> {
    match value {
        // Shopify calls Ruby's `Integer#size`, which returns the number of bytes of the integer.
        Datum::Integer(_) if rules == EngineRules::Shopify => Some(size_of::<i64>()),
        Datum::Large(_) if rules == EngineRules::Shopify => Some(size_of::<i128>()),
        Datum::Text(text) => Some(text.as_str().chars().count()),
        Datum::List(list) => Some(list.len()),
        Datum::Map(map) => Some(map.len()),
        // This is calculated in 128 bits, because the ends of a range may be as far apart as `i64::MIN` and `i64::MAX`.
        Datum::Range(from, to) => usize::try_from(i128::from(*to) - i128::from(*from) + 1).ok().or(Some(0)),
        _ => None,
    }
}

pub(super) fn first<'a>(value: &Datum<'a>) -> Datum<'a> {
    match value {
        Datum::List(list) => list.at(0).unwrap_or(Datum::Nil),
        Datum::Range(from, to) if from <= to => Datum::Integer(*from),
        Datum::Map(map) => map.iter().next().map_or(Datum::Nil, |(key, value)| pair(key, value)),
        _ => Datum::Nil,
    }
}

pub(super) fn last<'a>(value: &Datum<'a>) -> Datum<'a> {
    match value {
        Datum::List(list) => list.len().checked_sub(1).and_then(|at| list.at(at)).unwrap_or(Datum::Nil),
        Datum::Range(from, to) if from <= to => Datum::Integer(*to),
        _ => Datum::Nil,
    }
}

fn pair<'a>(key: &'a str, value: Datum<'a>) -> Datum<'a> {
    [Datum::Text(LiquidText::Borrowed(key)), value].into_iter().collect()
}

fn count(value: usize) -> Datum<'static> {
    Datum::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}
