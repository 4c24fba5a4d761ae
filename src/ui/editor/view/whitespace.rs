//! Marks for blanks that one would not see, or would take for others.

use crate::editor::Editor;
use crate::editor::cells::Glyph;
use crate::settings::Whitespace;
use crate::text::Span;

/// How far back from a line's end its last blanks are looked for.
const REACH: usize = 4 * 1024;

pub struct Blanks {
    which: Whitespace,
    trailing: usize,
}

impl Blanks {
    pub fn of(which: Whitespace, editor: &Editor, line: usize) -> Self {
        let span = editor.line_span(line);
        let near_end = editor.slice(Span::new(span.start.max(span.end.saturating_sub(REACH)), span.end));
        let blanks = near_end.len() - near_end.trim_end_matches([' ', '\t']).len();
        Self { which, trailing: span.end - blanks }
    }

    pub fn mark(&self, glyph: &Glyph<'_>, at: usize) -> Option<char> {
        let c = glyph.text.chars().next().filter(|_| self.which != Whitespace::None)?;
        match c {
            ' ' if self.which == Whitespace::All || self.trailing <= at => Some('·'),
            '\t' => Some('→'),
            ' ' => None,
            // As wide as they are: JSON and Liquid take these for letters.
            _ if c.is_whitespace() && !c.is_control() && crate::text::picture(c).is_none() => Some('␣'),
            _ => None,
        }
    }
}
