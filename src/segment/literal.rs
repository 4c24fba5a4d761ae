//! The values that an expression compares with.

use std::cmp::Ordering;
use std::fmt;

use crate::profile::{Value, ValueKind};

/// A number, compared by its exact value. A conversion to `f64` would make `9007199254740993` equal to
/// `9007199254740992`.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    Integer(i64),
    /// Finite.
    Decimal(f64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(Number),
    Boolean(bool),
    Date(jiff::Timestamp),
}

impl Number {
    /// Returns the number of a value, or `None` for every other value and for NaN and infinity.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(Number::Integer(*integer)),
            Value::Decimal(decimal) if decimal.is_finite() => Some(Number::Decimal(*decimal)),
            _ => None,
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (Number::Integer(a), Number::Integer(b)) => a.cmp(&b),
            // Neither is NaN. Unlike `total_cmp`, this makes 0.0 and -0.0 equal.
            (Number::Decimal(a), Number::Decimal(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Number::Integer(a), Number::Decimal(b)) => compare_exactly(a, b),
            (Number::Decimal(a), Number::Integer(b)) => compare_exactly(b, a).reverse(),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

fn compare_exactly(integer: i64, decimal: f64) -> Ordering {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if TWO_TO_63 <= decimal {
        return Ordering::Less;
    }
    if decimal < -TWO_TO_63 {
        return Ordering::Greater;
    }
    // In this range, the cast cuts the fraction off and changes nothing else.
    let whole = decimal.trunc();
    integer.cmp(&(whole as i64)).then_with(|| whole.partial_cmp(&decimal).unwrap_or(Ordering::Equal))
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(integer) => integer.fmt(f),
            Number::Decimal(decimal) => decimal.fmt(f),
        }
    }
}

impl Literal {
    pub fn kind(&self) -> ValueKind {
        match self {
            Literal::Text(_) => ValueKind::Text,
            Literal::Number(_) => ValueKind::Number,
            Literal::Boolean(_) => ValueKind::Boolean,
            Literal::Date(_) => ValueKind::Date,
        }
    }

    /// Returns how a value of the same type compares with the literal, or `None` if the value has another type.
    pub fn compare(&self, value: &Value) -> Option<Ordering> {
        Some(match (value, self) {
            (Value::Text(value), Literal::Text(literal)) => value.as_str().cmp(literal),
            (Value::Boolean(value), Literal::Boolean(literal)) => value.cmp(literal),
            (Value::Date(value), Literal::Date(literal)) => value.as_second().cmp(&literal.as_second()),
            (value, Literal::Number(literal)) => Number::of(value)?.cmp(literal),
            _ => return None,
        })
    }
}
