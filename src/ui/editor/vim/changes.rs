//! Normal mode: motions with and without an operator, and the commands that are not one.

use crate::diagnostic::TextEdit;
use crate::editor::{Command, Editor, Extent, Found, Motion};
use crate::text::Span;
use crate::ui::editor::vim::operator;
use crate::ui::editor::vim::operator::{Operator, replaced, swapped};
use crate::ui::editor::vim::pending::{Pending, Wanted};
use crate::ui::editor::vim::reach::Way;
use crate::ui::editor::vim::{Direction, LastChange, Outcome, Request, Vim, first_letter};
use crate::ui::widget::{Key, KeyCode};

impl Vim {
    pub(super) fn press_normal(&mut self, key: Key, editor: &Editor, page: usize) -> Outcome {
        let from = editor.cursor();
        match self.way(key, from, editor, page) {
            Way::Nowhere => return Outcome::default(),
            Way::To(reach) => {
                return match self.pending.operator {
                    Some(operator) => {
                        self.finish(operator, operator::stretch(editor, from, reach), from, editor)
                    }
                    None => Outcome::of([Command::Move(Motion::To(reach.at))]),
                };
            }
            Way::By(motion) => return Outcome::of([Command::Move(motion)]),
            Way::Other => {}
        }
        match (self.pending.wanted, self.pending.operator) {
            (Wanted::Object(extent), Some(operator)) => self.operate_on_object(key, extent, operator, editor),
            (Wanted::Replacement, None) => self.replace(key, editor),
            (Wanted::AfterZ, None) => match key.typed() {
                Some('Z') => Outcome::ask(Request::SaveAndQuit),
                _ => Outcome::default(),
            },
            (Wanted::AfterG, operator) => self.press_after_g(key, operator, editor),
            (Wanted::Command, Some(operator)) => self.press_after_operator(key, operator, editor),
            (Wanted::Command, None) => self.command(key, editor, page),
            _ => Outcome::default(),
        }
    }

    /// Does an operator, and remembers it for the repeat.
    fn finish(&mut self, operator: Operator, found: Found, from: usize, editor: &Editor) -> Outcome {
        if operator != Operator::Yank {
            self.remember();
        }
        self.operate(operator, found, from, editor)
    }

    fn remember(&mut self) {
        let (keys, count) = (self.pending.keys.clone(), self.pending.count());
        self.last_change = LastChange { keys, count, inserted: String::new() };
    }

    fn press_after_operator(&mut self, key: Key, operator: Operator, editor: &Editor) -> Outcome {
        match key.typed() {
            Some(c @ ('i' | 'a')) => {
                self.pending.want(Wanted::Object(if c == 'i' { Extent::Inner } else { Extent::Around }));
                Outcome::default()
            }
            Some(c) if operator.is_doubled_by(c) => self.finish_lines(operator, editor),
            _ => Outcome::default(),
        }
    }

    fn press_after_g(&mut self, key: Key, operator: Option<Operator>, editor: &Editor) -> Outcome {
        let Some(c) = key.typed() else { return Outcome::default() };
        match (Operator::after_g(c), operator) {
            (Some(again), Some(operator)) if again == operator => self.finish_lines(operator, editor),
            (Some(operator), None) => {
                self.pending.operate(operator);
                Outcome::default()
            }
            _ => Outcome::default(),
        }
    }

    /// The operator typed twice: so many lines from the cursor's.
    fn finish_lines(&mut self, operator: Operator, editor: &Editor) -> Outcome {
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
    ) -> Outcome {
        let from = editor.cursor();
        let found = Vim::object(key).and_then(|object| editor.object_around(from, object, extent));
        let Some(found) = found else { return Outcome::default() };
        match found.span.is_empty() && !found.is_lines && operator != Operator::Change {
            true => Outcome::of([Command::Move(Motion::To(found.span.start))]),
            false => self.finish(operator, found, found.span.start, editor),
        }
    }

    fn command(&mut self, key: Key, editor: &Editor, page: usize) -> Outcome {
        let c = match (key.code, key.ctrl) {
            (KeyCode::Delete, _) => 'x',
            (KeyCode::Char('r'), true) => {
                let times = self.pending.count().unwrap_or(1);
                return Outcome::of(std::iter::repeat_n(Command::Redo, times.min(1_000)));
            }
            (KeyCode::Char(c), false) => c,
            _ => return Outcome::default(),
        };
        if let Some(operator) = Operator::of(c) {
            self.pending.operate(operator);
            return Outcome::default();
        }
        match c {
            'i' | 'a' | 'I' | 'A' | 'o' | 'O' => {
                self.remember();
                self.insert(c, editor)
            }
            // Each of these is an operator with a motion of its own.
            'x' => self.instead("dl", editor, page),
            'X' => self.instead("dh", editor, page),
            'D' => self.instead("d$", editor, page),
            'C' => self.instead("c$", editor, page),
            's' => self.instead("cl", editor, page),
            'S' => self.instead("cc", editor, page),
            'Y' => self.instead("yy", editor, page),
            'p' | 'P' => {
                self.remember();
                self.put(editor, c == 'P')
            }
            'r' => {
                self.pending.want(Wanted::Replacement);
                Outcome::default()
            }
            '~' => {
                self.remember();
                self.swap_case(editor)
            }
            'J' => {
                self.remember();
                let n = self.pending.count().unwrap_or(1).max(2);
                join(editor, editor.line_of(editor.cursor()), n)
            }
            'u' => {
                let times = self.pending.count().unwrap_or(1).min(editor.n_steps());
                Outcome::of(std::iter::repeat_n(Command::Undo, times))
            }
            '.' => self.repeat(editor, page),
            'v' | 'V' => self.begin_visual(editor, c == 'V'),
            ':' => Outcome::ask(Request::CommandLine),
            'K' => Outcome::ask(Request::Hover),
            '/' => Outcome::ask(Request::Search(Direction::Forward)),
            '?' => Outcome::ask(Request::Search(Direction::Backward)),
            _ => Outcome::default(),
        }
    }

    /// Does what other keys would, with this command's count and register.
    fn instead(&mut self, keys: &str, editor: &Editor, page: usize) -> Outcome {
        self.pending = Pending::with(self.pending.count(), self.pending.register);
        self.run(keys.chars().map(Key::char), editor, page)
    }

    fn repeat(&mut self, editor: &Editor, page: usize) -> Outcome {
        let LastChange { keys, count, inserted } = self.last_change.clone();
        self.pending = Pending::with(self.pending.count().or(count), self.pending.register);
        let outcome = self.run(keys, editor, page);
        self.insert_again(outcome, inserted)
    }

    /// Takes keys of one command: only the last of them does something.
    fn run(&mut self, keys: impl IntoIterator<Item = Key>, editor: &Editor, page: usize) -> Outcome {
        keys.into_iter().filter_map(|key| self.take(key, editor, page)).last().unwrap_or_default()
    }

    /// `r`: so many graphemes by a character each, unless the line has fewer.
    fn replace(&mut self, key: Key, editor: &Editor) -> Outcome {
        let at = editor.cursor();
        let n = self.pending.count().unwrap_or(1);
        let end = self.ahead(editor, at, n);
        let is_enter = key.code == KeyCode::Enter;
        let (Some(end), Some(c)) = (end, key.typed().or(is_enter.then_some('\n'))) else {
            return Outcome::default();
        };
        self.remember();
        if is_enter {
            let text = editor.line_break().to_owned();
            let to = at + text.len();
            return Outcome::of([replaced(Span::new(at, end), text, to)]);
        }
        let text: String = std::iter::repeat_n(c, n).collect();
        let to = at + text.len();
        Outcome::of([replaced(Span::new(at, end), text, to), Command::Move(Motion::LeftInLine)])
    }

    /// The place `n` graphemes on, where the line has so many.
    fn ahead(&self, editor: &Editor, from: usize, n: usize) -> Option<usize> {
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

    fn swap_case(&mut self, editor: &Editor) -> Outcome {
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
        Outcome::of([replaced(Span::new(at, end), text, to)])
    }

    fn put(&mut self, editor: &Editor, is_before: bool) -> Outcome {
        let Some(register) = self.register().cloned() else { return Outcome::default() };
        let line_break = editor.line_break();
        let times = self.pending.count().unwrap_or(1).min(1_000_000 / register.text.len().max(1_000));
        let text = register.text.repeat(times.max(1)).replace('\n', line_break);
        let at = editor.cursor();
        let span = editor.line_span(editor.line_of(at));
        if !register.is_lines {
            let at = if is_before { at } else { editor.grapheme_after(at).min(span.end) };
            if register.text.contains('\n') {
                return Outcome::of([replaced(Span::at(at), text, at)]);
            }
            let to = at + text.len();
            return Outcome::of([replaced(Span::at(at), text, to), Command::Move(Motion::LeftInLine)]);
        }
        let indent = crate::editor::indentation(&text).len();
        if is_before {
            return Outcome::of([replaced(Span::at(span.start), text, span.start + indent)]);
        }
        let lines = format!("{line_break}{}", text.strip_suffix(line_break).unwrap_or(&text));
        Outcome::of([replaced(Span::at(span.end), lines, span.end + line_break.len() + indent)])
    }
}

/// `J`: makes one line of `n` from `first`, with a blank where two words meet.
pub fn join(editor: &Editor, first: usize, n: usize) -> Outcome {
    let last = (first + n - 1).min(editor.n_lines() - 1);
    let mut edits = Vec::new();
    let mut to = editor.cursor();
    let mut taken = 0;
    for line in first..last {
        let (end, next) = (editor.line_span(line).end, first_letter(editor, line + 1));
        let is_apart = editor.line(line).ends_with([' ', '\t']) || editor.line_span(line).is_empty();
        let rest = editor.slice(Span::new(next, editor.line_span(line + 1).end));
        let glue = if is_apart || rest.is_empty() || rest.starts_with(')') { "" } else { " " };
        to = end - taken;
        taken += (next - end) - glue.len();
        edits.push(TextEdit { span: Span::new(end, next), replacement: glue.to_owned() });
    }
    if edits.is_empty() {
        return Outcome::default();
    }
    Outcome::of([Command::Replace(edits), Command::Move(Motion::To(to))])
}
