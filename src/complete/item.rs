//! What can be chosen.

use crate::profile;
use crate::telegram::fields::Field;
use crate::template::{FilterDoc, TagDoc};

use super::markup::Markup;

#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is called; may hold any characters, as stored.
    pub label: String,
    /// A few words beside the label: `text · 812 of 1204`, a filter's result.
    pub detail: String,
    /// A line or two about the chosen row: samples of a property, a filter's doc; empty where there is nothing to say.
    pub doc: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Variable(Variable),
    Filter(&'static FilterDoc),
    Tag(&'static TagDoc),
    EndTag(&'static str),
    Key(&'static Field),
    /// A text that is one of the values of a JSON key.
    Value,
    /// A value as JSON writes it without quotes.
    Bare,
    /// A value that a property is compared with, as Liquid writes it.
    Sample {
        /// With quotes where it is a text.
        literal: String,
    },
    Partial,
    Markup(&'static Markup),
    EndMarkup(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// `Profile` and a property's name; never empty.
    pub path: Vec<String>,
    pub kind: Option<profile::Kind>,
}

impl Item {
    pub fn new(
        label: impl Into<String>,
        detail: impl Into<String>,
        doc: impl Into<String>,
        kind: Kind,
    ) -> Self {
        Self { label: label.into(), detail: detail.into(), doc: doc.into(), kind }
    }
}

impl Variable {
    /// Returns the path as Liquid reads it: `Profile.plan`, `Profile["First Name"]`.
    pub fn source(&self) -> String {
        let mut source = String::new();
        for (at, step) in self.path.iter().enumerate() {
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

fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
