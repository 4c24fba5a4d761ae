//! The arguments and files of a method call, and the limits on their size and number.
//!
//! The arguments in the query string come before those in the body. If several arguments have the same name, the first
//! one is used.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::telegram::Arguments;

/// The maximum size of all arguments of a call together, in bytes.
pub(super) const MAX_ARGUMENTS: usize = 1 << 20;

pub(super) const MAX_FILES: usize = 50;

/// The largest file, in bytes: Telegram's limit for uploads by bots.
pub(super) const MAX_FILE: u64 = 50 << 20;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MethodCall {
    pub(super) arguments: Arguments,
    pub(super) files: Vec<UploadedFile>,
}

/// The largest content of a file that is kept, in bytes. Only the data that an answer shows is kept of a larger file, so
/// an upload of 50 MB takes no memory.
pub(super) const MAX_KEPT_FILE: u64 = 4 << 20;

/// An uploaded file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UploadedFile {
    /// The name of the file's part in the multipart body. An argument `attach://NAME` refers to the file by this name.
    pub(super) field: String,
    pub(super) name: String,
    pub(super) mime_type: Option<String>,
    pub(super) size: u64,
    /// `None` for a file above [`MAX_KEPT_FILE`].
    pub(super) content: Option<Arc<[u8]>>,
}

#[derive(Debug)]
pub(super) enum CallBody {
    Form(Vec<u8>),
    Json(Vec<u8>),
    Multipart {
        /// The names and texts of the parts that are not files.
        pairs: Vec<(String, String)>,
        files: Vec<UploadedFile>,
    },
    /// A body of any other type, and its size in bytes. The body counts as one file; an empty body counts as none.
    Other(u64),
}

/// The reason why the body of a method call cannot be read. For all reasons but `FileTooLarge`, the server answers with
/// a bare status line and closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallBodyError {
    Malformed,
    TooLarge,
    /// A file is larger than Telegram accepts. The server answers this error in JSON.
    FileTooLarge,
    /// The body has a content encoding that is not read.
    Compressed,
    TooSlow,
}

impl CallBodyError {
    pub(super) fn status(self) -> (u16, &'static str) {
        match self {
            CallBodyError::Malformed => (400, "Bad Request: can't parse the body"),
            CallBodyError::TooLarge => (413, "Request Entity Too Large: too many parameters"),
            CallBodyError::FileTooLarge => (413, "Request Entity Too Large"),
            CallBodyError::Compressed => (415, "Unsupported Media Type: unsupported content encoding"),
            CallBodyError::TooSlow => (408, "Request Timeout"),
        }
    }
}

impl MethodCall {
    pub(super) fn read(query: &str, body: CallBody) -> Result<MethodCall, CallBodyError> {
        let (arguments, files) = match body {
            CallBody::Form(bytes) => (Arguments::from_pairs(pairs(&bytes)), Vec::new()),
            CallBody::Json(bytes) => (Arguments::from_body(&bytes), Vec::new()),
            CallBody::Multipart { pairs, files } => {
                let sizes: Vec<_> = files.iter().map(|file| (file.field.clone(), file.size)).collect();
                (Arguments::from_pairs(pairs).with_files(sizes), files)
            }
            CallBody::Other(0) => Default::default(),
            // As in the Bot API server, a body of an unknown type becomes a file with the name "file".
            CallBody::Other(size) => {
                let (field, name) = ("file".to_owned(), "file".to_owned());
                let file = UploadedFile { field, name, mime_type: None, size, content: None };
                (Arguments::default(), vec![file])
            }
        };
        let arguments = arguments.prepend_query(pairs(query.as_bytes()));
        // The size is counted after decoding, and for the query string and the body together. A query string alone can
        // exceed the limit.
        let size: usize = arguments.iter().map(|(name, argument)| name.len() + argument.text.len()).sum();
        if MAX_ARGUMENTS < size {
            return Err(CallBodyError::TooLarge);
        }
        Ok(MethodCall { arguments, files })
    }

    /// Returns an argument, or an empty string if it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.arguments.text(name)
    }

    /// Returns an argument as a number, clamped to a range, or `default` if the argument is missing or empty.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> Result<MethodCall, CallBodyError> {
        MethodCall::read("", CallBody::Json(body.into()))
    }

    #[test]
    fn the_query_comes_before_the_body() {
        let body = CallBody::Json(br#"{"text": "body", "b": 1, "b": 2}"#.to_vec());
        let call = MethodCall::read("text=query&a=x+%C3%A9&a=y", body).unwrap();
        assert_eq!(["text", "a", "b", "c"].map(|name| call.text(name)), ["query", "x é", "1", ""]);
    }

    #[test]
    fn body_that_is_not_an_object_has_no_arguments() {
        for body in ["", " ", "[1]", "1", "null", "{", "{'a': 1}", r#"{"a": NULL}"#, "{} x", "\u{feff}{}"] {
            assert_eq!(json(body).unwrap(), MethodCall::default(), "{body}");
        }
    }

    #[test]
    fn broken_json_is_read_up_to_its_fault() {
        let read = |body: &str| json(body).unwrap().text("text").to_owned();
        assert_eq!(read(r#"{"text":"Say "hi" now"}"#), "Say ");
        assert_eq!(read(r#"{"text":"a"} x"#), "a");
        assert_eq!(read(r#"{"text":"cut off"#), "");
    }

    #[test]
    fn arguments_of_more_than_a_mebibyte_are_too_large() {
        let query = "a=".to_owned() + &"x".repeat(MAX_ARGUMENTS - 1);
        assert!(MethodCall::read(&query, CallBody::Other(0)).is_ok());
        assert_eq!(MethodCall::read(&format!("{query}x"), CallBody::Other(0)), Err(CallBodyError::TooLarge));
    }

    #[test]
    fn upload_is_found_by_its_field_name() {
        let (field, name) = ("photo".to_owned(), "a.jpg".to_owned());
        let file = UploadedFile { field, name, mime_type: None, size: 3, content: None };
        let pairs = vec![("chat_id".into(), "1".into())];
        let call = MethodCall::read("x=2", CallBody::Multipart { pairs, files: vec![file] }).unwrap();
        assert_eq!((call.text("chat_id"), call.text("x")), ("1", "2"));
        assert!(call.arguments.has_file("photo"));
    }

    #[test]
    fn numbers_are_lenient_and_stay_in_their_range() {
        let call = MethodCall::read("a=7x&b=1000&c=-5&d=", CallBody::Other(0)).unwrap();
        let numbers = ["a", "b", "c", "d", "e"].map(|name| call.integer(name, 100, 1..=100));
        assert_eq!(numbers, [7, 100, 1, 100, 100]);
    }
}
