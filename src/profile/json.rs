//! Converts values from and to JSON for `--profile-json`, sample events, JSON Lines files, and the store.

use indexmap::IndexMap;

use super::{PackedProfile, Profile, Reachability, Value};

impl From<serde_json::Value> for Value {
    /// Converts JSON. A string `$D_<epoch seconds>` (CleverTap's format) becomes a date, and an integer outside the
    /// range of i64 becomes a decimal.
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Boolean(value),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(value) => Value::Integer(value),
                // `as_f64` fails only if serde_json is built with the feature `arbitrary_precision`.
                None => Value::Decimal(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => date(&text).map_or(Value::Text(text), Value::Date),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(Value::from).collect()),
            serde_json::Value::Object(members) => {
                Value::Object(members.into_iter().map(|(key, value)| (key, Value::from(value))).collect())
            }
        }
    }
}

impl Value {
    /// Converts the value to JSON that [`Value::from`] can read. A date becomes `$D_<epoch seconds>`, without fractions
    /// of a second.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Decimal(value) => (*value).into(),
            Value::Text(text) => text.clone().into(),
            Value::Date(instant) => format!("$D_{}", instant.as_second()).into(),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Object(members) => serde_json::Value::Object(
                members.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
            ),
        }
    }
}

/// Parses properties from the text of a JSON object.
pub(crate) fn properties(json: &str) -> serde_json::Result<IndexMap<String, Value>> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json)?;
    Ok(members.into_iter().map(|(name, value)| (name, Value::from(value))).collect())
}

/// Converts the properties of a profile to the text of a JSON object, which [`properties`] can parse.
pub(crate) fn properties_to_json(properties: &IndexMap<String, Value>) -> String {
    let members = properties.iter().map(|(name, value)| (name.clone(), value.to_json()));
    serde_json::Value::Object(members.collect()).to_string()
}

impl PackedProfile {
    #[cfg(test)]
    pub fn of(profile: &Profile) -> Self {
        let properties = properties_to_json(&profile.properties).into();
        Self { identity: profile.identity.clone(), properties, reachability: profile.reachability }
    }

    pub fn new(identity: String, json: &str, reachability: Reachability) -> serde_json::Result<Self> {
        // The text is parsed only as a check. After this check, `unpack` cannot fail.
        properties(json)?;
        Ok(Self { identity, properties: json.into(), reachability })
    }

    pub fn unpack(&self) -> Profile {
        let properties = properties(&self.properties).expect("`new` has parsed this text");
        Profile { identity: self.identity.clone(), properties, reachability: self.reachability }
    }
}

fn date(text: &str) -> Option<jiff::Timestamp> {
    let seconds = text.strip_prefix("$D_")?.parse().ok()?;
    jiff::Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_profile_round_trips_and_must_be_an_object() {
        let json = r#"{"a":1,"b":[5.0,null],"d":"$D_5"}"#;
        let packed = PackedProfile::new("anna".into(), json, Reachability::Gone).unwrap();
        let profile = packed.unpack();
        assert_eq!((profile.identity.as_str(), profile.reachability), ("anna", Reachability::Gone));
        assert_eq!(profile.properties, properties(json).unwrap());
        assert_eq!(PackedProfile::of(&profile), packed);
        assert!(PackedProfile::new("anna".into(), "[]", Reachability::Gone).is_err());
    }

    #[test]
    fn json_values_round_trip() {
        let text = r#"{"a":1,"b":5.0,"c":[true,null,"x"],"d":"$D_1664890781","e":{"z":1,"y":2}}"#;
        let value = Value::from(serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(value.to_json().to_string(), text);
        let Value::Object(members) = value else { panic!("the value must be an object") };
        assert_eq!(members["d"], Value::Date(jiff::Timestamp::from_second(1_664_890_781).unwrap()));
    }
}
