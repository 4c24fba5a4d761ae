//! Reading what lies inside an argument that is JSON: here the server is strict about types.

use super::refused::Refused;
use crate::json::{self, Node, Step};
use crate::telegram::api_error::Place;
use crate::telegram::arguments::{Argument, Origin, canonical};
use crate::text::Span;

#[derive(Debug, Clone)]
pub(super) struct Value<'a> {
    pub node: &'a Node,
    anchor: Anchor,
}

#[derive(Debug, Clone)]
enum Anchor {
    /// The argument is a JSON value of the body: by its path.
    Path(Place),
    /// The argument is a string that holds JSON: by bytes of that string.
    InText(Place),
}

pub(super) fn parse(argument: &Argument) -> Option<Node> {
    json::parse(&argument.text).ok().map(|document| document.root)
}

impl<'a> Value<'a> {
    /// Makes the value of the whole argument `name`; `node` is what its text parses to.
    pub fn of_argument(name: &str, argument: &Argument, node: &'a Node) -> Self {
        let place = Place::argument(name);
        let anchor = match argument.origin {
            Origin::Text => Anchor::InText(place),
            Origin::Json | Origin::Null => Anchor::Path(place),
        };
        Self { node, anchor }
    }

    pub fn place(&self) -> Place {
        match &self.anchor {
            Anchor::Path(place) => place.clone(),
            Anchor::InText(place) => place.part(self.node.span),
        }
    }

    pub fn part(&self, decoded: Span) -> Place {
        match (&self.anchor, self.node.as_text()) {
            (Anchor::Path(place), _) => place.part(decoded),
            (Anchor::InText(place), Some(text)) => place.part(text.raw_span(decoded)),
            (Anchor::InText(_), None) => self.place(),
        }
    }

    pub fn is_object(&self) -> bool {
        self.node.as_object().is_some()
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.node.as_object().unwrap_or_default().iter().map(|member| member.key.decoded.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some()
    }

    pub fn member(&self, name: &str) -> Option<Value<'a>> {
        self.node.get(name).map(|node| self.step(Step::Key(name.to_owned()), node))
    }

    pub fn items(&self) -> Option<Vec<Value<'a>>> {
        let json::Value::Array(items) = &self.node.value else { return None };
        Some(items.iter().enumerate().map(|(index, node)| self.step(Step::Index(index), node)).collect())
    }

    fn step(&self, step: Step, node: &'a Node) -> Value<'a> {
        let anchor = match &self.anchor {
            Anchor::Path(place) => Anchor::Path(place.child(step)),
            Anchor::InText(place) => Anchor::InText(place.clone()),
        };
        Value { node, anchor }
    }

    pub fn refuse(&self, words: impl AsRef<str>) -> Refused {
        Refused::at(self.place(), words.as_ref())
    }

    pub fn optional_bool(&self, name: &str) -> Result<bool, Refused> {
        let Some(value) = self.member(name) else { return Ok(false) };
        match value.node.value {
            json::Value::Boolean(is_true) => Ok(is_true),
            _ => Err(value.refuse(format!("Field \"{name}\" must be of type Boolean"))),
        }
    }

    pub fn optional_integer<T: std::str::FromStr + ToString>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Refused> {
        let Some(value) = self.member(name) else { return Ok(None) };
        let text = match &value.node.value {
            json::Value::Number(raw) => raw,
            json::Value::String(text) => &text.decoded,
            _ => return Err(value.refuse(format!("Field \"{name}\" must be a Number"))),
        };
        match canonical(text) {
            Some(number) => Ok(Some(number)),
            None => Err(value.refuse(format!("Field \"{name}\" must be a valid Number"))),
        }
    }

    pub fn required_integer<T: std::str::FromStr + ToString>(&self, name: &str) -> Result<T, Refused> {
        self.optional_integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// Returns the text of a member, empty where it is missing.
    pub fn optional_string(&self, name: &str) -> Result<String, Refused> {
        let Some(value) = self.member(name) else { return Ok(String::new()) };
        match &value.node.value {
            json::Value::String(text) => Ok(text.decoded.clone()),
            json::Value::Number(raw) => Ok(raw.clone()),
            _ => Err(value.refuse(format!("Field \"{name}\" must be of type String"))),
        }
    }

    pub fn required_string(&self, name: &str) -> Result<String, Refused> {
        if self.has(name) { self.optional_string(name) } else { Err(self.missing(name)) }
    }

    pub fn optional_array(&self, name: &str) -> Result<Option<Vec<Value<'a>>>, Refused> {
        let Some(value) = self.member(name) else { return Ok(None) };
        match value.items() {
            Some(items) => Ok(Some(items)),
            None => Err(value.refuse(format!("Field \"{name}\" must be of type Array"))),
        }
    }

    pub fn optional_object(&self, name: &str) -> Result<Option<Value<'a>>, Refused> {
        match self.member(name) {
            Some(value) if !value.is_object() => {
                Err(value.refuse(format!("Field \"{name}\" must be of type Object")))
            }
            value => Ok(value),
        }
    }

    pub fn required_object(&self, name: &str) -> Result<Value<'a>, Refused> {
        self.optional_object(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Refused {
        self.refuse(format!("Can't find field \"{name}\""))
    }
}
