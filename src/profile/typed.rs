//! Reads properties that the user types one at a time: with `profiles set`, or in the form of a profile. Files are
//! imported by `import`.

use jiff::tz::TimeZone;

use super::import::{CellMismatch, read_one};
use super::limits::{self, LimitError};
use super::{Value, Vocabulary};
use crate::dialect::Dialect;

/// What a typed property is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypingRules<'a> {
    /// The properties of all profiles, with their types.
    pub known: &'a Vocabulary,
    /// The time zone in which dates are read and shown.
    pub zone: &'a TimeZone,
    pub dialect: Dialect,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PropertyError {
    #[error(transparent)]
    Mismatch(#[from] CellMismatch),
    #[error(transparent)]
    Limit(#[from] LimitError),
}

impl TypingRules<'_> {
    /// Reads a property as its known type. A new property gets the type that the text looks like. An empty text is
    /// [`Value::Null`], which unsets the property.
    pub(crate) fn read(&self, name: &str, text: &str) -> Result<Value, PropertyError> {
        let kind = self.known.property(name).map(|property| property.kind);
        let value = if text.is_empty() { Value::Null } else { read_one(text, kind, self.zone)? };
        self.check_name(name)?;
        if self.dialect == Dialect::CleverTap {
            limits::check_value(&value)?;
        }
        Ok(value)
    }

    // CleverTap's limits apply only in CleverTap's dialect.
    pub(crate) fn check_name(&self, name: &str) -> Result<(), LimitError> {
        match self.dialect {
            Dialect::CleverTap => limits::check_name(name),
            Dialect::Telecast => Ok(()),
        }
    }

    pub(crate) fn check_identity(&self, identity: &str) -> Result<(), LimitError> {
        match self.dialect {
            Dialect::CleverTap => limits::check_identity(identity),
            Dialect::Telecast => Ok(()),
        }
    }

    /// Returns a value as the text that [`TypingRules::read`] reads. A date is in the zone of the rules, in whole
    /// seconds, and without its time at midnight. Lists and objects are JSON.
    pub(crate) fn text(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::Date(instant) => {
                let date = instant.to_zoned(self.zone.clone());
                let text = date.strftime("%Y-%m-%d %H:%M:%S").to_string();
                text.strip_suffix(" 00:00:00").unwrap_or(&text).to_owned()
            }
            Value::Null => String::new(),
            other => other.to_json().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{PropertySummary, ValueKind};

    fn known(name: &str, kind: ValueKind) -> PropertySummary {
        PropertySummary { name: name.to_owned(), kind, n_set: 1, samples: Vec::new() }
    }

    #[track_caller]
    fn check(name: &str, text: &str, dialect: Dialect, expected: &str) {
        let known = Vocabulary {
            properties: vec![known("code", ValueKind::Text), known("joined", ValueKind::Date)],
            ..Vocabulary::default()
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let rules = TypingRules { known: &known, zone: &zone, dialect };
        let shown = match rules.read(name, text) {
            Ok(value) => {
                // Reading the text of a value gives the same value.
                assert_eq!(rules.read(name, &rules.text(&value)), Ok(value.clone()));
                let kind = value.kind().map_or("not set", ValueKind::as_str);
                format!("{kind} {}", rules.text(&value))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(shown.trim_end(), expected);
    }

    #[test]
    fn a_typed_property_has_its_known_type_or_the_type_that_it_looks_like() {
        check("code", "5", Dialect::Telecast, "text 5");
        check("age", "5", Dialect::Telecast, "number 5");
        check("age", "5.0", Dialect::Telecast, "number 5.0");
        check("vip", "true", Dialect::Telecast, "boolean true");
        check("code", "", Dialect::Telecast, "not set");
        check("since", "31/12/2025", Dialect::Telecast, "date 2025-12-31");
        check("joined", "2026-02-01 08:30:00", Dialect::Telecast, "date 2026-02-01 08:30:00");
        check("joined", "soon", Dialect::Telecast, "`soon` is not a date; write it as 2024-03-02");
        check("tags", "[1]", Dialect::Telecast, "text [1]");
    }

    #[test]
    fn clevertap_limits_apply_in_its_dialect() {
        check("a.b", "x", Dialect::Telecast, "text x");
        check("a.b", "x", Dialect::CleverTap, "CleverTap does not allow `.` in a property's name");
    }
}
