//! The result of an import, and its progress.

use crate::profile::ValueKind;

// The maximum number of rejected rows that are kept with their reasons. Further rows are only counted, because in a
// file of the wrong format every row is rejected.
const MAX_REJECTED: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportReport {
    pub n_created: u64,
    /// The rows that changed an existing profile. The profile may have been created by an earlier row.
    pub n_updated: u64,
    pub n_rejected: u64,
    /// The rejected rows with their reasons, up to a thousand.
    pub rejected: Vec<RejectedRow>,
    /// The columns in the file's order, without the identity column.
    pub columns: Vec<ImportedColumn>,
    pub is_interrupted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line on which the row starts, from 1.
    pub line: u64,
    /// The header of the rejected cell; `None` if the row is rejected as a whole.
    pub column: Option<String>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedColumn {
    pub header: String,
    pub property: String,
    /// The property's type; `None` if the property is new, all cells are empty, and the options name no type.
    pub kind: Option<ValueKind>,
    pub is_new: bool,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// The rows written so far; 0 in the first pass.
    pub n_rows: u64,
    /// The bytes read so far, in both passes together.
    pub n_bytes: u64,
    /// The bytes to read, in both passes together; 0 if the size of the file is unknown.
    pub total_bytes: u64,
}

impl ImportReport {
    pub(super) fn reject(&mut self, rejected: RejectedRow) {
        self.n_rejected += 1;
        if self.rejected.len() < MAX_REJECTED {
            self.rejected.push(rejected);
        }
    }
}
