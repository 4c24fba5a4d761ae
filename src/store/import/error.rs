//! Why a file is not imported, or not to its end; what is wrong with single rows is told in the report instead.

use std::path::PathBuf;

use crate::profile::{Kind, limits};
use crate::store::Error;

use super::source;

/// Why a file was not imported, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is in another encoding.
    #[error("{}: line {line} is not UTF-8: save the file as UTF-8 and import it again", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first such line, from 1.
        line: u64,
    },
    /// There is nothing in it.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// One row is longer than any row can be.
    #[error(
        "{}: what starts on line {line} is longer than {} MB: is a quote never closed there?",
        path.display(),
        source::MAX_ROW / (1024 * 1024)
    )]
    LongRow {
        /// The file.
        path: PathBuf,
        /// Where the row starts, from 1.
        line: u64,
    },
    /// No column says whose a row is.
    #[error("{} has no column `identity` (or `objectId`): name one so, or map a column to it", path.display())]
    NoIdentity {
        /// The file.
        path: PathBuf,
    },
    /// A column without a name.
    #[error("column {column} of {} has no name in the header", path.display())]
    NoName {
        /// The file.
        path: PathBuf,
        /// Which column, from 1.
        column: usize,
    },
    /// Two columns of one name.
    #[error("two columns are for `{property}`")]
    TwoColumns {
        /// The property both name.
        property: String,
    },
    /// An option names a column that the file does not have.
    #[error("the file has no column `{name}`")]
    UnknownColumn {
        /// The name in the option.
        name: String,
    },
    /// An option gives a property another type than it has.
    #[error("`{property}` is {} already, it cannot become {}", known.as_str(), wanted.as_str())]
    OtherType {
        /// The property.
        property: String,
        /// Its type in the store.
        known: Kind,
        /// The type that the option wants.
        wanted: Kind,
    },
    /// A column's name breaks the limits of the dialect.
    #[error("the column `{column}`: {source}")]
    Name {
        /// The column's header.
        column: String,
        /// Which limit.
        source: limits::LimitError,
    },
    /// The store did not take it; earlier batches are kept, and importing the same file again is harmless.
    #[error(transparent)]
    Store(#[from] Error),
}
