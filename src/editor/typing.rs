//! Typing, pasting, breaking lines, and deleting.

use crate::text::Span;

use super::history::Grouping;
use super::lines::INDENT;
use super::{Editor, Motion, Selection, buffer, motion};

impl Editor {
    pub(super) fn type_text(&mut self, text: &str) {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && self.type_paired(c)
        {
            return;
        }
        let text = self.normalized(text);
        self.insert(Grouping::Typing, text);
    }

    pub(super) fn paste(&mut self, text: &str) {
        let text = self.normalized(text);
        // A paste is an undo step of its own. Text typed before or after the paste is never joined to this step.
        self.insert(Grouping::Alone, text);
        self.history.seal();
    }

    /// Replaces the selection with a line break, and indents the new line. If an opening bracket is before the cursor
    /// and its closer is after the cursor, the closer moves to a line of its own.
    pub(super) fn newline(&mut self) {
        if self.single_line {
            return;
        }
        let span = self.selection.span();
        let line = self.line_of(span.start);
        let before = self.slice(Span::new(self.line_span(line).start, span.start)).into_owned();
        let line_break = self.buffer.line_break();
        let indent = motion::indentation(&before);
        let (extra_indent, has_closer) = match block_closer(&before) {
            Some(closer) => (INDENT, self.buffer.has_at(span.end, closer)),
            None => ("", false),
        };
        let mut text = format!("{line_break}{indent}{extra_indent}");
        // The cursor goes to the end of the new, indented line. If the closer moves to a line of its own, that line
        // comes after the cursor's line.
        let cursor = span.start + text.len();
        if has_closer {
            text.push_str(line_break);
            text.push_str(indent);
        }
        self.insert(Grouping::Typing, text);
        self.select_within_step(Selection::at(cursor));
    }

    pub(super) fn delete(&mut self, motion: Motion) {
        if !self.selection.is_empty() {
            return self.insert(Grouping::Alone, String::new());
        }
        if motion == Motion::Left && self.delete_empty_pair() {
            return;
        }
        let at = self.cursor();
        let target = match (motion, self.target(motion)) {
            // At a line's start, `LineStart` deletes the line break before the cursor. In a line's indentation, the
            // motion would go forward, so the text from the line's start to the cursor is deleted instead. At a line's
            // end, `LineEnd` deletes the line break after the cursor.
            (Motion::LineStart, target) if at <= target => self.line_start_or_break(at),
            (Motion::LineEnd, target) if at == target => self.buffer.grapheme_after(at),
            (_, target) => self.buffer.snap(target),
        };
        self.edit(Grouping::Deleting, vec![(Span::new(at.min(target), at.max(target)), String::new())]);
    }

    fn line_start_or_break(&self, at: usize) -> usize {
        let start = self.line_span(self.line_of(at)).start;
        if start < at { start } else { self.buffer.grapheme_before(at) }
    }

    fn insert(&mut self, grouping: Grouping, text: String) {
        let span = self.selection.span();
        let after = span.start + text.len();
        self.edit(grouping, vec![(span, text)]);
        self.select_within_step(Selection::at(after));
    }

    /// Returns typed or pasted text with this document's line breaks and without control characters other than tabs. In
    /// a single-line field, line breaks become spaces, and tabs are removed too.
    fn normalized(&self, text: &str) -> String {
        if self.single_line {
            buffer::flattened(text)
        } else {
            buffer::unified(text, self.buffer.line_break())
        }
    }
}

/// If the text ends with an opening bracket, returns the closer of that bracket. Returns `None` if the text is empty,
/// or if it ends with any other character or with Liquid's `{{`. Spaces and tabs at the end of the text are ignored.
fn block_closer(before: &str) -> Option<&'static str> {
    let before = before.trim_end_matches([' ', '\t']);
    match before.chars().next_back()? {
        '{' if !before.ends_with("{{") => Some("}"),
        '[' => Some("]"),
        '(' => Some(")"),
        _ => None,
    }
}
