//! Insert mode: how it is entered, what was typed in it, and doing that again.

use crate::editor::{Command, Editor, Motion, Snapshot, indentation};
use crate::text::Span;
use crate::ui::editor::vim::operator::replaced;
use crate::ui::editor::vim::{Mode, Outcome, Vim, first_letter};

#[derive(Debug, Clone)]
pub struct Insertion {
    /// The undo steps before it: all of it becomes one.
    depth: usize,
    /// How often it is done in all.
    count: usize,
    /// Where each time has a new line of its own.
    opens: Option<Opening>,
    /// The text and the cursor once what led here was done.
    start: Option<(Snapshot, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// `o`
    Below,
    /// `O`
    Above,
}

impl Insertion {
    pub fn begin(editor: &Editor) -> Self {
        Self { depth: editor.n_steps(), count: 1, opens: None, start: None }
    }

    pub fn start(&mut self, editor: &Editor) {
        self.start.get_or_insert_with(|| (editor.snapshot(), editor.cursor()));
    }

    pub fn has_begun(&self) -> bool {
        self.start.is_some()
    }

    fn typed(&self, editor: &Editor) -> String {
        let start = self.start.as_ref();
        start.and_then(|(before, at)| before.inserted(&editor.snapshot(), *at)).unwrap_or_default()
    }
}

impl Vim {
    /// `i a I A o O`: goes to insert mode there.
    pub(super) fn insert(&mut self, c: char, editor: &Editor) -> Outcome {
        let at = editor.cursor();
        let line = editor.line_of(at);
        let span = editor.line_span(line);
        let count = self.pending.count().unwrap_or(1);
        let opens = match c {
            'o' => Some(Opening::Below),
            'O' => Some(Opening::Above),
            _ => None,
        };
        let to = |at| vec![Command::Move(Motion::To(at))];
        let commands = match c {
            'a' => to(editor.grapheme_after(at).min(span.end)),
            'A' => to(span.end),
            'I' => to(first_letter(editor, line)),
            _ => opens.map_or_else(Vec::new, |opening| open_line(editor, line, opening)),
        };
        self.begin_insert(editor, commands, Insertion { count, opens, ..Insertion::begin(editor) })
    }

    /// Esc: does the typing as often as was asked for, and goes one back.
    pub(super) fn leave_insert(&mut self, insertion: &Insertion, editor: &Editor) -> Outcome {
        let typed = insertion.typed(editor);
        let mut commands = Vec::new();
        let line = editor.line_of(editor.cursor());
        if insertion.opens.is_some() && editor.line(line).trim().is_empty() {
            // Nobody meant the indentation of a line that stays empty.
            let span = editor.line_span(line);
            commands.push(replaced(span, String::new(), span.start));
        }
        commands.extend(again(insertion.opens, &typed, insertion.count.saturating_sub(1)));
        commands.push(Command::Move(Motion::LeftInLine));
        commands.push(Command::JoinSteps(insertion.depth));
        self.last_change.inserted = typed;
        Outcome::of(commands)
    }

    /// Types at once what was typed before, where a repeated command has just gone to insert mode.
    pub(super) fn insert_again(&mut self, mut outcome: Outcome, typed: String) -> Outcome {
        if let Mode::Insert(insertion) = &self.mode {
            outcome.commands.push(Command::Paste(typed.clone()));
            outcome.commands.extend(again(insertion.opens, &typed, insertion.count.saturating_sub(1)));
            outcome.commands.push(Command::Move(Motion::LeftInLine));
            outcome.commands.push(Command::JoinSteps(insertion.depth));
            self.mode = Mode::Normal;
        }
        self.last_change.inserted = typed;
        outcome
    }
}

/// Types a text a number of times at the cursor, each on a line of its own where lines are opened.
fn again(opens: Option<Opening>, typed: &str, times: usize) -> Vec<Command> {
    // What is typed a hundred thousand times was a slip of the finger.
    let times = times.min(1_000_000 / typed.len().max(1_000));
    if opens.is_none() {
        return if times == 0 { Vec::new() } else { vec![Command::Paste(typed.repeat(times))] };
    }
    let line = [Command::Move(Motion::LineEnd), Command::Newline, Command::Paste(typed.to_owned())];
    std::iter::repeat_n(line, times).flatten().collect()
}

/// Opens a line as far in as the one it belongs to.
fn open_line(editor: &Editor, line: usize, opening: Opening) -> Vec<Command> {
    let span = editor.line_span(line);
    match opening {
        Opening::Below => vec![Command::Move(Motion::To(span.end)), Command::Newline],
        Opening::Above => {
            let text = editor.line(line);
            let indent = indentation(&text);
            let inserted = format!("{indent}{}", editor.line_break());
            vec![replaced(Span::at(span.start), inserted, span.start + indent.len())]
        }
    }
}
