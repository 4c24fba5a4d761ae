//! Decides how each column is read. The first pass over the file finds the types of the columns, and the second pass
//! uses these types.

use std::collections::HashSet;
use std::path::Path;

use indexmap::IndexMap;

use crate::dialect::Dialect;
use crate::profile::import::{CellType, Column};
use crate::profile::{Value, ValueKind, limits};
use crate::store::{ProfileChange, Store};

use super::error::ImportError;
use super::open::open;
use super::options::ImportOptions;
use super::report::{ImportProgress, ImportReport, ImportedColumn, RejectedRow};
use super::source::{ImportCell, ImportRecord, ImportRow, RowSource};

/// How often the first pass reports its progress, in rows.
const PROGRESS_INTERVAL: u64 = 10_000;

/// How each column is read: the result of the first pass.
pub(super) struct ImportPlan<'a> {
    options: &'a ImportOptions,
    columns: Vec<PlannedColumn>,
    pub(super) n_bytes: u64,
}

struct PlannedColumn {
    header: String,
    property: String,
    cell_type: Option<CellType>,
    is_new: bool,
    note: Option<String>,
}

impl<'a> ImportPlan<'a> {
    pub(super) fn make(
        store: &dyn Store,
        path: &Path,
        options: &'a ImportOptions,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<Self, ImportError> {
        let mut source = open(path, options)?;
        let file_columns = read_columns(source.as_mut(), path, options, progress)?;
        let headers = source.headers();
        if options.is_stopped() {
            // The plan has no columns if the import is stopped, because nothing is written after a stop.
            return Ok(Self { options, columns: Vec::new(), n_bytes: source.n_bytes() });
        }
        options.check_columns(headers)?;
        let vocabulary = store.vocabulary()?;
        let mut columns: Vec<PlannedColumn> = Vec::with_capacity(headers.len());
        let mut properties = HashSet::new();
        for (header, column) in headers.iter().zip(&file_columns) {
            let property = options.property(header);
            if !properties.insert(property) {
                return Err(ImportError::TwoColumns { property: property.to_owned() });
            }
            let known = vocabulary.property(property).map(|property| property.kind);
            columns.push(PlannedColumn::make(header, column, known, options)?);
        }
        Ok(Self { options, columns, n_bytes: source.n_bytes() })
    }

    /// Returns a report that has the columns, but no rows yet.
    pub(super) fn report(&self) -> ImportReport {
        let columns = self.columns.iter().map(|column| ImportedColumn {
            header: column.header.clone(),
            property: column.property.clone(),
            kind: column.cell_type.map(CellType::kind),
            is_new: column.is_new,
            note: column.note.clone(),
        });
        ImportReport { columns: columns.collect(), ..ImportReport::default() }
    }

    pub(super) fn change(&self, record: ImportRecord) -> Result<(u64, ProfileChange), RejectedRow> {
        let line = record.line;
        let rejected = |column: Option<&str>, reason: String| RejectedRow {
            line,
            column: column.map(str::to_owned),
            reason,
        };
        let ImportRow { identity, cells } = record.row.map_err(|reason| rejected(None, reason))?;
        if self.options.dialect == Dialect::CleverTap {
            limits::check_identity(&identity).map_err(|error| rejected(None, error.to_string()))?;
        }
        let mut properties = IndexMap::with_capacity(cells.len());
        for (at, cell) in cells {
            // A cell is skipped if its column has no type or is not in `columns`. A column has no type if its property
            // is new and all its cells were empty in the first pass. A column is not in `columns` if it was added to
            // the file after the first pass. The next import of the file reads these cells.
            let Some(PlannedColumn { header, property, cell_type: Some(cell_type), .. }) =
                self.columns.get(at)
            else {
                continue;
            };
            let value = self.value(*cell_type, cell).map_err(|reason| rejected(Some(header), reason))?;
            if let Some(value) = value {
                properties.insert(property.clone(), value);
            }
        }
        Ok((line, ProfileChange { identity, properties }))
    }

    fn value(&self, cell_type: CellType, cell: ImportCell) -> Result<Option<Value>, String> {
        let value = match cell {
            // An empty cell does not remove the property. In exported files, an empty cell only means that there is no
            // value, and not that a value is to be deleted.
            ImportCell::Text(text) if text.is_empty() => return Ok(None),
            ImportCell::Typed(Value::Null) => return Ok(None),
            ImportCell::Text(text) => cell_type.read(&text, &self.options.zone),
            ImportCell::Typed(value) => cell_type.fit(value, &self.options.zone),
        };
        let value = value.map_err(|misfit| misfit.to_string())?;
        if self.options.dialect == Dialect::CleverTap {
            limits::check_value(&value).map_err(|error| error.to_string())?;
        }
        Ok(Some(value))
    }
}

impl PlannedColumn {
    fn make(
        header: &str,
        column: &Column,
        known: Option<ValueKind>,
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
        let cell_type = column.cell_type(known.or(wanted));
        let note = cell_type.and_then(|cell_type| note(column, cell_type));
        Ok(Self { header: header.to_owned(), property, cell_type, is_new: known.is_none(), note })
    }
}

/// Reads the file to its end, or until the import is stopped. Returns a summary of each column's cells, in the order of
/// the headers.
fn read_columns(
    source: &mut dyn RowSource,
    path: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(ImportProgress),
) -> Result<Vec<Column>, ImportError> {
    // The total is twice the size, because both passes read the whole file. If the size is unknown, the total is 0.
    let total_bytes = 2 * std::fs::metadata(path).map_or(0, |metadata| metadata.len());
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
                ImportCell::Text(text) => columns[at].add_cell(&text),
                ImportCell::Typed(value) => columns[at].add_value(&value),
            }
        }
        n_records += 1;
        if n_records % PROGRESS_INTERVAL == 0 {
            progress(ImportProgress { n_rows: 0, n_bytes: source.n_bytes(), total_bytes });
        }
    }
    // If the last columns had no cells, `columns` is still too short. It is extended, because the caller pairs each
    // header with a column.
    columns.resize_with(source.headers().len(), Column::default);
    Ok(columns)
}

fn note(column: &Column, cell_type: CellType) -> Option<String> {
    let CellType::Date(format) = cell_type else { return None };
    let alternative = column.swapped_alternative(format)?;
    Some(format!("read as {}; all values also fit {}", format.as_str(), alternative.as_str()))
}
