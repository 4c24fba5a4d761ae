//! Selecting with the mouse: by graphemes, words and lines, and dragging on in the same unit.

use crate::text::Span;

use super::{Editor, Selection, motion};

/// What the last click selected, and in which unit dragging goes on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Drag {
    unit: Unit,
    origin: Span,
}

#[derive(Debug, Clone, Copy, Default)]
enum Unit {
    #[default]
    Grapheme,
    Word,
    Line,
}

impl Editor {
    pub(super) fn click(&mut self, at: usize) {
        self.press(Unit::Grapheme, at);
    }

    pub(super) fn double_click(&mut self, at: usize) {
        self.press(Unit::Word, at);
    }

    pub(super) fn triple_click(&mut self, at: usize) {
        self.press(Unit::Line, at);
    }

    pub(super) fn extend_click(&mut self, at: usize) {
        self.drag = Drag { unit: Unit::Grapheme, origin: Span::at(self.selection.anchor) };
        self.drag_to(at);
    }

    pub(super) fn drag_to(&mut self, at: usize) {
        let origin = self.drag.origin;
        let here = self.unit_at(self.drag.unit, at);
        let selection = if here.start < origin.start {
            Selection { anchor: origin.end, head: here.start }
        } else {
            Selection { anchor: origin.start, head: here.end.max(origin.end) }
        };
        self.set_selection(selection);
    }

    fn press(&mut self, unit: Unit, at: usize) {
        let origin = self.unit_at(unit, at);
        self.drag = Drag { unit, origin };
        self.select(origin);
    }

    fn unit_at(&self, unit: Unit, at: usize) -> Span {
        match unit {
            Unit::Grapheme => Span::at(self.buffer.snap(at)),
            Unit::Word => motion::word_around(&self.buffer, at),
            Unit::Line => {
                let line = self.line_of(at);
                Span::new(self.buffer.line_start(line), self.buffer.line_start(line + 1))
            }
        }
    }
}
