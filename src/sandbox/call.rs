//! What comes with a method's name: arguments and files, within the server's limits.
//!
//! Query-string arguments come first, and the first of several with one name counts.

use std::ops::RangeInclusive;

use crate::json;
use crate::telegram::Arguments;

/// All arguments of a call together may be this large, in bytes.
pub(super) const MAX_ARGUMENTS: usize = 1 << 20;

pub(super) const MAX_FILES: usize = 50;

/// A file may be this large, in bytes.
pub(super) const MAX_FILE: u64 = 50 << 20;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Call {
    pub(super) arguments: Arguments,
    pub(super) files: Vec<File>,
}

/// An uploaded file, without its bytes: only what an answer says about it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    /// The name of the part, which `attach://` links to.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) mime_type: Option<String>,
    pub(super) size: u64,
}

#[derive(Debug)]
pub(super) enum Body {
    Form(Vec<u8>),
    Json(Vec<u8>),
    Parts {
        /// Names and texts of the parts that are no files.
        pairs: Vec<(String, String)>,
        files: Vec<File>,
    },
    /// Any other type: a file as a whole, so many bytes long.
    Other(u64),
}

/// A body that cannot be read. The server answers with a bare status line and hangs up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadBody {
    Malformed,
    TooLarge,
    /// A file is larger than Telegram takes; this is answered in JSON.
    FileTooLarge,
    /// It is compressed.
    Encoded,
    TooSlow,
}

impl BadBody {
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
    pub(super) fn read(query: &str, body: Body) -> Result<Call, BadBody> {
        let (arguments, files) = match body {
            Body::Form(bytes) => (Arguments::from_pairs(pairs(&bytes)), Vec::new()),
            Body::Json(bytes) => (from_json(&bytes)?, Vec::new()),
            Body::Parts { pairs, files } => {
                let names: Vec<String> = files.iter().map(|file| file.field.clone()).collect();
                (Arguments::from_pairs(pairs).with_files(names), files)
            }
            Body::Other(0) => Default::default(),
            Body::Other(size) => {
                let file = File { field: "file".into(), name: "file".into(), mime_type: None, size };
                (Arguments::default(), vec![file])
            }
        };
        let arguments = arguments.query_first(pairs(query.as_bytes()));
        let size: usize = arguments.iter().map(|(name, argument)| name.len() + argument.text.len()).sum();
        if MAX_ARGUMENTS < size {
            return Err(BadBody::TooLarge);
        }
        Ok(Call { arguments, files })
    }

    /// Returns an argument, empty where it was not given.
    pub(super) fn text(&self, name: &str) -> &str {
        self.arguments.text(name)
    }

    /// Returns an argument as a number within a range; `default` where it was not given.
    pub(super) fn integer(&self, name: &str, default: i64, range: RangeInclusive<i64>) -> i64 {
        match self.text(name) {
            "" => default,
            _ => self.arguments.integer(name).clamp(*range.start(), *range.end()),
        }
    }
}

fn pairs(form: &[u8]) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(form).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn from_json(body: &[u8]) -> Result<Arguments, BadBody> {
    let text = str::from_utf8(body).map_err(|_| BadBody::Malformed)?;
    if text.trim_ascii().is_empty() {
        return Ok(Arguments::default());
    }
    let document = json::parse(text).map_err(|_| BadBody::Malformed)?;
    Arguments::from_json(&document, text).map_err(|_| BadBody::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> Result<Call, BadBody> {
        Call::read("", Body::Json(body.into()))
    }

    #[test]
    fn the_query_comes_before_the_body() {
        let body = Body::Json(br#"{"text": "body", "b": 1, "b": 2}"#.to_vec());
        let call = Call::read("text=query&a=x+%C3%A9&a=y", body).unwrap();
        assert_eq!(["text", "a", "b", "c"].map(|name| call.text(name)), ["query", "x é", "1", ""]);
    }

    #[test]
    fn a_body_that_is_no_object_is_malformed() {
        assert_eq!(json("").unwrap(), Call::default());
        for body in ["[1]", "1", "null", "{", "{'a': 1}", r#"{"a": NULL}"#, "{} x"] {
            assert_eq!(json(body), Err(BadBody::Malformed), "{body}");
        }
        assert_eq!(Call::read("", Body::Json(b"{\"a\": \"\xff\"}".to_vec())), Err(BadBody::Malformed));
    }

    #[test]
    fn arguments_of_more_than_a_mebibyte_are_too_large() {
        let query = "a=".to_owned() + &"x".repeat(MAX_ARGUMENTS - 1);
        assert!(Call::read(&query, Body::Other(0)).is_ok());
        assert_eq!(Call::read(&format!("{query}x"), Body::Other(0)), Err(BadBody::TooLarge));
    }

    #[test]
    fn an_upload_is_known_by_its_name() {
        let file = File { field: "photo".into(), name: "a.jpg".into(), mime_type: None, size: 3 };
        let pairs = vec![("chat_id".into(), "1".into())];
        let call = Call::read("x=2", Body::Parts { pairs, files: vec![file] }).unwrap();
        assert_eq!((call.text("chat_id"), call.text("x")), ("1", "2"));
        assert!(call.arguments.has_file("photo"));
    }

    #[test]
    fn numbers_are_lenient_and_stay_in_their_range() {
        let call = Call::read("a=7x&b=1000&c=-5&d=", Body::Other(0)).unwrap();
        let numbers = ["a", "b", "c", "d", "e"].map(|name| call.integer(name, 100, 1..=100));
        assert_eq!(numbers, [7, 100, 1, 100, 100]);
    }
}
