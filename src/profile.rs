//! A person: identity, typed properties, what is known of their chat; and what a store knows of all people's properties.
//!
//! Knows nothing of files and databases. Values are CleverTap's: text, number, boolean, date, list, nested object.

use indexmap::IndexMap;

pub mod import;
pub mod limits;
pub mod sample;

mod json;

pub use json::{properties, properties_to_json};

/// The property that holds the chat a profile's messages go to, as CleverTap's Telegram page names it.
pub const CHAT_ID: &str = "telegram_chat_id";

/// CleverTap's mark of a test profile: the text "Yes" in this property.
pub const TEST_USER: &str = "ct_is_test_user";

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Integer(i64),
    /// A decimal number; `5.0` stays one.
    Decimal(f64),
    Boolean(bool),
    /// An instant; shown in the workspace's zone as `yyyy-MM-dd HH:mm:ss`.
    Date(jiff::Timestamp),
    List(Vec<Value>),
    Object(IndexMap<String, Value>),
    /// JSON's null, inside events and nested objects; a property that is null is not set instead.
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Text,
    /// [`Value::Integer`] and [`Value::Decimal`]
    Number,
    Boolean,
    Date,
    List,
    Object,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::List => "list",
            Kind::Object => "object",
        }
    }
}

impl Value {
    /// Returns the type, or `None` of null.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Value::Text(_) => Some(Kind::Text),
            Value::Integer(_) | Value::Decimal(_) => Some(Kind::Number),
            Value::Boolean(_) => Some(Kind::Boolean),
            Value::Date(_) => Some(Kind::Date),
            Value::List(_) => Some(Kind::List),
            Value::Object(_) => Some(Kind::Object),
            Value::Null => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reachability {
    #[default]
    Unknown,
    /// The person wrote to the bot, or a message arrived.
    Reachable,
    Blocked,
    /// The account is deleted, the chat is gone or the id is wrong.
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
    /// CleverTap's identity; unique in a store, never empty there.
    pub identity: String,
    /// The properties that are set, in the order they were first seen.
    pub properties: IndexMap<String, Value>,
    /// Kept apart from the properties: a fact about the chat, not about the person.
    pub reachability: Reachability,
}

impl Profile {
    pub fn chat_id(&self) -> Option<&Value> {
        self.properties.get(CHAT_ID)
    }

    /// Whether the profile is marked as a test profile (see [`TEST_USER`]); a boolean true counts as "Yes".
    pub fn is_test_profile(&self) -> bool {
        match self.properties.get(TEST_USER) {
            Some(Value::Text(text)) => text.eq_ignore_ascii_case("yes"),
            Some(Value::Boolean(value)) => *value,
            _ => false,
        }
    }

    /// Returns what to call the profile on screen: its `name`, `Name` or `first_name` where set, else the identity.
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

/// A profile with its properties still as JSON: what reads them one after the other keeps a tenth of the memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    pub identity: String,
    /// A JSON object that can be read.
    properties: Box<str>,
    reachability: Reachability,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name as stored; case matters.
    pub name: String,
    pub kind: Kind,
    pub n_set: u64,
    /// A few different values as text, the most frequent first.
    pub samples: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vocabulary {
    /// The profile properties, by name.
    pub properties: Vec<Property>,
    pub n_profiles: u64,
    /// Names in sample events under `Event`.
    pub event: Vec<String>,
    /// Names in sample events under `ExternalTrigger`.
    pub external_trigger: Vec<String>,
}

impl Vocabulary {
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}
