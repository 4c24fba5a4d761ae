//! The one place where the state changes: a message in, effects out; synchronous and total.

mod actions;
mod definitions;
mod dialogs;
mod keys;
mod mending;
mod mouse;
mod results;
mod rewrite;
mod saving;
mod typing;
mod vim;
mod whose;

use ratatui::layout::Rect;

use crate::ui::screen::compose::{
    Compose, Pane, code_colours, derived,
    layout::layout,
    linked,
    pane::{body, preview},
};
use crate::ui::shared::{Action, Effect, Msg, Shared};
use crate::ui::widget::{Input, draw::inside};

pub(super) fn update(screen: &mut Compose, shared: &mut Shared, message: Msg) -> Vec<Effect> {
    let Msg::Input(input) = message else { return results::take(screen, shared, message) };
    let mut effects = match input {
        Input::Key(key) => keys::press(screen, shared, key),
        Input::Paste(text) => keys::paste(screen, shared, &text),
        Input::Mouse(mouse) => mouse::point(screen, shared, mouse),
        // The app's own.
        Input::Resize(..) | Input::FocusGained => Vec::new(),
    };
    effects.extend(screen.check_edited_bot(shared));
    effects
}

pub(super) fn act(screen: &mut Compose, shared: &mut Shared, action: Action) -> Vec<Effect> {
    screen.hover = None;
    let mut effects = actions::act(screen, shared, action);
    effects.extend(screen.check_edited_bot(shared));
    effects
}

pub(super) fn follow(screen: &mut Compose, shared: &mut Shared, area: Rect) -> Vec<Effect> {
    vim::follow(screen);
    derived::follow(screen, shared);
    screen.plan = layout(screen, shared, area);
    derived::follow_layout(screen, shared);
    show_cursor(screen, shared);
    let mut effects: Vec<Effect> = screen.follow_highlight(shared).into_iter().collect();
    effects.extend(code_colours::follow(screen));
    linked::follow(screen, shared);
    keep_in_sight(screen, shared);
    effects
}

pub(super) use keys::place;
pub(super) use saving::{save_all, unsaved};

pub(crate) fn body_area(screen: &Compose) -> Option<Rect> {
    screen.plan.pane(Pane::Body).map(|area| body::text_area(screen, inside(area)))
}

/// Scrolls the body so that the cursor is in sight, unless the wheel has just taken it out of sight.
fn show_cursor(screen: &mut Compose, shared: &mut Shared) {
    let Some(area) = body_area(screen) else { return };
    let Some(stem) = screen.open.clone() else { return };
    let text = screen.body_view(shared).map_or(area, |view| view.text_area(area));
    let wrap = shared.settings.wrap.then_some(usize::from(text.width));
    let Some(buffer) = screen.buffers.get_mut(&stem) else { return };
    buffer.editor.set_wrap(wrap);
    let place = (buffer.editor.version(), buffer.editor.cursor(), area, buffer.editor.wrap());
    if buffer.shown != Some(place) {
        buffer.shown = Some(place);
        buffer.viewport.scroll_to_cursor(&mut buffer.editor, text.width, text.height);
    }
}

fn keep_in_sight(screen: &mut Compose, shared: &mut Shared) {
    if 0 < screen.preview.scroll
        && let Some(area) = screen.plan.pane(Pane::Preview)
    {
        screen.preview.scroll = screen.preview.scroll.min(preview::last_top(screen, shared, area));
    }
    if let Some(dialog) = &mut screen.dialog {
        dialog.follow(Rect::new(0, 0, shared.size.0, shared.size.1), &screen.bot, &shared.theme);
    }
}

pub(crate) fn typing_command(
    screen: &mut Compose,
    shared: &mut Shared,
    command: crate::editor::Command,
) -> Vec<Effect> {
    typing::apply(screen, shared, command)
}
