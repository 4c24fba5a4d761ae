//! Imports profiles from a file in two passes. The first pass finds each column's type from all of its cells, and the
//! second pass writes the profiles. The file is not read into memory as a whole.
//!
//! ```text
//! file ──csv | json_lines──▶ ImportRecord… ──1st pass──▶ Column… ──▶ CellType…
//!                            ImportRecord… ──2nd pass, with the types──▶ ProfileChange… ──batches──▶ Store::write
//! ```

use std::path::Path;

use super::{ProfileChange, Store, Written};

mod csv;
mod error;
mod json_lines;
mod open;
mod options;
mod plan;
mod report;
mod source;

pub use error::ImportError;
pub use options::ImportFormat;
pub use options::ImportOptions;
pub use report::ImportReport;
pub(crate) use report::{ImportProgress, ImportedColumn, RejectedRow};

use open::open;
use plan::ImportPlan;

// The number of changes in a batch. Each batch is written in one transaction, so an interrupted import loses fewer
// changes than one batch has. In the second pass, the progress is reported each time this many rows have been read.
const BATCH: usize = 1_000;

/// Imports the file at `path`. Rows that cannot be imported are skipped and reported. All other rows are written in
/// batches.
pub fn import(
    store: &dyn Store,
    path: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportReport, ImportError> {
    let plan = ImportPlan::make(store, path, options, progress)?;
    if options.is_stopped() {
        return Ok(ImportReport { is_interrupted: true, ..ImportReport::default() });
    }
    let mut source = open(path, options)?;
    let mut writer = BatchWriter { store, batch: Vec::new(), lines: Vec::new(), report: plan.report() };
    let mut n_records = 0;
    while let Some(record) = source.next()? {
        match plan.change(record) {
            Ok((line, change)) => writer.push(line, change)?,
            Err(rejected) => writer.report.reject(rejected),
        }
        n_records += 1;
        if options.is_stopped() {
            writer.report.is_interrupted = true;
            return Ok(writer.report);
        }
        if n_records % BATCH == 0 {
            let n_rows = writer.report.n_created + writer.report.n_updated;
            let n_bytes = plan.n_bytes + source.n_bytes();
            progress(ImportProgress { n_rows, n_bytes, total_bytes: 2 * plan.n_bytes });
        }
    }
    writer.flush()?;
    // The rejected rows are sorted by line, because they were not added in this order. A row that the store refuses is
    // added only when its batch is written. By then, later rows that could not be read may already be in the list.
    writer.report.rejected.sort_by_key(|rejected| rejected.line);
    Ok(writer.report)
}

struct BatchWriter<'a> {
    store: &'a dyn Store,
    batch: Vec<ProfileChange>,
    /// The line of each change in `batch`.
    lines: Vec<u64>,
    report: ImportReport,
}

impl BatchWriter<'_> {
    fn push(&mut self, line: u64, change: ProfileChange) -> Result<(), ImportError> {
        self.batch.push(change);
        self.lines.push(line);
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let outcomes = self.store.write(&self.batch)?;
        for (line, outcome) in self.lines.drain(..).zip(outcomes) {
            match outcome {
                Ok(Written::Created) => self.report.n_created += 1,
                Ok(Written::Updated) => self.report.n_updated += 1,
                Err(refusal) => {
                    self.report.reject(RejectedRow { line, column: None, reason: refusal.to_string() });
                }
            }
        }
        self.batch.clear();
        Ok(())
    }
}
