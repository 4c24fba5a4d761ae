//! What operators do to a stretch of text.

use crate::diagnostic::TextEdit;
use crate::editor::{Command, Editor, Found, INDENT, Motion, indentation};
use crate::text::Span;
use crate::ui::editor::vim::insert::Insertion;
use crate::ui::editor::vim::reach::{Kind, Reach};
use crate::ui::editor::vim::{Mode, Outcome, Register, Request, Vim, first_letter};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
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
    pub fn of(c: char) -> Option<Self> {
        Some(match c {
            'd' => Operator::Delete,
            'c' => Operator::Change,
            'y' => Operator::Yank,
            '>' => Operator::Indent,
            '<' => Operator::Outdent,
            _ => return None,
        })
    }

    pub fn after_g(c: char) -> Option<Self> {
        Some(match c {
            'u' => Operator::Lower,
            'U' => Operator::Upper,
            '~' => Operator::Swap,
            'c' => Operator::Comment,
            _ => return None,
        })
    }

    /// Whether `c` right behind the operator makes it take whole lines: `dd`, `gUU`.
    pub fn is_doubled_by(self, c: char) -> bool {
        Operator::of(c) == Some(self) || Operator::after_g(c) == Some(self)
    }

    fn takes_lines(self) -> bool {
        matches!(self, Operator::Indent | Operator::Outdent | Operator::Comment)
    }
}

pub fn stretch(editor: &Editor, from: usize, reach: Reach) -> Found {
    let (start, end) = (from.min(reach.at), from.max(reach.at));
    match reach.kind {
        Kind::Lines => lines(editor, editor.line_of(start), editor.line_of(end)),
        Kind::Inclusive => bytes(start, editor.grapheme_after(end)),
        Kind::Exclusive => {
            let (first, last) = (editor.line_of(start), editor.line_of(end));
            if first == last || end != editor.line_span(last).start {
                return bytes(start, end);
            }
            // A way that ends at a line's start does not touch that line; from a line's first letter it takes lines.
            match start <= first_letter(editor, first) {
                true => lines(editor, first, last - 1),
                false => bytes(start, editor.line_span(last - 1).end),
            }
        }
    }
}

pub fn lines(editor: &Editor, first: usize, last: usize) -> Found {
    let last = last.min(editor.n_lines() - 1);
    let span = Span::new(editor.line_span(first.min(last)).start, editor.line_span(last).end);
    Found { span, is_lines: true }
}

fn bytes(start: usize, end: usize) -> Found {
    Found { span: Span::new(start, end), is_lines: false }
}

impl Vim {
    pub(super) fn operate(
        &mut self,
        operator: Operator,
        found: Found,
        from: usize,
        editor: &Editor,
    ) -> Outcome {
        let (first, last) = (editor.line_of(found.span.start), editor.line_of(found.span.end));
        let found = if operator.takes_lines() { lines(editor, first, last) } else { found };
        match operator {
            Operator::Delete | Operator::Yank if found.span.is_empty() && !found.is_lines => {
                Outcome::of([Command::Move(Motion::To(found.span.start))])
            }
            Operator::Delete => {
                self.keep(editor, found);
                Outcome::of([delete(editor, found)])
            }
            Operator::Change => {
                self.keep(editor, found);
                self.change(editor, found)
            }
            Operator::Yank => self.yank(editor, found, from),
            Operator::Indent => {
                let edits = (first..=last).filter_map(|line| {
                    let span = editor.line_span(line);
                    let edit = TextEdit { span: Span::at(span.start), replacement: INDENT.to_owned() };
                    (!span.is_empty()).then_some(edit)
                });
                let to = first_letter(editor, first);
                let moved = if editor.line_span(first).is_empty() { 0 } else { INDENT.len() };
                Outcome::of([Command::Replace(edits.collect()), Command::Move(Motion::To(to + moved))])
            }
            Operator::Outdent => {
                let edits = (first..=last).map(|line| outdented(editor, line)).collect();
                let to = first_letter(editor, first) - outdented(editor, first).span.len();
                Outcome::of([Command::Replace(edits), Command::Move(Motion::To(to))])
            }
            Operator::Lower => recase(editor, found, from, |text| text.to_lowercase()),
            Operator::Upper => recase(editor, found, from, |text| text.to_uppercase()),
            Operator::Swap => recase(editor, found, from, swapped),
            Operator::Comment => Outcome::of([
                Command::Move(Motion::To(found.span.start)),
                Command::Extend(Motion::To(found.span.end)),
                Command::ToggleComment,
                Command::Move(Motion::To(first_letter(editor, first))),
            ]),
        }
    }

    /// Takes the stretch out and types in its place; of lines the first one's indentation stays.
    fn change(&mut self, editor: &Editor, found: Found) -> Outcome {
        let start = if found.is_lines {
            first_letter(editor, editor.line_of(found.span.start))
        } else {
            found.span.start
        };
        let span = Span::new(start.min(found.span.end), found.span.end);
        let commands = match span.is_empty() {
            true => vec![Command::Move(Motion::To(span.start))],
            false => vec![replaced(span, String::new(), span.start)],
        };
        self.begin_insert(editor, commands, Insertion::begin(editor))
    }

    fn yank(&mut self, editor: &Editor, found: Found, from: usize) -> Outcome {
        let register = register_of(editor, found);
        let is_local = self.pending.register.is_some_and(|name| !matches!(name, '"' | '+' | '*'));
        let request = (!is_local).then(|| Request::Copy(register.text.clone()));
        self.registers.insert('0', register.clone());
        self.store(register);
        let stays = found.is_lines && editor.line_of(from) == editor.line_of(found.span.start);
        let to = if stays { from } else { found.span.start };
        Outcome { commands: vec![Command::Move(Motion::To(to))], request }
    }

    pub(super) fn keep(&mut self, editor: &Editor, found: Found) {
        self.store(register_of(editor, found));
    }

    fn store(&mut self, register: Register) {
        match self.pending.register {
            Some('_') => return,
            Some(name) if name.is_ascii_uppercase() => {
                let kept = self.registers.entry(name.to_ascii_lowercase()).or_default();
                kept.text.push_str(&register.text);
                kept.is_lines |= register.is_lines;
                if kept.is_lines && !kept.text.ends_with('\n') {
                    kept.text.push('\n');
                }
                return;
            }
            Some(name) => drop(self.registers.insert(name, register.clone())),
            None => {}
        }
        self.registers.insert('"', register);
    }

    pub(super) fn register(&self) -> Option<&Register> {
        let name = match self.pending.register {
            None | Some('+' | '*') => '"',
            Some(name) => name.to_ascii_lowercase(),
        };
        self.registers.get(&name)
    }
}

fn register_of(editor: &Editor, found: Found) -> Register {
    let mut text = editor.slice(found.span).replace("\r\n", "\n");
    if found.is_lines {
        text.push('\n');
    }
    Register { text, is_lines: found.is_lines }
}

/// Takes a stretch out, of lines the breaks too; the cursor goes to what comes behind.
pub fn delete(editor: &Editor, found: Found) -> Command {
    if !found.is_lines {
        return replaced(found.span, String::new(), found.span.start);
    }
    let (first, last) = (editor.line_of(found.span.start), editor.line_of(found.span.end));
    if last + 1 < editor.n_lines() {
        let next = editor.line_span(last + 1).start;
        let letter = first_letter(editor, last + 1) - next;
        return replaced(Span::new(found.span.start, next), String::new(), found.span.start + letter);
    }
    let (start, to) = match first.checked_sub(1) {
        Some(above) => (editor.line_span(above).end, first_letter(editor, above)),
        None => (0, 0),
    };
    replaced(Span::new(start, editor.len()), String::new(), to)
}

/// Replaces a span and puts the cursor somewhere: one step, which redo comes back to.
pub fn replaced(span: Span, replacement: String, to: usize) -> Command {
    Command::Complete { edit: TextEdit { span, replacement }, select: Span::at(to) }
}

fn outdented(editor: &Editor, line: usize) -> TextEdit {
    let start = editor.line_span(line).start;
    let text = editor.line(line);
    let blanks = indentation(&text);
    let taken = if blanks.starts_with('\t') { 1 } else { blanks.len().min(INDENT.len()) };
    TextEdit { span: Span::new(start, start + taken), replacement: String::new() }
}

fn recase(editor: &Editor, found: Found, from: usize, change: impl Fn(&str) -> String) -> Outcome {
    let to = if found.is_lines && found.span.touches(from) { from } else { found.span.start };
    Outcome::of([replaced(found.span, change(&editor.slice(found.span)), to)])
}

/// `text` with the other case of each letter.
pub fn swapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_uppercase() {
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
    ) -> Outcome {
        commands.push(Command::JoinSteps(editor.n_steps()));
        self.mode = Mode::Insert(insertion);
        Outcome::of(commands)
    }
}
