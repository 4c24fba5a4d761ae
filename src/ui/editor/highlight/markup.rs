//! The colours of a decoded text with markup and Liquid that is shown outside the editor, such as a converted message.

use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::{Grammar, SyntaxClass, SyntaxPiece};

/// The longest text that is coloured, in bytes; Telegram accepts 4096 characters.
const LONGEST: usize = 16 * 1024;

impl Grammar {
    /// Returns the pieces of markup and Liquid in `text` as byte ranges, ascending.
    pub fn pieces_of_text(&self, text: &str) -> Vec<SyntaxPiece> {
        let mut pieces = Vec::new();
        if LONGEST < text.len() {
            return pieces;
        }
        let mut at = 0;
        for line in text.split('\n') {
            let (quoted, origins) = quoted(line);
            // Each line starts fresh: the grammar ends strings and Liquid with the line anyway.
            let read = classes::read_line(&mut self.start.clone(), &quoted, &self.set);
            pieces.extend(read.into_iter().filter(|(_, class)| *class != SyntaxClass::String).filter_map(
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

/// Writes a line as a JSON string, since the grammar finds markup only there. Also returns, for each byte of the
/// string, the byte of the line that it comes from.
fn quoted(line: &str) -> (String, Vec<usize>) {
    let mut quoted = String::from("\"");
    let mut origins = vec![0];
    for (at, c) in line.char_indices() {
        match c {
            // A single quote means the same in HTML and Liquid and does not end the JSON string.
            '"' => quoted.push('\''),
            '\\' => quoted.push_str("\\\\"),
            c => quoted.push(c),
        }
        // An escaped character takes more bytes than the original: the rest maps to its last byte.
        let within = |byte: usize| at + byte.min(c.len_utf8() - 1);
        origins.extend((0..quoted.len() - origins.len()).map(within));
    }
    quoted.push_str("\"\n");
    origins.extend([line.len(); 3]);
    (quoted, origins)
}
