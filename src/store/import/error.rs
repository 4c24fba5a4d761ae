//! The errors that end an import, before or after some rows are written. The problems of single rows are in the report
//! instead.

use std::path::PathBuf;

use crate::disk::explain;
use crate::profile::{ValueKind, limits};
use crate::store::Error;

use super::source;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {}: {}", path.display(), explain(source))]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: line {line} is not UTF-8: save the file as UTF-8 and import it again", path.display())]
    NotUtf8 {
        path: PathBuf,
        /// The line on which the first row that is not UTF-8 starts, from 1.
        line: u64,
    },
    #[error("{} is empty", path.display())]
    Empty { path: PathBuf },
    #[error(
        "{}: the row on line {line} is longer than {} MB: is a quote not closed?",
        path.display(),
        source::MAX_ROW / (1024 * 1024)
    )]
    LongRow {
        path: PathBuf,
        /// The line on which the row starts, from 1.
        line: u64,
    },
    #[error("{} has no column `identity` (or `objectId`): name it with --identity COLUMN", path.display())]
    NoIdentity { path: PathBuf },
    #[error("column {column} of {} has no name in the header", path.display())]
    NoName {
        path: PathBuf,
        /// The number of the column, from 1.
        column: usize,
    },
    #[error("two columns map to `{property}`")]
    TwoColumns { property: String },
    #[error("the file has no column `{name}`")]
    UnknownColumn { name: String },
    #[error("`{property}` already has the type {}, it cannot become {}", known.as_str(), wanted.as_str())]
    OtherType { property: String, known: ValueKind, wanted: ValueKind },
    #[error("the column `{column}`: {source}")]
    Name { column: String, source: limits::LimitError },
    /// The store failed. Batches that were written before the failure are kept. Importing the same file again is
    /// harmless.
    #[error(transparent)]
    Store(#[from] Error),
}
