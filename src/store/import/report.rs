//! What an import did, and how far it is.

use crate::profile::Kind;

/// How many rejected rows are remembered with their reason; the rest is counted.
const MAX_REJECTED: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportReport {
    pub n_created: u64,
    /// How many rows changed a profile that was there, or one of an earlier row.
    pub n_updated: u64,
    pub n_rejected: u64,
    /// The first thousand of them.
    pub rejected: Vec<Rejected>,
    /// What each column became, in the file's order; the identity is not among them.
    pub columns: Vec<ImportedColumn>,
    pub is_interrupted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The line on which the row starts, from 1.
    pub line: u64,
    /// The header of the cell at fault.
    pub column: Option<String>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedColumn {
    pub header: String,
    pub property: String,
    /// Its type; `None` where the property is new and all cells are empty.
    pub kind: Option<Kind>,
    pub is_new: bool,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
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
