//! Commands on whole lines: indent, outdent, duplicate, move, and comment out.

use std::ops::RangeInclusive;

use crate::text::Span;

use super::history::Grouping;
use super::{Editor, Selection, cells, motion};

/// One level of indentation, as in the samples of the Bot API and of CleverTap.
pub(crate) const INDENT: &str = "  ";

const COMMENT: &str = "{% comment %}";
const END_COMMENT: &str = "{% endcomment %}";

impl Editor {
    pub(super) fn tab(&mut self) {
        let lines = self.selected_lines();
        // As in other editors, Tab indents a selection of several lines instead of replacing it.
        if lines.start() != lines.end() {
            return self.indent();
        }
        let span = self.selection.span();
        let start = self.line_span(*lines.start()).start;
        // The column is in cells and not in bytes, because a wide character before the cursor takes two cells.
        let column = cells::column_of(&self.line(*lines.start()), span.start - start);
        let fill = " ".repeat(INDENT.len() - column % INDENT.len());
        self.edit(Grouping::Typing, vec![(span, fill)]);
        self.select_within_step(Selection::at(self.cursor()));
    }

    pub(super) fn indent(&mut self) {
        let edits = self
            .selected_lines()
            .map(|line| self.line_span(line))
            // An empty line is skipped, because it would only get trailing spaces.
            .filter(|span| !span.is_empty())
            .map(|span| (Span::at(span.start), INDENT.to_owned()))
            .collect();
        self.edit(Grouping::Alone, edits);
    }

    pub(super) fn outdent(&mut self) {
        let edits = self
            .selected_lines()
            .map(|line| {
                let start = self.line_span(line).start;
                let text = self.line(line);
                let indent = motion::indentation(&text);
                // A tab counts as one level, regardless of its width on the screen.
                let removed = if indent.starts_with('\t') { 1 } else { indent.len().min(INDENT.len()) };
                (Span::new(start, start + removed), String::new())
            })
            .collect();
        self.edit(Grouping::Alone, edits);
    }

    pub(super) fn duplicate_lines(&mut self) {
        if self.single_line {
            return;
        }
        let block = self.block(self.selected_lines());
        // The copy goes after `block`, the selected lines. It begins with a line break instead of ending with one. If
        // `block` contains the text's last line, there is no line break after `block`, so the copy itself has to begin
        // with one.
        let copy = format!("{}{}", self.buffer.line_break(), self.slice(block));
        let selection = shifted(self.selection, copy.len());
        self.edit(Grouping::Alone, vec![(Span::at(block.end), copy)]);
        self.select_within_step(selection);
    }

    pub(super) fn move_lines_up(&mut self) {
        let lines = self.selected_lines();
        // The line above the selected lines is moved below them, which has the same result as moving the selected lines
        // up. The selected text itself is not edited, so the selection only has to be shifted.
        let Some(above) = lines.start().checked_sub(1) else { return };
        let block = self.block(lines);
        let above = self.line_span(above);
        let line = format!("{}{}", self.buffer.line_break(), self.slice(above));
        let up = block.start - above.start;
        let (anchor, head) = (self.selection.anchor - up, self.selection.head - up);
        self.edit(
            Grouping::Alone,
            vec![(Span::new(above.start, block.start), String::new()), (Span::at(block.end), line)],
        );
        self.select_within_step(Selection { anchor, head });
    }

    pub(super) fn move_lines_down(&mut self) {
        let lines = self.selected_lines();
        let below = lines.end() + 1;
        if self.n_lines() <= below {
            return;
        }
        let block = self.block(lines);
        let below = self.line_span(below);
        let line = format!("{}{}", self.slice(below), self.buffer.line_break());
        let selection = shifted(self.selection, line.len());
        self.edit(
            Grouping::Alone,
            vec![(Span::at(block.start), line), (Span::new(block.end, below.end), String::new())],
        );
        self.select_within_step(selection);
    }

    pub(super) fn toggle_comment(&mut self) {
        let block = self.block(self.selected_lines());
        let text = self.slice(block).into_owned();
        let start = block.start + (text.len() - text.trim_start().len());
        // In a block of only whitespace, `start` is at the block's end, and trimming would put `end` at the block's
        // start. So `end` is at least `start`.
        let end = (block.start + text.trim_end().len()).max(start);
        let inner = text.trim();
        let is_comment = COMMENT.len() + END_COMMENT.len() <= inner.len()
            && inner.starts_with(COMMENT)
            && inner.ends_with(END_COMMENT);
        let edits = if is_comment {
            vec![
                (Span::new(start, start + COMMENT.len()), String::new()),
                (Span::new(end - END_COMMENT.len(), end), String::new()),
            ]
        } else {
            vec![(Span::at(start), COMMENT.to_owned()), (Span::at(end), END_COMMENT.to_owned())]
        };
        self.edit(Grouping::Alone, edits);
    }

    /// Returns the lines that the selection touches. A selection that extends from an earlier line to the start of a
    /// line does not touch that line.
    fn selected_lines(&self) -> RangeInclusive<usize> {
        let span = self.selection.span();
        let (first, last) = (self.line_of(span.start), self.line_of(span.end));
        let ends_before = first < last && span.end == self.line_span(last).start;
        first..=(if ends_before { last - 1 } else { last })
    }

    /// Returns the span of the given lines, without the line break of the last one.
    fn block(&self, lines: RangeInclusive<usize>) -> Span {
        Span::new(self.line_span(*lines.start()).start, self.line_span(*lines.end()).end)
    }
}

fn shifted(selection: Selection, by: usize) -> Selection {
    Selection { anchor: selection.anchor + by, head: selection.head + by }
}
