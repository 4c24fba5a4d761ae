//! Enters and leaves insert mode, finds the text that was typed in it, and repeats that text for a count or for `.`.

use crate::editor::{Command, Editor, Motion, Snapshot, indentation};
use crate::text::Span;
use crate::ui::editor::vim::operator::replaced;
use crate::ui::editor::vim::{Mode, Vim, VimOutcome, first_non_blank};

#[derive(Debug, Clone)]
pub(crate) struct Insertion {
    /// The number of undo steps before the insertion. When insert mode ends, all later steps are merged into one.
    depth: usize,
    /// How many times the text is inserted in total.
    count: usize,
    /// After `o` or `O`: the side on which the new line was opened. Each repetition of the text then opens another
    /// line.
    opens: Option<OpenedLine>,
    /// The text and the cursor at the moment when typing starts. `None` until the editor has applied the commands that
    /// prepare the insertion, such as opening a line.
    start: Option<(Snapshot, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenedLine {
    /// `o`
    Below,
    /// `O`
    Above,
}

impl Insertion {
    pub(super) fn begin(editor: &Editor) -> Self {
        Self { depth: editor.n_steps(), count: 1, opens: None, start: None }
    }

    pub(super) fn start(&mut self, editor: &Editor) {
        self.start.get_or_insert_with(|| (editor.snapshot(), editor.cursor()));
    }

    pub(super) fn has_begun(&self) -> bool {
        self.start.is_some()
    }

    fn typed(&self, editor: &Editor) -> String {
        let start = self.start.as_ref();
        // The texts before and after the insertion are compared. A record of the typed keys would miss completions and
        // automatically inserted closing brackets. If the text was also changed outside the insertion, the result is
        // empty, so nothing is repeated.
        start.and_then(|(before, at)| before.inserted(&editor.snapshot(), *at)).unwrap_or_default()
    }
}

impl Vim {
    /// Handles `i`, `a`, `I`, `A`, `o`, and `O`: moves the cursor and enters insert mode.
    pub(super) fn insert(&mut self, c: char, editor: &Editor) -> VimOutcome {
        let at = editor.cursor();
        let line = editor.line_of(at);
        let span = editor.line_span(line);
        let count = self.pending.count().unwrap_or(1);
        let opens = match c {
            'o' => Some(OpenedLine::Below),
            'O' => Some(OpenedLine::Above),
            _ => None,
        };
        let to = |at| vec![Command::Move(Motion::To(at))];
        let commands = match c {
            'a' => to(editor.grapheme_after(at).min(span.end)),
            'A' => to(span.end),
            'I' => to(first_non_blank(editor, line)),
            _ => opens.map_or_else(Vec::new, |opening| open_line(editor, line, opening)),
        };
        self.begin_insert(editor, commands, Insertion { count, opens, ..Insertion::begin(editor) })
    }

    /// Handles Esc. Repeats the typed text until it is there `count` times, and moves the cursor one grapheme back.
    pub(super) fn leave_insert(&mut self, insertion: &Insertion, editor: &Editor) -> VimOutcome {
        let typed = insertion.typed(editor);
        let mut commands = Vec::new();
        let line = editor.line_of(editor.cursor());
        if insertion.opens.is_some() && editor.line(line).trim().is_empty() {
            // A line that is blank when insert mode ends loses its indentation, which was inserted automatically.
            let span = editor.line_span(line);
            commands.push(replaced(span, String::new(), span.start));
        }
        commands.extend(repeats(insertion.opens, &typed, insertion.count.saturating_sub(1)));
        commands.push(Command::Move(Motion::LeftInLine));
        commands.push(Command::JoinSteps(insertion.depth));
        self.last_change.inserted = typed;
        VimOutcome::of(commands)
    }

    /// Finishes `.`: if the repeated command has entered insert mode, inserts the text of the original insertion and
    /// leaves insert mode.
    pub(super) fn insert_again(&mut self, mut outcome: VimOutcome, typed: String) -> VimOutcome {
        if let Mode::Insert(insertion) = &self.mode {
            // The text is pasted and not typed. It already contains its closing brackets, and typing would add closing
            // brackets automatically once more.
            outcome.commands.push(Command::Paste(typed.clone()));
            outcome.commands.extend(repeats(insertion.opens, &typed, insertion.count.saturating_sub(1)));
            outcome.commands.push(Command::Move(Motion::LeftInLine));
            outcome.commands.push(Command::JoinSteps(insertion.depth));
            self.mode = Mode::Normal;
        }
        self.last_change.inserted = typed;
        outcome
    }
}

/// Returns the commands that insert `typed` at the cursor `times` times, each time on a new line if the insertion began
/// with `o` or `O`.
fn repeats(opens: Option<OpenedLine>, typed: &str, times: usize) -> Vec<Command> {
    // A mistyped count must not fill the memory: at most about a megabyte is inserted.
    let times = times.min(1_000_000 / typed.len().max(1_000));
    if opens.is_none() {
        return if times == 0 { Vec::new() } else { vec![Command::Paste(typed.repeat(times))] };
    }
    let line = [Command::Move(Motion::LineEnd), Command::Newline, Command::Paste(typed.to_owned())];
    std::iter::repeat_n(line, times).flatten().collect()
}

/// Returns the commands that open an indented line below or above `line`.
fn open_line(editor: &Editor, line: usize, opening: OpenedLine) -> Vec<Command> {
    let span = editor.line_span(line);
    match opening {
        OpenedLine::Below => vec![Command::Move(Motion::To(span.end)), Command::Newline],
        OpenedLine::Above => {
            let text = editor.line(line);
            let indent = indentation(&text);
            let inserted = format!("{indent}{}", editor.line_break());
            vec![replaced(Span::at(span.start), inserted, span.start + indent.len())]
        }
    }
}
