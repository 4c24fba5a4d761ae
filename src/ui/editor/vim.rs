//! Vim's modes for the body: keys and the text as it stands in, the editor's commands and a few requests out.
//!
//! ```text
//! Key ──press──▶ Pending (register, count, operator) ──motion / object──▶ a stretch of text ──operator──▶ Commands
//! ```
//!
//! A state machine that changes nothing by itself: whoever drives it applies the commands, and then tells it by
//! [`Vim::follow`] where that, or anything else, left the cursor. In insert mode keys are not its own but for Esc.

mod changes;
mod command_line;
mod insert;
mod motion;
mod operator;
mod pending;
mod reach;
mod visual;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::editor::search::Search;
use crate::editor::{Command, Editor, Motion};
use crate::ui::widget::{Key, KeyCode};

use insert::Insertion;
use pending::{Pending, Wanted};
use reach::{Goal, LastFind};
use visual::Selected;

pub use command_line::{Line, parse as parse_command_line};

#[derive(Debug, Clone)]
enum Mode {
    Normal,
    Insert(Insertion),
    Visual(Selected),
}

/// What is to be done besides commands of the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Leave,
    Copy(String),
    Search(Direction),
    CommandLine,
    SaveAndQuit,
    Hover,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the text's end, then around.
    Forward,
    /// To its start, then around.
    Backward,
}

impl Direction {
    pub fn reversed(self) -> Self {
        match self {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    pub commands: Vec<Command>,
    pub request: Option<Request>,
}

impl Outcome {
    fn of(commands: impl IntoIterator<Item = Command>) -> Self {
        Self { commands: commands.into_iter().collect(), request: None }
    }

    fn ask(request: Request) -> Self {
        Self { commands: Vec::new(), request: Some(request) }
    }
}

/// A text that was yanked or deleted, with `\n` for every line break.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Register {
    text: String,
    /// Whether it is made of whole lines; then it ends in a line break.
    is_lines: bool,
}

/// The change that `.` does again.
#[derive(Debug, Clone, Default)]
struct LastChange {
    /// Its keys without the count.
    keys: Vec<Key>,
    count: Option<usize>,
    inserted: String,
}

#[derive(Debug, Clone)]
pub struct Vim {
    mode: Mode,
    pending: Pending,
    registers: BTreeMap<char, Register>,
    last_change: LastChange,
    last_find: Option<LastFind>,
    /// The column of vertical motions, and where the last of them led.
    goal: Option<(Goal, usize)>,
    pattern: Option<(Search, Direction)>,
    /// The text's version and the cursor as they were left, to know what moved meanwhile.
    seen: (u64, usize),
}

impl Default for Vim {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            pending: Pending::default(),
            registers: BTreeMap::new(),
            last_change: LastChange::default(),
            last_find: None,
            goal: None,
            pattern: None,
            seen: (0, 0),
        }
    }
}

impl Vim {
    /// Returns the mode's name, and the keys of a command that is not whole yet.
    pub fn shown(&self) -> String {
        let name = match &self.mode {
            Mode::Normal => "NORMAL",
            Mode::Insert(_) => "INSERT",
            Mode::Visual(selected) if selected.is_lines => "V-LINE",
            Mode::Visual(_) => "VISUAL",
        };
        let keys: String = self.pending.keys().map(|key| key.to_string()).collect();
        if keys.is_empty() { name.to_owned() } else { format!("{name} {keys}") }
    }

    pub fn is_inserting(&self) -> bool {
        matches!(self.mode, Mode::Insert(_))
    }

    /// Returns where the cursor is shown: on the last selected grapheme, where one selects.
    pub fn shown_cursor(&self, editor: &Editor) -> usize {
        match &self.mode {
            Mode::Visual(selected) => selected.cursor,
            Mode::Normal | Mode::Insert(_) => editor.cursor(),
        }
    }

    /// Goes back to normal mode, as when another text is opened; registers stay.
    pub fn reset(&mut self) {
        self.mode = Mode::Normal;
        self.pending = Pending::default();
        self.goal = None;
    }

    /// Takes a key; `None` leaves it to the keys of every text field. `page` is the height of the window in lines.
    pub fn press(&mut self, key: Key, editor: &Editor, page: usize) -> Option<Outcome> {
        if let Mode::Insert(insertion) = &self.mode {
            if key.code != KeyCode::Esc {
                return None;
            }
            let insertion = insertion.clone();
            self.mode = Mode::Normal;
            return Some(self.leave_insert(&insertion, editor));
        }
        if key.code == KeyCode::Esc {
            return Some(self.escape());
        }
        let outcome = self.take(key, editor, page)?;
        if self.pending.is_whole() {
            self.pending = Pending::default();
        }
        Some(outcome)
    }

    /// Esc drops what is half typed, then the selection, then leaves the text.
    fn escape(&mut self) -> Outcome {
        if !self.pending.is_empty() {
            self.pending = Pending::default();
            return Outcome::default();
        }
        match &self.mode {
            Mode::Visual(selected) => {
                let to = selected.cursor;
                self.mode = Mode::Normal;
                Outcome::of([Command::Move(Motion::To(to))])
            }
            Mode::Normal | Mode::Insert(_) => Outcome::ask(Request::Leave),
        }
    }

    /// Takes what else moved the cursor or changed the text: returns what brings the cursor to where the mode has it.
    pub fn follow(&mut self, editor: &Editor) -> Option<Command> {
        let seen = std::mem::replace(&mut self.seen, (editor.version(), editor.cursor()));
        if matches!(&self.mode, Mode::Visual(selected) if !selected.is_shown(editor)) {
            self.adopt(editor);
        }
        match &mut self.mode {
            Mode::Insert(insertion) => {
                let has_moved = seen.0 == editor.version() && seen.1 != editor.cursor();
                if has_moved && insertion.has_begun() {
                    *insertion = Insertion::begin(editor);
                    self.last_change = LastChange { keys: vec![Key::char('i')], ..LastChange::default() };
                }
                insertion.start(editor);
                None
            }
            Mode::Visual(_) => None,
            Mode::Normal => {
                let start = editor.selection().span().start;
                let to = editor.onto_grapheme(start);
                self.seen.1 = to;
                match editor.selection().is_empty() {
                    true if to == start => None,
                    true => Some(Command::Move(Motion::OntoGrapheme)),
                    false => Some(Command::Move(Motion::To(to))),
                }
            }
        }
    }

    pub fn adopt(&mut self, editor: &Editor) {
        if self.is_inserting() {
            return;
        }
        self.pending = Pending::default();
        self.goal = None;
        self.mode = match Selected::of(editor) {
            Some(selected) => Mode::Visual(selected),
            None => Mode::Normal,
        };
    }

    pub fn insert_here(&mut self, editor: &Editor) {
        if !self.is_inserting() {
            self.pending = Pending::default();
            self.mode = Mode::Insert(Insertion::begin(editor));
        }
    }

    pub fn look_for(&mut self, pattern: Search, direction: Direction) {
        self.pattern = Some((pattern, direction));
    }

    /// The start of the `n`th match of the pattern from a place; around the text's end.
    fn match_from(&self, editor: &Editor, from: usize, n: usize, direction: Direction) -> Option<usize> {
        let (pattern, _) = self.pattern.as_ref()?;
        let starts: Vec<usize> = pattern.find_all(&editor.text()).iter().map(|found| found.start).collect();
        let n_matches = starts.len();
        let n = n.checked_rem(n_matches)?;
        let at = match direction {
            Direction::Forward => starts.partition_point(|start| *start <= from) + n + n_matches - 1,
            Direction::Backward => starts.partition_point(|start| *start < from) + n_matches - n,
        };
        starts.get(at % n_matches).copied()
    }

    fn take(&mut self, key: Key, editor: &Editor, page: usize) -> Option<Outcome> {
        if self.pending.wanted == Wanted::Command && (key.ctrl || key.alt) && !is_own(key) {
            return None;
        }
        if self.pending.wanted == Wanted::Command && key.shift && !matches!(key.code, KeyCode::Char(_)) {
            return None;
        }
        self.pending.push(key);
        if self.pending.take(key) {
            return Some(Outcome::default());
        }
        Some(match &self.mode {
            Mode::Visual(selected) => {
                let selected = selected.clone();
                self.press_visual(key, &selected, editor, page)
            }
            Mode::Normal | Mode::Insert(_) => self.press_normal(key, editor, page),
        })
    }
}

/// Whether a key with Ctrl is one of vim's here. The others stay what they are in every text field.
fn is_own(key: Key) -> bool {
    key.ctrl && !key.alt && matches!(key.code, KeyCode::Char('r' | 'd' | 'u' | 'b' | 'w' | 'h'))
}

/// The first byte of a line that is not blank, else the line's end.
fn first_letter(editor: &Editor, line: usize) -> usize {
    editor.line_span(line).start + crate::editor::indentation(&editor.line(line)).len()
}

pub const KEYS: &[(&str, &str)] = &[
    ("i a I A o O", "Type: here, behind, at the line's ends, on a new line"),
    ("Esc", "Back to normal mode; from there to the panes"),
    ("h j k l  w b e ge  W B E", "By graphemes, lines, words"),
    ("0 ^ $  gg G 12G  { }  %", "Line, text, paragraph, bracket"),
    ("f t F T ; ,", "To a character on the line"),
    ("/ ? n N * #", "Search"),
    ("d c y  > <  gu gU g~  gc", "Operators: with a motion, an object, or twice for lines"),
    ("iw aw  i\" a\"  i( i{ i[  it  ip", "Objects: words, quotes, brackets, tags, paragraphs"),
    ("il al", "Object: the Liquid around the cursor"),
    ("x X s S D C Y p P r ~ J", "Short for common changes"),
    ("v V", "Select graphemes, lines; o goes to the other end"),
    ("K", "Say what stands here"),
    ("u ^R .", "Undo, redo, the last change again"),
    ("\"a", "Use register a; _ keeps nothing"),
    (":w :q :wq :12", "Save, quit, both, go to a line"),
];
