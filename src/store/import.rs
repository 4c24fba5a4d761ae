//! People from a file: two passes, so that a column's type comes from all of its cells, and no file is held in memory.
//!
//! ```text
//! file ──csv | json_lines──▶ Record… ──1st pass──▶ Column… ──▶ Reading…
//!                            Record… ──2nd pass, with the readings──▶ Change… ──batches──▶ Store::write
//! ```

use std::path::Path;

use super::{Change, Store, Written};

mod csv;
mod error;
mod json_lines;
mod open;
mod options;
mod plan;
mod report;
mod source;

pub use error::ImportError;
pub use options::{Format, ImportOptions};
pub use report::{ImportReport, ImportedColumn, Progress, Rejected};

use open::open;
use plan::Plan;

/// How many profiles one transaction takes.
const BATCH: usize = 1_000;

/// Imports the file at `path`; rows that do not fit are left out and told, all others are written in batches.
pub fn import(
    store: &dyn Store,
    path: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportReport, ImportError> {
    let plan = Plan::make(store, path, options, progress)?;
    if options.is_stopped() {
        return Ok(ImportReport { is_interrupted: true, ..ImportReport::default() });
    }
    let mut source = open(path, options)?;
    let mut writer = Writer { store, batch: Vec::new(), lines: Vec::new(), report: plan.report() };
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
            progress(Progress { n_rows, n_bytes, of_bytes: 2 * plan.n_bytes });
        }
    }
    writer.flush()?;
    // What the store refuses is told a batch later than what could not be read.
    writer.report.rejected.sort_by_key(|rejected| rejected.line);
    Ok(writer.report)
}

struct Writer<'a> {
    store: &'a dyn Store,
    batch: Vec<Change>,
    /// The line of each change of the batch.
    lines: Vec<u64>,
    report: ImportReport,
}

impl Writer<'_> {
    fn push(&mut self, line: u64, change: Change) -> Result<(), ImportError> {
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
                    self.report.reject(Rejected { line, column: None, reason: refusal.to_string() });
                }
            }
        }
        self.batch.clear();
        Ok(())
    }
}
