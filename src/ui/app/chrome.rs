//! Draws the header above the current screen and the footer below it, and finds the action of a click on these lines.
//! Also divides the terminal's area into header, screen, and footer. The screen supplies the parts on the right side of
//! the header.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::shared::{
    Action, FOOTER_ACTIONS, FOOTER_PRIORITY, HeaderPart, KeyContext, Screen, SharedState,
};
use crate::ui::widget::{Key, draw};

use crate::text::width;

/// The smallest usable width and height of the terminal, in cells. In a smaller terminal, the console shows only a
/// message, because the panes would have no room for their content.
const MIN_SIZE: (u16, u16) = (24, 6);

/// The width, in cells, that the header reserves for the names of the program and the workspace.
const NAMES_WIDTH: usize = 12;

const HINT_GAP: u16 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chrome {
    header: Rect,
    pub(super) screen: Rect,
    footer: Rect,
}

struct Hint {
    action: Action,
    key: String,
    word: &'static str,
    x: u16,
}

impl Chrome {
    /// Divides the terminal's area into header, screen, and footer. If the terminal is too small, all three are empty.
    pub(super) fn of(area: Rect) -> Self {
        if area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1 {
            let empty = Rect { width: 0, height: 0, ..area };
            return Self { header: empty, screen: empty, footer: empty };
        }
        Self {
            header: Rect { height: 1, ..area },
            screen: Rect { y: area.y + 1, height: area.height - 2, ..area },
            footer: Rect { y: area.bottom() - 1, height: 1, ..area },
        }
    }

    pub(super) fn is_too_small(&self) -> bool {
        self.screen.is_empty()
    }

    pub(super) fn draw(&self, shared: &SharedState, screen: &dyn Screen, buf: &mut Buffer) {
        self.draw_header(shared, screen, buf);
        self.draw_footer(shared, screen, buf);
    }

    /// Returns the action of a click at a cell: `None` if the cell is outside the header and the footer, and
    /// `Some(None)` if it is inside but has no action.
    pub(super) fn action_at(
        &self,
        shared: &SharedState,
        screen: &dyn Screen,
        x: u16,
        y: u16,
    ) -> Option<Option<Action>> {
        if self.header.contains((x, y).into()) {
            let parts = self.header_parts(shared, screen);
            let clicked = parts.into_iter().find(|(left, part)| *left <= x && x < left + cells(&part.text));
            return Some(clicked.and_then(|(_, part)| part.action));
        }
        self.footer.contains((x, y).into()).then(|| {
            // While an input line of the screen (such as search) has the keyboard, the footer shows the keys of that
            // line instead of actions, so a click does nothing.
            let mut hints = self.hints(shared, screen).into_iter().filter(|_| screen.footer().is_none());
            hints.find(|hint| hint.x <= x && x < hint.x + hint.width()).map(|hint| hint.action)
        })
    }

    /// Returns the header's parts that fit, each with its first column. The parts are in order from right to left, and
    /// the first part is the most important one.
    fn header_parts(&self, shared: &SharedState, screen: &dyn Screen) -> Vec<(u16, HeaderPart)> {
        let mut right = self.header.right();
        let mut parts = Vec::new();
        for part in screen.header(shared) {
            // A part that does not fit is left out completely, because half the name of a bot or host could be mistaken
            // for another name. The parts after this part are left out too, because one of them may be the label of
            // this part.
            if usize::from(right.saturating_sub(self.header.x)) < width(&part.text) + NAMES_WIDTH {
                break;
            }
            right -= cells(&part.text);
            parts.push((right, part));
        }
        parts
    }

    fn draw_header(&self, shared: &SharedState, screen: &dyn Screen, buf: &mut Buffer) {
        let (area, theme) = (self.header, &shared.theme);
        let mut right = area.right();
        for (x, part) in self.header_parts(shared, screen) {
            draw::put(buf, area, x, area.y, &part.text, part.style);
            right = x;
        }
        let left = Rect { width: right.saturating_sub(area.x + 1), ..area };
        let x = draw::put_line(buf, left, area.y, " telecast", theme.title);
        let view_only = if shared.read_only.is_some() { " · view only" } else { "" };
        let rest = Rect { x, width: left.right().saturating_sub(x), ..left };
        let name = format!(" · {}{view_only}", shared.workspace.display_name());
        draw::put_line(buf, rest, area.y, &name, theme.dim);
    }

    fn draw_footer(&self, shared: &SharedState, screen: &dyn Screen, buf: &mut Buffer) {
        let (area, theme) = (self.footer, &shared.theme);
        // A notice is shown in place of the key hints. An additional line for the notice would move the whole screen.
        if let Some(notice) = &shared.notice {
            // The mark shows an error without its color.
            let (mark, style) = if notice.is_error { ("✘ ", theme.error) } else { ("", theme.accent) };
            draw::put_line(buf, area, area.y, &format!(" {mark}{}", notice.text), style);
            return;
        }
        let put_hint = |buf: &mut Buffer, x: u16, key: &str, word: &str| {
            let x = draw::put(buf, area, x, area.y, key, theme.accent);
            draw::put(buf, area, x + 1, area.y, word, theme.key_hint)
        };
        // A dialog has the keyboard, and shows its own keys. Of the screen's keys, only the one for help works, and
        // only while the dialog belongs to the screen.
        if shared.is_covered {
            return;
        }
        if screen.focus().is_covered {
            if let Some(key) = shared.keymap.shown_key(&[KeyContext::Anywhere], Action::Help) {
                put_hint(buf, area.x + 1, &key.to_string(), Action::Help.row().hint);
            }
            return;
        }
        if let Some(keys) = screen.footer() {
            let mut x = area.x + 1;
            for (key, word) in keys {
                x = put_hint(buf, x, key, word) + HINT_GAP;
            }
            return;
        }
        for hint in self.hints(shared, screen) {
            put_hint(buf, hint.x, &hint.key, hint.word);
        }
    }

    fn hints(&self, shared: &SharedState, screen: &dyn Screen) -> Vec<Hint> {
        let contexts = screen.focus().contexts;
        let hint = |action: Action| {
            let word = action.row().hint;
            let key = shared.keymap.shown_key(contexts, action).filter(|_| !word.is_empty())?;
            // The key `:` in front of a label would look like punctuation (`: palette`). The hint therefore shows
            // another key of the action that works everywhere, if there is one.
            let is_colon = key == Key::char(':');
            let elsewhere = shared.keymap.shown_key(&[KeyContext::Anywhere], action).filter(|_| is_colon);
            Some(Hint { action, key: elsewhere.unwrap_or(key).to_string(), word, x: 0 })
        };
        let mut hints: Vec<Hint> = FOOTER_ACTIONS.into_iter().filter_map(hint).collect();
        let fitting = fitting(&hints, self.footer.width.saturating_sub(1));
        // The hints that fit are chosen by priority, but they are shown in the order of `FOOTER_ACTIONS`, so that the
        // order stays the same when the width changes.
        hints.retain(|hint| fitting.contains(&hint.action));
        let mut x = self.footer.x + 1;
        for hint in &mut hints {
            hint.x = x;
            x += hint.width() + HINT_GAP;
        }
        hints
    }
}

impl Hint {
    fn width(&self) -> u16 {
        cells(&self.key).saturating_add(1).saturating_add(cells(self.word))
    }
}

/// Returns the actions whose hints fit into `width` cells, in order of priority. The list ends before the
/// first hint that does not fit.
fn fitting(hints: &[Hint], width: u16) -> Vec<Action> {
    let needed = FOOTER_PRIORITY.iter().filter_map(|action| hints.iter().find(|hint| hint.action == *action));
    let others = hints.iter().filter(|hint| !FOOTER_PRIORITY.contains(&hint.action));
    let mut end = 0u16;
    let fits = needed.chain(others).take_while(|hint| {
        end = end.saturating_add(hint.width());
        let fits = end <= width;
        end = end.saturating_add(HINT_GAP);
        fits
    });
    fits.map(|hint| hint.action).collect()
}

fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}
