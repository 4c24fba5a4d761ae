//! The fields of the methods and of the objects in them, from tables in assets: for checks, completion and hints.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::method::Method;
use crate::diagnostic::did_you_mean;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    #[serde(default)]
    pub required: bool,
    /// All that it takes, where that is a list.
    #[serde(default)]
    pub values: Vec<String>,
    /// The field that took its place, where this is an old name.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// What it is for, with its limits; one line, no full stop.
    pub doc: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Kind {
    Boolean,
    Integer,
    Number,
    /// Text without markup.
    String,
    /// Text that a parse mode marks up.
    Text,
    ParseMode,
    ChatId,
    Url,
    /// An address, a `file_id`, or `attach://` and the name of an upload.
    File,
    Any,
    Object(String),
    Array(Box<Kind>),
}

impl From<String> for Kind {
    fn from(name: String) -> Self {
        if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Kind::Array(Box::new(Kind::from(inner.to_owned())));
        }
        match name.as_str() {
            "Boolean" => Kind::Boolean,
            "Integer" => Kind::Integer,
            "Number" => Kind::Number,
            "String" => Kind::String,
            "Text" => Kind::Text,
            "ParseMode" => Kind::ParseMode,
            "ChatId" => Kind::ChatId,
            "Url" => Kind::Url,
            "File" => Kind::File,
            "Any" => Kind::Any,
            _ => Kind::Object(name),
        }
    }
}

/// Returns the fields of a method, its own first.
pub fn of_method(method: Method) -> &'static [Field] {
    METHODS.get(&method).map_or(&[], Vec::as_slice)
}

/// Returns the fields of a kind of object; none for a name the tables do not have.
pub fn of_object(name: &str) -> &'static [Field] {
    OBJECTS.get(name).map_or(&[], Vec::as_slice)
}

pub fn unknown<'f>(owner: &str, name: &str, known: &'f [Field]) -> (String, Option<&'f str>) {
    let names = known.iter().filter(|field| field.replaced_by.is_none()).map(|field| field.name.as_str());
    (format!("`{owner}` has no field `{name}`: it is ignored"), did_you_mean(name, names))
}

static OBJECTS: LazyLock<HashMap<String, Vec<Field>>> =
    LazyLock::new(|| read(include_str!("../../assets/methods/types.json")));

static METHODS: LazyLock<HashMap<Method, Vec<Field>>> = LazyLock::new(|| {
    let mut others: HashMap<String, Vec<Field>> = read(include_str!("../../assets/methods/other.json"));
    let caption = include_str!("../../assets/methods/caption.json");
    let own = |method| match method {
        Method::SendMessage => vec![include_str!("../../assets/methods/sendMessage.json")],
        Method::SendPhoto => vec![include_str!("../../assets/methods/sendPhoto.json"), caption],
        Method::SendVideo => vec![include_str!("../../assets/methods/sendVideo.json"), caption],
        Method::SendAnimation => vec![include_str!("../../assets/methods/sendAnimation.json"), caption],
        Method::SendDocument => vec![include_str!("../../assets/methods/sendDocument.json"), caption],
        Method::SendMediaGroup => vec![include_str!("../../assets/methods/sendMediaGroup.json")],
        Method::SendPoll => vec![include_str!("../../assets/methods/sendPoll.json")],
        Method::SendLocation => vec![include_str!("../../assets/methods/sendLocation.json")],
        _ => Vec::new(),
    };
    let all = Method::ALL.into_iter().map(|method| {
        let mut fields: Vec<Field> = own(method).into_iter().flat_map(read::<Vec<Field>>).collect();
        if method.sends() {
            fields.extend(read::<Vec<Field>>(include_str!("../../assets/methods/sending.json")));
        }
        if method == Method::SendMediaGroup {
            fields.retain(|field| field.name != "reply_markup");
        }
        fields.extend(others.remove(method.as_str()).unwrap_or_default());
        (method, fields)
    });
    all.collect()
});

fn read<T: for<'de> Deserialize<'de>>(table: &str) -> T {
    serde_json::from_str(table).expect("the tables are compiled in, and a test reads them all")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check(owner: &str, fields: &[Field]) {
        let names: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names.len(), fields.len(), "{owner} has a field twice");
        for field in fields {
            assert!(!field.doc.is_empty() && !field.doc.ends_with('.'), "{owner}.{}", field.name);
            let replacement = field.replaced_by.as_deref();
            assert!(replacement.is_none_or(|name| names.contains(name)), "{owner}.{}", field.name);
            let mut kind = &field.kind;
            while let Kind::Array(inner) = kind {
                kind = inner;
            }
            if let Kind::Object(name) = kind {
                assert!(OBJECTS.contains_key(name), "{owner}.{} is of no known type", field.name);
            }
        }
    }

    #[test]
    fn the_tables_are_whole() {
        for method in Method::ALL {
            check(method.as_str(), of_method(method));
            let has_chat = of_method(method).iter().any(|field| field.name == "chat_id" && field.required);
            assert_eq!(has_chat, method.has_chat(), "{}", method.as_str());
        }
        for (name, fields) in OBJECTS.iter() {
            check(name, fields);
        }
    }

    #[test]
    fn an_album_has_no_keyboard_of_its_own() {
        let has = |method, name: &str| of_method(method).iter().any(|field| field.name == name);
        assert!(has(Method::SendPhoto, "reply_markup") && has(Method::SendPhoto, "caption"));
        assert!(!has(Method::SendMediaGroup, "reply_markup"));
    }
}
