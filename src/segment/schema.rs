//! What expressions are checked against.

use indexmap::IndexMap;
use jiff::tz::TimeZone;

use crate::profile::Vocabulary;

#[derive(Debug, Clone, Copy)]
pub struct Schema<'a> {
    pub vocabulary: &'a Vocabulary,
    /// The events that profiles have, sorted by name.
    pub events: &'a [EventSummary],
    /// The expressions of the workspace's segments, by name.
    pub segments: &'a IndexMap<String, String>,
    /// The time zone of dates.
    pub zone: &'a TimeZone,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventSummary {
    pub name: String,
    /// The names of the properties, sorted.
    pub properties: Vec<String>,
}
