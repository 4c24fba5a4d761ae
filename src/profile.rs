//! A profile has an identity, typed properties, and a record of whether the bot can reach the person. The vocabulary
//! summarizes the properties of all profiles.
//!
//! This module does no I/O. The value types are CleverTap's: text, number, boolean, date, list, object.

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub(crate) mod import;
pub(crate) mod limits;
pub(crate) mod sample;
pub(crate) mod typed;

mod json;

pub(crate) use json::{properties, properties_to_json};

/// The property that holds the profile's chat id. Its name is from CleverTap's guide to Telegram.
pub(crate) const CHAT_ID: &str = "telegram_chat_id";

/// The property that marks a test profile in CleverTap: its value is the text "Yes".
pub(crate) const TEST_USER: &str = "ct_is_test_user";

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// A decimal number; `5.0` does not become an integer.
    Decimal(f64),
    Boolean(bool),
    /// An instant, printed in the workspace's time zone as `yyyy-MM-dd HH:mm:ss`.
    Date(jiff::Timestamp),
    List(Vec<Value>),
    Object(IndexMap<String, Value>),
    /// JSON's null, which occurs inside events, lists, and objects. A property that is null counts as not set.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueKind {
    Text,
    /// [`Value::Integer`] and [`Value::Decimal`].
    Number,
    Boolean,
    Date,
    List,
    Object,
}

impl ValueKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ValueKind::Text => "text",
            ValueKind::Number => "number",
            ValueKind::Boolean => "boolean",
            ValueKind::Date => "date",
            ValueKind::List => "list",
            ValueKind::Object => "object",
        }
    }
}

impl Value {
    /// Returns the type, or `None` for null.
    pub fn kind(&self) -> Option<ValueKind> {
        match self {
            Value::Text(_) => Some(ValueKind::Text),
            Value::Integer(_) | Value::Decimal(_) => Some(ValueKind::Number),
            Value::Boolean(_) => Some(ValueKind::Boolean),
            Value::Date(_) => Some(ValueKind::Date),
            Value::List(_) => Some(ValueKind::List),
            Value::Object(_) => Some(ValueKind::Object),
            Value::Null => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reachability {
    #[default]
    Unknown,
    /// The person wrote to the bot, or a message was delivered.
    Reachable,
    Blocked,
    /// The account was deleted, the chat does not exist, or the id is wrong.
    Gone,
}

impl Reachability {
    pub fn as_str(self) -> &'static str {
        match self {
            Reachability::Unknown => "unknown",
            Reachability::Reachable => "reachable",
            Reachability::Blocked => "blocked",
            Reachability::Gone => "gone",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// CleverTap's identity; in a store it is unique and never empty.
    pub identity: String,
    /// The properties that are set, in the order in which they were first set.
    pub properties: IndexMap<String, Value>,
    // Reachability is not a property, because it describes the chat with the bot and not the person.
    pub reachability: Reachability,
}

impl Profile {
    pub fn chat_id(&self) -> Option<&Value> {
        self.properties.get(CHAT_ID)
    }

    /// Returns whether the profile is marked as a test profile by its [`TEST_USER`] property. A boolean `true` counts
    /// as "Yes".
    pub fn is_test_profile(&self) -> bool {
        match self.properties.get(TEST_USER) {
            Some(Value::Text(text)) => text.eq_ignore_ascii_case("yes"),
            Some(Value::Boolean(value)) => *value,
            _ => false,
        }
    }

    /// Returns whether the profile has a chat id, and is not known to have blocked the bot or to be gone.
    pub(crate) fn is_reachable(&self) -> bool {
        let has_chat = self.chat_id().is_some_and(|chat| *chat != Value::Null);
        has_chat && matches!(self.reachability, Reachability::Unknown | Reachability::Reachable)
    }

    /// Returns the name to show: the first of `name`, `Name`, `first_name`, and `First Name` that is a non-blank text.
    /// If there is none, returns the identity.
    pub fn display_name(&self) -> &str {
        ["name", "Name", "first_name", "First Name"]
            .iter()
            .find_map(|key| match self.properties.get(*key) {
                Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.as_str()),
                _ => None,
            })
            .unwrap_or(&self.identity)
    }
}

/// Something that a person did or that happened to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Case-sensitive.
    pub name: String,
    pub at: jiff::Timestamp,
    pub properties: IndexMap<String, Value>,
}

/// A profile with its properties as JSON text. Parsed properties take about ten times the memory of their JSON text,
/// and a `sample::Sample` holds hundreds of profiles in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedProfile {
    pub identity: String,
    /// A valid JSON object.
    properties: Box<str>,
    reachability: Reachability,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PropertySummary {
    /// The name, case-sensitive.
    pub name: String,
    pub kind: ValueKind,
    /// The number of profiles that have the property.
    pub n_set: u64,
    /// A few distinct values as text, the most frequent first.
    pub samples: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vocabulary {
    /// The profile properties, sorted by name.
    pub properties: Vec<PropertySummary>,
    pub n_profiles: u64,
    /// The properties in the `Event` objects of the sample events.
    pub event: SampleProperties,
    /// The properties in the `ExternalTrigger` objects of the sample events.
    pub external_trigger: SampleProperties,
}

/// The properties of the sample events, by name, with their values in all samples.
pub type SampleProperties = BTreeMap<String, Vec<Value>>;

impl Vocabulary {
    pub fn property(&self, name: &str) -> Option<&PropertySummary> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Returns the type that a member of an event, such as `["Event", "Order", "total"]`, has in all samples. A list
    /// stands for its items. Returns `None` if the samples do not have the member, or if they disagree.
    pub(crate) fn sampled_kind(&self, path: &[String]) -> Option<ValueKind> {
        let (root, path) = path.split_first()?;
        let (name, path) = path.split_first()?;
        let properties = match root.as_str() {
            "Event" => &self.event,
            "ExternalTrigger" => &self.external_trigger,
            _ => return None,
        };
        let mut values = without_lists(properties.get(name)?);
        for name in path {
            let members = values.into_iter().filter_map(|value| match value {
                Value::Object(members) => members.get(name),
                _ => None,
            });
            values = members.flat_map(|value| without_lists(std::slice::from_ref(value))).collect();
        }
        let mut kinds = values.into_iter().filter_map(Value::kind);
        let kind = kinds.next()?;
        kinds.all(|other| other == kind).then_some(kind)
    }
}

fn without_lists(values: &[Value]) -> Vec<&Value> {
    let items = values.iter().flat_map(|value| match value {
        Value::List(items) => without_lists(items),
        value => vec![value],
    });
    items.collect()
}
