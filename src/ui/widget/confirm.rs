//! A dialog with a question and a few answers. Esc gives the harmless answer, which should come last.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::ui::widget::dialog::{dialog_area, draw_frame};
use crate::ui::widget::draw;
use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone, PartialEq)]
pub struct Confirm<D> {
    pub title: String,
    pub text: String,
    /// The label of each answer, with the decision that the answer stands for. The first letter of a label also works
    /// as a key.
    pub answers: Vec<(String, D)>,
    pub chosen: usize,
}

pub trait ConfirmDecision: Clone {
    /// Returns the decision that changes nothing. Esc makes this decision.
    fn cancel() -> Self;

    /// Whether the key of the answer's first letter only selects the answer, so that Enter must confirm it. This
    /// protects decisions that lose or expose data from a letter that was typed by accident.
    fn needs_enter(&self) -> bool;
}

impl<D: ConfirmDecision> Confirm<D> {
    /// Creates a question with the first answer selected.
    pub fn new(title: &str, text: String, answers: Vec<(&str, D)>) -> Self {
        let answers = answers.into_iter().map(|(label, decision)| (label.to_owned(), decision)).collect();
        Self { title: title.to_owned(), text, answers, chosen: 0 }
    }

    /// Handles a key. Returns the decision if the key has made one.
    pub fn press(&mut self, key: Key) -> Option<D> {
        let n = self.answers.len().max(1);
        match key.code {
            KeyCode::Esc => return Some(D::cancel()),
            KeyCode::Enter => return self.answers.get(self.chosen).map(|(_, decision)| decision.clone()),
            KeyCode::Left | KeyCode::Up => self.chosen = (self.chosen + n - 1) % n,
            KeyCode::Right | KeyCode::Down | KeyCode::Tab => self.chosen = (self.chosen + 1) % n,
            KeyCode::Char(c) => {
                let starts_with_key =
                    |label: &str| label.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&c));
                let at = self.answers.iter().position(|(label, _)| starts_with_key(label))?;
                // The letter may have been meant for a text in which the user was typing when the question opened.
                if self.answers[at].1.needs_enter() {
                    self.chosen = at;
                    return None;
                }
                return Some(self.answers[at].1.clone());
            }
            _ => {}
        }
        None
    }

    pub fn point(&mut self, mouse: Mouse, screen: Rect) -> Option<D> {
        let MouseKind::Down { .. } = mouse.kind else { return None };
        let buttons = self.buttons(self.area(screen));
        let at = buttons.iter().position(|button| button.contains((mouse.x, mouse.y).into()))?;
        // A click is deliberate, so it confirms at once.
        self.chosen = at;
        self.press(Key::plain(KeyCode::Enter))
    }

    pub fn area(&self, screen: Rect) -> Rect {
        let stage = dialog_area(screen);
        let width = 64.min(stage.width);
        draw::centered(stage, width, self.height(usize::from(width.saturating_sub(4))))
    }

    fn height(&self, width: usize) -> u16 {
        let rows = self.rows(u16::try_from(width).unwrap_or(u16::MAX)).last().map_or(0, |(row, ..)| *row);
        u16::try_from(draw::wrap(&self.text, width).len()).unwrap_or(u16::MAX).saturating_add(4 + rows)
    }

    /// Arranges the answers in rows of `width` cells. Returns, for each answer, its row and its column (both from 0),
    /// and its width.
    fn rows(&self, width: u16) -> Vec<(u16, u16, u16)> {
        let (mut row, mut x) = (0, 0);
        let mut rows = Vec::with_capacity(self.answers.len());
        for (label, _) in &self.answers {
            // The brackets and spaces of `[ label ]` take four cells.
            let wide = u16::try_from(crate::text::width(label)).unwrap_or(0) + 4;
            if 0 < x && width < x + wide {
                (row, x) = (row + 1, 0);
            }
            rows.push((row, x, wide));
            x += wide + 1;
        }
        rows
    }

    fn buttons(&self, area: Rect) -> Vec<Rect> {
        let rows = self.rows(area.width.saturating_sub(4));
        let last = rows.last().map_or(0, |(row, ..)| *row);
        let top = area.bottom().saturating_sub(2 + last);
        let button =
            |(row, x, width): (u16, u16, u16)| Rect { x: area.x + 2 + x, y: top + row, width, height: 1 };
        rows.into_iter().map(button).collect()
    }

    pub fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) {
        let area = self.area(screen);
        let room =
            draw_frame(buf, area, &self.title, "letter or ←→ select · Enter confirm · Esc cancel", theme);
        for (line, y) in draw::wrap(&self.text, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
            draw::put_line(buf, room, y, line, theme.popup);
        }
        for (at, ((label, _), button)) in self.answers.iter().zip(self.buttons(area)).enumerate() {
            let style = if at == self.chosen { theme.popup_chosen } else { theme.popup.patch(theme.accent) };
            draw::put(buf, area, button.x, button.y, &format!("[ {label} ]"), style);
            // The first letter is also the key of the answer.
            let letter = Rect { x: button.x + 2, width: 1, ..button }.intersection(area);
            buf.set_style(letter, Modifier::UNDERLINED);
        }
    }
}
