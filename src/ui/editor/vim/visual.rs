//! Visual mode: a selection that includes the grapheme under the cursor, or whole lines.

use crate::editor::{Command, Editor, Extent, Found, Motion, Selection};
use crate::text::Span;
use crate::ui::editor::vim::operator;
use crate::ui::editor::vim::operator::{Operator, delete, replaced};
use crate::ui::editor::vim::pending::Wanted;
use crate::ui::editor::vim::reach::Way;
use crate::ui::editor::vim::{Mode, Outcome, Request, Vim, changes};
use crate::ui::widget::{Key, KeyCode};

/// What is selected: both graphemes and all between them, or their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub anchor: usize,
    pub cursor: usize,
    pub is_lines: bool,
}

impl Selected {
    pub fn of(editor: &Editor) -> Option<Self> {
        let Selection { anchor, head } = editor.selection();
        let (anchor, cursor) = match anchor.cmp(&head) {
            std::cmp::Ordering::Less => (anchor, editor.grapheme_before(head)),
            std::cmp::Ordering::Greater => (editor.grapheme_before(anchor), head),
            std::cmp::Ordering::Equal => return None,
        };
        Some(Self { anchor, cursor, is_lines: false })
    }

    /// Returns the selected bytes, or lines without the last one's break.
    pub fn found(&self, editor: &Editor) -> Found {
        let (start, end) = (self.anchor.min(self.cursor), self.anchor.max(self.cursor));
        if self.is_lines {
            return operator::lines(editor, editor.line_of(start), editor.line_of(end));
        }
        Found { span: Span::new(start, editor.grapheme_after(end)), is_lines: false }
    }

    fn selection(&self, editor: &Editor) -> Selection {
        let Span { start, end } = self.found(editor).span;
        if self.anchor <= self.cursor {
            Selection { anchor: start, head: end }
        } else {
            Selection { anchor: end, head: start }
        }
    }

    pub fn is_shown(&self, editor: &Editor) -> bool {
        let is_there = |at: usize| at <= editor.len() && editor.boundary(at) == at;
        is_there(self.anchor) && is_there(self.cursor) && self.selection(editor) == editor.selection()
    }

    fn show(&self, editor: &Editor) -> Outcome {
        let Selection { anchor, head } = self.selection(editor);
        Outcome::of([Command::Move(Motion::To(anchor)), Command::Extend(Motion::To(head))])
    }
}

impl Vim {
    pub(super) fn begin_visual(&mut self, editor: &Editor, is_lines: bool) -> Outcome {
        let at = editor.cursor();
        self.select(Selected { anchor: at, cursor: at, is_lines }, editor)
    }

    fn select(&mut self, selected: Selected, editor: &Editor) -> Outcome {
        let outcome = selected.show(editor);
        self.mode = Mode::Visual(selected);
        outcome
    }

    pub(super) fn press_visual(
        &mut self,
        key: Key,
        selected: &Selected,
        editor: &Editor,
        page: usize,
    ) -> Outcome {
        match self.pending.wanted {
            Wanted::Replacement => return self.replace_selected(key, selected, editor),
            Wanted::Object(extent) => return self.select_object(key, extent, selected, editor),
            Wanted::AfterG => {
                if let Some(operator) = key.typed().and_then(Operator::after_g) {
                    return self.operate_on(operator, selected, editor);
                }
            }
            Wanted::Command | Wanted::Register | Wanted::AfterZ | Wanted::Find { .. } => {}
        }
        match self.way(key, selected.cursor, editor, page) {
            Way::To(reach) => self.select(Selected { cursor: reach.at, ..selected.clone() }, editor),
            Way::Nowhere | Way::By(_) => Outcome::default(),
            Way::Other if self.pending.wanted == Wanted::Command => {
                self.visual_command(key, selected, editor)
            }
            Way::Other => Outcome::default(),
        }
    }

    fn visual_command(&mut self, key: Key, selected: &Selected, editor: &Editor) -> Outcome {
        let c = match key.code {
            KeyCode::Delete => 'x',
            KeyCode::Char(c) if !key.ctrl => c,
            _ => return Outcome::default(),
        };
        let whole = Selected { is_lines: true, ..selected.clone() };
        match c {
            'v' | 'V' if selected.is_lines == (c == 'V') => {
                self.mode = Mode::Normal;
                Outcome::of([Command::Move(Motion::To(selected.cursor))])
            }
            'v' | 'V' => self.select(Selected { is_lines: c == 'V', ..selected.clone() }, editor),
            'o' | 'O' => {
                let turned =
                    Selected { anchor: selected.cursor, cursor: selected.anchor, ..selected.clone() };
                self.select(turned, editor)
            }
            'i' | 'a' => {
                self.pending.want(Wanted::Object(if c == 'i' { Extent::Inner } else { Extent::Around }));
                Outcome::default()
            }
            'r' => {
                self.pending.want(Wanted::Replacement);
                Outcome::default()
            }
            'x' => self.operate_on(Operator::Delete, selected, editor),
            's' => self.operate_on(Operator::Change, selected, editor),
            'X' | 'D' => self.operate_on(Operator::Delete, &whole, editor),
            'S' | 'C' | 'R' => self.operate_on(Operator::Change, &whole, editor),
            'Y' => self.operate_on(Operator::Yank, &whole, editor),
            '~' => self.operate_on(Operator::Swap, selected, editor),
            'u' => self.operate_on(Operator::Lower, selected, editor),
            'U' => self.operate_on(Operator::Upper, selected, editor),
            'p' | 'P' => self.put_over(selected, editor),
            'J' => {
                self.mode = Mode::Normal;
                let (first, last) =
                    (selected.anchor.min(selected.cursor), selected.anchor.max(selected.cursor));
                let (first, last) = (editor.line_of(first), editor.line_of(last));
                changes::join(editor, first, (last - first + 1).max(2))
            }
            ':' => Outcome::ask(Request::CommandLine),
            '/' => Outcome::ask(Request::Search(crate::ui::editor::vim::Direction::Forward)),
            '?' => Outcome::ask(Request::Search(crate::ui::editor::vim::Direction::Backward)),
            _ => match Operator::of(c) {
                Some(operator) => self.operate_on(operator, selected, editor),
                None => Outcome::default(),
            },
        }
    }

    fn operate_on(&mut self, operator: Operator, selected: &Selected, editor: &Editor) -> Outcome {
        let found = selected.found(editor);
        self.mode = Mode::Normal;
        // The cursor goes to the start, however it was selected.
        self.operate(operator, found, found.span.start, editor)
    }

    fn select_object(&mut self, key: Key, extent: Extent, selected: &Selected, editor: &Editor) -> Outcome {
        let object = Vim::object(key);
        let Some(found) = object.and_then(|object| editor.object_around(selected.cursor, object, extent))
        else {
            return Outcome::default();
        };
        if found.span.is_empty() {
            return Outcome::default();
        }
        let last = editor.grapheme_before(found.span.end).max(found.span.start);
        let anchor = if selected.anchor == selected.cursor {
            found.span.start
        } else {
            selected.anchor.min(found.span.start)
        };
        let is_lines = selected.is_lines || found.is_lines;
        self.select(Selected { anchor, cursor: last, is_lines }, editor)
    }

    fn replace_selected(&mut self, key: Key, selected: &Selected, editor: &Editor) -> Outcome {
        self.mode = Mode::Normal;
        let Some(c) = key.typed() else { return Outcome::default() };
        let span = selected.found(editor).span;
        let mut text = String::new();
        let mut at = span.start;
        while at < span.end {
            let next = editor.grapheme_after(at);
            let grapheme = editor.slice(Span::new(at, next));
            if grapheme.contains('\n') {
                text.push_str(&grapheme);
            } else {
                text.push(c);
            }
            at = next;
        }
        Outcome::of([replaced(span, text, span.start)])
    }

    /// Puts the register in place of what is selected, which goes into the register.
    fn put_over(&mut self, selected: &Selected, editor: &Editor) -> Outcome {
        self.mode = Mode::Normal;
        let Some(register) = self.register().cloned() else { return Outcome::default() };
        let found = selected.found(editor);
        self.pending.register = None;
        self.keep(editor, found);
        let mut text = register.text.replace('\n', editor.line_break());
        match (found.is_lines, register.is_lines) {
            (true, true) => text.truncate(text.len() - editor.line_break().len()),
            (false, true) => text = format!("{}{text}", editor.line_break()),
            (_, false) => {}
        }
        if text.is_empty() {
            return Outcome::of([delete(editor, found)]);
        }
        Outcome::of([replaced(found.span, text, found.span.start)])
    }
}
