//! Where a command takes text from.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a text is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `-`
    Stdin,
    /// A file.
    File(PathBuf),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Source::Stdin } else { Source::File(PathBuf::from(text)) })
    }
}
