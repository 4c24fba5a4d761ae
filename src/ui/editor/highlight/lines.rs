//! Keeps the syntax colors of an editor's lines up to date while the text is edited.

use std::ops::Range;
use std::sync::Arc;

use crate::editor::{Editor, Snapshot};
use crate::ui::editor::MAX_HINTED_BYTES;

use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;
use crate::ui::editor::highlight::{Grammar, SyntaxPiece};

/// The number of bytes after which one call of `follow` reads no further lines. Reading this many bytes takes about 2
/// ms.
const BUDGET: usize = 8 * 1024;

/// The longest line that is colored, in bytes. Coloring a longer line after a keystroke would take longer than a frame.
const MAX_LINE_BYTES: usize = 16 * 1024;

/// The colored pieces of each line of one editor.
///
/// The pieces of the first `n_read` lines are exact: they were found by reading the text from its start. A later line
/// has the pieces from before the last edit, guessed pieces, or no pieces.
#[derive(Debug, Default)]
pub struct Highlighter {
    grammar: Option<Arc<Grammar>>,
    text: Option<Snapshot>,
    lines: Vec<CachedLine>,
    n_read: usize,
    /// Lines after an edit. Their pieces were exact before the edit. If a line of the tail still begins in the same
    /// state as before the edit, the pieces from that line to the end of the tail are exact again.
    tail: Range<usize>,
}

#[derive(Debug, Clone, Default)]
struct CachedLine {
    /// The state at the start of the line; `None` if that state is not known or was guessed.
    start: Option<Arc<LineState>>,
    pieces: Option<Vec<SyntaxPiece>>,
}

impl Highlighter {
    pub fn grammar(&self) -> Option<&Grammar> {
        self.grammar.as_deref()
    }

    /// Sets the grammar, and drops all pieces, so that `follow` reads the whole text again.
    pub fn set_grammar(&mut self, grammar: Arc<Grammar>) {
        *self = Self { grammar: Some(grammar), ..Self::default() };
    }

    /// Returns the pieces of a line from left to right. The result is empty if the line is plain or not colored yet.
    pub fn pieces(&self, line: usize) -> &[SyntaxPiece] {
        self.lines.get(line).and_then(|line| line.pieces.as_deref()).unwrap_or_default()
    }

    /// Updates the colors. Call it after each change and each scroll, before drawing. Returns whether lines are left to
    /// read. If so, call it again: the colors of visible lines may still change.
    pub fn follow(&mut self, editor: &Editor, visible: Range<usize>) -> bool {
        let Some(grammar) = self.grammar.clone() else { return false };
        if MAX_HINTED_BYTES < editor.len() {
            *self = Self { grammar: Some(grammar), ..Self::default() };
            return false;
        }
        self.take_edit(editor);
        // Guessing and reading share one budget, so that guessing does not make a call take longer.
        let mut budget = BUDGET;
        self.guess(editor, visible, &grammar, &mut budget);
        self.read(editor, &grammar, &mut budget);
        self.n_read < self.lines.len()
    }

    /// Updates the cached lines after an edit. The lines that changed since the last call are replaced, and all others
    /// are kept.
    fn take_edit(&mut self, editor: &Editor) {
        let now = editor.snapshot();
        let n_now = editor.n_lines();
        let Some(before) = self.text.replace(now.clone()) else {
            self.lines = vec![CachedLine::default(); n_now];
            return;
        };
        let Some((n_same_before, n_same_after)) = before.same_lines(&now) else { return };
        let n_then = self.lines.len();
        let tail_start = n_then - n_same_after;
        // `tail` can store only one range. If an earlier edit has left a tail, the lines of that tail that are after
        // this edit become the new tail. If there is no tail, the lines read so far that are after this edit become the
        // new tail.
        let exact = if self.tail.is_empty() { 0..self.n_read } else { self.tail.clone() };
        let still_exact = exact.start.max(tail_start)..exact.end;
        let moved = |line: usize| n_now - (n_then - line);
        self.tail =
            if still_exact.is_empty() { 0..0 } else { moved(still_exact.start)..moved(still_exact.end) };
        let n_new = n_now - n_same_before - n_same_after;
        self.lines.splice(n_same_before..tail_start, vec![CachedLine::default(); n_new]);
        // Reading continues at the first changed line. The state at the start of that line is the same as before the
        // edit.
        self.n_read = self.n_read.min(n_same_before);
    }

    /// Colors visible lines that have no colors yet. The colors are a guess: the lines before them have not been read,
    /// so the visible lines are read as if they were the start of the text.
    fn guess(&mut self, editor: &Editor, visible: Range<usize>, grammar: &Grammar, budget: &mut usize) {
        let start = visible.start.min(self.lines.len());
        let visible = start..visible.end.clamp(start, self.lines.len());
        if visible.start <= self.n_read
            || self.lines[visible.clone()].iter().all(|line| line.pieces.is_some())
        {
            return;
        }
        let mut state = grammar.start.clone();
        for index in visible {
            // Lines that already have pieces are read too, because the next line needs the state at their end. Their
            // existing pieces are kept, because guessed pieces are less reliable.
            let pieces = read_line(&mut state, editor, index, grammar, budget);
            self.lines[index].pieces.get_or_insert(pieces);
        }
    }

    fn read(&mut self, editor: &Editor, grammar: &Grammar, budget: &mut usize) {
        let mut state = self.state_before(self.n_read, editor, grammar);
        while self.n_read < self.lines.len() {
            if self.tail.start == self.n_read && !self.tail.is_empty() {
                // The line begins in the same state as before the edit, so the pieces of this line and of the rest of
                // the tail are still correct.
                if self.lines[self.n_read].start.as_deref() == Some(&state) {
                    self.n_read = self.tail.end;
                    self.tail = 0..0;
                    state = self.state_before(self.n_read, editor, grammar);
                    continue;
                }
                self.tail.start += 1;
            }
            if *budget == 0 {
                return;
            }
            let start = self.shared_state(&state);
            let pieces = read_line(&mut state, editor, self.n_read, grammar, budget);
            self.lines[self.n_read] = CachedLine { start: Some(start), pieces: Some(pieces) };
            self.n_read += 1;
        }
    }

    fn shared_state(&self, state: &LineState) -> Arc<LineState> {
        // If a line begins in the same state as the line before it, as most lines do, both lines share one copy of the
        // state. Each further copy would take several allocations.
        let before = self.n_read.checked_sub(1).and_then(|before| self.lines[before].start.clone());
        before.filter(|before| **before == *state).unwrap_or_else(|| Arc::new(state.clone()))
    }

    fn state_before(&self, line: usize, editor: &Editor, grammar: &Grammar) -> LineState {
        let before =
            line.checked_sub(1).and_then(|before| Some((before, self.lines.get(before)?.start.as_ref()?)));
        let Some((before, start)) = before else { return grammar.start.clone() };
        let mut state = LineState::clone(start);
        // Only states at line starts are stored, so the line before `line` is read again to get the state at its end.
        read_line(&mut state, editor, before, grammar, &mut 0);
        state
    }
}

fn read_line(
    state: &mut LineState,
    editor: &Editor,
    line: usize,
    grammar: &Grammar,
    budget: &mut usize,
) -> Vec<SyntaxPiece> {
    let length = editor.line_span(line).len();
    // Each line takes at least 1 from the budget, so that a call also ends early in a text of empty lines.
    *budget = budget.saturating_sub(length.min(MAX_LINE_BYTES) + 1);
    if MAX_LINE_BYTES < length {
        return Vec::new();
    }
    let mut text = editor.line(line).into_owned();
    text.push('\n');
    classes::read_line(state, &text, &grammar.set)
}
