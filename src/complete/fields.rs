//! The Bot API's fields at a place in a body.

use crate::telegram::Method;
use crate::telegram::fields::{self, Field, Kind};

pub const PARSE_MODES: [(&str, &str); 3] = [
    ("HTML", "Tags, such as <b> and <a href>; only < > & are special"),
    ("MarkdownV2", "*bold* _italic_ __underline__ ||spoiler||; 18 characters must be escaped"),
    ("Markdown", "The old mode: *bold* _italic_ `code` [link](…), nothing nested"),
];

/// Returns the fields of the object at a path (of the objects, where it leads into arrays).
pub fn fields_at(method: Method, path: &[String]) -> &'static [Field] {
    let mut fields = fields::of_method(method);
    for key in path.iter().filter(|key| *key != "[]") {
        fields = fields.iter().find(|field| field.name == *key).map_or(&[], |field| inside(&field.kind));
    }
    fields
}

/// Returns the field a path leads to, also where it goes on into the field's array.
pub fn field_at(method: Method, path: &[String]) -> Option<&'static Field> {
    let end = path.iter().rposition(|key| key != "[]")?;
    fields_at(method, &path[..end]).iter().find(|field| field.name == path[end])
}

fn inside(kind: &'static Kind) -> &'static [Field] {
    match kind {
        Kind::Object(name) => fields::of_object(name),
        Kind::Array(inner) => inside(inner),
        Kind::Boolean
        | Kind::Integer
        | Kind::Number
        | Kind::String
        | Kind::Text
        | Kind::ParseMode
        | Kind::ChatId
        | Kind::Url
        | Kind::File
        | Kind::Any => &[],
    }
}

/// Returns all that a field takes, each with a word on it, where that is a list.
pub fn choices(field: &Field) -> Vec<(&str, &'static str)> {
    match field.kind {
        Kind::ParseMode => PARSE_MODES.to_vec(),
        _ => field.values.iter().map(|value| (value.as_str(), "")).collect(),
    }
}

pub fn kind_in_words(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "whole number",
        Kind::Number => "number",
        Kind::String => "text",
        Kind::Text => "text with markup",
        Kind::ParseMode => "parse mode",
        Kind::ChatId => "chat",
        Kind::Url => "address",
        Kind::File => "file or address",
        Kind::Any => "any value",
        Kind::Object(_) => "object",
        Kind::Array(inner) => match **inner {
            Kind::Array(_) => "rows",
            _ => "list",
        },
    }
}
