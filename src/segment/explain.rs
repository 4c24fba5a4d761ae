//! Says in words whom a condition selects.

use super::condition::{Aggregate, Comparison, Condition, EventQuery, Field, Pattern, Test, Unit, Within};
use super::literal::Literal;
use super::token::{name_source, text_source};
use jiff::tz::TimeZone;

/// Returns the condition as an English clause, such as `country is "DE", and ltv is more than 100`. Dates are in `zone`.
pub fn explain(condition: &Condition, zone: &TimeZone) -> String {
    Words { zone }.condition(condition, false)
}

struct Words<'a> {
    zone: &'a TimeZone,
}

impl Words<'_> {
    /// Returns the clause for a condition. `is_part` is whether it is one of several.
    fn condition(&self, condition: &Condition, is_part: bool) -> String {
        let joined = |conditions: &[Condition], word: &str| {
            let parts: Vec<String> =
                conditions.iter().map(|condition| self.condition(condition, true)).collect();
            let text = parts.join(&format!(", {word} "));
            if is_part { format!("({text})") } else { text }
        };
        match condition {
            Condition::All(conditions) => joined(conditions, "and"),
            Condition::Any(conditions) => joined(conditions, "or"),
            Condition::Not(inner) => match &**inner {
                Condition::Field(field, test) => self.field(field, test, true),
                Condition::Did(query, comparison, n) => self.did(query, *comparison, *n, true),
                Condition::Segment(name, _) => format!("is not in the segment {}", text_source(name)),
                other => format!("it is not true that {}", self.condition(other, true)),
            },
            Condition::Segment(name, _) => format!("is in the segment {}", text_source(name)),
            Condition::Field(field, test) => self.field(field, test, false),
            Condition::Did(query, comparison, n) => self.did(query, *comparison, *n, false),
            Condition::Total { of, aggregate, property, comparison, number } => {
                let what = match aggregate {
                    Aggregate::Sum => "the sum",
                    Aggregate::Count => "the number",
                    Aggregate::Min => "the smallest",
                    Aggregate::Max => "the largest",
                    Aggregate::Average => "the average",
                };
                let event = self.event(of, "");
                let property = property.join(".");
                format!(
                    "{what} of {} in {event} is {} {number}",
                    name_source(&property),
                    ordering(*comparison)
                )
            }
        }
    }

    fn field(&self, field: &Field, test: &Test, is_negated: bool) -> String {
        let not = if is_negated { " not" } else { "" };
        let name = match field {
            Field::Identity => "the identity".to_owned(),
            Field::ChatId => crate::profile::CHAT_ID.to_owned(),
            Field::Property(name, _) => name_source(name),
            Field::Member(path) => name_source(&path.join(".")),
            Field::Reachable | Field::TestProfile => {
                let what = if *field == Field::Reachable { "reachable" } else { "a test profile" };
                return match test {
                    Test::Compare(Comparison::Equal, Literal::Boolean(value)) if *value != is_negated => {
                        format!("is {what}")
                    }
                    _ => format!("is not {what}"),
                };
            }
        };
        match test {
            Test::IsSet => format!("{name} is{not} set"),
            Test::Compare(Comparison::Equal, literal) => {
                format!(
                    "{name} is{not} {}{}",
                    self.literal(literal),
                    if is_negated { " (or not set)" } else { "" }
                )
            }
            Test::Compare(comparison, literal) => {
                format!("{name} is{not} {} {}", ordering(*comparison), self.literal(literal))
            }
            Test::OneOf(literals) => {
                let list: Vec<String> = literals.iter().map(|literal| self.literal(literal)).collect();
                format!("{name} is{not} one of {}", list.join(", "))
            }
            Test::Text(pattern, part) => {
                let verb = match (pattern, is_negated) {
                    (Pattern::StartsWith, false) => "starts with",
                    (Pattern::StartsWith, true) => "does not start with",
                    (Pattern::EndsWith, false) => "ends with",
                    (Pattern::EndsWith, true) => "does not end with",
                };
                format!("{name} {verb} {}", text_source(part))
            }
            Test::Contains(literal) => {
                let verb = if is_negated { "does not contain" } else { "contains" };
                format!("{name} {verb} {}", self.literal(literal))
            }
            Test::Within(within) => format!("{name} is{not} within {}", period(*within)),
        }
    }

    fn did(&self, query: &EventQuery, comparison: Comparison, n: u64, is_negated: bool) -> String {
        let verb = if is_negated { "did not do" } else { "did" };
        let times = match (comparison, n) {
            (Comparison::AtLeast, 1) => String::new(),
            (_, 1) => format!(" {} 1 time", ordering(comparison)),
            _ => format!(" {} {n} times", ordering(comparison)),
        };
        format!("{verb} {}", self.event(query, &times))
    }

    /// Returns the words for the events. `times` comes after their name.
    fn event(&self, query: &EventQuery, times: &str) -> String {
        let mut text = text_source(&query.name) + times;
        if let Some(within) = query.within {
            text.push_str(&format!(" within {}", period(within)));
        }
        if let Some(condition) = &query.condition {
            text.push_str(&format!(" where {}", self.condition(condition, true)));
        }
        text
    }

    fn literal(&self, literal: &Literal) -> String {
        match literal {
            Literal::Text(text) => text_source(text),
            Literal::Number(number) => number.to_string(),
            Literal::Boolean(value) => value.to_string(),
            Literal::Date(instant) => {
                let date = instant.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
                date.strip_suffix(" 00:00:00").unwrap_or(&date).to_owned()
            }
        }
    }
}

fn ordering(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "exactly",
        Comparison::Less => "less than",
        Comparison::AtMost => "at most",
        Comparison::More => "more than",
        Comparison::AtLeast => "at least",
    }
}

fn period(within: Within) -> String {
    let unit = match within.unit {
        Unit::Hours => "hour",
        Unit::Days => "day",
        Unit::Weeks => "week",
    };
    match within.n {
        1 => format!("the last {unit}"),
        n => format!("the last {n} {unit}s"),
    }
}
