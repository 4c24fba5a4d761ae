//! A dialog that shows a page of the built-in reference (`crate::help`) and scrolls it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::help::{Backticks, PageLine, Role, Topic, layout};
use crate::ui::widget::{Input, KeyCode, MouseKind, Theme, dialog, draw};

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
}

impl Page {
    pub(super) fn new(topic: &'static Topic, screen: Rect) -> Self {
        let mut page = Self { topic, lines: Vec::new(), width: 0, top: 0, rows: 0 };
        page.fit(screen);
        page
    }

    /// Lays out the page again if the size of the screen has changed the width of the dialog. Limits the scroll
    /// position to the content.
    pub(super) fn fit(&mut self, screen: Rect) {
        let room = dialog::content_area(area(screen));
        self.rows = usize::from(room.height);
        if self.width != room.width {
            self.width = room.width;
            // The first two lines are the title and an empty line. They are skipped, because the title is in the
            // dialog's border.
            self.lines = layout(self.topic.markdown, usize::from(room.width), Backticks::Drop)
                .into_iter()
                .skip(2)
                .collect();
        }
        self.scroll_to(self.top);
    }

    pub(super) fn scroll(&mut self, input: &Input) {
        let page_rows = self.rows.saturating_sub(1).max(1);
        let top = match input {
            Input::Key(key) => match key.code {
                KeyCode::Up | KeyCode::Char('k') => self.top.saturating_sub(1),
                KeyCode::Down | KeyCode::Char('j') => self.top + 1,
                KeyCode::PageUp | KeyCode::Char('b') => self.top.saturating_sub(page_rows),
                KeyCode::PageDown | KeyCode::Char(' ') => self.top + page_rows,
                KeyCode::Home | KeyCode::Char('g') => 0,
                KeyCode::End | KeyCode::Char('G') => self.lines.len(),
                _ => return,
            },
            Input::Mouse(mouse) => match mouse.kind {
                MouseKind::Scroll(lines) => self.top.saturating_add_signed(isize::from(lines)),
                _ => return,
            },
            Input::Paste(_) | Input::Resize(..) | Input::FocusGained => return,
        };
        self.scroll_to(top);
    }

    fn scroll_to(&mut self, top: usize) {
        self.top = top.min(self.lines.len().saturating_sub(self.rows));
    }

    pub(super) fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) {
        let n_below = self.lines.len().saturating_sub(self.top + self.rows);
        let keys = match n_below {
            0 => "↑↓ PgUp PgDn scroll · Esc back".to_owned(),
            n_below => format!("↑↓ PgUp PgDn scroll · {n_below} more lines · Esc back"),
        };
        let room = dialog::draw_frame(buf, area(screen), self.topic.title, &keys, theme);
        for (line, y) in self.lines.iter().skip(self.top).zip(room.y..room.bottom()) {
            let mut x = room.x;
            for (text, role) in &line.runs {
                x = draw::put(buf, room, x, y, text, theme.popup.patch(style(*role, theme)));
            }
        }
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
