//! The colours of an editor's lines, kept while it is edited.

use std::ops::Range;
use std::sync::Arc;

use crate::editor::{Editor, Snapshot};
use crate::ui::editor::HINTS_UP_TO;

use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;
use crate::ui::editor::highlight::{Grammar, Piece};

/// How many bytes one call reads at most; about 2 ms.
const BUDGET: usize = 8 * 1024;

/// A line longer than this stays plain: no one reads it, and one key would cost more than a frame.
const LONGEST_LINE: usize = 16 * 1024;

/// The coloured pieces of each line of one editor.
///
/// The first `n_read` lines are exact. Those behind keep the pieces they had before the edit, or have none yet.
#[derive(Debug, Default)]
pub struct Highlighter {
    grammar: Option<Arc<Grammar>>,
    text: Option<Snapshot>,
    lines: Vec<Line>,
    n_read: usize,
    /// Lines behind an edit that were exact before it: they are again as soon as one begins in the state it had.
    tail: Range<usize>,
}

#[derive(Debug, Clone, Default)]
struct Line {
    /// The state it was read from; `None` where that was a guess.
    start: Option<Arc<LineState>>,
    pieces: Option<Vec<Piece>>,
}

impl Highlighter {
    pub fn grammar(&self) -> Option<&Grammar> {
        self.grammar.as_deref()
    }

    /// Takes a grammar; everything is read again.
    pub fn set_grammar(&mut self, grammar: Arc<Grammar>) {
        *self = Self { grammar: Some(grammar), ..Self::default() };
    }

    /// Returns the pieces of a line, from the left; none before the grammar is loaded.
    pub fn pieces(&self, line: usize) -> &[Piece] {
        self.lines.get(line).and_then(|line| line.pieces.as_deref()).unwrap_or_default()
    }

    /// Follows the text: call it after each change and each scroll, before drawing. Returns whether work is left for
    /// further calls; a change of what is shown may come of them.
    pub fn follow(&mut self, editor: &Editor, visible: Range<usize>) -> bool {
        let Some(grammar) = self.grammar.clone() else { return false };
        if HINTS_UP_TO < editor.len() {
            *self = Self { grammar: Some(grammar), ..Self::default() };
            return false;
        }
        self.take_edit(editor);
        let mut budget = BUDGET;
        self.guess(editor, visible, &grammar, &mut budget);
        self.read(editor, &grammar, &mut budget);
        self.n_read < self.lines.len()
    }

    /// Keeps what lies before and behind the lines that differ from the last call's.
    fn take_edit(&mut self, editor: &Editor) {
        let now = editor.snapshot();
        let n_now = editor.n_lines();
        let Some(before) = self.text.replace(now.clone()) else {
            self.lines = vec![Line::default(); n_now];
            return;
        };
        let Some((n_same_before, n_same_behind)) = before.same_lines(&now) else { return };
        let n_then = self.lines.len();
        let behind = n_then - n_same_behind;
        let exact = if self.tail.is_empty() { 0..self.n_read } else { self.tail.clone() };
        let kept = exact.start.max(behind)..exact.end;
        let moved = |line: usize| n_now - (n_then - line);
        self.tail = if kept.is_empty() { 0..0 } else { moved(kept.start)..moved(kept.end) };
        let n_new = n_now - n_same_before - n_same_behind;
        self.lines.splice(n_same_before..behind, vec![Line::default(); n_new]);
        self.n_read = self.n_read.min(n_same_before);
    }

    /// Reads visible lines that have no colours yet from a likely state: where the lines before are not read yet.
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
            let pieces = read_line(&mut state, editor, index, grammar, budget);
            self.lines[index].pieces.get_or_insert(pieces);
        }
    }

    fn read(&mut self, editor: &Editor, grammar: &Grammar, budget: &mut usize) {
        let mut state = self.state_before(self.n_read, editor, grammar);
        while self.n_read < self.lines.len() {
            if self.tail.start == self.n_read && !self.tail.is_empty() {
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
            self.lines[self.n_read] = Line { start: Some(start), pieces: Some(pieces) };
            self.n_read += 1;
        }
    }

    /// Most lines begin as the line before does: they share one state.
    fn shared_state(&self, state: &LineState) -> Arc<LineState> {
        let before = self.n_read.checked_sub(1).and_then(|before| self.lines[before].start.clone());
        before.filter(|before| **before == *state).unwrap_or_else(|| Arc::new(state.clone()))
    }

    fn state_before(&self, line: usize, editor: &Editor, grammar: &Grammar) -> LineState {
        let before =
            line.checked_sub(1).and_then(|before| Some((before, self.lines.get(before)?.start.as_ref()?)));
        let Some((before, start)) = before else { return grammar.start.clone() };
        let mut state = LineState::clone(start);
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
) -> Vec<Piece> {
    let length = editor.line_span(line).len();
    *budget = budget.saturating_sub(length.min(LONGEST_LINE) + 1);
    if LONGEST_LINE < length {
        return Vec::new();
    }
    let mut text = editor.line(line).into_owned();
    text.push('\n');
    classes::read_line(state, &text, &grammar.set)
}
