//! Rows from a file, whatever its form, and the reading of its bytes.

use std::cell::{Cell as Shared, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read};

use crate::profile::Value;

use super::error::ImportError;

/// How long one row may be, so that a quote that is never closed does not take all memory.
pub(super) const MAX_ROW: u64 = 16 * 1024 * 1024;

pub(super) trait Source {
    fn next(&mut self) -> Result<Option<Record>, ImportError>;

    /// Returns the names of all columns seen so far, the identity not among them.
    fn headers(&self) -> &[String];

    fn n_bytes(&self) -> u64;
}

pub(super) struct Record {
    /// The line on which it starts, from 1.
    pub line: u64,
    pub row: Result<Row, String>,
}

pub(super) struct Row {
    /// Never empty.
    pub identity: String,
    /// The cells by their column's place in [`Source::headers`].
    pub cells: Vec<(usize, Cell)>,
}

pub(super) enum Cell {
    /// Text whose type is to be told; empty for not set.
    Text(String),
    /// A value that came with its type.
    Typed(Value),
}

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
