//! The editor's text model: a rope, invertible edits, a selection on grapheme boundaries, undo, and search.
//!
//! ```text
//! Command ──apply──▶ edits ──TextBuffer::replace──▶ rope, version
//!                      └──▶ History (undo, redo)
//! ```
//!
//! Offsets are in bytes. This module knows nothing about keys, colors, or the screen. However, it knows how many
//! terminal cells each grapheme takes. Soft wrap, vertical motions, and the Tab command need this number. A whole
//! document and a form's single-line field use the same model.

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
mod prose;
mod typing;

pub(crate) mod cells;
pub(crate) mod search;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::diagnostic::TextEdit;
use crate::text::{LineColumn, Span};

use buffer::TextBuffer;
use history::{Grouping, History};
use mouse::Drag;
use pairs::Pair;
use prose::Prose;
use rows::RowCache;

pub(crate) use edit::{Edit, Transaction};
pub(crate) use lines::INDENT;
pub use motion::Motion;
pub(crate) use motion::indentation;
pub(crate) use objects::{Extent, TextObject, TextRegion};
pub(crate) use rows::{PARAGRAPH_END, VisualRow};
pub(crate) use snapshot::Snapshot;
pub(crate) use words::WordKind;

/// The selection, from `anchor` (where the selection began) to `head` (where the cursor is).
///
/// In an [`Editor`], `anchor` and `head` are always on grapheme boundaries. They are equal if nothing is selected.
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
    /// Selects a span and puts the cursor at its end.
    Select(Span),
    Click(usize),
    ExtendClick(usize),
    DoubleClick(usize),
    TripleClick(usize),
    /// Extends the selection of the last click to this offset. If the click selected a word or a line, extends the
    /// selection by whole words or lines.
    Drag(usize),

    /// Types text in place of the selection. Some characters have another effect if they are typed one at a time. An
    /// opening bracket or a quote may also insert its closer, or may surround the selection. Typing a closer that was
    /// inserted automatically moves the cursor past this closer and inserts nothing. A space in `{{}}` or `{%%}`
    /// becomes two spaces.
    Type(String),
    /// Inserts text in place of the selection as one undo step, without automatic closers. Its line breaks become those
    /// that the document uses, and control characters other than tabs are removed. In a single-line field, line breaks
    /// become spaces, and tabs are removed too.
    Paste(String),
    Newline,
    /// If the selection touches several lines, indents these lines. If it is within one line, replaces the selection
    /// with spaces up to the next multiple of the indentation width.
    Tab,
    /// Indents the lines that the selection touches.
    Indent,
    Outdent,
    /// Deletes the selection. If nothing is selected, deletes the text between the cursor and the motion's target. At
    /// the start of a line, `LineStart` deletes the line break before the cursor. At the end of a line, `LineEnd`
    /// deletes the line break after the cursor. Between an opener and its automatic closer, `Left` deletes both.
    Delete(Motion),
    /// Returns the selected text. If nothing is selected, returns the cursor's line with its line break.
    Copy,
    Cut,
    Undo,
    Redo,
    /// Merges all undo steps after the first `n` into one; see [`Editor::n_steps`].
    JoinSteps(usize),

    /// Inserts the first text before the selection and the second text after the selection. The selected text stays
    /// selected.
    Surround(String, String),
    DuplicateLines,
    MoveLinesUp,
    MoveLinesDown,
    ToggleComment,

    /// Applies edits, which must be ascending and must not overlap, as one undo step. The cursor moves with the text
    /// around it.
    Replace(Vec<TextEdit>),
    /// Applies a completion, then selects `select`, a span of the new text.
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
/// Invariant: the selection is within the text, on grapheme boundaries.
#[derive(Debug, Clone)]
pub struct Editor {
    buffer: TextBuffer,
    selection: Selection,
    history: History,
    /// The column, in cells, that vertical motions try to keep; `None` if the next vertical motion
    /// starts from the cursor's column.
    goal: Option<usize>,
    drag: Drag,
    /// The pairs whose closer was inserted automatically and may be typed over. The innermost pair is the last.
    pairs: Vec<Pair>,
    /// The width of a row in cells; `None` if lines are not wrapped.
    wrap: Option<usize>,
    rows: RowCache,
    /// Boxed to keep the editor small: the fields of forms are editors too, and have no message text.
    prose: Box<Prose>,
    single_line: bool,
}

impl Editor {
    /// Opens `text` unchanged, with the cursor at its start.
    pub fn new(text: &str) -> Self {
        Self {
            buffer: TextBuffer::new(text),
            selection: Selection::default(),
            history: History::default(),
            goal: None,
            drag: Drag::default(),
            pairs: Vec::new(),
            wrap: None,
            rows: RowCache::default(),
            prose: Box::default(),
            single_line: false,
        }
    }

    /// Opens `text` as a form's field, with the cursor at the end. Line breaks become spaces, and other control
    /// characters are removed. Brackets are not closed automatically.
    pub fn single_line(text: &str) -> Self {
        let mut editor = Self { single_line: true, ..Self::new(&buffer::flattened(text)) };
        editor.move_to(editor.buffer.len());
        editor
    }

    pub fn text(&self) -> String {
        self.buffer.rope().to_string()
    }

    pub fn has_text(&self, text: &str) -> bool {
        *self.buffer.rope() == *text
    }

    /// Returns a copy of the current text, for example to compare it with a later text. The copy is cheap, because it
    /// shares the rope.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.buffer.rope().clone())
    }

    /// Returns a number that grows with every change of the text, including undo and redo.
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

    /// Returns the cursor's byte offset.
    pub fn cursor(&self) -> usize {
        self.selection.head
    }

    pub fn selected(&self) -> Cow<'_, str> {
        self.buffer.slice(self.selection.span())
    }

    /// Returns the number of lines. A text that ends with a line break has an empty last line.
    pub fn n_lines(&self) -> usize {
        self.buffer.n_lines()
    }

    /// Returns line `line` (from 0) without its line break, or an empty string if there is no such line.
    pub fn line(&self, line: usize) -> Cow<'_, str> {
        self.buffer.slice(self.buffer.line_span(line))
    }

    /// Returns the span of line `line` (from 0) without its line break.
    pub fn line_span(&self, line: usize) -> Span {
        self.buffer.line_span(line)
    }

    /// Returns the line (from 0) that contains byte `at`, or the last line if `at` is after the end.
    pub fn line_of(&self, at: usize) -> usize {
        self.buffer.line_of(at)
    }

    /// Returns the text of a span. Offsets outside the text or inside a character move to the nearest valid offset
    /// before them.
    pub fn slice(&self, span: Span) -> Cow<'_, str> {
        self.buffer.slice(span)
    }

    pub fn position(&self, at: usize) -> LineColumn {
        let line = self.line_of(at);
        let chars = |at: usize| self.buffer.rope().byte_to_char(at);
        let before = chars(at.min(self.len())) - chars(self.line_span(line).start);
        LineColumn { line: line + 1, column: before + 1 }
    }

    /// Returns the byte offset of a line and column (both from 1, columns in chars). A line after the last one counts
    /// as the last line, and a column after the line's end counts as the line's end.
    pub fn offset(&self, position: LineColumn) -> usize {
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

    /// Ends the current undo step. The next edit starts a new one.
    pub fn end_undo_step(&mut self) {
        self.history.seal();
    }

    pub fn apply(&mut self, command: Command) -> Applied {
        let version = self.version();
        let copied = self.run(command);
        // The pairs are checked after every command: once the cursor has left a pair, the pair's closer must not be
        // typed over, even if the cursor comes back later.
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
            Command::Indent => self.indent(),
            Command::Outdent => self.outdent(),
            Command::Delete(motion) => self.delete(motion),
            Command::Copy => return self.copy(),
            Command::Cut => return self.cut(),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::JoinSteps(n) => self.history.join_after(n),
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

    /// Sets the selection and moves both of its ends to grapheme boundaries.
    fn set_selection(&mut self, selection: Selection) {
        let snapped =
            Selection { anchor: self.buffer.snap(selection.anchor), head: self.buffer.snap(selection.head) };
        // A moved cursor ends the undo step, because text typed in two places should be undone separately.
        if snapped != self.selection {
            self.history.seal();
        }
        self.selection = snapped;
        self.goal = None;
    }

    /// Sets the selection as part of the edit just made: redo restores the selection too, and typing continues in the
    /// same undo step.
    fn select_within_step(&mut self, selection: Selection) {
        self.selection =
            Selection { anchor: self.buffer.snap(selection.anchor), head: self.buffer.snap(selection.head) };
        self.history.set_selection_after(self.selection);
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
        // `edit` ignores an edit that changes nothing, so cutting in an empty document adds no undo step.
        self.edit(Grouping::Alone, vec![(self.cut_span(), String::new())]);
        copied
    }

    /// Returns the span of the selection, or of the cursor's whole line with its line break if nothing is selected.
    fn cut_span(&self) -> Span {
        if !self.selection.is_empty() {
            return self.selection.span();
        }
        // As in VS Code. With the line break, pasting adds a whole line.
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
        // `select` is usually a placeholder in the inserted text. Selecting it is part of this undo step, and typing
        // over it starts a new step.
        self.select_within_step(Selection { anchor: select.start, head: select.end });
        self.history.seal();
    }

    /// Returns `text` as one line in a single-line field, and unchanged in any other document.
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
            // The history already has these edits, so they are applied directly to the buffer and not recorded again.
            self.buffer.replace(edit.span(), &edit.inserted);
            self.rows.apply_edit(edit, self.wrap.unwrap_or(0));
            self.prose.apply_edit(edit, &self.buffer);
        }
        self.selection = selection;
        // The offsets of the pairs were not adjusted to these edits, so they are wrong now.
        self.pairs.clear();
        self.goal = None;
    }

    /// Replaces spans of the current text. The spans must be ascending and must not overlap. The selection moves with
    /// the text around it, and a cursor at the place of an insertion moves to the end of the inserted text. Every
    /// change of the text except undo and redo is made by this function.
    fn edit(&mut self, grouping: Grouping, edits: Vec<(Span, String)>) {
        let before = self.selection;
        let mut applied = Vec::with_capacity(edits.len());
        let mut limit = self.len();
        // The edits are applied from last to first. An edit moves only the text after it, so the spans of the earlier
        // edits stay valid.
        for (span, inserted) in edits.into_iter().rev() {
            let span = self.buffer.clamp(span);
            // An edit that overlaps the following edit is skipped, because the following edit has already replaced the
            // text that both edits cover. An edit without effect is skipped, because it must not add an undo step.
            if limit < span.end || self.buffer.slice(span) == inserted {
                continue;
            }
            limit = span.start;
            let edit = self.buffer.replace(span, &inserted);
            self.map_positions(&edit);
            applied.push(edit);
        }
        if applied.is_empty() {
            return;
        }
        self.goal = None;
        // Inserted text can join the grapheme at the cursor (a combining mark, the second half of a flag). The
        // selection is then inside a grapheme, so it is moved to a grapheme boundary.
        let (anchor, head) = (self.selection.anchor, self.selection.head);
        self.selection = Selection { anchor: self.buffer.snap(anchor), head: self.buffer.snap(head) };
        self.history.push(Transaction { edits: applied, before, after: self.selection }, grouping);
    }

    /// Maps every stored offset through an edit.
    fn map_positions(&mut self, edit: &Edit) {
        self.selection = Selection {
            anchor: edit.map_offset(self.selection.anchor),
            head: edit.map_offset(self.selection.head),
        };
        for pair in &mut self.pairs {
            pair.apply_edit(edit);
        }
        self.rows.apply_edit(edit, self.wrap.unwrap_or(0));
        self.prose.apply_edit(edit, &self.buffer);
    }
}
