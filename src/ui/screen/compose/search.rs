//! Finds and replaces text in the body, with a search line below the text. vim's `/` and `?` use the same search line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::editor::search::{PatternSyntax, SearchPattern as Pattern};
use crate::editor::{Command, Motion};
use crate::text::{Span, grouped};
use crate::ui::editor::vim::Direction;
use crate::ui::screen::compose::{
    Compose,
    update::{finish_search, typing_command, way},
};
use crate::ui::shared::{Action, Effect, SharedState};
use crate::ui::widget::{Key, KeyCode, TextField, Theme, draw};

#[derive(Debug, Clone)]
pub struct SearchBar {
    find: TextField,
    /// The field for the replacement. `None` until Tab opens it.
    replace: Option<TextField>,
    in_replace: bool,
    syntax: PatternSyntax,
    /// Why there is no match. Empty if there are matches, or if the text to search for is empty.
    message: String,
    /// The spans of the matches in the body, in ascending order.
    pub matches: Vec<Span>,
    /// If vim's `/` or `?` opened the search line: the cursor at that time, and the direction. `None` for the search of
    /// the editor itself.
    vim_origin: Option<(usize, Direction)>,
}

impl SearchBar {
    /// Opens the search line with a text to search for. The text is selected, so that typing replaces it.
    pub fn new(seed: &str) -> Self {
        Self {
            find: TextField::selected(seed),
            replace: None,
            in_replace: false,
            syntax: PatternSyntax::Plain,
            message: String::new(),
            matches: Vec::new(),
            vim_origin: None,
        }
    }

    /// Opens the search line for vim's `/` or `?`. Enter then closes the line and stays at the match, and Esc returns
    /// to `cursor`.
    pub fn for_vim(cursor: usize, direction: Direction) -> Self {
        Self { vim_origin: Some((cursor, direction)), ..Self::new("") }
    }

    fn nearest(&self, cursor: usize) -> Option<Span> {
        // vim searches from the cursor at which `/` or `?` was pressed, and skips a match that starts at that cursor.
        // The search of the editor itself returns the first match that does not end before the current cursor. So the
        // selected match stays selected while the user types more of it.
        let (found, wrapped) = match self.vim_origin {
            Some((from, Direction::Forward)) => {
                (self.matches.iter().find(|found| from < found.start), self.matches.first())
            }
            Some((from, Direction::Backward)) => {
                (self.matches.iter().rev().find(|found| found.start < from), self.matches.last())
            }
            None => (self.matches.iter().find(|found| cursor <= found.end), self.matches.first()),
        };
        found.or(wrapped).copied()
    }

    fn pattern(&self) -> Result<Pattern, String> {
        Pattern::new(&self.find.text(), self.syntax).map_err(|error| error.to_string())
    }

    fn refresh(&mut self, text: &str) {
        self.matches = Vec::new();
        self.message = match self.pattern() {
            _ if self.find.text().is_empty() => String::new(),
            Ok(pattern) => {
                self.matches = pattern.find_all(text);
                if self.matches.is_empty() { "no match".to_owned() } else { String::new() }
            }
            Err(message) => message,
        };
    }

    fn state(&self, selected: Span) -> String {
        match (self.matches.len(), self.matches.binary_search(&selected)) {
            (0, _) => self.message.clone(),
            (n, Ok(at)) => format!("{} of {}", grouped(at + 1), grouped(n)),
            (1, Err(_)) => "1 match".to_owned(),
            (n, Err(_)) => format!("{} matches", grouped(n)),
        }
    }

    pub fn text_field(&self) -> &TextField {
        self.replace.as_ref().filter(|_| self.in_replace).unwrap_or(&self.find)
    }

    pub fn hints(&self) -> &'static [(&'static str, &'static str)] {
        match (self.vim_origin.is_some(), self.in_replace) {
            (true, false) => &[("Enter", "go"), ("Esc", "cancel"), ("^R", "regex"), ("Tab", "replace")],
            (_, true) => &[
                ("Enter", "replace"),
                ("^A", "replace all"),
                ("Esc", "close"),
                ("^R", "regex"),
                ("Tab", "find"),
            ],
            (false, false) => {
                &[("Enter", "next"), ("↑", "previous"), ("Esc", "close"), ("^R", "regex"), ("Tab", "replace")]
            }
        }
    }

    pub fn draw(&self, buf: &mut Buffer, line: Rect, theme: &Theme, selected: Span) -> Option<(u16, u16)> {
        if line.height == 0 {
            return None;
        }
        draw::fill(buf, line, theme.screen);
        let kind = if self.syntax == PatternSyntax::Plain { "find " } else { "regex " };
        let x = draw::put(buf, line, line.x, line.y, kind, theme.accent);
        let n_fields = if self.replace.is_some() { 2 } else { 1 };
        let state = self.state(selected);
        let state_width = u16::try_from(crate::text::width(&state)).unwrap_or(0);
        let room = line.right().saturating_sub(x + state_width + 2) / n_fields;
        let field = Rect { x, width: room, ..line };
        let mut cursor = self.find.draw(buf, field, theme.field_focused, theme.selection);
        if let Some(replace) = &self.replace {
            let x = draw::put(buf, line, field.right(), line.y, " → ", theme.accent);
            let field = Rect { x, width: room.saturating_sub(3), ..line };
            let at = replace.draw(buf, field, theme.field_focused, theme.selection);
            if self.in_replace {
                cursor = at;
            }
        }
        draw::put_right(buf, line, line.y, &state, theme.dim);
        Some(cursor)
    }
}

pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    let text = screen.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    let selected = screen.buffer().map_or(Span::at(0), |buffer| buffer.editor.selection().span());
    let Some(search) = &mut screen.search else { return Vec::new() };
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) => {
            let origin = search.vim_origin;
            screen.search = None;
            if let Some((from, _)) = origin {
                go_to(screen, from);
            }
        }
        (KeyCode::Enter, _) if search.vim_origin.is_some() && !search.in_replace => {
            return accept(screen, shared);
        }
        (KeyCode::Tab, _) => {
            search.replace.get_or_insert_with(|| TextField::new(""));
            search.in_replace = !search.in_replace;
        }
        (KeyCode::Char('r'), true) => {
            search.syntax = if search.syntax == PatternSyntax::Plain {
                PatternSyntax::Regex
            } else {
                PatternSyntax::Plain
            };
            search.refresh(&text);
        }
        (KeyCode::Enter, _) if search.in_replace => return replace_one(screen, shared, &text, selected),
        (KeyCode::Char('a'), true) if search.in_replace => return replace_all(screen, shared, &text),
        (KeyCode::Enter | KeyCode::Down, _) | (KeyCode::Char('g'), true) => {
            step(screen, &text, selected, !key.shift)
        }
        (KeyCode::Up, _) => step(screen, &text, selected, false),
        _ => {
            let field = if search.in_replace {
                search.replace.as_mut().unwrap_or(&mut search.find)
            } else {
                &mut search.find
            };
            field.press(key);
            search.refresh(&text);
            if !search.in_replace {
                let nearest = search.nearest(selected.end);
                select(screen, nearest);
            }
        }
    }
    Vec::new()
}

pub(crate) fn paste(screen: &mut Compose, pasted: &str) -> Vec<Effect> {
    let text = screen.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    if let Some(search) = &mut screen.search {
        let field = if search.in_replace {
            search.replace.as_mut().unwrap_or(&mut search.find)
        } else {
            &mut search.find
        };
        field.paste(pasted);
        search.refresh(&text);
    }
    Vec::new()
}

/// Selects the next match after `selected`, or the last match before `selected` if `forward` is false, wrapping around.
fn step(screen: &mut Compose, text: &str, selected: Span, forward: bool) {
    let Some(search) = &screen.search else { return };
    let Ok(pattern) = search.pattern() else { return };
    let found =
        if forward { pattern.next(text, selected.end) } else { pattern.previous(text, selected.start) };
    select(screen, found);
}

/// Closes vim's search line, and lets vim do what the search was for: move to the match, or apply an operator. Keeps
/// the pattern for vim's `n` and `N`. If there is no match, moves the cursor back to where the search started.
fn accept(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some(search) = screen.search.take() else { return Vec::new() };
    let Some((from, direction)) = search.vim_origin else { return Vec::new() };
    if let (Ok(pattern), Some(vim)) = (search.pattern(), &mut screen.vim)
        && !search.find.text().is_empty()
    {
        vim.set_pattern(pattern, direction);
    }
    if search.matches.is_empty() {
        shared.show_notice(if search.message.is_empty() { "no text to search for" } else { &search.message });
        go_to(screen, from);
        return Vec::new();
    }
    finish_search(screen, shared, from)
}

fn go_to(screen: &mut Compose, at: usize) {
    if let Some(buffer) = screen.buffer_mut() {
        buffer.editor.apply(Command::Move(Motion::To(at)));
    }
}

fn select(screen: &mut Compose, found: Option<Span>) {
    if let (Some(found), Some(buffer)) = (found, screen.buffer_mut()) {
        buffer.editor.apply(Command::Select(found));
    }
}

/// Replaces the selected match and selects the next match. If the selection is not a match, only selects the next
/// match.
fn replace_one(screen: &mut Compose, shared: &mut SharedState, text: &str, selected: Span) -> Vec<Effect> {
    let Some(search) = &screen.search else { return Vec::new() };
    let Ok(pattern) = search.pattern() else { return Vec::new() };
    let replacement = search.replace.as_ref().map(TextField::text).unwrap_or_default();
    let edit = pattern.replace_all(text, &replacement).into_iter().find(|edit| edit.span == selected);
    let Some(edit) = edit else {
        step(screen, text, selected, true);
        return Vec::new();
    };
    // The search continues after the replacement, because the replacement may contain the text that is searched for.
    let after = Span::at(edit.span.start + edit.replacement.len());
    let effects = typing_command(screen, shared, Command::Replace(vec![edit]));
    let text = screen.buffer().map(|buffer| buffer.editor.text()).unwrap_or_default();
    if let Some(search) = &mut screen.search {
        search.refresh(&text);
    }
    step(screen, &text, after, true);
    effects
}

fn replace_all(screen: &mut Compose, shared: &mut SharedState, text: &str) -> Vec<Effect> {
    let Some(search) = &screen.search else { return Vec::new() };
    let Ok(pattern) = search.pattern() else { return Vec::new() };
    let replacement = search.replace.as_ref().map(TextField::text).unwrap_or_default();
    let edits = pattern.replace_all(text, &replacement);
    let n = edits.len();
    screen.search = None;
    if n == 0 {
        return shared.only_notice("nothing found, so nothing was replaced");
    }
    // All replacements are made by one command, so that they are one undo step.
    let effects = typing_command(screen, shared, Command::Replace(edits));
    // Without effects, nothing was changed, for example because the console is read-only, and a notice says why.
    if !effects.is_empty() {
        let way = way(screen, shared, Action::Undo);
        shared.show_notice(format!("{} replaced; {way} undoes it", grouped(n)));
    }
    effects
}
