//! Reads values inside an argument that is JSON. The server is strict about the types of these values, but not about
//! the types of the arguments themselves.

use super::error::RequestError;
use crate::json::{self, JsonNode, JsonStep};
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::{Argument, ArgumentKind, Arguments};
use crate::telegram::integer::parse_canonical;
use crate::text::Span;

#[derive(Debug, Clone)]
pub(super) struct ArgumentValue<'a> {
    pub node: &'a JsonNode,
    anchor: ValueAnchor,
}

#[derive(Debug, Clone)]
enum ValueAnchor {
    /// The argument is a JSON value in the body. The location is the path to the current value.
    Path(ArgumentLocation),
    /// The argument is a string that contains JSON. The location is the path to that string, since a path into the body
    /// cannot lead into a string. The place of the current value is then a byte range of the string.
    InText(ArgumentLocation),
}

/// Parses an argument that should be JSON, as the server does.
pub(super) fn parse(argument: &Argument) -> Option<JsonNode> {
    json::parse_leniently(&argument.text).ok()
}

/// Reads an argument that is JSON. If it is missing or empty, the result is that of `missing`. `label` is the server's
/// name for the argument in error messages.
pub(super) fn read<T>(
    arguments: &Arguments,
    name: &str,
    label: &str,
    missing: impl FnOnce() -> Result<T, RequestError>,
    read: impl FnOnce(&ArgumentValue<'_>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let Some(argument) = arguments.get(name).filter(|argument| !argument.text.is_empty()) else {
        return missing();
    };
    let Some(node) = parse(argument) else {
        let location = ArgumentLocation::argument(name);
        return Err(RequestError::at(location, &format!("Can't parse {label} JSON object")));
    };
    read(&ArgumentValue::of_argument(name, argument, &node))
}

impl<'a> ArgumentValue<'a> {
    /// Creates the value of the whole argument `name`. `node` is the result of [`parse`] for this argument.
    pub(super) fn of_argument(name: &str, argument: &Argument, node: &'a JsonNode) -> Self {
        let location = ArgumentLocation::argument(name);
        let anchor = match argument.kind {
            ArgumentKind::Text => ValueAnchor::InText(location),
            // For an argument that is null, `argument.text` is `null`. This is valid JSON, so it is read as a value.
            ArgumentKind::Json | ArgumentKind::Null => ValueAnchor::Path(location),
        };
        Self { node, anchor }
    }

    pub(super) fn location(&self) -> ArgumentLocation {
        match &self.anchor {
            ValueAnchor::Path(location) => location.clone(),
            ValueAnchor::InText(location) => location.within_string(self.node.span),
        }
    }

    /// Returns the location of a part of this value. The value should be a string, and `decoded` should be a byte range
    /// of the decoded string.
    pub(super) fn location_within(&self, decoded: Span) -> ArgumentLocation {
        match (&self.anchor, self.node.as_text()) {
            (ValueAnchor::Path(location), _) => location.within_string(decoded),
            (ValueAnchor::InText(location), Some(text)) => location.within_string(text.raw_span(decoded)),
            (ValueAnchor::InText(_), None) => self.location(),
        }
    }

    pub(super) fn is_object(&self) -> bool {
        self.node.as_object().is_some()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.node.as_object().unwrap_or_default().iter().map(|member| member.key.decoded.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some()
    }

    pub(super) fn member(&self, name: &str) -> Option<ArgumentValue<'a>> {
        self.node.get(name).map(|node| self.step(JsonStep::Key(name.to_owned()), node))
    }

    pub(super) fn items(&self) -> Option<Vec<ArgumentValue<'a>>> {
        let json::JsonValue::Array(items) = &self.node.value else { return None };
        Some(items.iter().enumerate().map(|(index, node)| self.step(JsonStep::Index(index), node)).collect())
    }

    /// Returns the items, or the error for a value that is not an array. `kind` is the server's name for an item.
    pub(super) fn array(&self, kind: &str) -> Result<Vec<ArgumentValue<'a>>, RequestError> {
        self.items().ok_or_else(|| self.error(format!("Expected an Array of {kind}")))
    }

    fn step(&self, step: JsonStep, node: &'a JsonNode) -> ArgumentValue<'a> {
        let anchor = match &self.anchor {
            ValueAnchor::Path(location) => ValueAnchor::Path(location.child(step)),
            ValueAnchor::InText(location) => ValueAnchor::InText(location.clone()),
        };
        ArgumentValue { node, anchor }
    }

    pub(super) fn error(&self, message: impl AsRef<str>) -> RequestError {
        RequestError::at(self.location(), message.as_ref())
    }

    // All functions below that read a field return an error if the field is null: the server treats only an absent
    // field as not set.
    pub(super) fn bool_or_false(&self, name: &str) -> Result<bool, RequestError> {
        let Some(value) = self.member(name) else { return Ok(false) };
        match value.node.value {
            json::JsonValue::Boolean(is_true) => Ok(is_true),
            _ => Err(value.error(format!("Field \"{name}\" must be of type Boolean"))),
        }
    }

    /// Returns an integer field, or `None` if the field is absent. A string in canonical form is also accepted: `"5"`,
    /// but not `"05"` or `"+5"`.
    pub(super) fn optional_integer<T: std::str::FromStr + ToString>(
        &self,
        name: &str,
    ) -> Result<Option<T>, RequestError> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let text = match &value.node.value {
            json::JsonValue::Number(raw) => raw,
            json::JsonValue::String(text) => &text.decoded,
            _ => return Err(value.error(format!("Field \"{name}\" must be a Number"))),
        };
        match parse_canonical(text) {
            Some(number) => Ok(Some(number)),
            None => Err(value.error(format!("Field \"{name}\" must be a valid Number"))),
        }
    }

    pub(super) fn required_integer<T: std::str::FromStr + ToString>(
        &self,
        name: &str,
    ) -> Result<T, RequestError> {
        self.optional_integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// Returns the text of a string or number field, or an empty string if the field is absent.
    pub(super) fn string_or_empty(&self, name: &str) -> Result<String, RequestError> {
        let Some(value) = self.member(name) else { return Ok(String::new()) };
        match &value.node.value {
            json::JsonValue::String(text) => Ok(text.decoded.clone()),
            // The number is not parsed, because the server copies its digits as they were written.
            json::JsonValue::Number(raw) => Ok(raw.clone()),
            _ => Err(value.error(format!("Field \"{name}\" must be of type String"))),
        }
    }

    pub(super) fn required_string(&self, name: &str) -> Result<String, RequestError> {
        if self.has(name) { self.string_or_empty(name) } else { Err(self.missing(name)) }
    }

    pub(super) fn optional_array(&self, name: &str) -> Result<Option<Vec<ArgumentValue<'a>>>, RequestError> {
        let Some(value) = self.member(name) else { return Ok(None) };
        match value.items() {
            Some(items) => Ok(Some(items)),
            None => Err(value.error(format!("Field \"{name}\" must be of type Array"))),
        }
    }

    pub(super) fn optional_object(&self, name: &str) -> Result<Option<ArgumentValue<'a>>, RequestError> {
        match self.member(name) {
            Some(value) if !value.is_object() => {
                Err(value.error(format!("Field \"{name}\" must be of type Object")))
            }
            value => Ok(value),
        }
    }

    pub(super) fn required_object(&self, name: &str) -> Result<ArgumentValue<'a>, RequestError> {
        self.optional_object(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> RequestError {
        self.error(format!("Can't find field \"{name}\""))
    }
}
