//! Evaluates a condition for one profile.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::condition::{Aggregate, Condition, EventQuery, Field, Pattern, Test, Unit, Within};
use super::literal::{Literal, Number};
use crate::profile::{CHAT_ID, Event, Profile, Value};

/// The instant for which a condition is evaluated, and the time zone in which days begin.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

/// A profile with its events, in any order.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub profile: &'a Profile,
    pub events: &'a [Event],
}

pub fn matches(condition: &Condition, subject: Subject<'_>, moment: Moment<'_>) -> bool {
    Evaluator { properties: &subject.profile.properties, subject: Some(subject), moment }.holds(condition)
}

struct Evaluator<'a> {
    /// The properties of the profile, or those of one of its events.
    properties: &'a IndexMap<String, Value>,
    /// `None` for an event.
    subject: Option<Subject<'a>>,
    moment: Moment<'a>,
}

impl<'a> Evaluator<'a> {
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All(conditions) => conditions.iter().all(|condition| self.holds(condition)),
            Condition::Any(conditions) => conditions.iter().any(|condition| self.holds(condition)),
            Condition::Not(condition) => !self.holds(condition),
            Condition::Segment(_, condition) => self.holds(condition),
            Condition::Field(field, test) => {
                self.value(field).is_some_and(|value| passes(&value, field, test, self.moment))
            }
            Condition::Did(query, comparison, n) => {
                let count = self.selected(query).count() as u64;
                comparison.holds(count.cmp(n))
            }
            Condition::Total { of, aggregate, property, comparison, number } => {
                let values = self.selected(of).filter_map(|event| member(&event.properties, property));
                total(*aggregate, values).is_some_and(|total| comparison.holds(total.cmp(number)))
            }
        }
    }

    fn value(&self, field: &Field) -> Option<Cow<'a, Value>> {
        let profile = || self.subject.map(|subject| subject.profile);
        let value = match field {
            Field::Identity => Cow::Owned(Value::Text(profile()?.identity.clone())),
            Field::Reachable => Cow::Owned(Value::Boolean(profile()?.is_reachable())),
            Field::TestProfile => Cow::Owned(Value::Boolean(profile()?.is_test_profile())),
            Field::ChatId => Cow::Borrowed(self.properties.get(CHAT_ID)?),
            Field::Property(name, _) => Cow::Borrowed(self.properties.get(name)?),
            Field::Member(path) => Cow::Borrowed(member(self.properties, path)?),
        };
        (*value != Value::Null).then_some(value)
    }

    fn selected<'q>(&'q self, query: &'q EventQuery) -> impl Iterator<Item = &'a Event> + 'q {
        let bounds = query.within.map(|within| bounds(within, self.moment));
        let events = self.subject.map_or(&[][..], |subject| subject.events);
        events.iter().filter(move |event| {
            let at = event.at.as_second();
            let of_event = Evaluator { properties: &event.properties, subject: None, moment: self.moment };
            event.name == query.name
                && bounds.is_none_or(|(start, end)| start <= at && at <= end)
                && query.condition.as_deref().is_none_or(|condition| of_event.holds(condition))
        })
    }
}

/// Returns the first and the last second of the period, in seconds since 1970.
pub fn bounds(within: Within, moment: Moment<'_>) -> (i64, i64) {
    let now = moment.now.as_second();
    let start = match within.unit {
        Unit::Hours => return (now.saturating_sub(i64::from(within.n).saturating_mul(3600)), now),
        Unit::Days => i64::from(within.n),
        Unit::Weeks => i64::from(within.n).saturating_mul(7),
    };
    let today = moment.now.to_zoned(moment.zone.clone()).date();
    // A period can be longer than jiff's calendar goes back. It then has no beginning.
    let first = Span::new().try_days(start).ok().and_then(|days| today.checked_sub(days).ok());
    let instant = first.and_then(|date| date.to_zoned(moment.zone.clone()).ok());
    (instant.map_or(i64::MIN, |instant| instant.timestamp().as_second()), now)
}

fn member<'a>(properties: &'a IndexMap<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = rest.iter().try_fold(properties.get(first)?, |value, key| match value {
        Value::Object(members) => members.get(key),
        _ => None,
    })?;
    (*value != Value::Null).then_some(value)
}

fn passes(value: &Value, field: &Field, test: &Test, moment: Moment<'_>) -> bool {
    let compares = |literal: &Literal| match field {
        Field::ChatId => chat_as(literal, value).and_then(|value| literal.compare(&value)),
        _ => literal.compare(value),
    };
    match test {
        Test::IsSet => true,
        Test::Compare(comparison, literal) => {
            compares(literal).is_some_and(|ordering| comparison.holds(ordering))
        }
        Test::OneOf(literals) => {
            literals.iter().any(|literal| compares(literal).is_some_and(std::cmp::Ordering::is_eq))
        }
        Test::Within(within) => match value {
            Value::Date(instant) => {
                let (start, end) = bounds(*within, moment);
                (start..=end).contains(&instant.as_second())
            }
            _ => false,
        },
        Test::Text(pattern, part) => as_text(value, field).is_some_and(|text| match pattern {
            Pattern::StartsWith => text.starts_with(part.as_str()),
            Pattern::EndsWith => text.ends_with(part.as_str()),
        }),
        Test::Contains(literal) => match (value, literal) {
            (Value::List(items), _) => {
                items.iter().any(|item| literal.compare(item).is_some_and(std::cmp::Ordering::is_eq))
            }
            (_, Literal::Text(part)) => {
                as_text(value, field).is_some_and(|text| text.contains(part.as_str()))
            }
            _ => false,
        },
    }
}

/// Returns a chat id as a value of the literal's type, if it can be one.
fn chat_as(literal: &Literal, chat: &Value) -> Option<Value> {
    match (literal, chat) {
        (Literal::Text(_), Value::Integer(id)) => Some(Value::Text(id.to_string())),
        // `007` and `+5` parse as numbers, but they are not ids.
        (Literal::Number(_), Value::Text(text)) => {
            text.parse().ok().filter(|id: &i64| id.to_string() == *text).map(Value::Integer)
        }
        _ => Some(chat.clone()),
    }
}

fn as_text(value: &Value, field: &Field) -> Option<String> {
    match (value, field) {
        (Value::Text(text), _) => Some(text.clone()),
        (Value::Integer(id), Field::ChatId) => Some(id.to_string()),
        _ => None,
    }
}

/// Returns the aggregate of the values that are numbers; the count includes all values. A sum and an average are
/// decimals.
fn total<'a>(aggregate: Aggregate, values: impl Iterator<Item = &'a Value>) -> Option<Number> {
    if aggregate == Aggregate::Count {
        return Some(Number::Integer(values.count() as i64));
    }
    let numbers: Vec<Number> = values.filter_map(Number::of).collect();
    match aggregate {
        Aggregate::Count => None,
        Aggregate::Min => numbers.into_iter().min(),
        Aggregate::Max => numbers.into_iter().max(),
        Aggregate::Average if numbers.is_empty() => None,
        Aggregate::Average => Some(Number::Decimal(sum(&numbers) / numbers.len() as f64)),
        Aggregate::Sum => Some(Number::Decimal(sum(&numbers))),
    }
}

/// Adds as SQLite does, by the algorithm of Kahan, Babuška and Neumaier: the rounding errors are added at the end. So the
/// sum hardly depends on the order.
fn sum(numbers: &[Number]) -> f64 {
    let (mut sum, mut error) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let number = match *number {
            Number::Integer(integer) => integer as f64,
            Number::Decimal(decimal) => decimal,
        };
        let next = sum + number;
        error += if number.abs() < sum.abs() { (sum - next) + number } else { (number - next) + sum };
        sum = next;
    }
    // The error of an infinite sum is no number.
    if error.is_finite() { sum + error } else { sum }
}
