//! Prints results to stdout, and problems, notes and progress to stderr.
//!
//! Text from files and servers must not control the terminal, so control characters are printed as pictures (`␛`). This
//! also applies to a pipe, because a terminal may be at the pipe's other end (`less -R`, a CI log). The exception is
//! the user's own data, such as a rendered body or JSON: this data is written to a pipe byte for byte.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use crate::text;

/// Stdout and stderr, and whether each is a terminal.
pub(crate) struct CliOutput {
    out: Stream,
    err: Stream,
}

struct Stream {
    writer: Box<dyn Write>,
    is_terminal: bool,
}

impl CliOutput {
    pub(super) fn standard() -> Self {
        Self {
            out: Stream { is_terminal: io::stdout().is_terminal(), writer: Box::new(io::stdout()) },
            err: Stream { is_terminal: io::stderr().is_terminal(), writer: Box::new(io::stderr()) },
        }
    }

    /// Prints a message and a line break, with control characters as pictures. `line` itself may contain line breaks.
    pub(super) fn line(&mut self, line: impl AsRef<str>) -> io::Result<()> {
        self.out.line(line.as_ref())
    }

    /// Prints data. To a pipe, it is printed byte for byte. On a terminal, control characters are printed as pictures,
    /// and a line break is added if the data ends without one.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        // Without the line break, the shell's prompt would follow the data on the same line. A pipe must get no
        // extra byte.
        let needs_line_break = self.out.is_terminal && !text.ends_with('\n');
        self.out.write_data(text)?;
        self.out.write_data(if needs_line_break { "\n" } else { "" })
    }

    /// Prints one JSON value: indented on a terminal, on one line in a pipe.
    pub(super) fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        // In a pipe, a value is on one line, so that `while read` and `grep` can process one value at a time.
        match self.out.is_terminal {
            true => self.out.write_data(&format!("{value:#}\n")),
            false => self.out.write_data(&format!("{value}\n")),
        }
    }

    /// Prints rows as aligned columns. In a pipe, the cells are separated by tabs, and the header row is left out.
    pub(super) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        if !self.out.is_terminal {
            return rows.iter().try_for_each(|row| self.out.line(&plain_row(row)));
        }
        let mut widths: Vec<usize> = head.iter().map(|cell| text::width(cell)).collect();
        // The width is measured after control characters are replaced with pictures, because each picture has a width
        // of its own.
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(text::width(&text::visible(cell)));
            }
        }
        let head: Vec<String> = head.iter().map(|cell| cell.to_uppercase()).collect();
        for row in std::iter::once(&head).chain(rows) {
            self.out.line(&aligned_row(row, &widths))?;
        }
        Ok(())
    }

    /// Returns the width of a page of text, in columns of characters. On a terminal, this is the width of the terminal,
    /// but at least 20 and at most 110, so that lines stay readable. In a pipe, it is 100.
    pub(super) fn columns(&self) -> usize {
        let columns = match self.out.is_terminal {
            true => rustix::termios::tcgetwinsize(io::stdout()).map_or(80, |size| usize::from(size.ws_col)),
            false => 100,
        };
        columns.clamp(20, 110)
    }

    /// Prints an error to stderr, after the program's name.
    pub(super) fn error(&mut self, message: impl std::fmt::Display) -> io::Result<()> {
        self.note(format!("telecast: {message}"))
    }

    /// Prints a note to stderr.
    pub(super) fn note(&mut self, line: impl AsRef<str>) -> io::Result<()> {
        self.err.line(line.as_ref())
    }

    /// Shows progress on one line of stderr, in place of the previous progress. If stderr is not a terminal, prints
    /// nothing.
    pub(super) fn progress(&mut self, line: &str) -> io::Result<()> {
        if self.err.is_terminal {
            // The escape sequence removes the rest of a longer previous text. This sequence is written directly,
            // because `Stream::write` would print it as a picture. In `line` itself, control characters are still
            // printed as pictures.
            self.err.writer.write_all(format!("\r{}\x1b[K", text::visible(line)).as_bytes())?;
            self.err.writer.flush()?;
        }
        Ok(())
    }

    /// Prints a question to stderr and leaves the cursor after it.
    pub(super) fn prompt(&mut self, question: &str) -> io::Result<()> {
        self.err.write(question)?;
        self.err.writer.flush()
    }
}

impl Stream {
    fn line(&mut self, line: &str) -> io::Result<()> {
        self.write(line)?;
        self.write("\n")
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text::visible_lines(text).as_bytes())
    }

    /// Writes data: byte for byte to a pipe, but with control characters as pictures to a terminal.
    fn write_data(&mut self, data: &str) -> io::Result<()> {
        match self.is_terminal {
            true => self.write(data),
            false => self.writer.write_all(data.as_bytes()),
        }
    }
}

/// Joins cells with tabs, for `cut` and `awk`. A tab or line break inside a cell is printed as a picture, so that it
/// does not split the cell.
fn plain_row(row: &[String]) -> String {
    let cells: Vec<Cow<'_, str>> = row.iter().map(|cell| text::visible(cell)).collect();
    cells.join("\t")
}

fn aligned_row(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let cell = text::visible(cell);
        let pad = width.saturating_sub(text::width(&cell)) + 2;
        line.push_str(&cell);
        line.push_str(&" ".repeat(pad));
    }
    // Trailing spaces would wrap on a narrow terminal and show up in copied text.
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width() {
        let widths = [6, 3];
        assert_eq!(aligned_row(&["漢字".into(), "a".into()], &widths), "漢字    a");
        assert_eq!(aligned_row(&["a\x1b".into(), "b".into()], &widths), "a␛      b");
    }

    #[test]
    fn a_row_in_a_pipe_stays_on_one_line() {
        assert_eq!(plain_row(&["a\nb".into(), "c\td".into()]), "a␊b\tc␉d");
    }
}
