//! Writes cells to the terminal. Underline colors are written in a form that terminals without this feature ignore.
//!
//! Crossterm writes underline colors with semicolons (`ESC[58;5;3m`). xterm, urxvt, st, and the Linux console do not
//! know the parameter 58 and apply the numbers after it on their own: 5 is blinking, and 3 is italic. With colons (ITU
//! T.416) the color is a single parameter, which most of these terminals skip. This parameter must be alone in its
//! sequence: if another parameter is in the same sequence, st drops both.
//!
//! Terminals disagree about the width of some grapheme clusters. Before and after each such cluster, the cursor is
//! moved explicitly. After each frame, `uncertain` finds the cells that have to be written again.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::mem::take;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use ratatui_crossterm::CrosstermBackend;

use crate::text::is_width_uncertain;
use crate::ui::widget::hyperlinks::columns_of;

#[derive(Debug)]
pub(crate) struct Painter<W: Write> {
    inner: CrosstermBackend<W>,
    /// The rows in which cells were written, in the order of writing.
    rows: Vec<u16>,
    /// The cell at the top left, as it is on the screen.
    corner: Cell,
}

/// A cell to write, with its column and row.
type Placed<'a> = (u16, u16, &'a Cell);

impl<W: Write> Painter<W> {
    /// Creates a painter for a blank screen.
    pub(crate) fn new(out: W) -> Self {
        Self { inner: CrosstermBackend::new(out), rows: Vec::new(), corner: Cell::default() }
    }

    /// Returns the rows in which cells were written since the last call.
    pub(crate) fn take_rows(&mut self) -> BTreeSet<u16> {
        take(&mut self.rows).into_iter().collect()
    }

    /// Draws cells with the same underline color. The sequence for the color is written before the cells, and the color
    /// stays until the inner backend resets all attributes at the end of its draw.
    fn draw_run(&mut self, run: &[Placed<'_>]) -> io::Result<()> {
        let Some((_, _, first)) = run.first() else { return Ok(()) };
        let Some(color) = parameters(first.underline_color) else {
            return self.inner.draw(run.iter().copied());
        };
        // xterm 379 reads the number after `58:5:` as the color of the text. So `39` sets this color back to the
        // default. If the text has another color, the inner backend writes that color afterward.
        write!(self.inner, "\x1b[58:{color}m\x1b[39m")?;
        let plain: Vec<(u16, u16, Cell)> = run.iter().map(|(x, y, cell)| (*x, *y, plain(cell))).collect();
        self.inner.draw(plain.iter().map(|(x, y, cell)| (*x, *y, cell)))
    }

    /// Draws a cluster whose width is uncertain. The inner backend moves the cursor at the start of each draw, so the
    /// cells after the cluster are drawn at the right place, no matter how far the cluster has moved the cursor.
    fn draw_uncertain(&mut self, (x, y, cell): Placed<'_>) -> io::Result<()> {
        // The cells are cleared first, because a terminal that draws the cluster too narrow would leave old text in the
        // rest of the cells.
        let mut blank = cell.clone();
        blank.set_symbol(" ");
        let blanks: Vec<Placed<'_>> =
            (x..x.saturating_add(columns_of(cell))).map(|x| (x, y, &blank)).collect();
        self.draw_run(&blanks)?;
        // Auto-wrap is switched off meanwhile. At the end of a row, a terminal that draws the cluster too wide would
        // otherwise continue in the next row.
        write!(self.inner, "\x1b[?7l")?;
        self.draw_run(&[(x, y, cell)])?;
        write!(self.inner, "\x1b[?7h")?;
        if y == 0 { Ok(()) } else { self.draw_corner() }
    }

    /// Draws the cell at the top left once more.
    ///
    /// This is for tmux, which keeps track of the cursor of its own terminal. tmux leaves out a movement to the
    /// position at which it believes the cursor to be, and moves within a row by the difference. Both go wrong after a
    /// cluster that the terminal draws wider or narrower than tmux expects. After text has been written in another row,
    /// tmux moves the cursor to an absolute position.
    pub(crate) fn draw_corner(&mut self) -> io::Result<()> {
        if is_width_uncertain(self.corner.symbol()) {
            return Ok(());
        }
        let corner = self.corner.clone();
        self.draw_run(&[(0, 0, &corner)])
    }
}

impl<W: Write> Write for Painter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut run: Vec<Placed<'_>> = Vec::new();
        let mut covered = (0, 0..0);
        for placed in content {
            let (x, y, cell) = placed;
            if self.rows.last() != Some(&y) {
                self.rows.push(y);
            }
            // After an emoji with a variation selector, ratatui clears the emoji's second cell. In a terminal that
            // draws the emoji in two cells, this would erase half of the emoji.
            if covered.0 == y && covered.1.contains(&x) {
                continue;
            }
            if (x, y) == (0, 0) {
                self.corner = cell.clone();
            }
            let is_uncertain = is_width_uncertain(cell.symbol());
            if is_uncertain
                || run.last().is_some_and(|(.., last)| last.underline_color != cell.underline_color)
            {
                self.draw_run(&take(&mut run))?;
            }
            if is_uncertain {
                self.draw_uncertain(placed)?;
                covered = (y, x..x.saturating_add(columns_of(cell)));
            } else {
                run.push(placed);
            }
        }
        self.draw_run(&run)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

fn plain(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    cell.underline_color = Color::Reset;
    cell
}

/// Returns the parameters after 58 for a color. Returns `None` for the terminal's default color, which needs no
/// sequence.
fn parameters(color: Color) -> Option<String> {
    let index = match color {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some(format!("2::{red}:{green}:{blue}")),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(format!("5:{index}"))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use ratatui::style::Style;

    use super::*;

    #[track_caller]
    fn check(letters: &[(&str, Color)], expected: Expect) {
        let cells: Vec<Cell> = letters
            .iter()
            .map(|(letter, color)| {
                let mut cell = Cell::default();
                cell.set_symbol(letter).set_style(Style::new().underlined().underline_color(*color));
                cell
            })
            .collect();
        let mut out = Vec::new();
        let placed = cells.iter().zip(0..).map(|(cell, x)| (x, 0, cell));
        Painter::new(&mut out).draw(placed).unwrap();
        expected.assert_eq(&String::from_utf8(out).unwrap().replace('\x1b', "ESC"));
    }

    #[test]
    fn an_underline_color_has_its_own_escape_sequence_per_run() {
        check(
            &[("a", Color::Reset), ("b", Color::Yellow), ("c", Color::Yellow), ("d", Color::Red)],
            expect![
                "ESC[1;1HESC[4maESC[39mESC[49mESC[59mESC[0mESC[58:5:3mESC[39mESC[1;2HESC[4mbcESC[39mESC[49mESC[59mESC[0mESC[58:5:1mESC[39mESC[1;4HESC[4mdESC[39mESC[49mESC[59mESC[0m"
            ],
        );
        check(
            &[("a", Color::Rgb(1, 2, 3)), ("b", Color::Indexed(200))],
            expect![
                "ESC[58:2::1:2:3mESC[39mESC[1;1HESC[4maESC[39mESC[49mESC[59mESC[0mESC[58:5:200mESC[39mESC[1;2HESC[4mbESC[39mESC[49mESC[59mESC[0m"
            ],
        );
    }
}
