//! Word and paragraph boundaries as vim defines them, for the motions and operators of vim mode.
//!
//! Motions by words continue across line breaks. An empty line counts as a word, but not for the next word's end (vim's
//! `e`). All results are grapheme boundaries.

use super::Editor;
use super::buffer::TextBuffer;
use super::motion::{CharClass, class_of};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A run of letters, digits, and `_`, or a run of other symbols: the words of vim's `w`.
    Small,
    /// A run of characters other than whitespace: the words of vim's `W`.
    Big,
}

impl WordKind {
    pub(super) fn class_at(self, buffer: &TextBuffer, at: usize) -> Option<CharClass> {
        let class = class_of(buffer.char_after(at)?);
        Some(if self == WordKind::Big && class == CharClass::Sign { CharClass::Word } else { class })
    }

    fn is_at(self, buffer: &TextBuffer, at: usize) -> bool {
        matches!(self.class_at(buffer, at), Some(CharClass::Word | CharClass::Sign))
    }

    pub(super) fn run_end(self, buffer: &TextBuffer, mut at: usize) -> usize {
        let class = self.class_at(buffer, at);
        while class.is_some() && self.class_at(buffer, at) == class {
            at = buffer.grapheme_after(at);
        }
        at
    }

    pub(super) fn run_start(self, buffer: &TextBuffer, mut at: usize) -> usize {
        let class = self.class_at(buffer, at);
        while 0 < at {
            let before = buffer.grapheme_before(at);
            if self.class_at(buffer, before) != class {
                break;
            }
            at = before;
        }
        at
    }
}

impl Editor {
    /// Returns the start of the next word, or the text's end if there is none.
    pub fn word_start_after(&self, from: usize, kind: WordKind) -> usize {
        let buffer = &self.buffer;
        let mut at = if kind.is_at(buffer, from) { kind.run_end(buffer, from) } else { from };
        loop {
            match kind.class_at(buffer, at) {
                Some(CharClass::Blank) => at = buffer.grapheme_after(at),
                // As in vim, the motion stops on an empty line, but not on the line where it began.
                Some(CharClass::Break) if from < at && self.is_empty_line(at) => return at,
                Some(CharClass::Break) => at = buffer.grapheme_after(at),
                Some(CharClass::Word | CharClass::Sign) | None => return at,
            }
        }
    }

    /// Returns the offset of the last grapheme of the first word that ends after the grapheme at `from`. If there is
    /// none, returns the text's end.
    pub fn word_end_after(&self, from: usize, kind: WordKind) -> usize {
        let buffer = &self.buffer;
        // The search starts one grapheme later, because vim's `e` at a word's end goes to the end of the next word.
        let mut at = buffer.grapheme_after(from);
        while at < self.len() && !kind.is_at(buffer, at) {
            at = buffer.grapheme_after(at);
        }
        if at == self.len() { at } else { buffer.grapheme_before(kind.run_end(buffer, at)) }
    }

    pub fn word_start_before(&self, from: usize, kind: WordKind) -> usize {
        let buffer = &self.buffer;
        let mut at = buffer.grapheme_before(from);
        while 0 < at && !kind.is_at(buffer, at) {
            if self.is_empty_line(at) {
                return at;
            }
            at = buffer.grapheme_before(at);
        }
        if kind.is_at(buffer, at) { kind.run_start(buffer, at) } else { at }
    }

    /// Returns the offset of the last grapheme of the previous word. If an empty line is nearer than this word, returns
    /// the offset of the empty line. Returns 0 if there is neither a word nor an empty line.
    pub fn word_end_before(&self, from: usize, kind: WordKind) -> usize {
        let buffer = &self.buffer;
        let mut at = if kind.is_at(buffer, from) { kind.run_start(buffer, from) } else { from };
        while 0 < at {
            at = buffer.grapheme_before(at);
            if kind.is_at(buffer, at) || self.is_empty_line(at) {
                break;
            }
        }
        at
    }

    /// Returns the end of the run of characters at `from`: a word, spaces, or line breaks.
    pub fn run_end(&self, from: usize, kind: WordKind) -> usize {
        kind.run_end(&self.buffer, from)
    }

    /// Returns the offset of the first empty line after the paragraph at `from`, or the text's end if there is none. If
    /// `from` is on an empty line, returns the first empty line after the next paragraph.
    pub fn paragraph_after(&self, from: usize) -> usize {
        let mut line = self.line_of(from);
        while line < self.n_lines() && self.line_span(line).is_empty() {
            line += 1;
        }
        while line < self.n_lines() && !self.line_span(line).is_empty() {
            line += 1;
        }
        if line < self.n_lines() { self.line_span(line).start } else { self.len() }
    }

    /// Returns the offset of the last empty line before the paragraph at `from`, or the text's start if there is none.
    /// If `from` is on an empty line, returns the last empty line before the previous paragraph.
    pub fn paragraph_before(&self, from: usize) -> usize {
        let mut line = self.line_of(from);
        while 0 < line && self.line_span(line).is_empty() {
            line -= 1;
        }
        while 0 < line && !self.line_span(line).is_empty() {
            line -= 1;
        }
        self.line_span(line).start
    }

    /// Returns the grapheme boundary at or before `at`.
    pub fn boundary(&self, at: usize) -> usize {
        self.buffer.snap(at)
    }

    pub fn grapheme_after(&self, at: usize) -> usize {
        self.buffer.grapheme_after(at.min(self.len()))
    }

    pub fn grapheme_before(&self, at: usize) -> usize {
        self.buffer.grapheme_before(at.min(self.len()))
    }

    pub fn line_break(&self) -> &'static str {
        self.buffer.line_break()
    }

    /// Finds the first bracket at or after `from` on the same line, as vim's `%` does, and returns the offset of its
    /// counterpart. Returns `None` if the line has no bracket at or after `from`. Also returns `None` if the
    /// counterpart is missing, or too far away to be searched for.
    pub fn bracket_for(&self, from: usize) -> Option<usize> {
        let rest = self.slice(crate::text::Span::new(from, self.line_span(self.line_of(from)).end.max(from)));
        let at = from + rest.find(['(', ')', '[', ']', '{', '}'])?;
        let (here, other) = super::motion::matching_brackets(&self.buffer, at)?;
        // If the bracket at the offset has no counterpart, `matching_brackets` tries the bracket before the offset. A
        // pair that it finds in this way is ignored.
        (here.start == at).then_some(other.start)
    }

    fn is_empty_line(&self, at: usize) -> bool {
        self.line_span(self.line_of(at)).is_empty()
    }
}
