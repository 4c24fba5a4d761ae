//! Colors text that contains markup and Liquid and is shown outside the editor, such as a converted message. Unlike the
//! text in a body, this text is not escaped as JSON.

use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::{Grammar, SyntaxClass, SyntaxPiece};

/// The longest text that is colored, in bytes. Few texts are longer, because Telegram accepts messages of at most 4096
/// characters.
const MAX_BYTES: usize = 16 * 1024;

impl Grammar {
    /// Returns the pieces of markup and Liquid in `text`, in ascending order. Returns an empty list if the text is too
    /// long.
    pub fn pieces_of_text(&self, text: &str) -> Vec<SyntaxPiece> {
        let mut pieces = Vec::new();
        if MAX_BYTES < text.len() {
            return pieces;
        }
        let mut at = 0;
        for line in text.split('\n') {
            let (quoted, origins) = quoted(line);
            // Each line is read from the grammar's start state, as if the lines before it left nothing open. The colors
            // are then wrong only within a Liquid comment of several lines: in this grammar, everything else ends at
            // the end of its line.
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

/// Returns the line as a JSON string, because the grammar finds markup only in strings. Also returns, for each byte of
/// the string, the offset in the line that it comes from.
fn quoted(line: &str) -> (String, Vec<usize>) {
    let mut quoted = String::from("\"");
    let mut origins = vec![0];
    for (at, c) in line.char_indices() {
        match c {
            // A double quote would end the JSON string. A single quote does not, and means the same in HTML and Liquid.
            '"' => quoted.push('\''),
            '\\' => quoted.push_str("\\\\"),
            c => quoted.push(c),
        }
        // A backslash of the line is two backslashes in the JSON string. Both map to the offset of the backslash in the
        // line.
        let within = |byte: usize| at + byte.min(c.len_utf8() - 1);
        origins.extend((0..quoted.len() - origins.len()).map(within));
    }
    quoted.push_str("\"\n");
    origins.extend([line.len(); 3]);
    (quoted, origins)
}
