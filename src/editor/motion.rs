//! Where motions lead, and which bracket belongs to which.

use crate::text::Span;

use super::buffer::Buffer;
use super::{Editor, Selection, cells};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One grapheme back; to the start of a selection.
    Left,
    /// One grapheme on; to the end of a selection.
    Right,
    LeftInLine,
    /// From a line's end onto its last grapheme, where a block cursor can be; vertical motions keep their column.
    OntoGrapheme,
    /// To the start of the word before.
    WordLeft,
    /// To the end of the word behind.
    WordRight,
    /// One row up, in the same column where the row is long enough; rows are lines where nothing is wrapped.
    Up,
    Down,
    /// That many rows up.
    PageUp(usize),
    /// That many rows down.
    PageDown(usize),
    /// That many lines up, whatever their rows.
    LinesUp(usize),
    LinesDown(usize),
    /// To the first character that is not blank; from there to the very start.
    LineStart,
    LineEnd,
    DocumentStart,
    DocumentEnd,
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
        let goal = match motion {
            Motion::OntoGrapheme => self.goal,
            _ => motion.steps().map(|(unit, _)| self.goal_column(unit)),
        };
        self.set_selection(selection);
        self.goal = goal;
    }

    pub(super) fn target(&mut self, motion: Motion) -> usize {
        let at = self.cursor();
        match motion.steps() {
            Some((Unit::Row, rows)) if self.wrap.is_some() => return self.row_target(rows),
            Some((_, lines)) => return self.line_target(lines),
            None => {}
        }
        match motion {
            Motion::Left => self.buffer.grapheme_before(at),
            Motion::Right => self.buffer.grapheme_after(at),
            Motion::LeftInLine if at == self.line_span(self.line_of(at)).start => at,
            Motion::LeftInLine => self.buffer.grapheme_before(at),
            Motion::OntoGrapheme => self.onto_grapheme(at),
            Motion::WordLeft => word_left(&self.buffer, at),
            Motion::WordRight => word_right(&self.buffer, at),
            Motion::LineStart => self.smart_line_start(),
            Motion::LineEnd => self.line_span(self.line_of(at)).end,
            Motion::DocumentStart => 0,
            Motion::DocumentEnd => self.len(),
            Motion::MatchingBracket => self.matching_brackets().map_or(at, |(_, other)| other.start),
            Motion::Line(number) => self.line_span(number.clamp(1, self.n_lines()) - 1).start,
            Motion::To(at) => at,
            Motion::Up
            | Motion::Down
            | Motion::PageUp(_)
            | Motion::PageDown(_)
            | Motion::LinesUp(_)
            | Motion::LinesDown(_) => at,
        }
    }

    /// Over the first line's top and the last line's bottom the cursor goes to the very start and end.
    fn line_target(&mut self, lines: isize) -> usize {
        let line = self.line_of(self.cursor());
        match line.checked_add_signed(lines) {
            None if line == 0 => 0,
            None => self.at_goal(0),
            Some(wanted) if wanted < self.n_lines() => self.at_goal(wanted),
            Some(_) if line + 1 == self.n_lines() => self.len(),
            Some(_) => self.at_goal(self.n_lines() - 1),
        }
    }

    fn at_goal(&mut self, line: usize) -> usize {
        let goal = self.goal_column(Unit::Line);
        self.line_span(line).start + cells::byte_at(&self.line(line), goal)
    }

    fn row_target(&mut self, rows: isize) -> usize {
        let goal = self.goal_column(Unit::Row);
        let from = self.row_at(self.cursor());
        let mut row = from;
        for _ in 0..rows.unsigned_abs() {
            let next = if rows < 0 { self.row_before(&row) } else { self.row_after(&row) };
            let Some(next) = next else { break };
            row = next;
        }
        match row == from {
            true if rows < 0 => 0,
            true => self.len(),
            false => self.byte_in(&row, goal),
        }
    }

    fn goal_column(&mut self, unit: Unit) -> usize {
        if let Some(goal) = self.goal {
            return goal;
        }
        let at = self.cursor();
        if unit == Unit::Row && self.wrap.is_some() {
            let row = self.row_at(at);
            return self.column_in(&row, at);
        }
        let line = self.line_of(at);
        cells::column_of(&self.line(line), at - self.line_span(line).start)
    }

    /// Returns the place nearest to `at` where a block cursor can be: on a grapheme of its line, unless that has none.
    pub fn onto_grapheme(&self, at: usize) -> usize {
        let line = self.line_span(self.line_of(at));
        at.min(self.buffer.grapheme_before(line.end).max(line.start))
    }

    fn smart_line_start(&self) -> usize {
        let line = self.line_of(self.cursor());
        let start = self.line_span(line).start;
        let first = start + indentation(&self.line(line)).len();
        if self.cursor() == first { start } else { first }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Row,
    Line,
}

impl Motion {
    fn steps(self) -> Option<(Unit, isize)> {
        let signed = |steps: usize| isize::try_from(steps).unwrap_or(isize::MAX);
        match self {
            Motion::Up => Some((Unit::Row, -1)),
            Motion::Down => Some((Unit::Row, 1)),
            Motion::PageUp(rows) => Some((Unit::Row, -signed(rows))),
            Motion::PageDown(rows) => Some((Unit::Row, signed(rows))),
            Motion::LinesUp(lines) => Some((Unit::Line, -signed(lines))),
            Motion::LinesDown(lines) => Some((Unit::Line, signed(lines))),
            _ => None,
        }
    }
}

pub fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What makes a word a word: runs of the same class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Break,
    Blank,
    Word,
    Sign,
}

pub fn class_of(c: char) -> Class {
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
