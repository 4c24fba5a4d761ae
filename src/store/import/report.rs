//! What an import did, and how far it is.

use crate::profile::Kind;

/// How many rejected rows are remembered with their reason; the rest is counted.
const MAX_REJECTED: usize = 1_000;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportReport {
    /// How many profiles are new.
    pub n_created: u64,
    /// How many rows changed a profile that was there, or one of an earlier row.
    pub n_updated: u64,
    /// How many rows were left out.
    pub n_rejected: u64,
    /// The first thousand of them.
    pub rejected: Vec<Rejected>,
    /// What each column became, in the file's order; the identity is not among them.
    pub columns: Vec<ImportedColumn>,
    /// Whether it was stopped before its end.
    pub is_interrupted: bool,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The line on which the row starts, from 1.
    pub line: u64,
    /// The header of the cell at fault.
    pub column: Option<String>,
    /// What is wrong, in plain words.
    pub reason: String,
}

/// What a column became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedColumn {
    /// As in the file.
    pub header: String,
    /// Under which name it is stored.
    pub property: String,
    /// Its type; `None` where the property is new and all cells are empty.
    pub kind: Option<Kind>,
    /// Whether the store did not know the property before.
    pub is_new: bool,
    /// What one should know of how it was read.
    pub note: Option<String>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows written so far.
    pub n_rows: u64,
    /// Bytes read so far, both passes together.
    pub n_bytes: u64,
    /// Bytes to read, both passes together.
    pub of_bytes: u64,
}

impl ImportReport {
    pub(super) fn reject(&mut self, rejected: Rejected) {
        self.n_rejected += 1;
        if self.rejected.len() < MAX_REJECTED {
            self.rejected.push(rejected);
        }
    }
}
