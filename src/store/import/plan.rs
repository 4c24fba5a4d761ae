//! What becomes of each column and cell: the first pass over a file tells the types, the second one uses them.

use std::collections::HashSet;
use std::path::Path;

use indexmap::IndexMap;

use crate::dialect::Dialect;
use crate::profile::import::{Column, Reading};
use crate::profile::{Kind, Value, limits};
use crate::store::{Change, Store};

use super::error::ImportError;
use super::open::open;
use super::options::ImportOptions;
use super::report::{ImportReport, ImportedColumn, Progress, Rejected};
use super::source::{Cell, Record, Row, Source};

/// How many rows of the first pass go by between two words about it.
const EVERY: u64 = 10_000;

/// How each column is read: the result of the first pass.
pub(super) struct Plan<'a> {
    options: &'a ImportOptions,
    columns: Vec<Planned>,
    pub(super) n_bytes: u64,
}

struct Planned {
    header: String,
    property: String,
    reading: Option<Reading>,
    is_new: bool,
    note: Option<String>,
}

impl<'a> Plan<'a> {
    pub(super) fn make(
        store: &dyn Store,
        path: &Path,
        options: &'a ImportOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, ImportError> {
        let mut source = open(path, options)?;
        let cells = cells(source.as_mut(), path, options, progress)?;
        let headers = source.headers();
        if options.is_stopped() {
            // Of half a file no column's type is known, and nothing is asked for any more.
            return Ok(Self { options, columns: Vec::new(), n_bytes: source.n_bytes() });
        }
        options.check_columns(headers)?;
        let vocabulary = store.vocabulary()?;
        let mut columns: Vec<Planned> = Vec::with_capacity(headers.len());
        let mut properties = HashSet::new();
        for (header, cells) in headers.iter().zip(&cells) {
            let property = options.property(header);
            if !properties.insert(property) {
                return Err(ImportError::TwoColumns { property: property.to_owned() });
            }
            let known = vocabulary.property(property).map(|property| property.kind);
            columns.push(Planned::make(header, cells, known, options)?);
        }
        Ok(Self { options, columns, n_bytes: source.n_bytes() })
    }

    /// Returns a report that tells the columns and no rows yet.
    pub(super) fn report(&self) -> ImportReport {
        let columns = self.columns.iter().map(|column| ImportedColumn {
            header: column.header.clone(),
            property: column.property.clone(),
            kind: column.reading.map(Reading::kind),
            is_new: column.is_new,
            note: column.note.clone(),
        });
        ImportReport { columns: columns.collect(), ..ImportReport::default() }
    }

    pub(super) fn change(&self, record: Record) -> Result<(u64, Change), Rejected> {
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

impl Planned {
    fn make(
        header: &str,
        cells: &Column,
        known: Option<Kind>,
        options: &ImportOptions,
    ) -> Result<Self, ImportError> {
        let property = options.property(header).to_owned();
        if options.dialect == Dialect::CleverTap {
            limits::check_name(&property)
                .map_err(|source| ImportError::Name { column: header.to_owned(), source })?;
        }
        let wanted = options.types.get(header).or_else(|| options.types.get(&property)).copied();
        if let (Some(known), Some(wanted)) = (known, wanted)
            && known != wanted
        {
            return Err(ImportError::OtherType { property, known, wanted });
        }
        let reading = cells.reading(known.or(wanted));
        let note = reading.and_then(|reading| note(cells, reading));
        Ok(Self { header: header.to_owned(), property, reading, is_new: known.is_none(), note })
    }
}

fn cells(
    source: &mut dyn Source,
    path: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Column>, ImportError> {
    let of_bytes = 2 * std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let mut columns: Vec<Column> = Vec::new();
    let mut n_records = 0;
    while let Some(record) = source.next()? {
        if options.is_stopped() {
            break;
        }
        for (at, cell) in record.row.into_iter().flat_map(|row| row.cells) {
            if columns.len() <= at {
                columns.resize_with(at + 1, Column::default);
            }
            match cell {
                Cell::Text(text) => columns[at].see(&text),
                Cell::Typed(value) => columns[at].see_value(&value),
            }
        }
        n_records += 1;
        if n_records % EVERY == 0 {
            progress(Progress { n_rows: 0, n_bytes: source.n_bytes(), of_bytes });
        }
    }
    columns.resize_with(source.headers().len(), Column::default);
    Ok(columns)
}

fn note(cells: &Column, reading: Reading) -> Option<String> {
    let Reading::Date(format) = reading else { return None };
    let rival = cells.rival(format)?;
    Some(format!("read as {}; all of it fits {} too", format.as_str(), rival.as_str()))
}
