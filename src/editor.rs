//! The text model of the console: a rope, edits as invertible data, a selection on grapheme boundaries, undo, search.
//!
//! ```text
//! Command ──apply──▶ edits ──Buffer::replace──▶ rope, version
//!                      └──▶ History (undo, redo)
//! ```
//!
//! Every position is a byte offset. Knows nothing of keys, colours and the screen but for the cells a line takes,
//! which vertical motions need. A whole document and a form's single line are the same model.

mod buffer;
mod edit;
mod history;
mod snapshot;

mod motion;
mod mouse;
mod objects;
mod rows;
mod words;

mod lines;
mod pairs;
mod typing;

pub mod cells;
pub mod search;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::diagnostic::TextEdit;
use crate::text::{Position, Span};

use buffer::Buffer;
use history::{Grouping, History};
use mouse::Drag;
use pairs::Pair;
use rows::RowCache;

pub use edit::{Edit, Transaction};
pub use lines::INDENT;
pub use motion::{Motion, indentation};
pub use objects::{Extent, Found, Object};
pub use rows::Row;
pub use snapshot::Snapshot;
pub use words::Words;

/// What is selected: from `anchor`, where it began, to `head`, where the cursor is.
///
/// Both always lie on grapheme boundaries; they are equal where nothing is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    pub anchor: usize,
    pub head: usize,
}

impl Selection {
    pub fn at(at: usize) -> Self {
        Self { anchor: at, head: at }
    }

    pub fn span(self) -> Span {
        Span { start: self.anchor.min(self.head), end: self.anchor.max(self.head) }
    }

    pub fn is_empty(self) -> bool {
        self.anchor == self.head
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Move(Motion),
    Extend(Motion),
    SelectAll,
    /// Selects a span, the cursor at its end.
    Select(Span),
    Click(usize),
    ExtendClick(usize),
    DoubleClick(usize),
    TripleClick(usize),
    /// Extends the selection of the last click to where the mouse is now.
    Drag(usize),

    /// Types text: replaces the selection, closes brackets, types over closers.
    Type(String),
    /// Puts text in verbatim as one undo step; line ends are the document's, other control characters are left out.
    Paste(String),
    Newline,
    /// Indents the selected lines, or fills up to the next stop.
    Tab,
    Outdent,
    /// Deletes the selection, else from the cursor to where the motion leads.
    Delete(Motion),
    /// Gives the selected text, or the whole line where nothing is selected.
    Copy,
    Cut,
    Undo,
    Redo,
    /// Makes one undo step of all those behind the first so many; see [`Editor::n_steps`].
    JoinSteps(usize),

    /// Puts the selection between two texts and keeps it selected.
    Surround(String, String),
    DuplicateLines,
    MoveLinesUp,
    MoveLinesDown,
    ToggleComment,

    /// Applies edits (ascending, not overlapping) as one undo step; the cursor stays where it was in the text.
    Replace(Vec<TextEdit>),
    Complete {
        edit: TextEdit,
        select: Span,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    pub changed: bool,
    pub copied: Option<String>,
}

/// A text being edited.
///
/// Invariant: the selection lies within the text on grapheme boundaries.
#[derive(Debug, Clone)]
pub struct Editor {
    buffer: Buffer,
    selection: Selection,
    history: History,
    /// The column in cells that vertical motions try to keep.
    goal: Option<usize>,
    drag: Drag,
    /// The closers that were put in by themselves and may be typed over, the innermost last.
    pairs: Vec<Pair>,
    wrap: Option<usize>,
    rows: RowCache,
    single_line: bool,
}

impl Editor {
    /// Opens `text`, byte for byte; the cursor is at its start.
    pub fn new(text: &str) -> Self {
        Self {
            buffer: Buffer::new(text),
            selection: Selection::default(),
            history: History::default(),
            goal: None,
            drag: Drag::default(),
            pairs: Vec::new(),
            wrap: None,
            rows: RowCache::default(),
            single_line: false,
        }
    }

    /// Opens a form's field: line breaks become spaces, nothing is closed by itself, the cursor is at the end.
    pub fn single_line(text: &str) -> Self {
        let mut editor = Self { single_line: true, ..Self::new(&buffer::flattened(text)) };
        editor.move_to(editor.buffer.len());
        editor
    }

    pub fn text(&self) -> String {
        self.buffer.rope().to_string()
    }

    pub fn is(&self, text: &str) -> bool {
        *self.buffer.rope() == *text
    }

    /// Returns the text as it is now, without copying it: for a worker, or to see later what changed.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.buffer.rope().clone())
    }

    /// Returns a number that changes with every change of the text and never comes back.
    pub fn version(&self) -> u64 {
        self.buffer.version()
    }

    pub fn len(&self) -> usize {
        self.buffer.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// Returns the cursor, a byte offset.
    pub fn cursor(&self) -> usize {
        self.selection.head
    }

    pub fn selected(&self) -> Cow<'_, str> {
        self.buffer.slice(self.selection.span())
    }

    /// Returns the number of lines; a text that ends in a line break has an empty last line.
    pub fn n_lines(&self) -> usize {
        self.buffer.n_lines()
    }

    /// Returns line `line` (from 0) without its line break; empty behind the last line.
    pub fn line(&self, line: usize) -> Cow<'_, str> {
        self.buffer.slice(self.buffer.line_span(line))
    }

    /// Returns the bytes of line `line` (from 0) without its line break.
    pub fn line_span(&self, line: usize) -> Span {
        self.buffer.line_span(line)
    }

    /// Returns the line (from 0) that holds the byte `at`.
    pub fn line_of(&self, at: usize) -> usize {
        self.buffer.line_of(at)
    }

    /// Returns the text of a span; offsets outside the text or inside a character are moved to the nearest before.
    pub fn slice(&self, span: Span) -> Cow<'_, str> {
        self.buffer.slice(span)
    }

    pub fn position(&self, at: usize) -> Position {
        let line = self.line_of(at);
        let chars = |at: usize| self.buffer.rope().byte_to_char(at);
        let before = chars(at.min(self.len())) - chars(self.line_span(line).start);
        Position { line: line + 1, column: before + 1 }
    }

    /// Returns the byte of a line and column; columns behind the line's end give its end.
    pub fn offset(&self, position: Position) -> usize {
        let span = self.line_span(position.line.saturating_sub(1).min(self.n_lines() - 1));
        let line = self.slice(span);
        let wanted = position.column.saturating_sub(1);
        span.start + line.char_indices().nth(wanted).map_or(line.len(), |(at, _)| at)
    }

    pub fn matching_brackets(&self) -> Option<(Span, Span)> {
        motion::matching_brackets(&self.buffer, self.cursor())
    }

    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    pub fn n_steps(&self) -> usize {
        self.history.n_steps()
    }

    /// Ends the running undo step, so that what is typed next is a step of its own.
    pub fn seal(&mut self) {
        self.history.seal();
    }

    pub fn apply(&mut self, command: Command) -> Applied {
        let version = self.version();
        let copied = self.run(command);
        self.pairs.retain(|pair| pair.surrounds(self.selection));
        Applied { changed: self.version() != version, copied }
    }

    fn run(&mut self, command: Command) -> Option<String> {
        match command {
            Command::Move(motion) => self.move_by(motion),
            Command::Extend(motion) => self.extend_by(motion),
            Command::SelectAll => self.select(Span::new(0, self.len())),
            Command::Select(span) => self.select(span),
            Command::Click(at) => self.click(at),
            Command::ExtendClick(at) => self.extend_click(at),
            Command::DoubleClick(at) => self.double_click(at),
            Command::TripleClick(at) => self.triple_click(at),
            Command::Drag(at) => self.drag_to(at),
            Command::Type(text) => self.type_text(&text),
            Command::Paste(text) => self.paste(&text),
            Command::Newline => self.newline(),
            Command::Tab => self.tab(),
            Command::Outdent => self.outdent(),
            Command::Delete(motion) => self.delete(motion),
            Command::Copy => return self.copy(),
            Command::Cut => return self.cut(),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::JoinSteps(n) => self.history.join_behind(n),
            Command::Surround(open, close) => self.surround(&open, &close),
            Command::DuplicateLines => self.duplicate_lines(),
            Command::MoveLinesUp => self.move_lines_up(),
            Command::MoveLinesDown => self.move_lines_down(),
            Command::ToggleComment => self.toggle_comment(),
            Command::Replace(edits) => self.replace(edits),
            Command::Complete { edit, select } => self.complete(edit, select),
        }
        None
    }

    /// Sets cursor and anchor to the grapheme boundary at or before `at`.
    fn move_to(&mut self, at: usize) {
        self.set_selection(Selection::at(at));
    }

    /// Sets the selection, moved to grapheme boundaries; ends the running undo step where it differs.
    fn set_selection(&mut self, selection: Selection) {
        let snapped =
            Selection { anchor: self.buffer.snap(selection.anchor), head: self.buffer.snap(selection.head) };
        if snapped != self.selection {
            self.history.seal();
        }
        self.selection = snapped;
        self.goal = None;
    }

    /// Sets the selection as a part of the edit just made: undo and redo know it, and typing goes on in the same step.
    fn settle(&mut self, selection: Selection) {
        self.selection =
            Selection { anchor: self.buffer.snap(selection.anchor), head: self.buffer.snap(selection.head) };
        self.history.settle(self.selection);
    }

    fn select(&mut self, span: Span) {
        self.set_selection(Selection { anchor: span.start, head: span.end });
    }

    fn copy(&self) -> Option<String> {
        let text = self.buffer.slice(self.cut_span()).into_owned();
        (!text.is_empty()).then_some(text)
    }

    fn cut(&mut self) -> Option<String> {
        let copied = self.copy();
        self.edit(Grouping::Alone, vec![(self.cut_span(), String::new())]);
        copied
    }

    /// The selection, or the cursor's whole line with its line break.
    fn cut_span(&self) -> Span {
        if !self.selection.is_empty() {
            return self.selection.span();
        }
        let line = self.line_of(self.cursor());
        Span::new(self.line_span(line).start, self.buffer.line_start(line + 1))
    }

    fn replace(&mut self, edits: Vec<TextEdit>) {
        self.edit(
            Grouping::Alone,
            edits.into_iter().map(|edit| (edit.span, self.fit(&edit.replacement))).collect(),
        );
    }

    fn complete(&mut self, edit: TextEdit, select: Span) {
        self.replace(vec![edit]);
        self.settle(Selection { anchor: select.start, head: select.end });
        self.history.seal();
    }

    /// `text` as this document takes it: in a single line without line breaks, else as it is.
    fn fit(&self, text: &str) -> String {
        if self.single_line { buffer::flattened(text) } else { text.to_owned() }
    }

    fn undo(&mut self) {
        if let Some((edits, selection)) = self.history.undo() {
            self.replay(&edits, selection);
        }
    }

    fn redo(&mut self) {
        if let Some((edits, selection)) = self.history.redo() {
            self.replay(&edits, selection);
        }
    }

    fn replay(&mut self, edits: &[Edit], selection: Selection) {
        for edit in edits {
            self.buffer.replace(edit.span(), &edit.inserted);
            self.rows.carry(edit, self.wrap.unwrap_or(0));
        }
        self.selection = selection;
        self.pairs.clear();
        self.goal = None;
    }

    /// Replaces spans (ascending, not overlapping, in the text as it is) and carries the cursor along: behind what was
    /// put at it. The one way in which the text changes.
    fn edit(&mut self, grouping: Grouping, edits: Vec<(Span, String)>) {
        let before = self.selection;
        let mut applied = Vec::with_capacity(edits.len());
        let mut limit = self.len();
        for (span, inserted) in edits.into_iter().rev() {
            let span = self.buffer.clamp(span);
            if limit < span.end || self.buffer.slice(span) == inserted {
                continue;
            }
            limit = span.start;
            let edit = self.buffer.replace(span, &inserted);
            self.carry(&edit);
            applied.push(edit);
        }
        if applied.is_empty() {
            return;
        }
        self.goal = None;
        let (anchor, head) = (self.selection.anchor, self.selection.head);
        self.selection = Selection { anchor: self.buffer.snap(anchor), head: self.buffer.snap(head) };
        self.history.push(Transaction { edits: applied, before, after: self.selection }, grouping);
    }

    /// Moves everything that remembers a place along with an edit.
    fn carry(&mut self, edit: &Edit) {
        self.selection =
            Selection { anchor: edit.carry(self.selection.anchor), head: edit.carry(self.selection.head) };
        for pair in &mut self.pairs {
            pair.carry(edit);
        }
        self.rows.carry(edit, self.wrap.unwrap_or(0));
    }
}
