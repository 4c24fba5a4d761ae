//! People from a file: two passes, so that a column's type comes from all of its cells, and no file is held in memory.
//!
//! ```text
//! file ──csv | json_lines──▶ Record… ──1st pass──▶ Column… ──▶ Reading…
//!                            Record… ──2nd pass, with the readings──▶ Change… ──batches──▶ Store::write
//! ```

use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};
use jiff::tz::TimeZone;

use crate::profile::import::{Column, Reading};
use crate::profile::{Kind, Value, limits};
use crate::template::Dialect;

use super::{Change, Error, Store, Written};

mod csv;
mod json_lines;
mod source;

use source::{Cell, Record, Row};

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

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            format: None,
            types: IndexMap::new(),
            names: IndexMap::new(),
            zone: TimeZone::UTC,
            dialect: Dialect::Telecast,
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
    let mut source = source::open(path, options)?;
    let mut writer = Writer { store, batch: Vec::new(), lines: Vec::new(), report: plan.report() };
    while let Some(record) = source.next()? {
        match plan.change(record) {
            Ok((line, change)) => writer.push(line, change)?,
            Err(rejected) => writer.report.reject(rejected),
        }
        if writer.batch.is_empty() {
            let n_rows = writer.report.n_created + writer.report.n_updated;
            let n_bytes = plan.n_bytes + source.n_bytes();
            progress(Progress { n_rows, n_bytes, of_bytes: 2 * plan.n_bytes });
        }
    }
    writer.flush()?;
    Ok(writer.report)
}

/// How each column is read: the result of the first pass.
struct Plan<'a> {
    options: &'a ImportOptions,
    columns: Vec<Planned>,
    n_bytes: u64,
}

struct Planned {
    header: String,
    property: String,
    reading: Option<Reading>,
    is_new: bool,
    note: Option<String>,
}

impl<'a> Plan<'a> {
    fn make(
        store: &dyn Store,
        path: &Path,
        options: &'a ImportOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, ImportError> {
        const EVERY: u64 = 10_000;
        let of_bytes = 2 * std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let mut source = source::open(path, options)?;
        let mut cells: Vec<Column> = Vec::new();
        let mut n_records = 0;
        while let Some(record) = source.next()? {
            for (at, cell) in record.row.into_iter().flat_map(|row| row.cells) {
                if cells.len() <= at {
                    cells.resize_with(at + 1, Column::default);
                }
                match cell {
                    Cell::Text(text) => cells[at].see(&text),
                    Cell::Typed(value) => cells[at].see_value(&value),
                }
            }
            n_records += 1;
            if n_records % EVERY == 0 {
                progress(Progress { n_rows: 0, n_bytes: source.n_bytes(), of_bytes });
            }
        }
        let headers = source.headers();
        cells.resize_with(headers.len(), Column::default);
        options.check_columns(headers)?;
        let vocabulary = store.vocabulary()?;
        let known = |property: &str| vocabulary.property(property).map(|property| property.kind);
        let mut properties = IndexSet::new();
        let mut columns = Vec::with_capacity(headers.len());
        for (header, cells) in headers.iter().zip(&cells) {
            let property = options.property(header).to_owned();
            if !properties.insert(property.clone()) {
                return Err(ImportError::TwoColumns { property });
            }
            if options.dialect == Dialect::CleverTap {
                limits::check_name(&property)
                    .map_err(|source| ImportError::Name { column: header.clone(), source })?;
            }
            let known = known(&property);
            let wanted = options.types.get(header).or_else(|| options.types.get(&property)).copied();
            if let (Some(known), Some(wanted)) = (known, wanted)
                && known != wanted
            {
                return Err(ImportError::OtherType { property, known, wanted });
            }
            let reading = cells.reading(known.or(wanted));
            let note = reading.and_then(|reading| note(cells, reading));
            columns.push(Planned {
                header: header.clone(),
                property,
                reading,
                is_new: known.is_none(),
                note,
            });
        }
        Ok(Self { options, columns, n_bytes: source.n_bytes() })
    }

    fn report(&self) -> ImportReport {
        let columns = self.columns.iter().map(|column| ImportedColumn {
            header: column.header.clone(),
            property: column.property.clone(),
            kind: column.reading.map(Reading::kind),
            is_new: column.is_new,
            note: column.note.clone(),
        });
        ImportReport { columns: columns.collect(), ..ImportReport::default() }
    }

    /// Turns a record into a change, or says what is wrong with it.
    fn change(&self, record: Record) -> Result<(u64, Change), Rejected> {
        let line = record.line;
        let rejected = |column: Option<&str>, reason: String| Rejected {
            line,
            column: column.map(str::to_owned),
            reason,
        };
        let Row { identity, cells } = record.row.map_err(|reason| rejected(None, reason))?;
        if self.options.dialect == Dialect::CleverTap {
            limits::check_identity(&identity).map_err(|error| rejected(None, error.to_string()))?;
        }
        let mut properties = IndexMap::with_capacity(cells.len());
        for (at, cell) in cells {
            // A column that only the second pass sees: the file grew meanwhile, and its turn comes with the next import.
            let Some(Planned { header, property, reading: Some(reading), .. }) = self.columns.get(at) else {
                continue;
            };
            let value = self.value(*reading, cell).map_err(|reason| rejected(Some(header), reason))?;
            if let Some(value) = value {
                properties.insert(property.clone(), value);
            }
        }
        Ok((line, Change { identity, properties }))
    }

    fn value(&self, reading: Reading, cell: Cell) -> Result<Option<Value>, String> {
        let value = match cell {
            Cell::Text(text) if text.is_empty() => return Ok(None),
            Cell::Typed(Value::Null) => return Ok(None),
            Cell::Text(text) => reading.read(&text, &self.options.zone),
            Cell::Typed(value) => reading.fit(value, &self.options.zone),
        };
        let value = value.map_err(|misfit| misfit.to_string())?;
        if self.options.dialect == Dialect::CleverTap {
            limits::check_value(&value).map_err(|error| error.to_string())?;
        }
        Ok(Some(value))
    }
}

impl ImportOptions {
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

fn note(cells: &Column, reading: Reading) -> Option<String> {
    let Reading::Date(format) = reading else { return None };
    let rival = cells.rival(format)?;
    Some(format!("read as {}; all of it fits {} too", format.as_str(), rival.as_str()))
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
