//! The Bot API's fields at a path in a body.

use crate::telegram::Method;
use crate::telegram::fields::{self, ApiField, FieldType};

pub(crate) const PARSE_MODES: [(&str, &str); 3] = [
    ("HTML", "Tags, such as <b> and <a href>; only < > & are special"),
    ("MarkdownV2", "*bold* _italic_ __underline__ ||spoiler||; 18 characters must be escaped"),
    ("Markdown", "The legacy mode: *bold* _italic_ `code` [link](…); no nesting"),
];

/// Returns the fields of the object at a path, or of the objects in the array at that path.
pub(crate) fn fields_at(method: Method, path: &[String]) -> &'static [ApiField] {
    let mut fields = fields::of_method(method);
    for key in path.iter().filter(|key| *key != "[]") {
        fields = fields.iter().find(|field| field.name == *key).map_or(&[], |field| inside(&field.kind));
    }
    fields
}

/// Returns the field that a path leads to, or `None` if the Bot API has no such field. Steps into an array at the end
/// of the path are ignored.
pub(crate) fn field_at(method: Method, path: &[String]) -> Option<&'static ApiField> {
    let end = path.iter().rposition(|key| key != "[]")?;
    fields_at(method, &path[..end]).iter().find(|field| field.name == path[end])
}

// Returns the fields of a value of this type. For an array, these are the fields of its items. In a path, `[]` is the
// step from an array to its items, and `fields_at` skips this step.
fn inside(kind: &'static FieldType) -> &'static [ApiField] {
    match kind {
        FieldType::Object(name) => fields::of_object(name),
        FieldType::Array(inner) => inside(inner),
        FieldType::Boolean
        | FieldType::Integer
        | FieldType::Number
        | FieldType::String
        | FieldType::Text
        | FieldType::ParseMode
        | FieldType::ChatId
        | FieldType::Url
        | FieldType::File
        | FieldType::Any => &[],
    }
}

/// Returns the values of a field with a fixed set of values, each with a description that may be empty.
pub(crate) fn choices(field: &ApiField) -> Vec<(&str, &'static str)> {
    match field.kind {
        FieldType::ParseMode => PARSE_MODES.to_vec(),
        _ => field.values.iter().map(|value| (value.as_str(), "")).collect(),
    }
}

pub(crate) fn kind_in_words(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Boolean => "true or false",
        FieldType::Integer => "whole number",
        FieldType::Number => "number",
        FieldType::String => "text",
        FieldType::Text => "text with markup",
        FieldType::ParseMode => "parse mode",
        FieldType::ChatId => "chat id",
        FieldType::Url => "URL",
        FieldType::File => "file or URL",
        FieldType::Any => "any value",
        FieldType::Object(_) => "object",
        FieldType::Array(inner) => match **inner {
            FieldType::Array(_) => "list of rows",
            _ => "list",
        },
    }
}
