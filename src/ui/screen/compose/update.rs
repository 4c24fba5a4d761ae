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

use crate::ui::screen::compose::code_colours;
use crate::ui::screen::compose::focus::Pane;
use crate::ui::screen::compose::layout::{inside, layout};
use crate::ui::screen::compose::linked;
use crate::ui::screen::compose::pane::{body, preview};
use crate::ui::screen::compose::state::App;
use crate::ui::shared::effect::Effect;
use crate::ui::shared::msg::Msg;
use crate::ui::widget::input::Input;

/// Takes a message; returns what is to be done in the world.
pub fn update(app: &mut App, message: Msg) -> Vec<Effect> {
    let mut effects = match message {
        Msg::Input(input) => {
            let mut effects = take_input(app, input);
            effects.extend(app.check_edited_bot());
            effects
        }
        result => results::take(app, result),
    };
    vim::follow(app);
    show_cursor(app);
    effects.extend(app.follow_highlight());
    effects.extend(code_colours::follow(app));
    linked::follow(app);
    keep_in_sight(app);
    effects.retain(|effect| *effect != Effect::Nothing);
    effects
}

fn take_input(app: &mut App, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(key) => {
            app.notice = None;
            keys::press(app, key)
        }
        Input::Paste(text) => {
            app.notice = None;
            keys::paste(app, &text)
        }
        Input::Mouse(mouse) => mouse::point(app, mouse),
        Input::Resize(columns, rows) => {
            app.resize(columns, rows);
            Vec::new()
        }
        Input::FocusGained => vec![Effect::Reload],
    }
}

pub(super) use keys::contexts;

/// Returns where the body's text is on screen now.
pub(super) fn body_area(app: &App) -> Option<Rect> {
    let plan = layout(app, Rect::new(0, 0, app.size.0, app.size.1));
    plan.pane(Pane::Body).map(|area| body::text_area(app, inside(area)))
}

/// Scrolls the body so that the cursor is in sight, unless the wheel has just taken it out of sight.
pub(super) fn show_cursor(app: &mut App) {
    let Some(area) = body_area(app) else { return };
    let Some(stem) = app.open.clone() else { return };
    let text = app.body_view().map_or(area, |view| view.text_area(area));
    let wrap = app.settings.wrap.then_some(usize::from(text.width));
    let Some(buffer) = app.buffers.get_mut(&stem) else { return };
    buffer.editor.set_wrap(wrap);
    let place = (buffer.editor.version(), buffer.editor.cursor(), area, buffer.editor.wrap());
    if buffer.shown != Some(place) {
        buffer.shown = Some(place);
        buffer.viewport.scroll_to_cursor(&mut buffer.editor, text.width, text.height);
    }
}

/// Takes back what was scrolled beyond the end: what fits is not scrolled at all.
fn keep_in_sight(app: &mut App) {
    let screen = Rect::new(0, 0, app.size.0, app.size.1);
    if 0 < app.preview.scroll
        && let Some(area) = layout(app, screen).pane(Pane::Preview)
    {
        app.preview.scroll = app.preview.scroll.min(preview::last_top(app, area));
    }
    if let Some(dialog) = &mut app.dialog {
        dialog.keep_in_sight(screen, &app.theme);
    }
}

/// Applies an editor's command to the open body.
pub(super) fn typing_command(app: &mut App, command: crate::editor::Command) -> Vec<Effect> {
    typing::apply(app, command)
}
