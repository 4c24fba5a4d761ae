//! The source of a text argument: a file or stdin.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

/// The source of a text argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InputSource {
    /// `-`
    Stdin,
    /// A file.
    File(PathBuf),
}

impl FromStr for InputSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { InputSource::Stdin } else { InputSource::File(PathBuf::from(text)) })
    }
}
