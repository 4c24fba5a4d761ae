//! Reads the arguments of a Bot API call as the server does: as names and raw texts. Of several arguments with the same
//! name, the first one counts.
//!
//! Every field of a JSON body becomes a text: a string is decoded, and any other value stays as written. So `1`, `"1"`,
//! and a form's `1` are equal, and `null` is the text "null". A nested object becomes JSON text, whether the body
//! contains it as an object or as a string.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::api_error::ArgumentLocation;
use super::lenient::read_leniently;
use crate::json::{self, Document, JsonNode};

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Arguments {
    by_name: IndexMap<String, Argument>,
    repeated: Vec<String>,
    /// The names of the arguments whose text the server would not accept as UTF-8.
    not_utf8: BTreeSet<String>,
    /// The uploaded files: the names of their parts, and their sizes in bytes.
    files: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Argument {
    pub text: String,
    pub kind: ArgumentKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentKind {
    /// A JSON string, or text from a form or a query.
    Text,
    /// A JSON value other than a string or null, as written.
    Json,
    /// `null`, which the server reads as the text "null".
    Null,
}

impl Arguments {
    /// Reads a JSON object. `source` is the text from which `document` was parsed. Returns `None` for every other JSON.
    pub(crate) fn from_json(document: &Document, source: &str) -> Option<Self> {
        let mut arguments = Self::default();
        for member in document.root.as_object()? {
            arguments.add(&member.key.decoded, Argument::from_node(&member.value, source));
        }
        Some(arguments)
    }

    /// Reads a JSON body as the server does: the members before the first syntax error count (see [`read_leniently`]).
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let mut arguments = Self::default();
        for member in read_leniently(body).members {
            if !member.is_utf8 && !arguments.by_name.contains_key(&member.name) {
                arguments.not_utf8.insert(member.name.clone());
            }
            let kind = match member.text.as_str() {
                _ if member.is_string => ArgumentKind::Text,
                "null" => ArgumentKind::Null,
                _ => ArgumentKind::Json,
            };
            arguments.add(&member.name, Argument { text: member.text, kind });
        }
        arguments
    }

    /// Creates arguments from the decoded pairs of a form or a query string.
    pub(crate) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut arguments = Self::default();
        for (name, text) in pairs {
            arguments.add(&name, Argument { text, kind: ArgumentKind::Text });
        }
        arguments
    }

    /// Inserts the arguments of the query string before those of the body. So a query argument wins over a body
    /// argument with the same name.
    #[must_use]
    pub(crate) fn prepend_query(self, query: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut all = Self::from_pairs(query);
        all.not_utf8 = self.not_utf8.into_iter().filter(|name| !all.by_name.contains_key(name)).collect();
        for (name, argument) in self.by_name {
            all.add(&name, argument);
        }
        // The loop above sees each name of the body only once. So the names that are repeated within the body are added
        // here.
        all.repeated.extend(self.repeated);
        all.files = self.files;
        all
    }

    /// Adds uploaded files, each with the name of its part and its size in bytes. Of several files with the same name,
    /// the first one counts.
    #[must_use]
    pub(crate) fn with_files(mut self, files: impl IntoIterator<Item = (String, u64)>) -> Self {
        for (name, size) in files {
            self.files.entry(name).or_insert(size);
        }
        self
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Returns whether a file with this name was uploaded that has no bytes.
    pub(crate) fn has_empty_file(&self, name: &str) -> bool {
        self.files.get(name) == Some(&0)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Argument> {
        self.by_name.get(name)
    }

    /// Returns an argument's text, or an empty string if the argument is missing. In most cases the server treats empty
    /// and missing arguments alike.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).map_or("", |argument| &argument.text)
    }

    /// Reads a boolean as the server does for top-level arguments: "true", "yes", and "1" are true, and everything else
    /// is false. Case and surrounding whitespace are ignored.
    pub(crate) fn boolean(&self, name: &str) -> bool {
        is_true(self.text(name))
    }

    /// Reads an integer as the server does for top-level arguments (see `lenient_i64`). A missing argument is 0.
    pub(crate) fn integer(&self, name: &str) -> i64 {
        lenient_i64(self.text(name))
    }

    /// Returns whether the argument's text is UTF-8 without lone surrogates, or the argument is missing.
    pub(crate) fn is_utf8(&self, name: &str) -> bool {
        !self.not_utf8.contains(name)
    }

    /// Iterates over names and arguments in the order of the request: the query string first, then the body.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.by_name.iter().map(|(name, argument)| (name.as_str(), argument))
    }

    /// Returns the names of the arguments that are ignored because an earlier argument has the same name.
    pub(crate) fn repeated(&self) -> &[String] {
        &self.repeated
    }

    pub(crate) fn location(&self, name: &str) -> ArgumentLocation {
        match self.get(name) {
            Some(_) => ArgumentLocation::argument(name),
            None => ArgumentLocation::default(),
        }
    }

    fn add(&mut self, name: &str, argument: Argument) {
        if self.by_name.contains_key(name) {
            self.repeated.push(name.to_owned());
        } else {
            self.by_name.insert(name.to_owned(), argument);
        }
    }
}

impl Argument {
    fn from_node(node: &JsonNode, source: &str) -> Self {
        match &node.value {
            json::JsonValue::String(text) => Self { text: text.decoded.clone(), kind: ArgumentKind::Text },
            json::JsonValue::Null => Self { text: "null".into(), kind: ArgumentKind::Null },
            _ => Self { text: node.span.of(source).to_owned(), kind: ArgumentKind::Json },
        }
    }
}

pub(super) fn is_true(text: &str) -> bool {
    // TDLib also trims NUL and vertical tab, which `is_ascii_whitespace` does not include.
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\0' || c == '\x0b');
    ["true", "yes", "1"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Reads an integer as the server does for top-level arguments: an optional minus sign and digits. Any text after them
/// is ignored. Without digits the result is 0, and overflow wraps.
pub(super) fn lenient_i64(text: &str) -> i64 {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = digits
        .bytes()
        .take_while(u8::is_ascii_digit)
        .fold(0_i64, |value, digit| value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')));
    if is_negative { value.wrapping_neg() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let document = json::parse(body).unwrap();
        let arguments = Arguments::from_json(&document, body).unwrap();
        let shown: Vec<String> =
            arguments.iter().map(|(name, argument)| format!("{name}={}", argument.text)).collect();
        assert_eq!(shown.join(" | "), expected);
    }

    #[test]
    fn json_values_become_their_raw_text() {
        check(r#"{"a": "x\ny", "b": 1.50, "c": true, "d": null}"#, "a=x\ny | b=1.50 | c=true | d=null");
        check(r#"{"m": {"k" : [1, 2]}, "m": "again"}"#, r#"m={"k" : [1, 2]}"#);
    }

    #[test]
    fn a_broken_body_is_read_up_to_its_fault() {
        let arguments = Arguments::from_body(br#"{"a": +1, "b": null, "c": "x\!", "a": 2, "d": True}"#);
        let shown: Vec<(&str, &str, ArgumentKind)> =
            arguments.iter().map(|(name, argument)| (name, argument.text.as_str(), argument.kind)).collect();
        assert_eq!(
            shown,
            [
                ("a", "+1", ArgumentKind::Json),
                ("b", "null", ArgumentKind::Null),
                ("c", "x!", ArgumentKind::Text)
            ]
        );
        assert_eq!(arguments.repeated(), ["a"]);
    }

    #[test]
    fn query_arguments_come_first() {
        let body = Arguments::from_pairs([("text".into(), "body".into()), ("x".into(), "1".into())]);
        let all = body.prepend_query([("text".into(), "query".into())]);
        assert_eq!((all.text("text"), all.text("x")), ("query", "1"));
        assert_eq!(all.repeated(), ["text"]);
    }

    #[test]
    fn array_body_is_rejected() {
        let document = json::parse("[1]").unwrap();
        assert_eq!(Arguments::from_json(&document, "[1]"), None);
    }

    #[test]
    fn numbers_are_read_up_to_the_first_non_digit() {
        let check = |text: &str, expected: i64| assert_eq!(lenient_i64(text), expected, "{text}");
        check("123abc", 123);
        check("1e9", 1);
        check("abc", 0);
        check(" 12", 0);
        check("-100123", -100_123);
        check("", 0);
        // Overflow wraps: this is the number modulo 2^64.
        check("99999999999999999999", 7_766_279_631_452_241_919);
    }

    #[test]
    fn only_three_values_are_true() {
        for (text, expected) in
            [("true", true), (" YES ", true), ("1", true), ("on", false), ("null", false), ("", false)]
        {
            assert_eq!(is_true(text), expected, "{text}");
        }
    }
}
