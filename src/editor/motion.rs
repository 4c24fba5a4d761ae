//! Where motions lead, and which bracket belongs to which.

use crate::text::Span;

use super::buffer::Buffer;
use super::{Editor, Selection, cells};

/// A way from the cursor to another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One grapheme back; to the start of a selection.
    Left,
    /// One grapheme on; to the end of a selection.
    Right,
    /// To the start of the word before.
    WordLeft,
    /// To the end of the word behind.
    WordRight,
    /// One line up, in the same column where the line is long enough.
    Up,
    /// One line down.
    Down,
    /// That many lines up.
    PageUp(usize),
    /// That many lines down.
    PageDown(usize),
    /// To the first character that is not blank; from there to the very start.
    LineStart,
    /// To the line's end.
    LineEnd,
    /// To the start of the text.
    DocumentStart,
    /// To the end of the text.
    DocumentEnd,
    /// To the bracket that belongs to the one at the cursor.
    MatchingBracket,
    /// To the start of a line, from 1; the last one where there are fewer.
    Line(usize),
    /// To a byte.
    To(usize),
}

impl Editor {
    pub(super) fn move_by(&mut self, motion: Motion) {
        let span = self.selection.span();
        let head = match motion {
            Motion::Left if !span.is_empty() => span.start,
            Motion::Right if !span.is_empty() => span.end,
            _ => self.target(motion),
        };
        self.go(motion, Selection::at(head));
    }

    pub(super) fn extend_by(&mut self, motion: Motion) {
        let head = self.target(motion);
        self.go(motion, Selection { anchor: self.selection.anchor, head });
    }

    /// Sets the selection, and keeps the column over vertical motions.
    fn go(&mut self, motion: Motion, selection: Selection) {
        let goal = motion.rows().map(|_| self.goal_column());
        self.set_selection(selection);
        self.goal = goal;
    }

    /// The byte a motion leads to from the cursor.
    pub(super) fn target(&self, motion: Motion) -> usize {
        let at = self.cursor();
        if let Some(rows) = motion.rows() {
            return self.vertical_target(rows);
        }
        match motion {
            Motion::Left => self.buffer.grapheme_before(at),
            Motion::Right => self.buffer.grapheme_after(at),
            Motion::WordLeft => word_left(&self.buffer, at),
            Motion::WordRight => word_right(&self.buffer, at),
            Motion::LineStart => self.smart_line_start(),
            Motion::LineEnd => self.line_span(self.line_of(at)).end,
            Motion::DocumentStart => 0,
            Motion::DocumentEnd => self.len(),
            Motion::MatchingBracket => self.matching_brackets().map_or(at, |(_, other)| other.start),
            Motion::Line(number) => self.line_span(number.clamp(1, self.n_lines()) - 1).start,
            Motion::To(at) => at,
            Motion::Up | Motion::Down | Motion::PageUp(_) | Motion::PageDown(_) => at,
        }
    }

    /// Over the first line's top and the last line's bottom the cursor goes to the very start and end.
    fn vertical_target(&self, rows: isize) -> usize {
        let line = self.line_of(self.cursor());
        match line.checked_add_signed(rows) {
            None if line == 0 => 0,
            None => self.at_goal(0),
            Some(wanted) if wanted < self.n_lines() => self.at_goal(wanted),
            Some(_) if line + 1 == self.n_lines() => self.len(),
            Some(_) => self.at_goal(self.n_lines() - 1),
        }
    }

    fn at_goal(&self, line: usize) -> usize {
        self.line_span(line).start + cells::byte_at(&self.line(line), self.goal_column())
    }

    fn goal_column(&self) -> usize {
        self.goal.unwrap_or_else(|| {
            let line = self.line_of(self.cursor());
            cells::column_of(&self.line(line), self.cursor() - self.line_span(line).start)
        })
    }

    fn smart_line_start(&self) -> usize {
        let line = self.line_of(self.cursor());
        let start = self.line_span(line).start;
        let first = start + indentation(&self.line(line)).len();
        if self.cursor() == first { start } else { first }
    }
}

impl Motion {
    /// The lines a vertical motion goes down.
    fn rows(self) -> Option<isize> {
        let signed = |rows: usize| isize::try_from(rows).unwrap_or(isize::MAX);
        match self {
            Motion::Up => Some(-1),
            Motion::Down => Some(1),
            Motion::PageUp(rows) => Some(-signed(rows)),
            Motion::PageDown(rows) => Some(signed(rows)),
            _ => None,
        }
    }
}

/// The blanks a line begins with.
pub fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What makes a word a word: runs of the same class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Break,
    Blank,
    Word,
    Sign,
}

fn class_of(c: char) -> Class {
    match c {
        '\n' | '\r' => Class::Break,
        _ if c.is_whitespace() => Class::Blank,
        '_' => Class::Word,
        _ if c.is_alphanumeric() => Class::Word,
        _ => Class::Sign,
    }
}

fn class_at(buffer: &Buffer, at: usize) -> Option<Class> {
    buffer.char_after(at).map(class_of)
}

/// Behind blanks, then behind a run; a line break is a stop of its own.
fn word_right(buffer: &Buffer, from: usize) -> usize {
    let at = skip_right(buffer, from, Class::Blank);
    match class_at(buffer, at) {
        None => at,
        Some(Class::Break) if from < at => at,
        Some(Class::Break) => buffer.grapheme_after(at),
        Some(class) => skip_right(buffer, at, class),
    }
}

fn word_left(buffer: &Buffer, from: usize) -> usize {
    let at = skip_left(buffer, from, Class::Blank);
    match class_at(buffer, buffer.grapheme_before(at)) {
        _ if at == 0 => at,
        None => at,
        Some(Class::Break) if at < from => at,
        Some(Class::Break) => buffer.grapheme_before(at),
        Some(class) => skip_left(buffer, at, class),
    }
}

fn skip_right(buffer: &Buffer, mut at: usize, class: Class) -> usize {
    while class_at(buffer, at) == Some(class) {
        at = buffer.grapheme_after(at);
    }
    at
}

fn skip_left(buffer: &Buffer, mut at: usize, class: Class) -> usize {
    while 0 < at {
        let before = buffer.grapheme_before(at);
        if class_at(buffer, before) != Some(class) {
            break;
        }
        at = before;
    }
    at
}

/// The word, the blanks or the signs around a byte: what a double click selects.
pub fn word_around(buffer: &Buffer, at: usize) -> Span {
    let at = buffer.snap(at);
    let before = buffer.grapheme_before(at);
    let class = match (class_at(buffer, at), class_at(buffer, before)) {
        (Some(Class::Break) | None, Some(class)) if before < at && class != Class::Break => class,
        (Some(Class::Break) | None, _) => return Span::at(at),
        (Some(class), _) => class,
    };
    Span::new(skip_left(buffer, at, class), skip_right(buffer, at, class))
}

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// How far the other bracket is looked for, in chars: a frame's time must not depend on the document.
const MATCHING_REACH: usize = 100_000;

/// The bracket behind or before the cursor and the one that belongs to it; brackets of other kinds do not matter.
pub fn matching_brackets(buffer: &Buffer, cursor: usize) -> Option<(Span, Span)> {
    let behind = buffer.char_after(cursor).map(|c| (cursor, c));
    let before = buffer.char_before(cursor).map(|c| (cursor - c.len_utf8(), c));
    behind.into_iter().chain(before).find_map(|(at, c)| {
        let (open, close) = BRACKETS.into_iter().find(|(open, close)| c == *open || c == *close)?;
        let other =
            if c == open { closer_of(buffer, at, open, close) } else { opener_of(buffer, at, open, close) };
        other.map(|other| (Span::new(at, at + 1), Span::new(other, other + 1)))
    })
}

fn closer_of(buffer: &Buffer, at: usize, open: char, close: char) -> Option<usize> {
    let chars = buffer.rope().chars_at(buffer.rope().byte_to_char(at));
    find_balanced(chars, open, close).map(|distance| at + distance.0)
}

fn opener_of(buffer: &Buffer, at: usize, open: char, close: char) -> Option<usize> {
    let behind = buffer.rope().byte_to_char(at) + 1;
    let chars = buffer.rope().chars_at(behind).reversed();
    find_balanced(chars, close, open).map(|distance| at + 1 - distance.1)
}

/// The bytes before and through the char that balances the first one.
fn find_balanced(chars: impl Iterator<Item = char>, opens: char, closes: char) -> Option<(usize, usize)> {
    let mut depth = 0usize;
    let mut bytes = 0;
    for c in chars.take(MATCHING_REACH) {
        if c == opens {
            depth += 1;
        } else if c == closes {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return Some((bytes, bytes + c.len_utf8()));
        }
        bytes += c.len_utf8();
    }
    None
}
