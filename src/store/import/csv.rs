//! Reads CSV: a header, and then rows with as many cells as the header. The delimiter (`,`, `;`, or tab) is detected
//! from the header.

use std::fs::File;
use std::path::PathBuf;

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use super::error::ImportError;
use super::options::{IDENTITY, ImportOptions};
use super::source::{self, ImportCell, ImportRecord, ImportRow, LineTracker, RowSource};

pub(super) struct CsvRows {
    reader: Reader<LineTracker<File>>,
    path: PathBuf,
    record: ByteRecord,
    headers: Vec<String>,
    /// For each column of the file, its index in `headers`, or `None` for the identity column.
    header_indexes: Vec<Option<usize>>,
}

impl CsvRows {
    pub(super) fn open(
        file: File,
        start: &[u8],
        path: PathBuf,
        options: ImportOptions,
    ) -> Result<Self, ImportError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(start))
            // With `false`, the parser returns the header like any other row. `take_header` then checks the header, and
            // its errors name the line or the column.
            .has_headers(false)
            // Without this option, the parser fails at a row with more or fewer cells than the header. With this
            // option, the parser returns such a row. `row` then rejects the row, and the import goes on.
            .flexible(true)
            .from_reader(LineTracker::new(file));
        let mut record = ByteRecord::new();
        read(&mut reader, &mut record, &path)?;
        let mut rows = Self { reader, path, record, headers: Vec::new(), header_indexes: Vec::new() };
        rows.take_header(&options)?;
        Ok(rows)
    }

    fn take_header(&mut self, options: &ImportOptions) -> Result<(), ImportError> {
        let names = self.names()?;
        let identity = self.identity(&names, options)?;
        for (at, name) in names.into_iter().enumerate() {
            if at == identity {
                self.header_indexes.push(None);
            } else {
                self.header_indexes.push(Some(self.headers.len()));
                self.headers.push(name);
            }
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, ImportError> {
        let names = self.record.iter().enumerate().map(|(at, name)| match std::str::from_utf8(name) {
            Err(_) => Err(ImportError::NotUtf8 { path: self.path.clone(), line: 1 }),
            Ok(name) if name.trim().is_empty() => {
                Err(ImportError::NoName { path: self.path.clone(), column: at + 1 })
            }
            Ok(name) => Ok(name.trim().to_owned()),
        });
        names.collect()
    }

    /// Finds the identity column. If there is a column `identity`, a column `objectId` is an ordinary property.
    fn identity(&self, names: &[String], options: &ImportOptions) -> Result<usize, ImportError> {
        for wanted in IDENTITY {
            let mut found = names.iter().enumerate().filter(|(_, name)| options.property(name) == wanted);
            if let Some((at, _)) = found.next() {
                return match found.next() {
                    Some(_) => Err(ImportError::TwoColumns { property: wanted.to_owned() }),
                    None => Ok(at),
                };
            }
        }
        Err(ImportError::NoIdentity { path: self.path.clone() })
    }

    // Returns whether a quote that is never closed turned all lines up to the end of the file into one cell. The parser
    // accepts such a cell silently, so without this check the import would lose all rows in it. A lone quote in the
    // middle of a cell does no harm, because the record still ends at the end of its line.
    fn swallowed_the_rest(&self) -> bool {
        let lines = self.reader.get_ref();
        let is_last = self.reader.position().byte() == lines.n_bytes();
        is_last && lines.ends_within_quotes() && self.record.as_slice().contains(&b'\n')
    }

    fn row(&self, cells: &[&str]) -> Result<ImportRow, String> {
        if cells.len() != self.header_indexes.len() {
            return Err(format!(
                "it has {} cells, but the header has {}",
                cells.len(),
                self.header_indexes.len()
            ));
        }
        let mut row = ImportRow { identity: String::new(), cells: Vec::with_capacity(self.headers.len()) };
        for (index, cell) in self.header_indexes.iter().zip(cells) {
            match index {
                Some(at) => row.cells.push((*at, ImportCell::Text((*cell).to_owned()))),
                None => row.identity = source::identity(cell)?,
            }
        }
        Ok(row)
    }
}

impl RowSource for CsvRows {
    fn next(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        let from = self.reader.position().byte();
        if !read(&mut self.reader, &mut self.record, &self.path)? {
            return Ok(None);
        }
        let line = self.reader.get_ref().line_from(from);
        let cells: Result<Vec<_>, _> = self.record.iter().map(std::str::from_utf8).collect();
        let Ok(cells) = cells else {
            return Err(ImportError::NotUtf8 { path: self.path.clone(), line });
        };
        let row =
            if self.swallowed_the_rest() { Err("a quote is never closed".into()) } else { self.row(&cells) };
        Ok(Some(ImportRecord { line, row }))
    }

    fn headers(&self) -> &[String] {
        &self.headers
    }

    fn n_bytes(&self) -> u64 {
        self.reader.get_ref().n_bytes()
    }
}

/// Reads one record. Returns `false` after the last record.
fn read(
    reader: &mut Reader<LineTracker<File>>,
    record: &mut ByteRecord,
    path: &std::path::Path,
) -> Result<bool, ImportError> {
    let from = reader.position().byte();
    reader.read_byte_record(record).map_err(|error| match error.into_kind() {
        ::csv::ErrorKind::Io(source) if source.kind() == std::io::ErrorKind::FileTooLarge => {
            ImportError::LongRow { path: path.to_owned(), line: reader.get_ref().line_from(from) }
        }
        ::csv::ErrorKind::Io(source) => ImportError::Read { path: path.to_owned(), source },
        // The other kinds of errors are about UTF-8, record lengths, seeking, and serde. Reading a byte record with
        // `flexible` causes none of these errors.
        _ => ImportError::Read { path: path.to_owned(), source: std::io::ErrorKind::InvalidData.into() },
    })
}

/// Returns the delimiter that occurs most often in the header, outside quotes. If several delimiters occur equally
/// often, the first of them in the order `,`, `;`, tab is returned. A header without delimiters gets `,`.
fn delimiter(start: &[u8]) -> u8 {
    const DELIMITERS: [u8; 3] = *b",;\t";
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in start.trim_ascii_start() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                if let Some(at) = DELIMITERS.iter().position(|delimiter| delimiter == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    DELIMITERS.into_iter().zip(counts).find(|(_, n)| *n == most).map_or(b',', |(delimiter, _)| delimiter)
}
