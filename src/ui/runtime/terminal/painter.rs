//! Writes cells to the terminal. Underline colors are written in a form that terminals without this feature ignore.
//!
//! Crossterm writes underline colors with semicolons (`ESC[58;5;3m`). xterm, urxvt, st, and the Linux console do not
//! know the parameter 58 and apply the numbers after it on their own: 5 is blinking, and 3 is italic. With colons (ITU
//! T.416) the color is a single parameter, which these terminals skip. This parameter must be alone in its sequence: if
//! another parameter is in the same sequence, st drops both.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use ratatui_crossterm::CrosstermBackend;

#[derive(Debug)]
pub(crate) struct Painter<W: Write>(CrosstermBackend<W>);

impl<W: Write> Painter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self(CrosstermBackend::new(out))
    }
}

impl<W: Write> Write for Painter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.0)
    }
}

impl<W: Write> Backend for Painter<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let cells: Vec<(u16, u16, &Cell)> = content.collect();
        // Each run of cells with the same underline color is drawn separately. The sequence for the color is written
        // before the run, and the color stays until the inner backend resets all attributes at the end of its draw.
        for run in cells.chunk_by(|a, b| a.2.underline_color == b.2.underline_color) {
            let Some(colour) = run.first().and_then(|(_, _, cell)| parameters(cell.underline_color)) else {
                self.0.draw(run.iter().copied())?;
                continue;
            };
            write!(self.0, "\x1b[58:{colour}m")?;
            let plain: Vec<(u16, u16, Cell)> = run.iter().map(|(x, y, cell)| (*x, *y, plain(cell))).collect();
            // At the end of this draw, the inner backend resets all attributes, including the underline color.
            self.0.draw(plain.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.0.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.0)
    }
}

fn plain(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    cell.underline_color = Color::Reset;
    cell
}

/// Returns the parameters after 58 for a color. Returns `None` for the terminal's default color, which needs no
/// sequence.
fn parameters(colour: Color) -> Option<String> {
    let index = match colour {
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
            .map(|(letter, colour)| {
                let mut cell = Cell::default();
                cell.set_symbol(letter).set_style(Style::new().underlined().underline_color(*colour));
                cell
            })
            .collect();
        let mut out = Vec::new();
        let placed = cells.iter().zip(0..).map(|(cell, x)| (x, 0, cell));
        Painter::new(&mut out).draw(placed).unwrap();
        expected.assert_eq(&String::from_utf8(out).unwrap().replace('\x1b', "ESC"));
    }

    #[test]
    fn an_underline_colour_has_its_own_escape_sequence_per_run() {
        check(
            &[("a", Color::Reset), ("b", Color::Yellow), ("c", Color::Yellow), ("d", Color::Red)],
            expect![
                "ESC[1;1HESC[4maESC[39mESC[49mESC[59mESC[0mESC[58:5:3mESC[1;2HESC[4mbcESC[39mESC[49mESC[59mESC[0mESC[58:5:1mESC[1;4HESC[4mdESC[39mESC[49mESC[59mESC[0m"
            ],
        );
        check(
            &[("a", Color::Rgb(1, 2, 3)), ("b", Color::Indexed(200))],
            expect![
                "ESC[58:2::1:2:3mESC[1;1HESC[4maESC[39mESC[49mESC[59mESC[0mESC[58:5:200mESC[1;2HESC[4mbESC[39mESC[49mESC[59mESC[0m"
            ],
        );
    }
}
