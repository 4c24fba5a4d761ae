//! People from a file: two passes, so that a column's type comes from all of its cells, and no file is held in memory.
//!
//! ```text
//! file ──csv | json_lines──▶ Record… ──1st pass──▶ Column… ──▶ Reading…
//!                            Record… ──2nd pass, with the readings──▶ Change… ──batches──▶ Store::write
//! ```

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;
use jiff::tz::TimeZone;

use crate::profile::Kind;
use crate::template::Dialect;

use super::{Change, Store, Written};

mod csv;
mod error;
mod json_lines;
mod plan;
mod source;

pub use error::ImportError;
use plan::Plan;

/// How many profiles one transaction takes.
const BATCH: usize = 1_000;

/// How many rejected rows are remembered with their reason; the rest is counted.
const MAX_REJECTED: usize = 1_000;

/// The headers that name the identity, the first that is there.
const IDENTITY: [&str; 2] = ["identity", "objectId"];

/// How to read a file.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// CSV or JSON lines; `None` to tell by the file.
    pub format: Option<Format>,
    /// Types that columns get whatever their cells are, by header or property.
    pub types: IndexMap<String, Kind>,
    /// The property that a header stands for, where it is not its own; `identity` names the identity.
    pub names: IndexMap<String, String>,
    /// The zone of dates that have none.
    pub zone: TimeZone,
    /// Whose limits on names and values hold.
    pub dialect: Dialect,
    /// Set from another thread to end the import early; what is written until then is kept.
    pub stop: Arc<AtomicBool>,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header and rows; the delimiter is told by the header.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

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

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            format: None,
            types: IndexMap::new(),
            names: IndexMap::new(),
            zone: TimeZone::UTC,
            dialect: Dialect::Telecast,
            stop: Arc::default(),
        }
    }
}

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
    let mut source = source::open(path, options)?;
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

impl ImportOptions {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Returns the property that a header stands for.
    fn property<'a>(&'a self, header: &'a str) -> &'a str {
        self.names.get(header).map_or(header, String::as_str)
    }

    /// Whether a header names the identity.
    fn is_identity(&self, header: &str) -> bool {
        IDENTITY.contains(&self.property(header))
    }

    /// Checks that what the options name is there.
    fn check_columns(&self, headers: &[String]) -> Result<(), ImportError> {
        let is_there =
            |name: &String| headers.iter().any(|header| header == name || self.property(header) == name);
        let unknown = |name: &&String| !is_there(name) && !self.is_identity(name);
        match self.types.keys().chain(self.names.keys()).find(unknown) {
            Some(name) => Err(ImportError::UnknownColumn { name: name.clone() }),
            None => Ok(()),
        }
    }
}

impl ImportReport {
    fn reject(&mut self, rejected: Rejected) {
        self.n_rejected += 1;
        if self.rejected.len() < MAX_REJECTED {
            self.rejected.push(rejected);
        }
    }
}

/// Gathers changes into batches.
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
