//! A value while it is rendered: borrowed from the row where it can be, shared where it cannot; clones cost nothing.

use std::fmt::Write;
use std::rc::Rc;

use indexmap::IndexMap;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::profile::{Profile, Value};

use super::captured::Captured;
use super::digits;
use super::inspect::write_quoted;
use super::loops::LoopState;

#[derive(Debug, Clone)]
pub(super) enum Datum<'a> {
    Nil,
    Empty,
    Blank,
    Boolean(bool),
    Integer(i64),
    /// A whole number beyond 64 bits.
    Large(Rc<i128>),
    Decimal(f64),
    Text(Text<'a>),
    Date(Timestamp),
    /// A moment that is told in a zone of its own: `now`.
    Local(Rc<Zoned>),
    /// From the first to the second, both included; none where the second is less.
    Range(i64, i64),
    List(List<'a>),
    Map(Map<'a>),
}

/// Text, and where it was printed by the template when it was captured.
#[derive(Debug, Clone)]
pub(super) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Rc<str>),
    Captured(Rc<Captured>),
}

#[derive(Debug, Clone)]
pub(super) enum List<'a> {
    Borrowed(&'a [Value]),
    Shared(Rc<[Datum<'a>]>),
}

#[derive(Debug, Clone)]
pub(super) enum Map<'a> {
    Object(&'a IndexMap<String, Value>),
    Profile(&'a Profile),
    Campaign(&'a str),
    Loop(Rc<LoopState<'a>>),
}

impl<'a> From<&'a Value> for Datum<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Datum::Text(Text::Borrowed(text)),
            Value::Integer(value) => Datum::Integer(*value),
            Value::Decimal(value) => Datum::Decimal(*value),
            Value::Boolean(value) => Datum::Boolean(*value),
            Value::Date(instant) => Datum::Date(*instant),
            Value::List(items) => Datum::List(List::Borrowed(items)),
            Value::Object(members) => Datum::Map(Map::Object(members)),
            Value::Null => Datum::Nil,
        }
    }
}

impl From<String> for Datum<'_> {
    fn from(text: String) -> Self {
        Datum::Text(Text::Shared(text.into()))
    }
}

impl<'a> FromIterator<Datum<'a>> for Datum<'a> {
    fn from_iter<I: IntoIterator<Item = Datum<'a>>>(items: I) -> Self {
        Datum::List(List::Shared(items.into_iter().collect()))
    }
}

impl Text<'_> {
    pub fn as_str(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
            Text::Captured(captured) => &captured.text,
        }
    }
}

impl<'a> List<'a> {
    pub fn len(&self) -> usize {
        match self {
            List::Borrowed(items) => items.len(),
            List::Shared(items) => items.len(),
        }
    }

    pub fn at(&self, index: usize) -> Option<Datum<'a>> {
        match self {
            List::Borrowed(items) => items.get(index).map(Datum::from),
            List::Shared(items) => items.get(index).cloned(),
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Datum<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.at(index))
    }
}

impl<'a> Map<'a> {
    pub fn value(&self, key: &str) -> Option<Datum<'a>> {
        match self {
            Map::Object(members) => members.get(key).map(Datum::from),
            Map::Profile(profile) => match profile.properties.get(key) {
                Some(value) => Some(Datum::from(value)),
                None if matches!(key, "Identity" | "identity") => {
                    Some(Datum::Text(Text::Borrowed(&profile.identity)))
                        .filter(|_| !profile.identity.is_empty())
                }
                None => None,
            },
            Map::Campaign(id) => (key == "campaignId").then_some(Datum::Text(Text::Borrowed(id))),
            Map::Loop(state) => state.value(key),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Map::Object(members) => members.len(),
            Map::Profile(profile) => profile.properties.len(),
            Map::Campaign(_) => 1,
            Map::Loop(_) => 0,
        }
    }

    /// The members as lists of two: what a loop goes through.
    pub fn pairs(&self) -> List<'a> {
        let pair = |(key, value)| [Datum::Text(Text::Borrowed(key)), value].into_iter().collect();
        List::Shared(self.iter().map(pair).collect())
    }

    /// The members; a loop's state has none to walk through.
    pub fn iter(&self) -> Box<dyn Iterator<Item = (&'a str, Datum<'a>)> + 'a> {
        let members = |members: &'a IndexMap<String, Value>| {
            Box::new(members.iter().map(|(key, value)| (key.as_str(), Datum::from(value))))
        };
        match self {
            Map::Object(object) => members(object),
            Map::Profile(profile) => members(&profile.properties),
            Map::Campaign(id) => Box::new(std::iter::once(("campaignId", Datum::Text(Text::Borrowed(id))))),
            Map::Loop(_) => Box::new(std::iter::empty()),
        }
    }
}

impl<'a> Datum<'a> {
    pub fn from_whole(value: i128) -> Self {
        i64::try_from(value).map_or_else(|_| Datum::Large(Rc::new(value)), Datum::Integer)
    }

    pub fn as_instant(&self) -> Option<Timestamp> {
        match self {
            Datum::Date(instant) => Some(*instant),
            Datum::Local(moment) => Some(moment.timestamp()),
            _ => None,
        }
    }

    /// Whether a condition holds: all but nil and false.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Datum::Nil | Datum::Boolean(false))
    }

    /// Whether it has no members: `""`, `[]`, `{}`.
    pub fn is_empty(&self) -> bool {
        match self {
            Datum::Text(text) => text.as_str().is_empty(),
            Datum::List(list) => list.len() == 0,
            Datum::Map(Map::Loop(_)) => false,
            Datum::Map(map) => map.len() == 0,
            Datum::Range(from, to) => to < from,
            _ => false,
        }
    }

    /// Whether it is empty, nil, false or white space.
    pub fn is_blank(&self) -> bool {
        match self {
            Datum::Nil | Datum::Boolean(false) | Datum::Blank => true,
            Datum::Text(text) => text.as_str().chars().all(char::is_whitespace),
            _ => self.is_empty(),
        }
    }

    /// Appends what the value prints; lists print their items one after the other.
    pub fn write_to(&self, out: &mut String, zone: &TimeZone) {
        match self {
            Datum::Nil | Datum::Empty | Datum::Blank => {}
            Datum::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Datum::Integer(value) => digits::write_integer(out, *value),
            Datum::Large(value) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{value}");
            }
            Datum::Decimal(value) => digits::write_decimal(out, *value),
            Datum::Text(text) => out.push_str(text.as_str()),
            Datum::Date(instant) => write_date(out, instant.to_zoned(zone.clone()).datetime()),
            Datum::Local(moment) => write_date(out, moment.datetime()),
            Datum::Range(from, to) => {
                digits::write_integer(out, *from);
                out.push_str("..");
                digits::write_integer(out, *to);
            }
            Datum::List(list) => list.iter().for_each(|item| item.write_to(out, zone)),
            Datum::Map(Map::Loop(_)) => out.push_str("ForloopDrop"),
            Datum::Map(_) => self.inspect_to(out, zone),
        }
    }

    /// Appends the value as Ruby inspects it: `[1, nil, "x"]`, `{"name"=>"Anna"}`.
    pub fn inspect_to(&self, out: &mut String, zone: &TimeZone) {
        match self {
            Datum::Nil => out.push_str("nil"),
            Datum::Text(text) => write_quoted(out, text.as_str()),
            Datum::List(list) => {
                out.push('[');
                for (index, item) in list.iter().enumerate() {
                    if 0 < index {
                        out.push_str(", ");
                    }
                    item.inspect_to(out, zone);
                }
                out.push(']');
            }
            Datum::Map(Map::Loop(_)) => self.write_to(out, zone),
            Datum::Map(map) => {
                out.push('{');
                for (index, (key, value)) in map.iter().enumerate() {
                    if 0 < index {
                        out.push_str(", ");
                    }
                    write_quoted(out, key);
                    out.push_str("=>");
                    value.inspect_to(out, zone);
                }
                out.push('}');
            }
            other => other.write_to(out, zone),
        }
    }

    /// Returns the text that the value is to filters and comparisons: a list is `["a", nil]`, though it prints `a`.
    pub fn to_text(&self, zone: &TimeZone) -> Text<'a> {
        match self {
            Datum::List(_) => {
                let mut out = String::new();
                self.inspect_to(&mut out, zone);
                Text::Shared(out.into())
            }
            other => other.printed(zone),
        }
    }

    pub fn printed(&self, zone: &TimeZone) -> Text<'a> {
        match self {
            Datum::Text(text) => text.clone(),
            Datum::Nil | Datum::Empty | Datum::Blank => Text::Borrowed(""),
            other => {
                let mut out = String::new();
                other.write_to(&mut out, zone);
                Text::Shared(out.into())
            }
        }
    }

    /// Returns about how many bytes it prints, without printing it.
    pub fn weight(&self) -> usize {
        match self {
            Datum::Text(text) => text.as_str().len(),
            Datum::List(list) => list.iter().map(|item| item.weight() + 16).sum(),
            Datum::Map(map) => map.iter().map(|(key, value)| key.len() + value.weight() + 8).sum(),
            _ => 40,
        }
    }
}

/// A date as CleverTap prints it.
fn write_date(out: &mut String, local: DateTime) {
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
}
