//! Implements vim's normal, insert, and visual modes for the body. For each key that [`Vim`] uses, it returns commands
//! for the editor. It can also return one request that the editor cannot carry out, such as opening the search line.
//!
//! ```text
//! Key ─press─▶ Pending (register, count, operator) ─motion / object─▶ region ─operator─▶ Commands
//! ```
//!
//! [`Vim`] is a state machine that does not change the text. The caller applies the commands and then calls
//! [`Vim::sync`]. The caller also calls `sync` after every other change of the text or the cursor. In insert mode, vim
//! handles only Esc, and all other keys work as in any text field.

mod changes;
mod command_line;
mod insert;
mod motion;
mod operator;
mod pending;
mod substitute;
mod target;
mod visual;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::editor::search::SearchPattern;
use crate::editor::{Command, Editor, Motion};
use crate::ui::editor::register::Register;
use crate::ui::widget::{Key, KeyCode};

use insert::Insertion;
use pending::{Pending, Wanted};
use substitute::LastSubstitution;
use target::{Goal, LastFind};
use visual::VisualSelection;

pub(crate) use command_line::{ExCommand, parse as parse_command_line};

#[derive(Debug, Clone)]
enum Mode {
    Normal,
    Insert(Insertion),
    Visual(VisualSelection),
}

/// Something that the caller has to do because the editor has no command for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VimRequest {
    /// Esc was pressed in normal mode: say how to leave the text.
    ExplainLeaving,
    /// Keep a text in the console's register. The word says what was done with it: `copied` or `cut`.
    Copy(&'static str, Register),
    /// Open the search line. Then call [`Vim::finish_search`] or [`Vim::cancel_search`].
    Search(Direction),
    /// Open the command line with this text.
    CommandLine(&'static str),
    SaveAndQuit,
    Hover,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the end of the text, and then on from the start of the text.
    Forward,
    /// To the start of the text, and then on from the end of the text.
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
pub struct VimOutcome {
    pub commands: Vec<Command>,
    pub request: Option<VimRequest>,
}

impl VimOutcome {
    fn of(commands: impl IntoIterator<Item = Command>) -> Self {
        Self { commands: commands.into_iter().collect(), request: None }
    }

    fn ask(request: VimRequest) -> Self {
        Self { commands: Vec::new(), request: Some(request) }
    }
}

/// The change that `.` repeats.
#[derive(Debug, Clone, Default)]
struct LastChange {
    /// The keys of the change, without its counts and its register.
    keys: Vec<Key>,
    count: Option<usize>,
    inserted: String,
    /// The pattern of a change such as `d/pattern`.
    pattern: Option<(SearchPattern, Direction)>,
}

#[derive(Debug, Clone)]
pub struct Vim {
    mode: Mode,
    pending: Pending,
    registers: BTreeMap<char, Register>,
    last_change: LastChange,
    last_find: Option<LastFind>,
    /// The column that vertical motions try to keep, and the target of the last motion that set or kept this column.
    goal: Option<(Goal, usize)>,
    pattern: Option<(SearchPattern, Direction)>,
    last_substitution: Option<LastSubstitution>,
    /// The first and the last line of the last selection for which the command line was opened.
    selected_lines: Option<(usize, usize)>,
    /// The console's own register, whose text `"+p` and `"*p` insert.
    clipboard: Arc<Register>,
    /// The text's version and the cursor's offset at the last call of `sync`. In insert mode, `sync` uses them to
    /// detect that the cursor has moved without a change of the text.
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
            last_substitution: None,
            selected_lines: None,
            clipboard: Arc::default(),
            seen: (0, 0),
        }
    }
}

impl Vim {
    /// Returns the text for the status line: the name of the mode and, if a command is incomplete, its keys.
    pub fn status_text(&self) -> String {
        let name = match &self.mode {
            Mode::Normal => "NORMAL",
            Mode::Insert(_) => "INSERT",
            Mode::Visual(selected) if selected.is_linewise => "V-LINE",
            Mode::Visual(_) => "VISUAL",
        };
        let keys: String = self.pending.shown_keys().map(|key| key.to_string()).collect();
        if keys.is_empty() { name.to_owned() } else { format!("{name} {keys}") }
    }

    pub fn is_inserting(&self) -> bool {
        matches!(self.mode, Mode::Insert(_))
    }

    /// Whether the next key begins a command: the mode is normal, and no command is incomplete.
    pub fn is_idle(&self) -> bool {
        matches!(self.mode, Mode::Normal) && self.pending.is_empty()
    }

    /// Sets the text that `"+p` and `"*p` insert.
    pub fn set_clipboard(&mut self, register: &Arc<Register>) {
        self.clipboard = Arc::clone(register);
    }

    /// Returns the offset at which the cursor is shown. In visual mode, this is the start of a selected grapheme, even
    /// if the editor's own cursor is after that grapheme.
    pub fn shown_cursor(&self, editor: &Editor) -> usize {
        match &self.mode {
            Mode::Visual(selected) => selected.cursor,
            Mode::Normal | Mode::Insert(_) => editor.cursor(),
        }
    }

    /// Returns to normal mode and drops an incomplete command, for example when another body is opened. Registers are
    /// kept.
    pub fn reset(&mut self) {
        self.mode = Mode::Normal;
        self.pending = Pending::default();
        self.goal = None;
    }

    /// Handles a key. Returns `None` if vim does not use the key, which then works as in every text field. `page` is
    /// the height of the window in rows.
    pub fn press(&mut self, key: Key, editor: &Editor, page: usize) -> Option<VimOutcome> {
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
        if self.pending.is_complete() {
            self.pending = Pending::default();
        }
        Some(outcome)
    }

    /// Handles Esc. Drops an incomplete command. If there is none, ends the selection. If there is no selection either,
    /// asks the caller to explain how to leave the text. Users of vim press Esc twice out of habit, so Esc must not
    /// leave the text.
    fn escape(&mut self) -> VimOutcome {
        if !self.pending.is_empty() {
            self.pending = Pending::default();
            return VimOutcome::default();
        }
        match &self.mode {
            Mode::Visual(selected) => {
                let to = selected.cursor;
                self.mode = Mode::Normal;
                VimOutcome::of([Command::Move(Motion::To(to))])
            }
            Mode::Normal | Mode::Insert(_) => VimOutcome::ask(VimRequest::ExplainLeaving),
        }
    }

    /// Adapts the mode to the editor's text, cursor, and selection, which the last command may have changed. Returns a
    /// command if normal mode does not allow the cursor's position or the selection. The command moves the cursor to an
    /// allowed position and removes the selection.
    pub fn sync(&mut self, editor: &Editor) -> Option<Command> {
        let seen = std::mem::replace(&mut self.seen, (editor.version(), editor.cursor()));
        if matches!(&self.mode, Mode::Visual(selected) if !selected.is_shown(editor)) {
            self.adopt_selection(editor);
        }
        match &mut self.mode {
            Mode::Insert(insertion) => {
                // As in vim, an arrow key or a click begins a new insertion: `.` repeats only the text that is typed
                // after the arrow key or the click.
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
                // Normal mode has no selection. Its cursor is on a grapheme, never after the last grapheme of a line.
                // An empty line is the exception.
                let start = editor.selection().span().start;
                let to = editor.onto_grapheme(start);
                self.seen.1 = to;
                match editor.selection().is_empty() {
                    true if to == start => None,
                    // `Motion::To` would make the editor forget the goal column of vertical motions.
                    true => Some(Command::Move(Motion::OntoGrapheme)),
                    false => Some(Command::Move(Motion::To(to))),
                }
            }
        }
    }

    /// Enters visual mode with the editor's selection, or normal mode if nothing is selected. Does nothing in insert
    /// mode.
    pub fn adopt_selection(&mut self, editor: &Editor) {
        if self.is_inserting() {
            return;
        }
        self.pending = Pending::default();
        self.goal = None;
        self.mode = match VisualSelection::of(editor) {
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

    pub fn set_pattern(&mut self, pattern: SearchPattern, direction: Direction) {
        self.pattern = Some((pattern, direction));
    }

    /// Ends the search for which [`VimRequest::Search`] was asked, with the pattern that [`Vim::set_pattern`] has set.
    /// `from` is the cursor's offset when the search began. Moves to the match, extends the selection to it, or applies
    /// the operator that was typed before the search.
    pub fn finish_search(&mut self, editor: &Editor, from: usize) -> VimOutcome {
        let Wanted::Search(direction) = self.pending.wanted else { return VimOutcome::default() };
        let n = self.pending.count().unwrap_or(1);
        // The text may have changed during the search, because the search line can also replace matches.
        let from = editor.boundary(from);
        let outcome = match self.match_from(editor, from, n, direction) {
            Some(at) => self.go_to_match(editor, from, at),
            None => VimOutcome::default(),
        };
        self.pending = Pending::default();
        outcome
    }

    /// Drops the search if one was asked for. Returns the commands that select again what was selected before it.
    pub fn cancel_search(&mut self, editor: &Editor) -> VimOutcome {
        if !matches!(self.pending.wanted, Wanted::Search(_)) {
            return VimOutcome::default();
        }
        self.pending = Pending::default();
        match &self.mode {
            Mode::Visual(selected) => selected.show_again(editor),
            Mode::Normal | Mode::Insert(_) => VimOutcome::default(),
        }
    }

    /// Returns the start of the `n`th match in `direction`, counted from the offset `from` and continuing at the other
    /// end of the text. Returns `None` if there is no pattern or no match.
    fn match_from(&self, editor: &Editor, from: usize, n: usize, direction: Direction) -> Option<usize> {
        let (pattern, _) = self.pattern.as_ref()?;
        let starts: Vec<usize> = pattern.find_all(&editor.text()).iter().map(|found| found.start).collect();
        let n_matches = starts.len();
        // `checked_rem` returns `None` if there are no matches, and lets a count larger than the number of matches wrap
        // around.
        let n = n.checked_rem(n_matches)?;
        let at = match direction {
            Direction::Forward => starts.partition_point(|start| *start <= from) + n + n_matches - 1,
            Direction::Backward => starts.partition_point(|start| *start < from) + n_matches - n,
        };
        starts.get(at % n_matches).copied()
    }

    fn take(&mut self, key: Key, editor: &Editor, page: usize) -> Option<VimOutcome> {
        // A key with Ctrl or Alt that vim does not use is left to the caller. This applies only to a key that begins a
        // command or follows an operator: after `f` or `r`, every key is an argument.
        if self.pending.wanted == Wanted::Command && (key.ctrl || key.alt) && !is_own(key) {
            return None;
        }
        // Shift with an arrow key or a similar key is left to the caller too, so that it selects text as in every text
        // field.
        if self.pending.wanted == Wanted::Command && key.shift && !matches!(key.code, KeyCode::Char(_)) {
            return None;
        }
        self.pending.push(key);
        if self.pending.take(key) {
            return Some(VimOutcome::default());
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

/// Whether a key with Ctrl or Alt belongs to vim. All other such keys work as in every text field.
fn is_own(key: Key) -> bool {
    key.ctrl && !key.alt && matches!(key.code, KeyCode::Char('r' | 'd' | 'u' | 'b' | 'w' | 'h'))
}

/// Returns the offset of a line's first character that is not whitespace, or the line's end if there is none.
fn first_non_blank(editor: &Editor, line: usize) -> usize {
    editor.line_span(line).start + crate::editor::indentation(&editor.line(line)).len()
}

pub(crate) const KEYS: &[(&str, &str)] = &[
    ("i a I A o O", "Insert before, after, at the line's ends, on a new line"),
    ("Esc", "To normal mode; Tab then leaves the text"),
    ("h j k l  w b e ge  W B E", "Move by characters, lines, words"),
    ("0 ^ $  gg G 12G  { }  %", "Ends of line and text, paragraph, bracket"),
    ("f t F T ; ,", "Find a character on the line"),
    ("/ ? n N * #", "Search, next and previous match; also after an operator"),
    ("d c y  > <  gu gU g~  gc", "Operators: with a motion or object, twice for lines"),
    ("iw aw  i\" a\"  i( i{ i[  it  ip", "Objects: words, quotes, brackets, tags, paragraphs"),
    ("il al", "Object: the Liquid tag at the cursor"),
    ("x X s S D C Y p P r ~ J", "Shortcuts for common changes"),
    ("v V", "Select characters, lines; o goes to the other end"),
    ("K", "Show info"),
    ("u ^R .", "Undo, redo, repeat the last change"),
    ("\"a  \"+  \"_", "Use register a, the text that ^X or ^C took, no register"),
    (":w :q :wq :12", "Save, quit, both, go to a line"),
    (":s/a/b/g  :%s  &", "Replace in the line, in all lines, once more"),
];
