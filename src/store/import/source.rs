//! Defines the rows of a file independently of its format, and a reader that counts lines.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read};

use crate::profile::Value;

use super::error::ImportError;

/// The maximum length of a row, in bytes. Without a limit, a quote that is never closed would make the reader load the
/// rest of the file into memory.
pub(super) const MAX_ROW: u64 = 16 * 1024 * 1024;

pub(super) trait RowSource {
    fn next(&mut self) -> Result<Option<ImportRecord>, ImportError>;

    /// Returns the names of the columns seen so far, without the identity.
    fn headers(&self) -> &[String];

    fn n_bytes(&self) -> u64;
}

pub(super) struct ImportRecord {
    /// The line on which the row starts, from 1.
    pub line: u64,
    pub row: Result<ImportRow, String>,
}

pub(super) struct ImportRow {
    /// Never empty.
    pub identity: String,
    /// The cells, each with the index of its column in [`RowSource::headers`].
    pub cells: Vec<(usize, ImportCell)>,
}

pub(super) enum ImportCell {
    /// Text from a format without types. The text is empty if the profile does not have the property.
    Text(String),
    /// A value from a format with types.
    Typed(Value),
}

pub(super) fn identity(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it has no identity".into());
    }
    if text.chars().any(char::is_control) {
        return Err("its identity contains a control character".into());
    }
    Ok(text.to_owned())
}

/// A reader that tracks where lines start, and fails if a row becomes too long.
// The CSV parser's own line numbers cannot be used, because the parser counts `\r\n` one line late and does not count
// empty lines. The parser also reads ahead of the current row, so the line of a row must be found by the row's byte
// offset.
pub(super) struct LineTracker<R> {
    inner: R,
    /// The number of bytes read so far.
    n_bytes: Cell<u64>,
    /// The byte offset at which the current row starts.
    row_start: Cell<u64>,
    /// The byte offset and the number of each line that was read, except empty lines and lines before the current row.
    line_starts: RefCell<VecDeque<(u64, u64)>>,
    line: u64,
    is_at_start: bool,
    n_quotes: u64,
    has_ended: bool,
}

impl<R: Read> LineTracker<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            n_bytes: Cell::new(0),
            row_start: Cell::new(0),
            line_starts: RefCell::default(),
            line: 1,
            is_at_start: true,
            n_quotes: 0,
            has_ended: false,
        }
    }

    /// Starts a new row at the byte offset `from`. Returns the number of the first non-empty line that starts at or
    /// after `from`, and forgets the lines that start before it.
    pub(super) fn line_from(&self, from: u64) -> u64 {
        let mut starts = self.line_starts.borrow_mut();
        while starts.front().is_some_and(|(start, _)| *start < from) {
            starts.pop_front();
        }
        self.row_start.set(from);
        starts.front().map_or(self.line, |(_, line)| *line)
    }

    pub(super) fn n_bytes(&self) -> u64 {
        self.n_bytes.get()
    }

    /// Returns whether the whole file was read and contains an odd number of quotes.
    pub(super) fn ends_within_quotes(&self) -> bool {
        self.has_ended && self.n_quotes % 2 == 1
    }
}

impl<R: Read> Read for LineTracker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A row that is too long is reported as an `io::Error`, the only kind of error that `Read` allows. `csv::read`
        // turns this error into `LongRow`.
        if self.row_start.get() + MAX_ROW < self.n_bytes.get() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        self.has_ended = n == 0 && !buffer.is_empty();
        let base = self.n_bytes.get();
        let starts = self.line_starts.get_mut();
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
        self.n_bytes.set(base + n as u64);
        Ok(n)
    }
}
