//! Where words and paragraphs begin and end, as modal editors count them: for motions that operators reach by.
//!
//! A word begins behind line breaks too; an empty line counts as a word. Every answer is a grapheme boundary.

use super::Editor;
use super::buffer::Buffer;
use super::motion::{Class, class_of};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Letters, digits and `_`; a run of other signs is a word of its own.
    Small,
    /// Everything between blanks.
    Big,
}

impl Words {
    pub(super) fn class_at(self, buffer: &Buffer, at: usize) -> Option<Class> {
        let class = class_of(buffer.char_after(at)?);
        Some(if self == Words::Big && class == Class::Sign { Class::Word } else { class })
    }

    fn is_at(self, buffer: &Buffer, at: usize) -> bool {
        matches!(self.class_at(buffer, at), Some(Class::Word | Class::Sign))
    }

    pub(super) fn run_end(self, buffer: &Buffer, mut at: usize) -> usize {
        let class = self.class_at(buffer, at);
        while class.is_some() && self.class_at(buffer, at) == class {
            at = buffer.grapheme_after(at);
        }
        at
    }

    pub(super) fn run_start(self, buffer: &Buffer, mut at: usize) -> usize {
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
    /// Returns the start of the next word; the text's end where there is none.
    pub fn word_start_after(&self, from: usize, words: Words) -> usize {
        let buffer = &self.buffer;
        let mut at = if words.is_at(buffer, from) { words.run_end(buffer, from) } else { from };
        loop {
            match words.class_at(buffer, at) {
                Some(Class::Blank) => at = buffer.grapheme_after(at),
                Some(Class::Break) if from < at && self.is_empty_line(at) => return at,
                Some(Class::Break) => at = buffer.grapheme_after(at),
                Some(Class::Word | Class::Sign) | None => return at,
            }
        }
    }

    /// Returns the last grapheme of the word that ends behind `from`.
    pub fn word_end_after(&self, from: usize, words: Words) -> usize {
        let buffer = &self.buffer;
        let mut at = buffer.grapheme_after(from);
        while at < self.len() && !words.is_at(buffer, at) {
            at = buffer.grapheme_after(at);
        }
        if at == self.len() { at } else { buffer.grapheme_before(words.run_end(buffer, at)) }
    }

    pub fn word_start_before(&self, from: usize, words: Words) -> usize {
        let buffer = &self.buffer;
        let mut at = buffer.grapheme_before(from);
        while 0 < at && !words.is_at(buffer, at) {
            if self.is_empty_line(at) {
                return at;
            }
            at = buffer.grapheme_before(at);
        }
        if words.is_at(buffer, at) { words.run_start(buffer, at) } else { at }
    }

    /// Returns the last grapheme of the word that ends before `from`.
    pub fn word_end_before(&self, from: usize, words: Words) -> usize {
        let buffer = &self.buffer;
        let mut at = if words.is_at(buffer, from) { words.run_start(buffer, from) } else { from };
        while 0 < at {
            at = buffer.grapheme_before(at);
            if words.is_at(buffer, at) || self.is_empty_line(at) {
                break;
            }
        }
        at
    }

    /// Returns the end of the word, the blanks or the signs at `from`.
    pub fn run_end(&self, from: usize, words: Words) -> usize {
        words.run_end(&self.buffer, from)
    }

    /// Returns the next empty line behind the paragraph at `from`, else the text's end.
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

    /// Returns the last empty line before the paragraph at `from`, else the text's start.
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

    /// Returns the bracket that belongs to the first one at or behind `from` on its line.
    pub fn bracket_for(&self, from: usize) -> Option<usize> {
        let rest = self.slice(crate::text::Span::new(from, self.line_span(self.line_of(from)).end.max(from)));
        let at = from + rest.find(['(', ')', '[', ']', '{', '}'])?;
        let (here, other) = super::motion::matching_brackets(&self.buffer, at)?;
        (here.start == at).then_some(other.start)
    }

    fn is_empty_line(&self, at: usize) -> bool {
        self.line_span(self.line_of(at)).is_empty()
    }
}
