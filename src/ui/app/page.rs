//! A dialog that shows a page of the built-in reference (`crate::help`), scrolls it, and finds text in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::editor::search::{PatternSyntax, SearchPattern};
use crate::help::{Backticks, PageLine, Role, Topic, layout};
use crate::text::{Span, grouped, width};
use crate::ui::widget::{Input, Key, KeyCode, MouseKind, TextField, Theme, dialog, draw};

/// The maximum width of the dialog, in cells, including its border. Longer lines would be hard to read.
const MAX_WIDTH: u16 = 104;

#[derive(Debug, Clone)]
pub(super) struct Page {
    topic: &'static Topic,
    /// The lines of the page, laid out for `width` cells. They are laid out again only when the width changes.
    lines: Vec<PageLine>,
    width: u16,
    /// The index in `lines` of the first line on screen.
    top: usize,
    /// The number of lines that fit on screen.
    rows: usize,
    find: Find,
}

/// The search in a page. If Enter closes the find line, the text stays for `n` and `N`. Esc clears it.
#[derive(Debug, Clone)]
struct Find {
    field: TextField,
    /// Whether the find line is open.
    is_typed: bool,
    /// The matches, each with the index of its line, in reading order.
    matches: Vec<(usize, Span)>,
    /// The index in `matches` of the current match.
    at: usize,
}

impl Page {
    pub(super) fn new(topic: &'static Topic, screen: Rect) -> Self {
        let find = Find { field: TextField::new(""), is_typed: false, matches: Vec::new(), at: 0 };
        let mut page = Self { topic, lines: Vec::new(), width: 0, top: 0, rows: 0, find };
        page.fit(screen);
        page
    }

    /// Lays out the page again if the size of the screen has changed the width of the dialog. Limits the scroll
    /// position to the content.
    pub(super) fn fit(&mut self, screen: Rect) {
        let room = dialog::content_area(area(screen));
        self.rows = usize::from(room.height).saturating_sub(self.find.is_typed.into());
        if self.width != room.width {
            self.width = room.width;
            // The first two lines are the title and an empty line. They are skipped, because the title is in the
            // dialog's border.
            self.lines = layout(self.topic.markdown, usize::from(room.width), Backticks::Drop)
                .into_iter()
                .skip(2)
                .collect();
            self.find_all();
        }
        self.scroll_to(self.top);
    }

    /// Whether the find line is open. It then gets all keys, and Esc closes it.
    pub(super) fn is_finding(&self) -> bool {
        self.find.is_typed
    }

    pub(super) fn handle(&mut self, input: &Input) {
        match input {
            Input::Key(key) if self.find.is_typed => self.press_in_find(*key),
            Input::Key(key) => self.press(*key),
            Input::Mouse(mouse) => {
                if let MouseKind::Scroll(lines) = mouse.kind {
                    self.scroll_by(lines.into());
                }
            }
            Input::Paste(text) if self.find.is_typed => {
                self.find.field.paste(text);
                self.find_from_top();
            }
            Input::Paste(_) | Input::Resize(..) | Input::FocusGained => {}
        }
    }

    fn press(&mut self, key: Key) {
        match key.code {
            KeyCode::Char('/') => {
                // The last text is selected, so that typing replaces it.
                self.find.field = TextField::selected(&self.find.field.text());
                self.find.is_typed = true;
            }
            KeyCode::Char('n') => self.step(1),
            KeyCode::Char('N') => self.step(-1),
            code => {
                let code = match code {
                    KeyCode::Char('k') => KeyCode::Up,
                    KeyCode::Char('j') => KeyCode::Down,
                    KeyCode::Char('b') => KeyCode::PageUp,
                    KeyCode::Char(' ') => KeyCode::PageDown,
                    KeyCode::Char('g') => KeyCode::Home,
                    KeyCode::Char('G') => KeyCode::End,
                    code => code,
                };
                // Consecutive pages have one line in common, so that the reader finds the place again.
                self.scroll_by(code.rows(self.rows.saturating_sub(1)).unwrap_or(0));
            }
        }
    }

    fn press_in_find(&mut self, key: Key) {
        match key.code {
            KeyCode::Esc => {
                self.find.field.set_text("");
                self.find.is_typed = false;
                self.find_all();
            }
            KeyCode::Enter => self.find.is_typed = false,
            KeyCode::Up => self.step(-1),
            KeyCode::Down => self.step(1),
            _ => {
                if self.find.field.press(key) {
                    self.find_from_top();
                }
            }
        }
    }

    /// Finds the text again after it has changed. Shows the first match from the top of the screen on, or else the
    /// first match of the page.
    fn find_from_top(&mut self) {
        self.find_all();
        self.find.at = self.find.matches.iter().position(|(line, _)| self.top <= *line).unwrap_or(0);
        self.show_match();
    }

    fn find_all(&mut self) {
        let typed = self.find.field.text();
        self.find.matches = match SearchPattern::new(&typed, PatternSyntax::Plain) {
            Ok(pattern) if !typed.is_empty() => {
                let lines = self.lines.iter().enumerate();
                lines
                    .flat_map(|(at, line)| {
                        pattern.find_all(&line.text()).into_iter().map(move |span| (at, span))
                    })
                    .collect()
            }
            Ok(_) | Err(_) => Vec::new(),
        };
        self.find.at = self.find.at.min(self.find.matches.len().saturating_sub(1));
    }

    /// Goes to the next match (`by` is 1) or the previous one (`by` is -1), wrapping around.
    fn step(&mut self, by: isize) {
        let n = self.find.matches.len();
        if 0 < n {
            self.find.at = (self.find.at + n).saturating_add_signed(by) % n;
            self.show_match();
        }
    }

    fn show_match(&mut self) {
        let Some((line, _)) = self.find.matches.get(self.find.at).copied() else { return };
        if line < self.top || self.top + self.rows <= line {
            self.scroll_to(line.saturating_sub(self.rows / 2));
        }
    }

    fn scroll_by(&mut self, rows: isize) {
        self.scroll_to(self.top.saturating_add_signed(rows));
    }

    fn scroll_to(&mut self, top: usize) {
        self.top = top.min(self.lines.len().saturating_sub(self.rows));
    }

    /// Draws the page, and returns the cell of the cursor if the find line is open.
    pub(super) fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let room = dialog::draw_frame(buf, area(screen), self.topic.title, &self.keys(), theme);
        let lines = self.lines.iter().enumerate().skip(self.top).take(self.rows);
        for ((at, line), y) in lines.zip(room.y..room.bottom()) {
            let mut x = room.x;
            for (text, role) in &line.runs {
                x = draw::put(buf, room, x, y, text, theme.popup.patch(style(*role, theme)));
            }
            self.draw_matches(buf, Rect { y, height: 1, ..room }, at, theme);
        }
        if !self.find.is_typed || room.height == 0 {
            return None;
        }
        let line = Rect { y: room.bottom() - 1, height: 1, ..room };
        let x = draw::put(buf, line, line.x, line.y, "/ ", theme.popup.patch(theme.accent));
        let field = Rect { x, width: line.right().saturating_sub(x), ..line };
        Some(self.find.field.draw(buf, field, theme.field_focused, theme.selection))
    }

    fn draw_matches(&self, buf: &mut Buffer, row: Rect, line: usize, theme: &Theme) {
        let first = self.find.matches.partition_point(|(at, _)| *at < line);
        let of_line = self.find.matches.iter().enumerate().skip(first).take_while(|(_, (at, _))| *at == line);
        for (number, (at, span)) in of_line {
            let text = self.lines[*at].text();
            let cells = |text: &str| u16::try_from(width(text)).unwrap_or(u16::MAX);
            let x = row.x.saturating_add(cells(&text[..span.start]));
            let style = if number == self.find.at { theme.search_current } else { theme.search };
            buf.set_style(Rect { x, width: cells(&text[span.range()]), ..row }.intersection(row), style);
        }
    }

    /// Returns the keys for the bottom border.
    fn keys(&self) -> String {
        let found = match (self.find.field.text().is_empty(), self.find.matches.len()) {
            (true, _) => String::new(),
            (false, 0) => "no match · ".to_owned(),
            (false, n) => format!("{} of {} · ", grouped(self.find.at + 1), grouped(n)),
        };
        if self.find.is_typed {
            return format!("{found}↑↓ previous, next · Enter keep · Esc close");
        }
        let n_below = self.lines.len().saturating_sub(self.top + self.rows);
        let below = if n_below == 0 { String::new() } else { format!("{} more lines · ", grouped(n_below)) };
        let find = if found.is_empty() { "/ find" } else { "n N next, previous" };
        format!("{found}{below}{find} · PgUp PgDn · Esc back")
    }
}

pub(super) fn area(screen: Rect) -> Rect {
    let stage = dialog::dialog_area(screen);
    draw::centered(stage, MAX_WIDTH.min(stage.width), stage.height)
}

fn style(role: Role, theme: &Theme) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Heading | Role::Strong => theme.title,
        Role::Code => theme.accent,
    }
}
