//! Handles keys in normal mode: moves the cursor by motions, applies operators to regions, and runs all other commands.

use crate::diagnostic::TextEdit;
use crate::editor::{Command, Editor, Extent, Motion, TextRegion};
use crate::text::Span;
use crate::ui::editor::vim::operator;
use crate::ui::editor::vim::operator::{Operator, replaced, swapped};
use crate::ui::editor::vim::pending::{Pending, Wanted};
use crate::ui::editor::vim::target::{MotionKind, MotionResult, MotionTarget};
use crate::ui::editor::vim::visual::VisualSelection;
use crate::ui::editor::vim::{Direction, LastChange, Mode, Vim, VimOutcome, VimRequest, first_non_blank};
use crate::ui::widget::{Key, KeyCode};

impl Vim {
    pub(super) fn press_normal(&mut self, key: Key, editor: &Editor, page: usize) -> VimOutcome {
        let from = editor.cursor();
        match self.resolve_motion(key, from, editor, page) {
            MotionResult::Nowhere => return VimOutcome::default(),
            MotionResult::To(target) => {
                return match self.pending.operator {
                    Some(operator) => {
                        self.finish(operator, operator::motion_region(editor, from, target), from, editor)
                    }
                    None => VimOutcome::of([Command::Move(Motion::To(target.at))]),
                };
            }
            MotionResult::ByRows(motion) => return VimOutcome::of([Command::Move(motion)]),
            MotionResult::NotAMotion => {}
        }
        match (self.pending.wanted, self.pending.operator) {
            (Wanted::Object(extent), Some(operator)) => self.operate_on_object(key, extent, operator, editor),
            (Wanted::Replacement, None) => self.replace(key, editor),
            (Wanted::AfterZ, None) => match key.typed() {
                Some('Z') => VimOutcome::ask(VimRequest::SaveAndQuit),
                _ => VimOutcome::default(),
            },
            (Wanted::AfterG, operator) => self.press_after_g(key, operator, editor),
            (Wanted::Command, Some(operator)) => self.press_after_operator(key, operator, editor),
            (Wanted::Command, None) => self.command(key, editor, page),
            _ => VimOutcome::default(),
        }
    }

    /// Applies an operator, and remembers the command for `.` if the operator changes the text.
    fn finish(&mut self, operator: Operator, region: TextRegion, from: usize, editor: &Editor) -> VimOutcome {
        // `.` repeats only changes, and a yank changes nothing.
        if operator != Operator::Yank {
            self.remember();
        }
        self.operate(operator, region, from, editor)
    }

    fn remember(&mut self) {
        let (keys, count) = (self.pending.keys.clone(), self.pending.count());
        self.last_change = LastChange { keys, count, ..LastChange::default() };
    }

    fn press_after_operator(&mut self, key: Key, operator: Operator, editor: &Editor) -> VimOutcome {
        match key.typed() {
            Some(c @ ('i' | 'a')) => {
                self.pending.want(Wanted::Object(if c == 'i' { Extent::Inner } else { Extent::Around }));
                VimOutcome::default()
            }
            Some(c) if operator.is_doubled_by(c) => self.finish_lines(operator, editor),
            Some(c @ ('/' | '?')) => self.search(c),
            _ => VimOutcome::default(),
        }
    }

    /// Handles `/` and `?`, alone, after an operator, or with a selection.
    pub(super) fn search(&mut self, c: char) -> VimOutcome {
        let direction = if c == '/' { Direction::Forward } else { Direction::Backward };
        self.pending.want(Wanted::Search(direction));
        VimOutcome::ask(VimRequest::Search(direction))
    }

    pub(super) fn go_to_match(&mut self, editor: &Editor, from: usize, at: usize) -> VimOutcome {
        if let Mode::Visual(selected) = &self.mode {
            let selected = VisualSelection { cursor: at, ..selected.clone() };
            return self.select(selected, editor);
        }
        let Some(operator) = self.pending.operator else {
            return VimOutcome::of([Command::Move(Motion::To(at))]);
        };
        // `.` goes to the next match of the same pattern, even if the last search was for another pattern.
        self.pending.keys.pop();
        self.pending.keys.push(Key::char('n'));
        let target = MotionTarget { at, kind: MotionKind::Exclusive };
        let outcome = self.finish(operator, operator::motion_region(editor, from, target), from, editor);
        if operator != Operator::Yank {
            self.last_change.pattern = self.pattern.clone();
        }
        outcome
    }

    fn press_after_g(&mut self, key: Key, operator: Option<Operator>, editor: &Editor) -> VimOutcome {
        let Some(c) = key.typed() else { return VimOutcome::default() };
        match (Operator::after_g(c), operator) {
            (Some(again), Some(operator)) if again == operator => self.finish_lines(operator, editor),
            (Some(operator), None) => {
                self.pending.set_operator(operator);
                VimOutcome::default()
            }
            _ => VimOutcome::default(),
        }
    }

    /// Applies a doubled operator, such as `dd`, to `count` lines, beginning with the cursor's line.
    fn finish_lines(&mut self, operator: Operator, editor: &Editor) -> VimOutcome {
        let from = editor.cursor();
        let first = editor.line_of(from);
        let last = first + self.pending.count().unwrap_or(1) - 1;
        self.finish(operator, operator::lines(editor, first, last), from, editor)
    }

    fn operate_on_object(
        &mut self,
        key: Key,
        extent: Extent,
        operator: Operator,
        editor: &Editor,
    ) -> VimOutcome {
        let from = editor.cursor();
        let n = self.pending.count().unwrap_or(1);
        let region = Vim::object(key).and_then(|object| editor.text_object_at(from, object, extent, n));
        let Some(region) = region else { return VimOutcome::default() };
        // For an empty text object, such as `i"` in `""`, every operator except `c` only moves the cursor to the
        // object. `c` also enters insert mode.
        match region.span.is_empty() && !region.is_linewise && operator != Operator::Change {
            true => VimOutcome::of([Command::Move(Motion::To(region.span.start))]),
            false => self.finish(operator, region, region.span.start, editor),
        }
    }

    fn command(&mut self, key: Key, editor: &Editor, page: usize) -> VimOutcome {
        let c = match (key.code, key.ctrl) {
            (KeyCode::Delete, _) => 'x',
            (KeyCode::Char('r'), true) => {
                let times = self.pending.count().unwrap_or(1);
                // The number of possible redo steps is not known here, and redo commands beyond the last step do
                // nothing. The limit of 1,000 is for a mistyped count, which could otherwise create 100,000 commands.
                return VimOutcome::of(std::iter::repeat_n(Command::Redo, times.min(1_000)));
            }
            (KeyCode::Char(c), false) => c,
            _ => return VimOutcome::default(),
        };
        if let Some(operator) = Operator::of(c) {
            self.pending.set_operator(operator);
            return VimOutcome::default();
        }
        match c {
            'i' | 'a' | 'I' | 'A' | 'o' | 'O' => {
                self.remember();
                self.insert(c, editor)
            }
            // Each of these keys is short for an operator with a motion, or for a doubled operator such as `cc`.
            'x' => self.run_alias("dl", editor, page),
            'X' => self.run_alias("dh", editor, page),
            'D' => self.run_alias("d$", editor, page),
            'C' => self.run_alias("c$", editor, page),
            's' => self.run_alias("cl", editor, page),
            'S' => self.run_alias("cc", editor, page),
            'Y' => self.run_alias("yy", editor, page),
            'p' | 'P' => {
                self.remember();
                self.put(editor, c == 'P')
            }
            'r' => {
                self.pending.want(Wanted::Replacement);
                VimOutcome::default()
            }
            '~' => {
                self.remember();
                self.swap_case(editor)
            }
            'J' => {
                self.remember();
                // The count is the number of lines to join, including the cursor's line. Joining needs at least two
                // lines, so a count of 1 means the same as 2.
                let n = self.pending.count().unwrap_or(1).max(2);
                join(editor, editor.line_of(editor.cursor()), n)
            }
            'u' => {
                // The count is limited to the number of undo steps, because further undo commands would do nothing.
                let times = self.pending.count().unwrap_or(1).min(editor.n_steps());
                VimOutcome::of(std::iter::repeat_n(Command::Undo, times))
            }
            '.' => self.repeat(editor, page),
            'v' | 'V' => self.begin_visual(editor, c == 'V'),
            '&' => {
                self.remember();
                self.substitute_again(editor)
            }
            ':' => VimOutcome::ask(VimRequest::CommandLine("")),
            'K' => VimOutcome::ask(VimRequest::Hover),
            '/' | '?' => self.search(c),
            _ => VimOutcome::default(),
        }
    }

    /// Runs `keys`, the keys that a shortcut stands for (`x` stands for `dl`), with the count and the register that
    /// were typed before the shortcut.
    fn run_alias(&mut self, keys: &str, editor: &Editor, page: usize) -> VimOutcome {
        // The new `Pending` does not contain the shortcut's own key, so `.` repeats only the keys that are run here.
        self.pending = Pending::with(self.pending.count(), self.pending.register);
        self.run(keys.chars().map(Key::char), editor, page)
    }

    fn repeat(&mut self, editor: &Editor, page: usize) -> VimOutcome {
        let LastChange { keys, count, inserted, pattern } = self.last_change.clone();
        if let Some(pattern) = &pattern {
            self.pattern = Some(pattern.clone());
        }
        // As in vim, a count given to `.` replaces the original count.
        self.pending = Pending::with(self.pending.count().or(count), self.pending.register);
        let outcome = self.run(keys, editor, page);
        self.last_change.pattern = pattern;
        self.insert_again(outcome, inserted)
    }

    /// Handles the keys of one command, and returns the outcome of the last key. The outcomes of the keys before it are
    /// empty.
    fn run(&mut self, keys: impl IntoIterator<Item = Key>, editor: &Editor, page: usize) -> VimOutcome {
        keys.into_iter().filter_map(|key| self.take(key, editor, page)).last().unwrap_or_default()
    }

    /// Handles the key after `r`: replaces each of the `count` graphemes from the cursor on with the key's character.
    /// Enter replaces all of them with one line break. Does nothing if fewer graphemes are left on the line, or if the
    /// key is not Enter and types no character.
    fn replace(&mut self, key: Key, editor: &Editor) -> VimOutcome {
        let at = editor.cursor();
        let n = self.pending.count().unwrap_or(1);
        let end = self.offset_ahead(editor, at, n);
        let is_enter = key.code == KeyCode::Enter;
        let (Some(end), Some(c)) = (end, key.typed().or(is_enter.then_some('\n'))) else {
            return VimOutcome::default();
        };
        self.remember();
        if is_enter {
            let text = editor.line_break().to_owned();
            let to = at + text.len();
            return VimOutcome::of([replaced(Span::new(at, end), text, to)]);
        }
        let text: String = std::iter::repeat_n(c, n).collect();
        let to = at + text.len();
        VimOutcome::of([replaced(Span::new(at, end), text, to), Command::Move(Motion::LeftInLine)])
    }

    /// Returns the offset `n` graphemes after `from`, or `None` if fewer graphemes follow on the line.
    fn offset_ahead(&self, editor: &Editor, from: usize, n: usize) -> Option<usize> {
        let end = editor.line_span(editor.line_of(from)).end;
        let mut at = from;
        for _ in 0..n {
            if end <= at {
                return None;
            }
            at = editor.grapheme_after(at);
        }
        Some(at)
    }

    fn swap_case(&mut self, editor: &Editor) -> VimOutcome {
        let at = editor.cursor();
        let line = editor.line_span(editor.line_of(at));
        let mut end = at;
        for _ in 0..self.pending.count().unwrap_or(1) {
            if line.end <= end {
                break;
            }
            end = editor.grapheme_after(end).min(line.end);
        }
        let text = swapped(&editor.slice(Span::new(at, end)));
        let to = at + text.len();
        VimOutcome::of([replaced(Span::new(at, end), text, to)])
    }

    fn put(&mut self, editor: &Editor, is_before: bool) -> VimOutcome {
        let Some(register) = self.register().cloned() else { return VimOutcome::default() };
        let line_break = editor.line_break();
        // A mistyped count must not fill the memory: at most about a megabyte is put, or one copy of a larger text.
        let times = self.pending.count().unwrap_or(1).min(1_000_000 / register.text.len().max(1_000));
        let text = register.text.repeat(times.max(1)).replace('\n', line_break);
        let at = editor.cursor();
        let span = editor.line_span(editor.line_of(at));
        if !register.is_linewise {
            let at = if is_before { at } else { editor.grapheme_after(at).min(span.end) };
            // After putting text that contains a line break, vim's cursor is at the start of the text. After putting
            // other text, the cursor is on the last character of that text.
            if register.text.contains('\n') {
                return VimOutcome::of([replaced(Span::at(at), text, at)]);
            }
            let to = at + text.len();
            return VimOutcome::of([replaced(Span::at(at), text, to), Command::Move(Motion::LeftInLine)]);
        }
        let indent = crate::editor::indentation(&text).len();
        if is_before {
            return VimOutcome::of([replaced(Span::at(span.start), text, span.start + indent)]);
        }
        // The lines are inserted at the end of the cursor's line, before its line break. So the inserted text begins
        // with a line break and does not end with one. The lines are not inserted after the line break, because the
        // last line of a body has no line break.
        let lines = format!("{line_break}{}", text.strip_suffix(line_break).unwrap_or(&text));
        VimOutcome::of([replaced(Span::at(span.end), lines, span.end + line_break.len() + indent)])
    }
}

/// Handles `J`: joins `n` lines, beginning with line `first`. Adds a space between two lines in the same cases as vim.
pub(crate) fn join(editor: &Editor, first: usize, n: usize) -> VimOutcome {
    let last = (first + n - 1).min(editor.n_lines() - 1);
    let mut edits = Vec::new();
    let mut to = editor.cursor();
    let mut removed = 0;
    for line in first..last {
        let (end, next) = (editor.line_span(line).end, first_non_blank(editor, line + 1));
        // vim adds no space after whitespace, next to an empty line, or before `)`.
        let needs_no_space = editor.line(line).ends_with([' ', '\t']) || editor.line_span(line).is_empty();
        let rest = editor.slice(Span::new(next, editor.line_span(line + 1).end));
        let glue = if needs_no_space || rest.is_empty() || rest.starts_with(')') { "" } else { " " };
        // The cursor goes to the place where the last two lines are joined. The earlier joins shorten the text before
        // that place by `removed` bytes.
        to = end - removed;
        removed += (next - end) - glue.len();
        edits.push(TextEdit { span: Span::new(end, next), replacement: glue.to_owned() });
    }
    if edits.is_empty() {
        return VimOutcome::default();
    }
    VimOutcome::of([Command::Replace(edits), Command::Move(Motion::To(to))])
}
