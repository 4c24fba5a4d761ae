//! A text in its markup by itself, decoded, with Liquid in it: coloured as it is within the body.

use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::{Class, Grammar, Piece};

/// How much of a text is coloured; Telegram takes 4096 characters.
const LONGEST: usize = 16 * 1024;

impl Grammar {
    /// Returns the pieces of markup and Liquid in `text` by its bytes, ascending.
    pub fn pieces_of_text(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if LONGEST < text.len() {
            return pieces;
        }
        let mut at = 0;
        for line in text.split('\n') {
            let (quoted, origins) = quoted(line);
            let read = classes::read_line(&mut self.start.clone(), &quoted, &self.set);
            pieces.extend(read.into_iter().filter(|(_, class)| *class != Class::String).filter_map(
                |(range, class)| {
                    let (start, end) = (*origins.get(range.start)?, *origins.get(range.end)?);
                    (start < end).then_some((at + start..at + end, class))
                },
            ));
            at += line.len() + 1;
        }
        pieces
    }
}

/// Writes a line as a string of JSON, which the grammar knows markup in; with the byte of the line that each byte of
/// it stands for. A quote in it becomes a single one, which means the same to HTML and to Liquid and ends no string.
fn quoted(line: &str) -> (String, Vec<usize>) {
    let mut quoted = String::from("\"");
    let mut origins = vec![0];
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted.push('\''),
            '\\' => quoted.push_str("\\\\"),
            c => quoted.push(c),
        }
        let within = |byte: usize| at + byte.min(c.len_utf8() - 1);
        origins.extend((0..quoted.len() - origins.len()).map(within));
    }
    quoted.push_str("\"\n");
    origins.extend([line.len(); 3]);
    (quoted, origins)
}
