//! Selects with the mouse: by graphemes, words, or lines. Dragging extends the selection by the unit that the click
//! selected.

use crate::text::Span;

use super::{Editor, Selection, motion};

/// What the last click selected, and the unit in which dragging extends it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Drag {
    unit: DragUnit,
    origin: Span,
}

#[derive(Debug, Clone, Copy, Default)]
enum DragUnit {
    #[default]
    Grapheme,
    Word,
    Line,
}

impl Editor {
    pub(super) fn click(&mut self, at: usize) {
        self.press(DragUnit::Grapheme, at);
    }

    pub(super) fn double_click(&mut self, at: usize) {
        self.press(DragUnit::Word, at);
    }

    pub(super) fn triple_click(&mut self, at: usize) {
        self.press(DragUnit::Line, at);
    }

    pub(super) fn extend_click(&mut self, at: usize) {
        // Shift-click extends from the existing anchor, not from the place of an earlier click.
        self.drag = Drag { unit: DragUnit::Grapheme, origin: Span::at(self.selection.anchor) };
        self.drag_to(at);
    }

    pub(super) fn drag_to(&mut self, at: usize) {
        let origin = self.drag.origin;
        let here = self.unit_at(self.drag.unit, at);
        // The clicked word or line stays selected in both directions. If the user drags backward, the anchor is
        // therefore at the end of the clicked word or line. If the user drags forward, the anchor is at the start.
        let selection = if here.start < origin.start {
            Selection { anchor: origin.end, head: here.start }
        } else {
            Selection { anchor: origin.start, head: here.end.max(origin.end) }
        };
        self.set_selection(selection);
    }

    fn press(&mut self, unit: DragUnit, at: usize) {
        let origin = self.unit_at(unit, at);
        self.drag = Drag { unit, origin };
        self.select(origin);
    }

    fn unit_at(&self, unit: DragUnit, at: usize) -> Span {
        match unit {
            DragUnit::Grapheme => Span::at(self.before_escape(self.buffer.snap(at))),
            DragUnit::Word => {
                let word = motion::word_around(&self.buffer, at);
                let end = self.after_escape(word.end);
                // In `\nword`, the `n` of the escape looks like the first letter of the word.
                let after = self.after_escape(word.start);
                Span::new(if after < end { after } else { self.before_escape(word.start) }, end)
            }
            DragUnit::Line => {
                let line = self.line_of(at);
                // The line break is included. Without the line break, cutting would leave an empty line.
                Span::new(self.buffer.line_start(line), self.buffer.line_start(line + 1))
            }
        }
    }
}
