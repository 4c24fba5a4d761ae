//! Handles keys in visual mode. The selection includes the grapheme under the cursor, or consists of whole lines.

use crate::editor::{Command, Editor, Extent, Motion, Selection, TextRegion};
use crate::text::Span;
use crate::ui::editor::vim::operator;
use crate::ui::editor::vim::operator::{Operator, delete, replaced};
use crate::ui::editor::vim::pending::Wanted;
use crate::ui::editor::vim::target::MotionResult;
use crate::ui::editor::vim::{Mode, Vim, VimOutcome, VimRequest, changes};
use crate::ui::widget::{Key, KeyCode};

/// A selection from the grapheme at `anchor` to the grapheme at `cursor`, both included. If `is_linewise` is true, all
/// lines from the line of `anchor` to the line of `cursor` are selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VisualSelection {
    pub anchor: usize,
    pub cursor: usize,
    pub is_linewise: bool,
}

impl VisualSelection {
    pub(super) fn of(editor: &Editor) -> Option<Self> {
        let Selection { anchor, head } = editor.selection();
        // The editor's selection ends after its last grapheme, but vim's cursor is on that grapheme.
        let (anchor, cursor) = match anchor.cmp(&head) {
            std::cmp::Ordering::Less => (anchor, editor.grapheme_before(head)),
            std::cmp::Ordering::Greater => (editor.grapheme_before(anchor), head),
            std::cmp::Ordering::Equal => return None,
        };
        Some(Self { anchor, cursor, is_linewise: false })
    }

    /// Returns the region of the selected graphemes, or of the selected lines without the last line break.
    pub(super) fn region(&self, editor: &Editor) -> TextRegion {
        let (start, end) = (self.anchor.min(self.cursor), self.anchor.max(self.cursor));
        if self.is_linewise {
            return operator::lines(editor, editor.line_of(start), editor.line_of(end));
        }
        TextRegion { span: Span::new(start, editor.grapheme_after(end)), is_linewise: false }
    }

    fn selection(&self, editor: &Editor) -> Selection {
        let Span { start, end } = self.region(editor).span;
        if self.anchor <= self.cursor {
            Selection { anchor: start, head: end }
        } else {
            Selection { anchor: end, head: start }
        }
    }

    pub(super) fn is_shown(&self, editor: &Editor) -> bool {
        self.is_in(editor) && self.selection(editor) == editor.selection()
    }

    /// Returns whether the offsets can be used. The text may have changed since the selection was made.
    fn is_in(&self, editor: &Editor) -> bool {
        let is_there = |at: usize| at <= editor.len() && editor.boundary(at) == at;
        is_there(self.anchor) && is_there(self.cursor)
    }

    pub(super) fn show_again(&self, editor: &Editor) -> VimOutcome {
        if self.is_in(editor) { self.show(editor) } else { VimOutcome::default() }
    }

    fn show(&self, editor: &Editor) -> VimOutcome {
        let Selection { anchor, head } = self.selection(editor);
        VimOutcome::of([Command::Move(Motion::To(anchor)), Command::Extend(Motion::To(head))])
    }
}

impl Vim {
    pub(super) fn begin_visual(&mut self, editor: &Editor, is_linewise: bool) -> VimOutcome {
        let at = editor.cursor();
        self.select(VisualSelection { anchor: at, cursor: at, is_linewise }, editor)
    }

    pub(super) fn select(&mut self, selected: VisualSelection, editor: &Editor) -> VimOutcome {
        let outcome = selected.show(editor);
        self.mode = Mode::Visual(selected);
        outcome
    }

    pub(super) fn press_visual(
        &mut self,
        key: Key,
        selected: &VisualSelection,
        editor: &Editor,
        page: usize,
    ) -> VimOutcome {
        match self.pending.wanted {
            Wanted::Replacement => return self.replace_selected(key, selected, editor),
            Wanted::Object(extent) => return self.select_object(key, extent, selected, editor),
            // An operator such as `gu` acts on the selection at once. Other keys after `g` are motions.
            Wanted::AfterG => {
                if let Some(operator) = key.typed().and_then(Operator::after_g) {
                    return self.operate_on(operator, selected, editor);
                }
            }
            Wanted::Command | Wanted::Register | Wanted::AfterZ | Wanted::Find { .. } | Wanted::Search(_) => {
            }
        }
        match self.resolve_motion(key, selected.cursor, editor, page) {
            MotionResult::To(target) => {
                self.select(VisualSelection { cursor: target.at, ..selected.clone() }, editor)
            }
            MotionResult::Nowhere | MotionResult::ByRows(_) => VimOutcome::default(),
            MotionResult::NotAMotion if self.pending.wanted == Wanted::Command => {
                self.visual_command(key, selected, editor)
            }
            MotionResult::NotAMotion => VimOutcome::default(),
        }
    }

    fn visual_command(&mut self, key: Key, selected: &VisualSelection, editor: &Editor) -> VimOutcome {
        let c = match key.code {
            KeyCode::Delete => 'x',
            KeyCode::Char(c) if !key.ctrl => c,
            _ => return VimOutcome::default(),
        };
        let whole = VisualSelection { is_linewise: true, ..selected.clone() };
        match c {
            'v' | 'V' if selected.is_linewise == (c == 'V') => {
                self.mode = Mode::Normal;
                VimOutcome::of([Command::Move(Motion::To(selected.cursor))])
            }
            'v' | 'V' => self.select(VisualSelection { is_linewise: c == 'V', ..selected.clone() }, editor),
            // The cursor goes to the other end of the selection, so that motions then move that end.
            'o' | 'O' => {
                let turned =
                    VisualSelection { anchor: selected.cursor, cursor: selected.anchor, ..selected.clone() };
                self.select(turned, editor)
            }
            'i' | 'a' => {
                self.pending.want(Wanted::Object(if c == 'i' { Extent::Inner } else { Extent::Around }));
                VimOutcome::default()
            }
            'r' => {
                self.pending.want(Wanted::Replacement);
                VimOutcome::default()
            }
            'x' => self.operate_on(Operator::Delete, selected, editor),
            's' => self.operate_on(Operator::Change, selected, editor),
            // These capital letters take whole lines, even if only characters are selected.
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
            ':' => {
                let span = selected.region(editor).span;
                self.selected_lines = Some((editor.line_of(span.start), editor.line_of(span.end)));
                self.mode = Mode::Normal;
                VimOutcome {
                    commands: vec![Command::Move(Motion::To(selected.cursor))],
                    request: Some(VimRequest::CommandLine("'<,'>")),
                }
            }
            '/' | '?' => self.search(c),
            _ => match Operator::of(c) {
                Some(operator) => self.operate_on(operator, selected, editor),
                None => VimOutcome::default(),
            },
        }
    }

    fn operate_on(&mut self, operator: Operator, selected: &VisualSelection, editor: &Editor) -> VimOutcome {
        let region = selected.region(editor);
        self.mode = Mode::Normal;
        // After the operator, the cursor is at the start of the region, whatever the direction of the selection was.
        self.operate(operator, region, region.span.start, editor)
    }

    fn select_object(
        &mut self,
        key: Key,
        extent: Extent,
        selected: &VisualSelection,
        editor: &Editor,
    ) -> VimOutcome {
        let n = self.pending.count().unwrap_or(1);
        let object = Vim::object(key);
        let Some(region) =
            object.and_then(|object| editor.text_object_at(selected.cursor, object, extent, n))
        else {
            return VimOutcome::default();
        };
        if region.span.is_empty() {
            return VimOutcome::default();
        }
        let last = editor.grapheme_before(region.span.end).max(region.span.start);
        // As in vim, the object replaces a selection of one grapheme and extends a larger selection.
        let anchor = if selected.anchor == selected.cursor {
            region.span.start
        } else {
            selected.anchor.min(region.span.start)
        };
        let is_linewise = selected.is_linewise || region.is_linewise;
        self.select(VisualSelection { anchor, cursor: last, is_linewise }, editor)
    }

    fn replace_selected(&mut self, key: Key, selected: &VisualSelection, editor: &Editor) -> VimOutcome {
        self.mode = Mode::Normal;
        let Some(c) = key.typed() else { return VimOutcome::default() };
        let span = selected.region(editor).span;
        let mut text = String::new();
        let mut at = span.start;
        while at < span.end {
            let next = editor.grapheme_after(at);
            let grapheme = editor.slice(Span::new(at, next));
            // vim's `r` keeps the line breaks of a selection.
            if grapheme.contains('\n') {
                text.push_str(&grapheme);
            } else {
                text.push(c);
            }
            at = next;
        }
        VimOutcome::of([replaced(span, text, span.start)])
    }

    /// Replaces the selection with a register's text, and stores the replaced text in the unnamed register.
    fn put_over(&mut self, selected: &VisualSelection, editor: &Editor) -> VimOutcome {
        self.mode = Mode::Normal;
        let Some(register) = self.register().cloned() else { return VimOutcome::default() };
        let region = selected.region(editor);
        // If the user typed a register's name, the name says which register's text replaces the selection. It does not
        // say where the replaced text is stored. The name is removed here, so that the replaced text goes to the
        // unnamed register and does not overwrite the named register.
        self.pending.register = None;
        self.store_region(editor, region);
        let mut text = register.text.replace('\n', editor.line_break());
        match (region.is_linewise, register.is_linewise) {
            (true, true) => text.truncate(text.len() - editor.line_break().len()),
            // The register has whole lines, but the selection may start in the middle of a line. The line break before
            // the register's text lets the text start on a new line.
            (false, true) => text = format!("{}{text}", editor.line_break()),
            (_, false) => {}
        }
        if text.is_empty() {
            return VimOutcome::of([delete(editor, region)]);
        }
        VimOutcome::of([replaced(region.span, text, region.span.start)])
    }
}
