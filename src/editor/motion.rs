//! Computes the targets of cursor motions, and finds matching brackets.

use crate::text::Span;

use super::buffer::TextBuffer;
use super::{Editor, Selection, cells};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One grapheme back. If text is selected, [`Command::Move`](super::Command::Move) goes to the selection's start
    /// instead.
    Left,
    /// One grapheme forward. If text is selected, [`Command::Move`](super::Command::Move) goes to the selection's end
    /// instead.
    Right,
    /// One grapheme back, but not past the start of the line.
    LeftInLine,
    /// From the end of a line to the line's last grapheme, because a block cursor has to be on a grapheme. This motion
    /// does not change the column that vertical motions try to keep.
    OntoGrapheme,
    /// To the nearest start of a word before the cursor. Line boundaries are stops too.
    WordLeft,
    /// To the nearest end of a word after the cursor. Line boundaries are stops too.
    WordRight,
    /// One row up, in the same column if the row is long enough. Rows are lines if nothing is wrapped.
    Up,
    Down,
    /// The given number of rows up.
    PageUp(usize),
    /// The given number of rows down.
    PageDown(usize),
    /// The given number of lines up, regardless of soft wrap.
    LinesUp(usize),
    LinesDown(usize),
    /// To the first non-blank character of the line, or to the start of the line if the cursor is already there.
    LineStart,
    LineEnd,
    DocumentStart,
    DocumentEnd,
    MatchingBracket,
    /// To the start of the line with this number, from 1, or of the last line if the text has fewer lines.
    Line(usize),
    /// To a byte offset.
    To(usize),
}

impl Editor {
    pub(super) fn move_by(&mut self, motion: Motion) {
        let span = self.selection.span();
        let head = match motion {
            // As in other text fields, an arrow key moves the cursor to the selection's edge and no further.
            Motion::Left if !span.is_empty() => span.start,
            Motion::Right if !span.is_empty() => span.end,
            _ => self.target(motion),
        };
        self.move_selection(motion, Selection::at(head));
    }

    pub(super) fn extend_by(&mut self, motion: Motion) {
        let head = self.target(motion);
        self.move_selection(motion, Selection { anchor: self.selection.anchor, head });
    }

    /// Sets the selection and keeps the goal column during vertical motions.
    fn move_selection(&mut self, motion: Motion, selection: Selection) {
        let goal = match motion {
            // Vim mode applies this motion after each command. If it changed the goal, the first `j` of `jj` would
            // change the column for the second `j`.
            Motion::OntoGrapheme => self.goal,
            _ => motion.steps().map(|(unit, _)| self.goal_column(unit)),
        };
        // `set_selection` clears the goal, so the goal is computed before the call and stored after it.
        self.set_selection(selection);
        self.goal = goal;
    }

    pub(super) fn target(&mut self, motion: Motion) -> usize {
        let at = self.cursor();
        match motion.steps() {
            Some((VerticalUnit::Row, rows)) if self.wrap.is_some() => return self.row_target(rows),
            Some((_, lines)) => return self.line_target(lines),
            None => {}
        }
        match motion {
            Motion::Left => self.before_escape(self.buffer.grapheme_before(at)),
            Motion::Right => self.after_escape(self.buffer.grapheme_after(at)),
            Motion::LeftInLine if at == self.line_span(self.line_of(at)).start => at,
            Motion::LeftInLine => self.buffer.grapheme_before(at),
            Motion::OntoGrapheme => self.onto_grapheme(at),
            Motion::WordLeft => self.word_left(at),
            Motion::WordRight => self.after_escape(word_right(&self.buffer, at)),
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

    fn word_left(&self, at: usize) -> usize {
        let start = word_left(&self.buffer, at);
        // In `\nword`, the `n` of the escape looks like the first letter of the word. The target is after the escape.
        // If the cursor is there already, the target is before the escape.
        let after = self.after_escape(start);
        if after < at { after } else { self.before_escape(start) }
    }

    /// Returns the target of a motion by lines. From the first line, moving up goes to the start of the text; from the
    /// last line, moving down goes to the end of the text.
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
        let goal = self.goal_column(VerticalUnit::Line);
        self.line_span(line).start + cells::byte_at(&self.line(line), goal)
    }

    fn row_target(&mut self, rows: isize) -> usize {
        let goal = self.goal_column(VerticalUnit::Row);
        let from = self.row_at(self.cursor());
        let mut row = from;
        for _ in 0..rows.unsigned_abs() {
            let next = if rows < 0 { self.row_before(&row) } else { self.row_after(&row) };
            // A motion that would go past the first or last row of the text stops there.
            let Some(next) = next else { break };
            row = next;
        }
        match row == from {
            true if rows < 0 => 0,
            true => self.len(),
            false => self.byte_in(&row, goal),
        }
    }

    fn goal_column(&mut self, unit: VerticalUnit) -> usize {
        if let Some(goal) = self.goal {
            return goal;
        }
        let at = self.cursor();
        if unit == VerticalUnit::Row && self.wrap.is_some() {
            let row = self.row_at(at);
            return self.column_in(&row, at);
        }
        let line = self.line_of(at);
        cells::column_of(&self.line(line), at - self.line_span(line).start)
    }

    /// Returns the offset nearest to `at` where a block cursor can be: on a grapheme of its line, or at the start of
    /// an empty line.
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
enum VerticalUnit {
    Row,
    Line,
}

impl Motion {
    fn steps(self) -> Option<(VerticalUnit, isize)> {
        // A count beyond `isize` ends at the edge of the text anyway.
        let signed = |steps: usize| isize::try_from(steps).unwrap_or(isize::MAX);
        match self {
            Motion::Up => Some((VerticalUnit::Row, -1)),
            Motion::Down => Some((VerticalUnit::Row, 1)),
            Motion::PageUp(rows) => Some((VerticalUnit::Row, -signed(rows))),
            Motion::PageDown(rows) => Some((VerticalUnit::Row, signed(rows))),
            Motion::LinesUp(lines) => Some((VerticalUnit::Line, -signed(lines))),
            Motion::LinesDown(lines) => Some((VerticalUnit::Line, signed(lines))),
            _ => None,
        }
    }
}

pub(crate) fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The class of a character. A word is a run of `Word` characters or a run of `Sign` characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CharClass {
    Break,
    Blank,
    Word,
    Sign,
}

pub(crate) fn class_of(c: char) -> CharClass {
    match c {
        // `\r` too: the grapheme `\r\n` is classified by its first character.
        '\n' | '\r' => CharClass::Break,
        _ if c.is_whitespace() => CharClass::Blank,
        // A Liquid name such as `first_name` is one word.
        '_' => CharClass::Word,
        _ if c.is_alphanumeric() => CharClass::Word,
        _ => CharClass::Sign,
    }
}

fn class_at(buffer: &TextBuffer, at: usize) -> Option<CharClass> {
    buffer.char_after(at).map(class_of)
}

/// Skips spaces and then one word. Stops before a line break; if `from` is at a line break, skips only this break.
fn word_right(buffer: &TextBuffer, from: usize) -> usize {
    let at = skip_right(buffer, from, CharClass::Blank);
    match class_at(buffer, at) {
        None => at,
        // Spaces at the end of a line were skipped: stop before the line break after them.
        Some(CharClass::Break) if from < at => at,
        Some(CharClass::Break) => buffer.grapheme_after(at),
        Some(class) => skip_right(buffer, at, class),
    }
}

fn word_left(buffer: &TextBuffer, from: usize) -> usize {
    let at = skip_left(buffer, from, CharClass::Blank);
    match class_at(buffer, buffer.grapheme_before(at)) {
        // At the text's start, `grapheme_before` returns 0 again, so the class would be that of the character after
        // `at`.
        _ if at == 0 => at,
        None => at,
        Some(CharClass::Break) if at < from => at,
        Some(CharClass::Break) => buffer.grapheme_before(at),
        Some(class) => skip_left(buffer, at, class),
    }
}

fn skip_right(buffer: &TextBuffer, mut at: usize, class: CharClass) -> usize {
    while class_at(buffer, at) == Some(class) {
        at = buffer.grapheme_after(at);
    }
    at
}

fn skip_left(buffer: &TextBuffer, mut at: usize, class: CharClass) -> usize {
    while 0 < at {
        let before = buffer.grapheme_before(at);
        if class_at(buffer, before) != Some(class) {
            break;
        }
        at = before;
    }
    at
}

/// Returns the span of the word, spaces, or symbols around byte `at`, which a double click selects. The span is empty
/// on an empty line.
pub(crate) fn word_around(buffer: &TextBuffer, at: usize) -> Span {
    let at = buffer.snap(at);
    let before = buffer.grapheme_before(at);
    let class = match (class_at(buffer, at), class_at(buffer, before)) {
        // A double click to the right of a line's text selects the last word of that line.
        (Some(CharClass::Break) | None, Some(class)) if before < at && class != CharClass::Break => class,
        (Some(CharClass::Break) | None, _) => return Span::at(at),
        (Some(class), _) => class,
    };
    Span::new(skip_left(buffer, at, class), skip_right(buffer, at, class))
}

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// The maximum number of chars that are searched for the other bracket. The limit keeps the time per frame independent
/// of the document's size.
const MAX_BRACKET_DISTANCE: usize = 100_000;

/// Returns the bracket directly after the cursor and its counterpart. If the next character is not a bracket, or is a
/// bracket without a counterpart, returns the bracket directly before the cursor and its counterpart. Returns `None` if
/// that bracket does not exist or has no counterpart either.
///
/// Brackets of other kinds are ignored. At most [`MAX_BRACKET_DISTANCE`] chars are searched for the counterpart.
pub(crate) fn matching_brackets(buffer: &TextBuffer, cursor: usize) -> Option<(Span, Span)> {
    let after = buffer.char_after(cursor).map(|c| (cursor, c));
    let before = buffer.char_before(cursor).map(|c| (cursor - c.len_utf8(), c));
    after.into_iter().chain(before).find_map(|(at, c)| {
        let (open, close) = BRACKETS.into_iter().find(|(open, close)| c == *open || c == *close)?;
        let other =
            if c == open { closer_of(buffer, at, open, close) } else { opener_of(buffer, at, open, close) };
        // All brackets are ASCII, one byte each.
        other.map(|other| (Span::new(at, at + 1), Span::new(other, other + 1)))
    })
}

fn closer_of(buffer: &TextBuffer, at: usize, open: char, close: char) -> Option<usize> {
    let chars = buffer.rope().chars_at(buffer.rope().byte_to_char(at));
    find_balanced(chars, open, close).map(|distance| at + distance.0)
}

fn opener_of(buffer: &TextBuffer, at: usize, open: char, close: char) -> Option<usize> {
    let after = buffer.rope().byte_to_char(at) + 1;
    let chars = buffer.rope().chars_at(after).reversed();
    find_balanced(chars, close, open).map(|distance| at + 1 - distance.1)
}

/// Finds the char that balances the first char. Returns the number of bytes in `chars` before the balancing char, and
/// the number of bytes up to its end.
fn find_balanced(chars: impl Iterator<Item = char>, opens: char, closes: char) -> Option<(usize, usize)> {
    let mut depth = 0usize;
    let mut bytes = 0;
    for c in chars.take(MAX_BRACKET_DISTANCE) {
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
