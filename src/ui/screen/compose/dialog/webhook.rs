//! The dialog with the form of the webhook. The form itself, with its unsaved edits, is in `webhook_form`, because it
//! outlives the dialog.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::{Compose, pane::webhook::status};
use crate::ui::widget::{
    Theme,
    dialog::{content_area, dialog_area, draw_frame},
    draw,
};

/// The preferred width and height of the dialog in cells. The height does not depend on the form, so that the dialog
/// keeps its size while rows are added.
const SIZE: (u16, u16) = (100, 30);

pub(crate) fn area(screen: Rect) -> Rect {
    let stage = dialog_area(screen);
    draw::centered(stage, SIZE.0.min(stage.width), SIZE.1.min(stage.height))
}

/// Returns the area of the form in the dialog.
pub(crate) fn form_area(screen: Rect) -> Rect {
    content_area(area(screen))
}

/// Shows the bot's latest answer in the form, and scrolls the form.
pub(crate) fn follow(screen: &mut Compose, area: Rect) {
    let (text, tone) = status(&screen.bot);
    screen.webhook.form.set_note("bot", &text, tone);
    screen.webhook.form.follow(form_area(area));
}

pub(super) fn draw(
    buf: &mut Buffer,
    screen_area: Rect,
    screen: &Compose,
    theme: &Theme,
) -> Option<(u16, u16)> {
    let mark = if screen.webhook.is_modified() { " ●" } else { "" };
    let title = format!("Webhook {}{mark}", screen.webhook.stem.as_deref().unwrap_or_default());
    let keys = "Tab next field · ←→ choice · ^S save · Esc close";
    let room = draw_frame(buf, area(screen_area), &title, keys, theme);
    screen.webhook.form.draw(buf, room, theme, true)
}
