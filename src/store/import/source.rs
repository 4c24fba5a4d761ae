//! Rows from a file, whatever its form, and the reading of its bytes.

use std::cell::{Cell as Shared, RefCell};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use crate::profile::Value;

use super::csv::CsvRows;
use super::json_lines::JsonLines;
use super::{Format, ImportError, ImportOptions};

/// How long one row may be, so that a quote that is never closed does not take all memory.
pub(super) const MAX_ROW: u64 = 16 * 1024 * 1024;

/// How much of a file is looked at to tell its form.
const LOOK: u64 = 64 * 1024;

/// Rows one after the other.
pub(super) trait Source {
    /// Returns the next row, `None` behind the last.
    fn next(&mut self) -> Result<Option<Record>, ImportError>;

    /// Returns the names of all columns seen so far, the identity not among them.
    fn headers(&self) -> &[String];

    /// Returns how many bytes were read.
    fn n_bytes(&self) -> u64;
}

/// One row and its place.
pub(super) struct Record {
    /// The line on which it starts, from 1.
    pub line: u64,
    /// The row, or what is wrong with all of it.
    pub row: Result<Row, String>,
}

/// A row with an identity.
pub(super) struct Row {
    /// Never empty.
    pub identity: String,
    /// The cells by their column's place in [`Source::headers`].
    pub cells: Vec<(usize, Cell)>,
}

/// What stands in one column of a row.
pub(super) enum Cell {
    /// Text whose type is to be told; empty for not set.
    Text(String),
    /// A value that came with its type.
    Typed(Value),
}

/// Opens a file in the form that the options or its content say.
pub(super) fn open(path: &Path, options: &ImportOptions) -> Result<Box<dyn Source>, ImportError> {
    let read = |source| ImportError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(read)?;
    let mut start = Vec::new();
    file.by_ref().take(LOOK).read_to_end(&mut start).map_err(read)?;
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(ImportError::NotUtf8 { path: path.to_owned(), line: 1 });
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let Some(first) = start.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Err(ImportError::Empty { path: path.to_owned() });
    };
    let format = options.format.unwrap_or(match first {
        b'{' => Format::JsonLines,
        _ => Format::Csv,
    });
    let options = options.clone();
    let path = path.to_owned();
    Ok(match format {
        Format::Csv => Box::new(CsvRows::open(file, start, path, options)?),
        Format::JsonLines => Box::new(JsonLines::open(file, path, options)),
    })
}

/// Checks an identity of either form.
pub(super) fn identity(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it has no identity".into());
    }
    if text.chars().any(char::is_control) {
        return Err("its identity holds a control character".into());
    }
    Ok(text.to_owned())
}

/// A file that knows where its lines start, and stops where a row gets too long.
///
/// The CSV parser reads ahead, counts `\r\n` one line late and skips empty lines: only the bytes themselves say on which
/// line a row starts.
pub(super) struct Lines<R> {
    inner: R,
    /// Bytes read so far.
    at: Shared<u64>,
    /// Where the current row starts.
    row: Shared<u64>,
    /// Start and number of the lines, not empty, that no row has taken yet.
    starts: RefCell<VecDeque<(u64, u64)>>,
    line: u64,
    is_at_start: bool,
    n_quotes: u64,
    has_ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            at: Shared::new(0),
            row: Shared::new(0),
            starts: RefCell::default(),
            line: 1,
            is_at_start: true,
            n_quotes: 0,
            has_ended: false,
        }
    }

    /// Returns the line of the first row that starts at the byte `from` or behind it, and forgets those before.
    pub(super) fn line_from(&self, from: u64) -> u64 {
        let mut starts = self.starts.borrow_mut();
        while starts.front().is_some_and(|(start, _)| *start < from) {
            starts.pop_front();
        }
        self.row.set(from);
        starts.front().map_or(self.line, |(_, line)| *line)
    }

    pub(super) fn n_bytes(&self) -> u64 {
        self.at.get()
    }

    /// Whether the file is at its end and its quotes do not pair up.
    pub(super) fn ends_within_quotes(&self) -> bool {
        self.has_ended && self.n_quotes % 2 == 1
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.row.get() + MAX_ROW < self.at.get() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        self.has_ended = n == 0 && !buffer.is_empty();
        let base = self.at.get();
        let starts = self.starts.get_mut();
        for (offset, byte) in (base..).zip(&buffer[..n]) {
            if self.is_at_start && !matches!(byte, b'\r' | b'\n') {
                starts.push_back((offset, self.line));
                self.is_at_start = false;
            }
            if *byte == b'\n' {
                self.line += 1;
                self.is_at_start = true;
            }
            self.n_quotes += u64::from(*byte == b'"');
        }
        self.at.set(base + n as u64);
        Ok(n)
    }
}
