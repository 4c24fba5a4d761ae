//! Describes the Bot API's fields and the values that they allow.

use crate::telegram::fields::{ApiField, FieldType};

pub(crate) const PARSE_MODES: [(&str, &str); 3] = [
    ("HTML", "Tags, such as <b> and <a href>; only < > & are special"),
    ("MarkdownV2", "*bold* _italic_ __underline__ ||spoiler||; 18 characters must be escaped"),
    ("Markdown", "The legacy mode: *bold* _italic_ `code` [link](…); no nesting"),
];

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
