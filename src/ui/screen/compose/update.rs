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
use crate::ui::screen::compose::state::Compose;
use crate::ui::shared::Shared;
use crate::ui::shared::effect::Effect;
use crate::ui::shared::msg::Msg;
use crate::ui::widget::input::Input;

/// Takes a message; returns what is to be done in the world.
pub fn update(screen: &mut Compose, shared: &mut Shared, message: Msg) -> Vec<Effect> {
    let mut effects = match message {
        Msg::Input(input) => {
            let mut effects = take_input(screen, shared, input);
            effects.extend(screen.check_edited_bot(shared));
            effects
        }
        result => results::take(screen, shared, result),
    };
    vim::follow(screen);
    show_cursor(screen, shared);
    effects.extend(screen.follow_highlight(shared));
    effects.extend(code_colours::follow(screen));
    linked::follow(screen, shared);
    keep_in_sight(screen, shared);
    effects.retain(|effect| *effect != Effect::Nothing);
    effects
}

fn take_input(screen: &mut Compose, shared: &mut Shared, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(key) => {
            shared.notice = None;
            keys::press(screen, shared, key)
        }
        Input::Paste(text) => {
            shared.notice = None;
            keys::paste(screen, shared, &text)
        }
        Input::Mouse(mouse) => mouse::point(screen, shared, mouse),
        Input::Resize(columns, rows) => {
            shared.size = (columns, rows);
            show_cursor(screen, shared);
            Vec::new()
        }
        Input::FocusGained => vec![Effect::Reload],
    }
}

pub(super) use keys::contexts;

/// Returns where the body's text is on screen now.
pub(crate) fn body_area(screen: &Compose, shared: &Shared) -> Option<Rect> {
    let plan = layout(screen, shared, Rect::new(0, 0, shared.size.0, shared.size.1));
    plan.pane(Pane::Body).map(|area| body::text_area(screen, inside(area)))
}

/// Scrolls the body so that the cursor is in sight, unless the wheel has just taken it out of sight.
pub(crate) fn show_cursor(screen: &mut Compose, shared: &mut Shared) {
    let Some(area) = body_area(screen, shared) else { return };
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

/// Takes back what was scrolled beyond the end: what fits is not scrolled at all.
fn keep_in_sight(screen: &mut Compose, shared: &mut Shared) {
    let whole = Rect::new(0, 0, shared.size.0, shared.size.1);
    if 0 < screen.preview.scroll
        && let Some(area) = layout(screen, shared, whole).pane(Pane::Preview)
    {
        screen.preview.scroll = screen.preview.scroll.min(preview::last_top(screen, shared, area));
    }
    if let Some(dialog) = &mut screen.dialog {
        dialog.keep_in_sight(whole, &shared.theme);
    }
}

/// Applies an editor's command to the open body.
pub(crate) fn typing_command(
    screen: &mut Compose,
    shared: &mut Shared,
    command: crate::editor::Command,
) -> Vec<Effect> {
    typing::apply(screen, shared, command)
}
