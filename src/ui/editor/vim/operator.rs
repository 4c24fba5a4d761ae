//! Applies operators to a region of text, and stores yanked and deleted text in registers.

use crate::diagnostic::TextEdit;
use crate::editor::{Command, Editor, INDENT, Motion, TextRegion, indentation};
use crate::text::Span;
use crate::ui::editor::register::Register;
use crate::ui::editor::vim::insert::Insertion;
use crate::ui::editor::vim::target::{MotionKind, MotionTarget};
use crate::ui::editor::vim::{Mode, Vim, VimOutcome, VimRequest, first_non_blank};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `d`
    Delete,
    /// `c`
    Change,
    /// `y`
    Yank,
    /// `>`
    Indent,
    /// `<`
    Outdent,
    /// `gu`
    Lower,
    /// `gU`
    Upper,
    /// `g~`
    Swap,
    /// `gc`
    Comment,
}

impl Operator {
    pub(super) fn of(c: char) -> Option<Self> {
        Some(match c {
            'd' => Operator::Delete,
            'c' => Operator::Change,
            'y' => Operator::Yank,
            '>' => Operator::Indent,
            '<' => Operator::Outdent,
            _ => return None,
        })
    }

    pub(super) fn after_g(c: char) -> Option<Self> {
        Some(match c {
            'u' => Operator::Lower,
            'U' => Operator::Upper,
            '~' => Operator::Swap,
            'c' => Operator::Comment,
            _ => return None,
        })
    }

    /// Whether `c` repeats the operator, as in `dd` or `gUU`. A doubled operator takes whole lines.
    pub(super) fn is_doubled_by(self, c: char) -> bool {
        Operator::of(c) == Some(self) || Operator::after_g(c) == Some(self)
    }

    fn takes_lines(self) -> bool {
        matches!(self, Operator::Indent | Operator::Outdent | Operator::Comment)
    }
}

pub(crate) fn motion_region(editor: &Editor, from: usize, target: MotionTarget) -> TextRegion {
    let (start, end) = (from.min(target.at), from.max(target.at));
    match target.kind {
        MotionKind::Linewise => lines(editor, editor.line_of(start), editor.line_of(end)),
        MotionKind::Inclusive => bytes(start, editor.grapheme_after(end)),
        MotionKind::Exclusive => {
            let (first, last) = (editor.line_of(start), editor.line_of(end));
            if first == last || end != editor.line_span(last).start {
                return bytes(start, end);
            }
            // vim's `exclusive-linewise` rule: if the motion ends at the start of a later line, the operator stops at
            // the end of the line before that line. If the motion also starts at or before the first non-blank
            // character of its line, the operator takes whole lines.
            match start <= first_non_blank(editor, first) {
                true => lines(editor, first, last - 1),
                false => bytes(start, editor.line_span(last - 1).end),
            }
        }
    }
}

pub(crate) fn lines(editor: &Editor, first: usize, last: usize) -> TextRegion {
    let last = last.min(editor.n_lines() - 1);
    let span = Span::new(editor.line_span(first.min(last)).start, editor.line_span(last).end);
    TextRegion { span, is_linewise: true }
}

fn bytes(start: usize, end: usize) -> TextRegion {
    TextRegion { span: Span::new(start, end), is_linewise: false }
}

impl Vim {
    pub(super) fn operate(
        &mut self,
        operator: Operator,
        region: TextRegion,
        from: usize,
        editor: &Editor,
    ) -> VimOutcome {
        let (first, last) = (editor.line_of(region.span.start), editor.line_of(region.span.end));
        let region = if operator.takes_lines() { lines(editor, first, last) } else { region };
        match operator {
            Operator::Delete | Operator::Yank if region.span.is_empty() && !region.is_linewise => {
                VimOutcome::of([Command::Move(Motion::To(region.span.start))])
            }
            Operator::Delete => VimOutcome {
                request: self.store_region(editor, region),
                ..VimOutcome::of([delete(editor, region)])
            },
            Operator::Change => {
                VimOutcome { request: self.store_region(editor, region), ..self.change(editor, region) }
            }
            Operator::Yank => self.yank(editor, region, from),
            Operator::Indent => {
                let edits = (first..=last).filter_map(|line| {
                    let span = editor.line_span(line);
                    let edit = TextEdit { span: Span::at(span.start), replacement: INDENT.to_owned() };
                    (!span.is_empty()).then_some(edit)
                });
                let to = first_non_blank(editor, first);
                let moved = if editor.line_span(first).is_empty() { 0 } else { INDENT.len() };
                VimOutcome::of([Command::Replace(edits.collect()), Command::Move(Motion::To(to + moved))])
            }
            Operator::Outdent => {
                let edits = (first..=last).map(|line| outdented(editor, line)).collect();
                let to = first_non_blank(editor, first) - outdented(editor, first).span.len();
                VimOutcome::of([Command::Replace(edits), Command::Move(Motion::To(to))])
            }
            Operator::Lower => recase(editor, region, from, |text| text.to_lowercase()),
            Operator::Upper => recase(editor, region, from, |text| text.to_uppercase()),
            Operator::Swap => recase(editor, region, from, swapped),
            Operator::Comment => VimOutcome::of([
                Command::Move(Motion::To(region.span.start)),
                Command::Extend(Motion::To(region.span.end)),
                Command::ToggleComment,
                Command::Move(Motion::To(first_non_blank(editor, first))),
            ]),
        }
    }

    /// Removes the region and starts inserting in its place. If the region consists of whole lines, the indentation of
    /// the first line stays.
    fn change(&mut self, editor: &Editor, region: TextRegion) -> VimOutcome {
        let start = if region.is_linewise {
            first_non_blank(editor, editor.line_of(region.span.start))
        } else {
            region.span.start
        };
        let span = Span::new(start.min(region.span.end), region.span.end);
        let commands = match span.is_empty() {
            true => vec![Command::Move(Motion::To(span.start))],
            false => vec![replaced(span, String::new(), span.start)],
        };
        self.begin_insert(editor, commands, Insertion::begin(editor))
    }

    fn yank(&mut self, editor: &Editor, region: TextRegion, from: usize) -> VimOutcome {
        let register = Register::of_region(editor, region);
        // A yank without a named register goes to the console's register and to the system's clipboard too. A deletion
        // goes there only with `"+`, so that an `x` does not replace text that the user has copied.
        let is_local = self.pending.register.is_some_and(|name| !matches!(name, '"' | '+' | '*'));
        let request = (!is_local)
            .then(|| VimRequest::Copy("copied", register.clone().with_context(editor, region.span)));
        // As in vim, register 0 keeps the text of the last yank for which no register was named. Deletions do not
        // overwrite register 0.
        if self.pending.register.is_none() {
            self.registers.insert('0', register.clone());
        }
        self.store(register);
        // vim moves the cursor to the start of the yanked text. If whole lines were yanked, beginning with the cursor's
        // line, the cursor stays.
        let stays = region.is_linewise && editor.line_of(from) == editor.line_of(region.span.start);
        let to = if stays { from } else { region.span.start };
        VimOutcome { commands: vec![Command::Move(Motion::To(to))], request }
    }

    /// Stores the text of a region that is about to be deleted. If `"+` or `"*` was typed, returns the request to keep
    /// the text in the console's register too.
    pub(super) fn store_region(&mut self, editor: &Editor, region: TextRegion) -> Option<VimRequest> {
        let register = Register::of_region(editor, region);
        let is_clipboard = matches!(self.pending.register, Some('+' | '*'));
        let request =
            is_clipboard.then(|| VimRequest::Copy("cut", register.clone().with_context(editor, region.span)));
        self.store(register);
        request
    }

    fn store(&mut self, register: Register) {
        match self.pending.register {
            // The black hole register: the text is discarded.
            Some('_') => return,
            // With an uppercase name, the text is appended to the register that has this name in lowercase.
            Some(name) if name.is_ascii_uppercase() => {
                let stored = self.registers.entry(name.to_ascii_lowercase()).or_default();
                stored.text.push_str(&register.text);
                stored.is_linewise |= register.is_linewise;
                if stored.is_linewise && !stored.text.ends_with('\n') {
                    stored.text.push('\n');
                }
                return;
            }
            Some(name) => drop(self.registers.insert(name, register.clone())),
            None => {}
        }
        self.registers.insert('"', register);
    }

    pub(super) fn register(&self) -> Option<&Register> {
        match self.pending.register {
            Some('+' | '*') => Some(&*self.clipboard).filter(|register| !register.text.is_empty()),
            name => self.registers.get(&name.map_or('"', |name| name.to_ascii_lowercase())),
        }
    }
}

/// Returns the command that deletes a region. Whole lines are deleted with their line breaks. The cursor goes to the
/// text after the region. But if whole lines up to the end of the text are deleted, the cursor goes to the line before
/// these lines.
pub(crate) fn delete(editor: &Editor, region: TextRegion) -> Command {
    if !region.is_linewise {
        return replaced(region.span, String::new(), region.span.start);
    }
    let (first, last) = (editor.line_of(region.span.start), editor.line_of(region.span.end));
    if last + 1 < editor.n_lines() {
        let next = editor.line_span(last + 1).start;
        let indent = first_non_blank(editor, last + 1) - next;
        return replaced(Span::new(region.span.start, next), String::new(), region.span.start + indent);
    }
    // The region ends with the last line of the text, which has no line break after it. So the line break before the
    // region is deleted.
    let (start, to) = match first.checked_sub(1) {
        Some(above) => (editor.line_span(above).end, first_non_blank(editor, above)),
        None => (0, 0),
    };
    replaced(Span::new(start, editor.len()), String::new(), to)
}

/// Returns the command that replaces a span and moves the cursor to `to`. The replacement and the move are one undo
/// step, so that redo moves the cursor too.
pub(crate) fn replaced(span: Span, replacement: String, to: usize) -> Command {
    Command::Complete { edit: TextEdit { span, replacement }, select: Span::at(to) }
}

fn outdented(editor: &Editor, line: usize) -> TextEdit {
    let start = editor.line_span(line).start;
    let text = editor.line(line);
    let indent = indentation(&text);
    let taken = if indent.starts_with('\t') { 1 } else { indent.len().min(INDENT.len()) };
    TextEdit { span: Span::new(start, start + taken), replacement: String::new() }
}

fn recase(editor: &Editor, region: TextRegion, from: usize, change: impl Fn(&str) -> String) -> VimOutcome {
    let to = if region.is_linewise && region.span.touches(from) { from } else { region.span.start };
    VimOutcome::of([replaced(region.span, change(&editor.slice(region.span)), to)])
}

/// Returns `text` with the case of each letter swapped.
pub(crate) fn swapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_uppercase() {
            // `extend` and not `push`: some letters have several characters in the other case (`ß` is `SS`).
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
    }
    out
}

impl Vim {
    pub(super) fn begin_insert(
        &mut self,
        editor: &Editor,
        mut commands: Vec<Command>,
        insertion: Insertion,
    ) -> VimOutcome {
        // The commands that prepare the insertion, such as a deletion or opening a line, become one undo step. When
        // insert mode ends, this step is merged with the steps of the typed text.
        commands.push(Command::JoinSteps(editor.n_steps()));
        self.mode = Mode::Insert(insertion);
        VimOutcome::of(commands)
    }
}
