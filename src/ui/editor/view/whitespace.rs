//! Chooses the marks that make whitespace visible.

use crate::editor::Editor;
use crate::editor::cells::Glyph;
use crate::settings::Whitespace;
use crate::text::Span;

/// Trailing whitespace is searched for only in this many bytes before a line's end, so that a frame does not read all
/// of a long line.
const MAX_SCAN: usize = 4 * 1024;

pub(crate) struct WhitespaceMarks {
    setting: Whitespace,
    /// The offset at which the line's trailing whitespace begins.
    trailing_start: usize,
}

impl WhitespaceMarks {
    pub(super) fn of(setting: Whitespace, editor: &Editor, line: usize) -> Self {
        let span = editor.line_span(line);
        let near_end = editor.slice(Span::new(span.start.max(span.end.saturating_sub(MAX_SCAN)), span.end));
        let n_trailing = near_end.len() - near_end.trim_end_matches([' ', '\t']).len();
        Self { setting, trailing_start: span.end - n_trailing }
    }

    pub(super) fn mark(&self, glyph: &Glyph<'_>, at: usize) -> Option<char> {
        let c = glyph.text.chars().next().filter(|_| self.setting != Whitespace::None)?;
        match c {
            ' ' if self.setting == Whitespace::All || self.trailing_start <= at => Some('·'),
            '\t' => Some('→'),
            ' ' => None,
            // No-break spaces and other Unicode spaces are marked even if they are not trailing. They look like spaces,
            // but JSON and Liquid treat them as text.
            _ if c.is_whitespace() && !c.is_control() && crate::text::picture(c).is_none() => Some('␣'),
            _ => None,
        }
    }
}
