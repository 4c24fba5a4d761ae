//! A profile's values as the `liquid` crate sees values: by reference, without a conversion.
//!
//! The crate's own renderer can so run over the same rows: that is how ours is compared with it.

use std::fmt;

use indexmap::IndexMap;
use liquid_core::model::{ArrayView, DisplayCow, KStringCow, ObjectView, ScalarCow, State, ValueView};

use crate::profile::{Profile, Value};

/// The names a body may use, for the `liquid` crate: `Profile`, and its properties.
#[derive(Debug, Clone)]
pub struct ProfileView<'a> {
    properties: Members<'a>,
}

impl<'a> ProfileView<'a> {
    /// Looks at `profile`.
    pub fn new(profile: &'a Profile) -> Self {
        Self { properties: Members(&profile.properties) }
    }
}

/// An object's members.
#[derive(Debug, Clone)]
struct Members<'a>(&'a IndexMap<String, Value>);

/// What any object says of itself.
macro_rules! object_value {
    ($type:ty) => {
        impl ValueView for $type {
            fn as_debug(&self) -> &dyn fmt::Debug {
                self
            }

            fn render(&self) -> DisplayCow<'_> {
                DisplayCow::Owned(Box::new(self.to_kstr().into_owned()))
            }

            fn source(&self) -> DisplayCow<'_> {
                self.render()
            }

            fn type_name(&self) -> &'static str {
                "object"
            }

            fn query_state(&self, state: State) -> bool {
                match state {
                    State::Truthy => true,
                    State::DefaultValue | State::Empty | State::Blank => self.size() == 0,
                }
            }

            fn to_kstr(&self) -> KStringCow<'_> {
                KStringCow::from_string(
                    self.iter().map(|(key, value)| format!("{key}{}", value.render())).collect(),
                )
            }

            fn to_value(&self) -> liquid_core::Value {
                let members = self.iter().map(|(key, value)| (key.into_owned(), value.to_value()));
                liquid_core::Value::Object(members.collect())
            }

            fn as_object(&self) -> Option<&dyn ObjectView> {
                Some(self)
            }
        }
    };
}

object_value!(ProfileView<'_>);
object_value!(Members<'_>);

impl ObjectView for ProfileView<'_> {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        1
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(std::iter::once(KStringCow::from_static("Profile")))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(std::iter::once(self.properties.as_value()))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.keys().zip(self.values()))
    }

    fn contains_key(&self, index: &str) -> bool {
        index == "Profile"
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        (index == "Profile").then(|| self.properties.as_value())
    }
}

impl ObjectView for Members<'_> {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(self.0.keys().map(|key| KStringCow::from_ref(key)))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(self.0.values().map(|value| value as &dyn ValueView))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.keys().zip(self.values()))
    }

    fn contains_key(&self, index: &str) -> bool {
        self.0.contains_key(index)
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        self.0.get(index).map(|value| value as &dyn ValueView)
    }
}

impl ValueView for Value {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        match self {
            Value::Text(text) => DisplayCow::Borrowed(text),
            Value::Integer(value) => DisplayCow::Borrowed(value),
            Value::Boolean(value) => DisplayCow::Borrowed(value),
            Value::Null => DisplayCow::Borrowed(&""),
            other => DisplayCow::Owned(Box::new(other.to_kstr().into_owned())),
        }
    }

    fn source(&self) -> DisplayCow<'_> {
        self.render()
    }

    fn type_name(&self) -> &'static str {
        self.kind().map_or("nil", |kind| kind.as_str())
    }

    fn query_state(&self, state: State) -> bool {
        let is_empty = match self {
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::Null => true,
            Value::Boolean(value) => !value,
            Value::Integer(_) | Value::Decimal(_) | Value::Date(_) => false,
        };
        match state {
            State::Truthy => !matches!(self, Value::Null | Value::Boolean(false)),
            State::DefaultValue => is_empty,
            State::Empty => is_empty && !matches!(self, Value::Null | Value::Boolean(_)),
            State::Blank => is_empty,
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        match self {
            Value::Text(text) => KStringCow::from_ref(text),
            Value::Null => KStringCow::from_static(""),
            Value::Integer(value) => KStringCow::from_string(value.to_string()),
            Value::Decimal(value) => KStringCow::from_string(format!("{value:?}")),
            Value::Boolean(value) => KStringCow::from_static(if *value { "true" } else { "false" }),
            Value::Date(instant) => {
                KStringCow::from_string(instant.strftime("%Y-%m-%d %H:%M:%S").to_string())
            }
            Value::List(items) => {
                KStringCow::from_string(items.iter().map(|item| item.to_kstr().into_string()).collect())
            }
            Value::Object(members) => KStringCow::from_string(Members(members).to_kstr().into_string()),
        }
    }

    fn to_value(&self) -> liquid_core::Value {
        match self {
            Value::Null => liquid_core::Value::Nil,
            Value::List(items) => items.iter().map(ValueView::to_value).collect::<Vec<_>>().into(),
            Value::Object(members) => Members(members).to_value(),
            _ => self.as_scalar().map_or(liquid_core::Value::Nil, |scalar| scalar.into_owned().into()),
        }
    }

    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        match self {
            Value::Integer(value) => Some(ScalarCow::new(*value)),
            Value::Decimal(value) => Some(ScalarCow::new(*value)),
            Value::Boolean(value) => Some(ScalarCow::new(*value)),
            Value::Text(_) | Value::Date(_) => Some(ScalarCow::new(self.to_kstr())),
            Value::List(_) | Value::Object(_) | Value::Null => None,
        }
    }

    fn as_array(&self) -> Option<&dyn ArrayView> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        matches!(self, Value::Object(_)).then_some(self)
    }

    fn is_nil(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// Only [`Value::Object`] is looked at as one; all others have no members.
impl ObjectView for Value {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        ObjectView::values(self).count().try_into().unwrap_or(i64::MAX)
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(members_of(self).into_iter().flatten().map(|(key, _)| KStringCow::from_ref(key)))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(members_of(self).into_iter().flatten().map(|(_, value)| value as &dyn ValueView))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(self.keys().zip(ObjectView::values(self)))
    }

    fn contains_key(&self, index: &str) -> bool {
        members_of(self).is_some_and(|members| members.contains_key(index))
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        members_of(self)?.get(index).map(|value| value as &dyn ValueView)
    }
}

fn members_of(value: &Value) -> Option<&IndexMap<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
