//! Keys, by where the keyboard is: the dialog, the search line, the picker, then the panes.

use crate::ui::screen::compose::update::{actions, dialogs, mending, typing};

use crate::ui::screen::compose::focus::{Focus, Pane};
use crate::ui::screen::compose::search;
use crate::ui::screen::compose::state::App;
use crate::ui::shared::action::{Action, Context};
use crate::ui::shared::effect::Effect;
use crate::ui::widget::form::Filled;
use crate::ui::widget::key::{Key, KeyCode};

const ESC: Key = Key::plain(KeyCode::Esc);

/// Takes a key.
pub fn press(app: &mut App, key: Key) -> Vec<Effect> {
    // Terminals may merge Esc and the next key into one: Alt with a key that is not bound is Esc and then that key. What
    // is open over the panes it only closes: nobody means what is behind it.
    let is_covered = app.dialog.is_some() || app.search.is_some() || app.completion.is_some();
    if key.alt && is_covered {
        return press(app, ESC);
    }
    if key.alt && !means_something(app, key) {
        let mut effects = press(app, ESC);
        // Where Esc has not left the text, as it has closed a box first, the key would type.
        if !is_typing(app) {
            effects.extend(press(app, key.without_alt()));
        }
        return effects;
    }
    if app.hover.take().is_some() && key == ESC {
        return Vec::new();
    }
    if key == (Key { ctrl: true, ..Key::char('c') }) {
        return copy_or_cancel(app);
    }
    if app.dialog.is_some() {
        return dialogs::press(app, key);
    }
    if app.search.is_some() {
        return search::press(app, key);
    }
    if app.completion.is_some()
        && let Some(effects) = typing::press_in_picker(app, key)
    {
        return effects;
    }
    if let Some(action) = app.keymap.action(contexts(app), key) {
        return actions::act(app, action);
    }
    press_in_pane(app, key)
}

/// Returns where keys are looked up, the innermost first.
pub fn contexts(app: &App) -> &'static [Context] {
    match (app.focus.pane, app.focus.entered) {
        (Pane::Body, true) => &[Context::Body, Context::Anywhere],
        (Pane::Webhook, true) => &[Context::Anywhere],
        (Pane::Campaigns | Pane::Webhook, _) => &[Context::Definitions, Context::Panes, Context::Anywhere],
        (Pane::Preview, _) => &[Context::Preview, Context::Panes, Context::Anywhere],
        (Pane::Body | Pane::Problems, _) => &[Context::Panes, Context::Anywhere],
    }
}

/// Whether printable keys type.
fn is_typing(app: &App) -> bool {
    let is_vim_waiting = app.focus.in_body() && app.vim.as_ref().is_some_and(|vim| !vim.is_inserting());
    app.focus.entered && matches!(app.focus.pane, Pane::Body | Pane::Webhook) && !is_vim_waiting
}

fn means_something(app: &App, key: Key) -> bool {
    let is_text = app.focus.entered && crate::ui::widget::typing::command(key).is_some();
    is_text || app.keymap.action(contexts(app), key).is_some()
}

/// Ctrl-C copies a selection, else cancels what is open, else says how to leave.
fn copy_or_cancel(app: &mut App) -> Vec<Effect> {
    if app.dialog.is_none() && app.focus.in_body() {
        let selected = app.buffer().map(|buffer| buffer.editor.selected().into_owned());
        if let Some(text) = selected.filter(|text| !text.is_empty()) {
            return vec![app.copy(text)];
        }
    }
    if app.dialog.is_some() {
        return dialogs::press(app, ESC);
    }
    if app.search.is_some() {
        return search::press(app, ESC);
    }
    if app.completion.take().is_none() {
        let key = app.keymap.shown_key(contexts(app), Action::Quit);
        app.say(key.map_or_else(|| "the palette quits".to_owned(), |key| format!("{key} quits")));
    }
    Vec::new()
}

fn press_in_pane(app: &mut App, key: Key) -> Vec<Effect> {
    match app.focus {
        Focus { pane: Pane::Body, entered: true } => typing::press(app, key),
        Focus { pane: Pane::Webhook, entered: true } => press_in_webhook(app, key),
        Focus { pane, entered: _ } => press_outside_text(app, pane, key),
    }
}

fn press_in_webhook(app: &mut App, key: Key) -> Vec<Effect> {
    if key.code == KeyCode::Esc {
        app.focus = Focus::reach(Pane::Webhook);
        return Vec::new();
    }
    if app.read_only.is_some() {
        return actions::refuse_to_edit(app);
    }
    match app.webhook.press(key) {
        Filled::Changed => vec![app.compose_with_webhook()],
        Filled::Pressed(_) => app.check_or_ask(),
        Filled::Submitted | Filled::Ignored | Filled::Moved => Vec::new(),
    }
}

fn press_outside_text(app: &mut App, pane: Pane, key: Key) -> Vec<Effect> {
    match (pane, key.code) {
        (_, KeyCode::Tab) => {
            actions::act(app, if key.shift { Action::PreviousPane } else { Action::NextPane })
        }
        (Pane::Campaigns, KeyCode::Up | KeyCode::Char('k')) => step_campaign(app, -1),
        (Pane::Campaigns, KeyCode::Down | KeyCode::Char('j')) => step_campaign(app, 1),
        (Pane::Campaigns, KeyCode::Home) => step_campaign(app, isize::MIN),
        (Pane::Campaigns, KeyCode::End) => step_campaign(app, isize::MAX),
        (Pane::Campaigns, KeyCode::Enter) => actions::act(app, Action::FocusBody),
        (Pane::Webhook | Pane::Body, KeyCode::Enter) => {
            app.focus = Focus::enter(pane);
            Vec::new()
        }
        (Pane::Body, KeyCode::Up) => scroll_body(app, -1),
        (Pane::Body, KeyCode::Down) => scroll_body(app, 1),
        (Pane::Body, KeyCode::PageUp) => scroll_body(app, -10),
        (Pane::Body, KeyCode::PageDown) => scroll_body(app, 10),
        (Pane::Preview, KeyCode::Up | KeyCode::Char('k')) => scroll_preview(app, -1),
        (Pane::Preview, KeyCode::Down | KeyCode::Char('j')) => scroll_preview(app, 1),
        (Pane::Preview, KeyCode::PageUp) => scroll_preview(app, -10),
        (Pane::Preview, KeyCode::PageDown) => scroll_preview(app, 10),
        (Pane::Preview, KeyCode::Left) => actions::act(app, Action::PreviousTab),
        (Pane::Preview, KeyCode::Right) => actions::act(app, Action::NextTab),
        (Pane::Problems, KeyCode::Up | KeyCode::Char('k')) => step_problem(app, -1),
        (Pane::Problems, KeyCode::Down | KeyCode::Char('j')) => step_problem(app, 1),
        (Pane::Problems, KeyCode::Enter) => mending::go_to_problem(app),
        _ => Vec::new(),
    }
}

/// Opens the campaign above or below in the list.
pub fn step_campaign(app: &mut App, by: isize) -> Vec<Effect> {
    let stems: Vec<String> = app.workspace.campaigns.iter().map(|campaign| campaign.stem.clone()).collect();
    let Some(last) = stems.len().checked_sub(1) else { return Vec::new() };
    let now = stems.iter().position(|stem| app.open.as_deref() == Some(stem.as_str())).unwrap_or(0);
    let wanted = now.saturating_add_signed(by).min(last);
    if wanted == now && app.open.is_some() {
        return Vec::new();
    }
    actions::open(app, &stems[wanted])
}

fn step_problem(app: &mut App, by: isize) -> Vec<Effect> {
    let last = app.problems().len().saturating_sub(1);
    app.problem = app.problem.saturating_add_signed(by).min(last);
    Vec::new()
}

/// Scrolls the preview; `update` keeps it from going beyond its end.
pub fn scroll_preview(app: &mut App, by: isize) -> Vec<Effect> {
    app.preview.scroll = app.preview.scroll.saturating_add_signed(by);
    Vec::new()
}

/// Moves the text past the window; the cursor stays where it is.
pub fn scroll_body(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(area) = crate::ui::screen::compose::update::body_area(app) else { return Vec::new() };
    if let Some(buffer) = app.buffer_mut() {
        buffer.viewport.scroll_by(&mut buffer.editor, by, area.height);
    }
    Vec::new()
}

/// Takes pasted text: verbatim, one undo step; nothing opens.
pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    app.completion = None;
    app.hover = None;
    if app.dialog.is_some() {
        return dialogs::paste(app, text);
    }
    if app.search.is_some() {
        return search::paste(app, text);
    }
    match app.focus {
        Focus { pane: Pane::Body, entered: true } => typing::paste(app, text),
        Focus { pane: Pane::Webhook, entered: true } if app.read_only.is_none() => {
            app.webhook.paste(text);
            vec![app.compose_with_webhook()]
        }
        _ => {
            app.complain("nothing to paste into here: 3 goes to the body");
            Vec::new()
        }
    }
}
