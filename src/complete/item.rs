//! The items of the completion picker.

use crate::profile;
use crate::telegram::fields::ApiField;
use crate::template::{FilterDoc, TagDoc};

use super::markup::MarkupSnippet;

#[derive(Debug, Clone, PartialEq)]
pub struct CompletionItem {
    /// The name. A property's name may contain any character, control characters included.
    pub label: String,
    /// A short text beside the label, such as `text · 812 of 1204` or a filter's result.
    pub detail: String,
    /// One or two lines that are shown while the item is chosen, such as samples of a property or a filter's
    /// documentation. May be empty.
    pub doc: String,
    pub kind: CompletionKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CompletionKind {
    Variable(Variable),
    Filter(&'static FilterDoc),
    Tag(&'static TagDoc),
    EndTag(&'static str),
    Key(&'static ApiField),
    /// A string from the fixed set of values of a JSON key.
    Value,
    /// A JSON value without quotes.
    Bare,
    /// A sample value to compare a property with, as a Liquid literal.
    Sample {
        /// The literal as it is inserted. A string includes its quotes.
        literal: String,
    },
    Partial,
    Markup(&'static MarkupSnippet),
    EndMarkup(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// The names of the path, such as `Profile` and a property's name; never empty.
    pub path: Vec<String>,
    pub kind: Option<profile::ValueKind>,
}

impl CompletionItem {
    pub fn new(
        label: impl Into<String>,
        detail: impl Into<String>,
        doc: impl Into<String>,
        kind: CompletionKind,
    ) -> Self {
        Self { label: label.into(), detail: detail.into(), doc: doc.into(), kind }
    }
}

impl Variable {
    /// Returns the path in Liquid syntax: `Profile.plan`, `Profile["First Name"]`.
    pub fn source(&self) -> String {
        let mut source = String::new();
        for (at, step) in self.path.iter().enumerate() {
            // Liquid has no escapes in strings, so a name with a double quote needs single quotes.
            let quote = if step.contains('"') { '\'' } else { '"' };
            match (at, is_plain(step)) {
                (0, _) => source.push_str(step),
                (_, true) => source.extend([".", step]),
                (_, false) => source.push_str(&format!("[{quote}{step}{quote}]")),
            }
        }
        source
    }
}

// In Liquid, a name after a dot has only ASCII letters, digits, `_`, and `-`, and may end with `?`. All other names
// need brackets. This function accepts only some of the names that may follow a dot. It does no harm that the rest
// get brackets too, because brackets are always valid.
fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
