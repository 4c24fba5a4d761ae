//! The arguments of a method call, as the Bot API server collects them from the query string and the body.
//!
//! Query-string arguments come first, and the first of several with one name counts. Everything is text: a JSON
//! body's strings are decoded, all its other values stand as they are written, `null` too.

use crate::json;

use super::chats::lenient_integer;

/// All arguments of a call together may be this large, in bytes.
pub(super) const MAX_ARGUMENTS: usize = 1 << 20;

/// So many files may come with a call.
pub(super) const MAX_FILES: usize = 50;

/// A file may be this large, in bytes.
pub(super) const MAX_FILE: u64 = 50 << 20;

/// What a client sends along with a method's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Call {
    arguments: Vec<(String, String)>,
    /// The bytes of all names and values.
    size: usize,
    /// The uploads; only what an answer says about them is kept.
    pub(super) files: Vec<File>,
}

/// An uploaded file, without its bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    /// The name of the part, which `attach://` links to.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) mime_type: Option<String>,
    pub(super) size: u64,
}

/// A body that cannot be read. The server answers with a bare status line and hangs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadBody {
    /// It is not what its type says.
    Malformed,
    /// There is more of it than may be.
    TooLarge,
    /// A file is larger than Telegram takes; this is answered in JSON.
    FileTooLarge,
    /// It is compressed.
    Encoded,
    /// It did not come in time.
    TooSlow,
}

impl BadBody {
    /// Returns the status and the words of the status line.
    pub(super) fn status(self) -> (u16, &'static str) {
        match self {
            BadBody::Malformed => (400, "Bad Request: can't parse the body"),
            BadBody::TooLarge => (413, "Request Entity Too Large: too many parameters"),
            BadBody::FileTooLarge => (413, "Request Entity Too Large"),
            BadBody::Encoded => (415, "Unsupported Media Type: unsupported content encoding"),
            BadBody::TooSlow => (408, "Request Timeout"),
        }
    }
}

impl Call {
    /// Starts with the arguments of a query string.
    pub(super) fn from_query(query: &str) -> Result<Call, BadBody> {
        let mut call = Call::default();
        call.add_form(query.as_bytes())?;
        Ok(call)
    }

    /// Adds the pairs of an `application/x-www-form-urlencoded` body.
    pub(super) fn add_form(&mut self, body: &[u8]) -> Result<(), BadBody> {
        for (name, value) in form_urlencoded::parse(body) {
            self.add(name.into_owned(), value.into_owned())?;
        }
        Ok(())
    }

    /// Adds the members of a JSON object; a JSON string becomes the argument `content`.
    pub(super) fn add_json(&mut self, body: &[u8]) -> Result<(), BadBody> {
        let text = str::from_utf8(body).map_err(|_| BadBody::Malformed)?;
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        let document = json::parse(text).map_err(|_| BadBody::Malformed)?;
        match document.root.value {
            json::Value::String(content) => self.add("content".into(), content.decoded),
            json::Value::Object(members) => members.into_iter().try_for_each(|member| {
                let value = match member.value.value {
                    json::Value::String(text) => text.decoded,
                    _ => member.value.span.of(text).to_owned(),
                };
                self.add(member.key.decoded, value)
            }),
            _ => Err(BadBody::Malformed),
        }
    }

    /// Adds one argument.
    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), BadBody> {
        self.size += name.len() + value.len();
        self.arguments.push((name, value));
        if MAX_ARGUMENTS < self.size { Err(BadBody::TooLarge) } else { Ok(()) }
    }

    /// Returns an argument, empty where it was not given.
    pub(super) fn text(&self, name: &str) -> &str {
        self.arguments.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Returns an argument as a number within a range; `default` where it was not given.
    pub(super) fn integer(&self, name: &str, default: i64, range: std::ops::RangeInclusive<i64>) -> i64 {
        match self.text(name) {
            "" => default,
            text => lenient_integer(text).clamp(*range.start(), *range.end()),
        }
    }

    /// Returns whether an argument says yes; all but a few words mean no.
    pub(super) fn flag(&self, name: &str) -> bool {
        let word = self.text(name).trim();
        ["true", "yes", "1"].iter().any(|yes| yes.eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> Result<Call, BadBody> {
        let mut call = Call::default();
        call.add_json(body.as_bytes())?;
        Ok(call)
    }

    #[test]
    fn json_values_are_taken_as_they_are_written() {
        let call =
            json(r#"{"a": "x\"\u00e9", "b": 1.50, "c": null, "d": {"e": [1, 2]}, "f": true,}"#).unwrap();
        let texts: Vec<&str> = ["a", "b", "c", "d", "f", "g"].map(|name| call.text(name)).to_vec();
        assert_eq!(texts, ["x\"é", "1.50", "null", r#"{"e": [1, 2]}"#, "true", ""]);
    }

    #[test]
    fn the_first_of_two_counts_and_the_query_comes_first() {
        let mut call = Call::from_query("text=query&a=1").unwrap();
        call.add_json(br#"{"text": "body", "b": 1, "b": 2}"#).unwrap();
        assert_eq!((call.text("text"), call.text("b")), ("query", "1"));
        call.add_form(b"c=x+%C3%A9&c=y").unwrap();
        assert_eq!(call.text("c"), "x é");
    }

    #[test]
    fn a_body_that_is_no_object_is_malformed() {
        assert_eq!(json(r#""hello""#).unwrap().text("content"), "hello");
        assert_eq!(json("").unwrap(), Call::default());
        for body in ["[1]", "1", "null", "{", "{'a': 1}", r#"{"a": NULL}"#, "{} x"] {
            assert_eq!(json(body), Err(BadBody::Malformed), "{body}");
        }
        assert_eq!(Call::default().add_json(b"{\"a\": \"\xff\"}"), Err(BadBody::Malformed));
    }

    #[test]
    fn numbers_are_lenient_and_stay_in_their_range() {
        let call = Call::from_query("a=7x&b=1000&c=-5&d=").unwrap();
        let numbers = ["a", "b", "c", "d", "e"].map(|name| call.integer(name, 100, 1..=100));
        assert_eq!(numbers, [7, 100, 1, 100, 100]);
    }

    #[test]
    fn a_flag_is_one_of_a_few_words() {
        let call = Call::from_query("a=True&b=1&c=on&d=%20yes%20&e=0").unwrap();
        assert_eq!(
            ["a", "b", "c", "d", "e", "f"].map(|name| call.flag(name)),
            [true, true, false, true, false, false]
        );
    }
}
