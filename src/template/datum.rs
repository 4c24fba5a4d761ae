//! The values that Liquid expressions have during a rendering. A value borrows from the profile, the event, or the
//! template if possible. Any other value is reference-counted, so that its clones are cheap.

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
    /// A whole number that does not fit in 64 bits.
    Large(Rc<i128>),
    Decimal(f64),
    Text(LiquidText<'a>),
    Date(Timestamp),
    /// The value of the variable `now`. It has its own time zone and is printed in that zone, not in the workspace's.
    Local(Rc<Zoned>),
    /// The integers from the first to the second, inclusive. The range is empty if the second is less than the first.
    Range(i64, i64),
    List(List<'a>),
    Map(Map<'a>),
}

/// A text. A text that `capture` collected also records where in the source each piece of the text came from.
#[derive(Debug, Clone)]
pub(super) enum LiquidText<'a> {
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
            Value::Text(text) => Datum::Text(LiquidText::Borrowed(text)),
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
        Datum::Text(LiquidText::Shared(text.into()))
    }
}

impl<'a> FromIterator<Datum<'a>> for Datum<'a> {
    fn from_iter<I: IntoIterator<Item = Datum<'a>>>(items: I) -> Self {
        Datum::List(List::Shared(items.into_iter().collect()))
    }
}

impl LiquidText<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            LiquidText::Borrowed(text) => text,
            LiquidText::Shared(text) => text,
            LiquidText::Captured(captured) => &captured.text,
        }
    }
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            List::Borrowed(items) => items.len(),
            List::Shared(items) => items.len(),
        }
    }

    pub(super) fn at(&self, index: usize) -> Option<Datum<'a>> {
        match self {
            List::Borrowed(items) => items.get(index).map(Datum::from),
            List::Shared(items) => items.get(index).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Datum<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.at(index))
    }
}

impl<'a> Map<'a> {
    pub(super) fn value(&self, key: &str) -> Option<Datum<'a>> {
        match self {
            Map::Object(members) => members.get(key).map(Datum::from),
            Map::Profile(profile) => match profile.properties.get(key) {
                Some(value) => Some(Datum::from(value)),
                // CleverTap documents that `Profile.Identity` is the identity of the profile. A property with exactly
                // this name takes precedence and was returned above.
                None if matches!(key, "Identity" | "identity") => {
                    Some(Datum::Text(LiquidText::Borrowed(&profile.identity)))
                        .filter(|_| !profile.identity.is_empty())
                }
                None => None,
            },
            Map::Campaign(id) => (key == "campaignId").then_some(Datum::Text(LiquidText::Borrowed(id))),
            Map::Loop(state) => state.value(key),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Map::Object(members) => members.len(),
            Map::Profile(profile) => profile.properties.len(),
            Map::Campaign(_) => 1,
            // The fields of `forloop` are not counted, because they are not stored: each field is computed when it is
            // asked for by name.
            Map::Loop(_) => 0,
        }
    }

    /// Returns the members as `[key, value]` lists, which are the items of a `for` loop over an object.
    pub(super) fn pairs(&self) -> List<'a> {
        let pair = |(key, value)| [Datum::Text(LiquidText::Borrowed(key)), value].into_iter().collect();
        List::Shared(self.iter().map(pair).collect())
    }

    /// Returns the members. `forloop` has none: its fields are found by name only.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = (&'a str, Datum<'a>)> + 'a> {
        let members = |members: &'a IndexMap<String, Value>| {
            Box::new(members.iter().map(|(key, value)| (key.as_str(), Datum::from(value))))
        };
        match self {
            Map::Object(object) => members(object),
            Map::Profile(profile) => members(&profile.properties),
            Map::Campaign(id) => {
                Box::new(std::iter::once(("campaignId", Datum::Text(LiquidText::Borrowed(id)))))
            }
            Map::Loop(_) => Box::new(std::iter::empty()),
        }
    }
}

impl<'a> Datum<'a> {
    pub(super) fn from_whole(value: i128) -> Self {
        i64::try_from(value).map_or_else(|_| Datum::Large(Rc::new(value)), Datum::Integer)
    }

    /// Returns the instant of a date, or `None` for any other value; texts are not parsed.
    pub(super) fn as_instant(&self) -> Option<Timestamp> {
        match self {
            Datum::Date(instant) => Some(*instant),
            Datum::Local(moment) => Some(moment.timestamp()),
            _ => None,
        }
    }

    /// Whether the value counts as true in a condition. Only nil and false count as false; `0` and `""` count as true.
    pub(super) fn is_truthy(&self) -> bool {
        !matches!(self, Datum::Nil | Datum::Boolean(false))
    }

    /// Whether the value has no content: `""`, `[]`, `{}`, or a range that runs backwards.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Datum::Text(text) => text.as_str().is_empty(),
            Datum::List(list) => list.len() == 0,
            // `Map::len` counts no members for `forloop`, but in Shopify's Liquid, `forloop` never equals `empty`.
            Datum::Map(Map::Loop(_)) => false,
            Datum::Map(map) => map.len() == 0,
            Datum::Range(from, to) => to < from,
            _ => false,
        }
    }

    /// Whether the value is empty, nil, false, or only whitespace.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Datum::Nil | Datum::Boolean(false) | Datum::Blank => true,
            Datum::Text(text) => text.as_str().chars().all(char::is_whitespace),
            _ => self.is_empty(),
        }
    }

    /// Appends the output of `{{ value }}`. A list prints its items without a separator.
    pub(super) fn write_to(&self, out: &mut String, zone: &TimeZone) {
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
            // Shopify prints the name of the Ruby class of `forloop`.
            Datum::Map(Map::Loop(_)) => out.push_str("ForloopDrop"),
            Datum::Map(_) => self.inspect_to(out, zone),
        }
    }

    /// Appends the value in the format of Ruby's `inspect`: `[1, nil, "x"]`, `{"name"=>"Anna"}`.
    pub(super) fn inspect_to(&self, out: &mut String, zone: &TimeZone) {
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

    /// Returns the text that most text filters read as their input, and that `contains` reads as its right side. A list
    /// becomes `["a", nil]`, even though `{{ }}` prints that list as `a`.
    pub(super) fn to_text(&self, zone: &TimeZone) -> LiquidText<'a> {
        match self {
            Datum::List(_) => {
                let mut out = String::new();
                self.inspect_to(&mut out, zone);
                LiquidText::Shared(out.into())
            }
            other => other.printed(zone),
        }
    }

    /// Returns the output of `{{ value }}` as a text; see `write_to`.
    pub(super) fn printed(&self, zone: &TimeZone) -> LiquidText<'a> {
        match self {
            // A captured text is cloned, because a clone keeps the source locations. Writing the text to a new string
            // would lose them.
            Datum::Text(text) => text.clone(),
            Datum::Nil | Datum::Empty | Datum::Blank => LiquidText::Borrowed(""),
            other => {
                let mut out = String::new();
                other.write_to(&mut out, zone);
                LiquidText::Shared(out.into())
            }
        }
    }

    // An item of a list counts 16 bytes more, and a member of an object 8 bytes more, for quotes, separators, and `=>`.
    // Any value that is not a text, list, or object counts as 40 bytes, because no number or date prints more.
    /// Returns an estimate of the bytes that the value prints, so that the budget of the rendering can be charged
    /// before printing.
    pub(super) fn estimated_len(&self) -> usize {
        match self {
            Datum::Text(text) => text.as_str().len(),
            Datum::List(list) => list.iter().map(|item| item.estimated_len() + 16).sum(),
            Datum::Map(map) => map.iter().map(|(key, value)| key.len() + value.estimated_len() + 8).sum(),
            _ => 40,
        }
    }
}

/// Appends a date in CleverTap's format, `2026-03-04 15:06:00`.
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
