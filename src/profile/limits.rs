//! CleverTap's limits on identities, property names, and values. Callers apply them only in the CleverTap dialect.

use super::Value;

// The limits and lists below are from CleverTap's documentation, "Platform considerations".

/// The number of custom properties that CleverTap keeps for a profile.
pub(crate) const MAX_PROPERTIES: usize = 256;

const MAX_NAME_CHARS: usize = 120;
const MAX_VALUE_CHARS: usize = 512;
const MAX_IDENTITY_CHARS: usize = 1023;
const MAX_LIST_ITEMS: usize = 100;
const FORBIDDEN_IN_NAMES: &str = "%><!|&.:;$'\"\\#";

/// The identities that CleverTap treats as missing. They are compared case-insensitively.
const MISSING_IDENTITIES: [&str; 17] = [
    "undefined",
    "null",
    "na",
    "n/a",
    "0",
    "nil",
    "-1",
    "infinity",
    "-infinity",
    "inf",
    "-inf",
    "nan",
    "-nan",
    "empty",
    "xxxxxx",
    "none",
    "",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("CleverTap treats the identity `{0}` as missing")]
    NoIdentity(String),
    #[error("the identity has {0} characters; CleverTap allows {MAX_IDENTITY_CHARS}")]
    LongIdentity(usize),
    #[error("the name has {0} characters; CleverTap allows {MAX_NAME_CHARS}")]
    LongName(usize),
    #[error("CleverTap does not allow `{0}` in a property's name")]
    NameCharacter(char),
    #[error("the text has {0} characters; CleverTap allows {MAX_VALUE_CHARS}")]
    LongText(usize),
    #[error("the list has {0} items; CleverTap keeps the last {MAX_LIST_ITEMS}")]
    LongList(usize),
    #[error("{0} properties; CleverTap keeps up to {MAX_PROPERTIES}")]
    ManyProperties(usize),
}

pub(crate) fn check_identity(identity: &str) -> Result<(), LimitError> {
    if MISSING_IDENTITIES.iter().any(|word| word.eq_ignore_ascii_case(identity)) {
        return Err(LimitError::NoIdentity(identity.to_owned()));
    }
    at_most(MAX_IDENTITY_CHARS, identity.chars().count(), LimitError::LongIdentity)
}

pub(crate) fn check_name(name: &str) -> Result<(), LimitError> {
    match name.chars().find(|c| FORBIDDEN_IN_NAMES.contains(*c)) {
        Some(c) => Err(LimitError::NameCharacter(c)),
        None => at_most(MAX_NAME_CHARS, name.chars().count(), LimitError::LongName),
    }
}

/// Checks a property's value, including the values inside a list or object.
pub(crate) fn check_value(value: &Value) -> Result<(), LimitError> {
    match value {
        Value::Text(text) => at_most(MAX_VALUE_CHARS, text.chars().count(), LimitError::LongText),
        Value::List(items) => {
            at_most(MAX_LIST_ITEMS, items.len(), LimitError::LongList)?;
            items.iter().try_for_each(check_value)
        }
        Value::Object(members) => members.values().try_for_each(check_value),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Null => Ok(()),
    }
}

// Lengths are in characters, as in the documentation of CleverTap's console. The documentation of CleverTap's API gives
// the limits in bytes, which would be stricter.
fn at_most(limit: usize, n: usize, error: impl FnOnce(usize) -> LimitError) -> Result<(), LimitError> {
    if limit < n { Err(error(n)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_clevertap_limits_are_rejected() {
        let error =
            |result: Result<(), LimitError>| result.map_or_else(|error| error.to_string(), |()| "".into());
        assert_eq!(error(check_name("First Name")), "");
        assert_eq!(error(check_name("a.b")), "CleverTap does not allow `.` in a property's name");
        assert_eq!(error(check_name(&"é".repeat(121))), "the name has 121 characters; CleverTap allows 120");
        assert_eq!(error(check_value(&Value::Text("é".repeat(512)))), "");
        let long = Value::List(vec![Value::Text("x".repeat(513))]);
        assert_eq!(error(check_value(&long)), "the text has 513 characters; CleverTap allows 512");
        assert_eq!(error(check_identity("anna")), "");
        assert_eq!(error(check_identity("N/A")), "CleverTap treats the identity `N/A` as missing");
    }
}
