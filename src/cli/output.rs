//! Where answers, problems and progress go, and in which form.
//!
//! Answers go to stdout, all else to stderr. Text from outside cannot drive a terminal: control characters are shown as
//! pictures. That holds in a pipe too, whose other end may be a terminal (`less -R`, a CI's log). Only an answer that is
//! the user's own data, such as a rendered body or JSON, is byte for byte what it is in a pipe.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use crate::text;

/// Stdout and stderr, and whether a person looks at them.
pub struct Output {
    out: Stream,
    err: Stream,
}

struct Stream {
    writer: Box<dyn Write>,
    is_terminal: bool,
}

impl Output {
    pub fn standard() -> Self {
        Self {
            out: Stream { is_terminal: io::stdout().is_terminal(), writer: Box::new(io::stdout()) },
            err: Stream { is_terminal: io::stderr().is_terminal(), writer: Box::new(io::stderr()) },
        }
    }

    /// Answers with a line, or several, in telecast's own words.
    pub fn line(&mut self, line: impl AsRef<str>) -> io::Result<()> {
        self.out.line(line.as_ref())
    }

    /// Answers with data as it is; on a terminal a line break is added where it ends without one.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        let is_open = self.out.is_terminal && !text.ends_with('\n');
        self.out.write_data(text)?;
        self.out.write_data(if is_open { "\n" } else { "" })
    }

    /// Answers with one JSON value: over several lines for a person, on one line for a program.
    pub fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        match self.out.is_terminal {
            true => self.out.write_data(&format!("{value:#}\n")),
            false => self.out.write_data(&format!("{value}\n")),
        }
    }

    /// Answers with rows of columns that line up; the first row is the head and is left out in a pipe.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        if !self.out.is_terminal {
            return rows.iter().try_for_each(|row| self.out.line(&plain_row(row)));
        }
        let mut widths: Vec<usize> = head.iter().map(|cell| text::width(cell)).collect();
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

    /// Says something beside the answer.
    pub fn note(&mut self, line: impl AsRef<str>) -> io::Result<()> {
        self.err.line(line.as_ref())
    }

    /// Shows how far it is, over the last such line; nobody but a person at a terminal sees it.
    pub fn progress(&mut self, line: &str) -> io::Result<()> {
        if self.err.is_terminal {
            self.err.writer.write_all(format!("\r{}\x1b[K", text::visible(line)).as_bytes())?;
            self.err.writer.flush()?;
        }
        Ok(())
    }

    /// Asks for something on stderr and leaves the cursor behind it.
    pub fn ask(&mut self, question: &str) -> io::Result<()> {
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

    /// Writes data, which a program at the other end of a pipe gets byte for byte.
    fn write_data(&mut self, data: &str) -> io::Result<()> {
        match self.is_terminal {
            true => self.write(data),
            false => self.writer.write_all(data.as_bytes()),
        }
    }
}

/// Joins cells by tabs, for `cut` and `awk`; a tab or line break inside a cell would break that, and becomes visible.
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
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_what_a_terminal_shows() {
        let widths = [6, 3];
        assert_eq!(aligned_row(&["漢字".into(), "a".into()], &widths), "漢字    a");
        assert_eq!(aligned_row(&["a\x1b".into(), "b".into()], &widths), "a␛      b");
    }

    #[test]
    fn a_row_in_a_pipe_stays_one_row() {
        assert_eq!(plain_row(&["a\nb".into(), "c\td".into()]), "a␊b\tc␉d");
    }
}
