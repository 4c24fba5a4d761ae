//! Changes the screen's state in response to messages and actions. The functions are synchronous, do no I/O, and return
//! no errors. They return effects (for example, saving a file), which the runtime performs.

mod actions;
mod definitions;
mod dialogs;
mod formatting;
mod keys;
mod lists;
mod mouse;
pub(super) mod palette;
mod quick_fix;
mod recipient;
mod results;
mod rewrite;
mod saving;
mod typing;
mod vim;

use ratatui::layout::Rect;

use crate::ui::screen::compose::{
    Compose, Dialog, Pane, code_colors, derived,
    dialog::webhook,
    layout::layout,
    pane::{body, preview},
    preview_sync,
};
use crate::ui::shared::{Action, Effect, Msg, SharedState};
use crate::ui::widget::{Input, draw::inside};

pub(super) fn update(screen: &mut Compose, shared: &mut SharedState, message: Msg) -> Vec<Effect> {
    let Msg::Input(input) = message else {
        let effects = results::handle(screen, shared, message);
        // After an edit of a large body, `follow` does not search for the message text. The search is made here,
        // because a `Msg` that is not an input follows every edit: the end of the typing pause, or the result of the
        // composition.
        screen.follow_prose(shared);
        return effects;
    };
    handle_input(screen, shared, input)
}

pub(super) fn handle_input(screen: &mut Compose, shared: &mut SharedState, input: Input) -> Vec<Effect> {
    if let Some(effects) = dialogs::stop_waiting(screen, shared, &input) {
        return effects;
    }
    let Some(input) = screen.hold(input) else { return Vec::new() };
    let mut effects = match input {
        Input::Key(key) => keys::press(screen, shared, key),
        Input::Paste(text) => keys::paste(screen, shared, &text),
        Input::Mouse(mouse) => mouse::point(screen, shared, mouse),
        // The app handles these inputs itself.
        Input::Resize(..) | Input::FocusGained => Vec::new(),
    };
    // After the user has edited the webhook's URL, the bot at the new URL is checked as soon as the webhook's form is
    // closed. Many inputs can close it, so this line runs after every input.
    effects.extend(screen.check_edited_bot(shared));
    effects
}

pub(super) fn act(screen: &mut Compose, shared: &mut SharedState, action: Action) -> Vec<Effect> {
    screen.hover = None;
    let mut effects = actions::act(screen, shared, action);
    effects.extend(screen.check_edited_bot(shared));
    effects
}

pub(super) fn follow(screen: &mut Compose, shared: &mut SharedState, area: Rect) -> Vec<Effect> {
    // The order matters. vim may move the cursor, and the visible problems depend on the cursor. The layout depends on
    // the number of problems, and the width of the message depends on the layout. The rows of the body depend on which
    // text is message text. The body is scrolled before its visible rows are colored. The scroll position of the
    // preview is limited last, because its limit depends on the layout and on the message.
    vim::follow(screen);
    // A filter line has the keyboard only as long as its pane has the focus.
    if screen.typed_filter().is_none() {
        screen.close_filter_lines();
    }
    derived::follow(screen, shared);
    screen.layout = layout(screen, shared, area);
    derived::follow_layout(screen, shared);
    if screen.has_instant_hints() {
        screen.follow_prose(shared);
    }
    show_cursor(screen, shared);
    let mut effects: Vec<Effect> = screen.follow_highlight(shared).into_iter().collect();
    effects.extend(code_colors::follow(screen));
    preview_sync::follow(screen, shared);
    limit_scrolling(screen, shared);
    effects.extend(screen.remember_soon(shared));
    effects
}

pub(super) use dialogs::close as close_dialog;
pub(crate) use dialogs::{TELEGRAM, setting_up};
pub(super) use formatting::{NARROW_ROW_KEYS, ROW_KEYS, ROW_WIDTH};
pub(super) use keys::screen_focus;
pub(crate) use keys::{contexts, way};
pub(super) use saving::{save_all, unsaved};
pub(super) use vim::finish_search;

pub(crate) fn body_area(screen: &Compose) -> Option<Rect> {
    screen.layout.pane(Pane::Body).map(|area| body::text_area(screen, inside(area)))
}

/// Scrolls the cursor of the body into view if the text, the cursor, the area, or the wrap width has changed.
/// Otherwise, the body stays where the user has scrolled it.
fn show_cursor(screen: &mut Compose, shared: &mut SharedState) {
    let Some(area) = body_area(screen) else { return };
    let Some(stem) = screen.open.clone() else { return };
    let text_area = screen.body_view(shared).map_or(area, |view| view.text_area(area));
    let wrap = shared.settings.wrap.then_some(usize::from(text_area.width));
    let Some(buffer) = screen.buffers.get_mut(&stem) else { return };
    buffer.editor.set_wrap(wrap);
    let state = (buffer.editor.version(), buffer.editor.cursor(), area, buffer.editor.wrap());
    if buffer.scrolled_for != Some(state) {
        buffer.scrolled_for = Some(state);
        buffer.viewport.scroll_to_cursor(&mut buffer.editor, text_area.width, text_area.height);
    }
}

/// Limits the scroll positions of the preview and the open dialog to their content.
fn limit_scrolling(screen: &mut Compose, shared: &mut SharedState) {
    if 0 < screen.preview.scroll
        && let Some(area) = screen.layout.pane(Pane::Preview)
    {
        screen.preview.scroll = screen.preview.scroll.min(preview::max_scroll(screen, shared, area));
    }
    let area = shared.area();
    match &mut screen.dialog {
        // The file was deleted on disk, and the form had no edits that could restore it.
        Some(Dialog::Webhook) if screen.webhook.expected.is_none() => screen.dialog = None,
        Some(Dialog::Webhook) => webhook::follow(screen, area),
        Some(dialog) => dialog.follow(area, &screen.bot, &shared.theme),
        None => {}
    }
}

pub(crate) fn typing_command(
    screen: &mut Compose,
    shared: &mut SharedState,
    command: crate::editor::Command,
) -> Vec<Effect> {
    typing::apply(screen, shared, command)
}
