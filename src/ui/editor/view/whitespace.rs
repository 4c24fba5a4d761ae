//! Marks for whitespace that is invisible or looks like something else.

use crate::editor::Editor;
use crate::editor::cells::Glyph;
use crate::settings::Whitespace;
use crate::text::Span;

/// How many bytes back from a line's end trailing spaces are searched for: a frame must not read a whole long line.
const MAX_SCAN: usize = 4 * 1024;

pub(crate) struct WhitespaceMarks {
    which: Whitespace,
    trailing: usize,
}

impl WhitespaceMarks {
    pub(super) fn of(which: Whitespace, editor: &Editor, line: usize) -> Self {
        let span = editor.line_span(line);
        let near_end = editor.slice(Span::new(span.start.max(span.end.saturating_sub(MAX_SCAN)), span.end));
        let n_trailing = near_end.len() - near_end.trim_end_matches([' ', '\t']).len();
        Self { which, trailing: span.end - n_trailing }
    }

    pub(super) fn mark(&self, glyph: &Glyph<'_>, at: usize) -> Option<char> {
        let c = glyph.text.chars().next().filter(|_| self.which != Whitespace::None)?;
        match c {
            ' ' if self.which == Whitespace::All || self.trailing <= at => Some('·'),
            '\t' => Some('→'),
            ' ' => None,
            // No-break and other Unicode spaces: JSON and Liquid treat them as text, not as whitespace.
            _ if c.is_whitespace() && !c.is_control() && crate::text::picture(c).is_none() => Some('␣'),
            _ => None,
        }
    }
}
