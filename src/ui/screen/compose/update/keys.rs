//! Dispatches each key to the first of these that is open: the row of formats, the dialog, the search line, the filter
//! line of a list, or the completion picker. If none of them is open, the key starts the action that is bound to it.
//! The same applies to a key that the filter line or the picker does not use. A key without an action goes to the
//! focused pane.

use crate::ui::screen::compose::{
    Compose, Focus, Pane,
    pane::preview,
    search,
    update::actions::{LEAVING_KEYS, TYPING_KEYS},
    update::body_area,
    update::{actions, dialogs, formatting, lists, quick_fix, typing, vim},
};

use crate::ui::editor::vim::{KEYS, Vim};
use crate::ui::shared::clipboard::{COPY, PASTE};
use crate::ui::shared::{Action, Effect, KeyContext, KeyHints, ScreenFocus, SharedState};
use crate::ui::widget::typing::{command, field_command};
use crate::ui::widget::{Key, KeyCode};

const ESC: Key = Key::plain(KeyCode::Esc);

pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    // If the user presses Esc and then quickly another key, terminals and tmux may report only the other key, with Alt.
    // An unbound key with Alt therefore counts as Esc, followed by the key without Alt. While a dialog, the search
    // line, the filter line, the picker, or the row of formats is open, any key with Alt counts as Esc alone, because
    // the other key was not meant for the pane below.
    let is_covered = screen.dialog.is_some()
        || screen.search.is_some()
        || screen.typed_filter().is_some()
        || screen.completion.is_some()
        || screen.has_format_row;
    if key.alt && is_covered {
        return press(screen, shared, ESC);
    }
    if key.alt && !is_bound(screen, shared, key) {
        let mut effects = press(screen, shared, ESC);
        // Esc may have closed only the info box, so that the focus is still in the text. The other key is then dropped,
        // because it would be typed into the text.
        if !is_typing(screen) {
            effects.extend(press(screen, shared, key.without_alt()));
        }
        return effects;
    }
    if std::mem::take(&mut screen.has_format_row) && screen.dialog.is_none() {
        return formatting::press(screen, shared, key);
    }
    // Any key closes the info box. Esc then has no other effect, but every other key also has its usual effect.
    if screen.hover.take().is_some() && key == ESC {
        return Vec::new();
    }
    if key == COPY {
        return copy_or_cancel(screen, shared);
    }
    if screen.dialog.is_some() {
        return dialogs::press(screen, shared, key);
    }
    if screen.search.is_some() {
        return search::press(screen, shared, key);
    }
    if let Some(effects) = lists::press_in_filter(screen, shared, key) {
        return effects;
    }
    if screen.completion.is_some()
        && let Some(effects) = typing::press_in_picker(screen, shared, key)
    {
        return effects;
    }
    if let Some(action) = shared.keymap.action(contexts(screen), key) {
        // Outside vim's insert mode, vim's own keys come before the keys that edit text. There, ^D scrolls, for
        // example.
        if matches!(action, Action::Edit(_) | Action::Paste)
            && screen.focus.in_body()
            && let Some(effects) = vim::press(screen, shared, key)
        {
            return effects;
        }
        return actions::act(screen, shared, action);
    }
    press_in_pane(screen, shared, key)
}

pub(crate) fn screen_focus(screen: &Compose) -> ScreenFocus {
    let Focus { pane, entered } = screen.focus;
    let keys: Vec<(&'static str, KeyHints)> = match (pane, entered) {
        (Pane::Body, true) if screen.vim.is_some() => vec![("", KEYS), ("While typing", TYPING_KEYS)],
        (Pane::Body, true) => vec![("", TYPING_KEYS), ("", LEAVING_KEYS)],
        (Pane::Body, false) => vec![("", BODY_KEYS)],
        (Pane::Campaigns, _) => vec![("", CAMPAIGN_KEYS)],
        (Pane::Webhook, _) => vec![("", WEBHOOK_KEYS)],
        (Pane::Preview, _) => vec![("", PREVIEW_KEYS)],
        (Pane::Problems, _) => vec![("", PROBLEM_KEYS)],
    };
    let actions: &'static [Action] = match pane {
        Pane::Campaigns => &[Action::Filter, Action::CampaignForm, Action::New],
        Pane::Webhook => &[Action::EditWebhook, Action::New],
        Pane::Body => &[
            Action::Format,
            Action::Find,
            Action::GoToLine,
            Action::Hover,
            Action::WrapLines,
            Action::FormatJson,
        ],
        Pane::Preview => &[Action::PreviousTab, Action::NextTab],
        Pane::Problems => {
            &[Action::NextProblem, Action::PreviousProblem, Action::Fix, Action::FixAll, Action::NextWorst]
        }
    };
    let is_covered = screen.dialog.is_some();
    ScreenFocus { title: pane.title(), contexts: contexts(screen), is_covered, actions, keys }
}

const CAMPAIGN_KEYS: KeyHints = &[
    ("↑  ↓  PgUp  PgDn  Home  End", "Open another campaign of the list"),
    ("Enter", "Edit the body"),
    ("Esc", "Clear the filter"),
];

const WEBHOOK_KEYS: KeyHints = &[("Enter", "Edit the webhook, or create one if there is none")];

const BODY_KEYS: KeyHints = &[("Enter", "Edit the text"), ("↑  ↓  PgUp  PgDn  Home  End", "Scroll the text")];

const PREVIEW_KEYS: KeyHints =
    &[("←  →", "Previous or next tab"), ("↑  ↓  PgUp  PgDn  Home  End", "Scroll the preview")];

const PROBLEM_KEYS: KeyHints = &[
    ("↑  ↓  PgUp  PgDn  Home  End", "Choose a problem"),
    ("Enter", "Go to the problem, or to the recipient who has it"),
    ("Esc", "Clear the filter"),
];

/// Returns the contexts in which the actions of keys are looked up, the innermost first.
pub(crate) fn contexts(screen: &Compose) -> &'static [KeyContext] {
    if screen.typed_filter().is_some() {
        return &[KeyContext::Anywhere];
    }
    match (screen.focus.pane, screen.focus.entered) {
        (Pane::Body, true) if screen.vim.as_ref().is_some_and(Vim::is_idle) => {
            &[KeyContext::VimNormal, KeyContext::Body, KeyContext::Anywhere]
        }
        (Pane::Body, true) => &[KeyContext::Body, KeyContext::Anywhere],
        (Pane::Campaigns, _) => {
            &[KeyContext::Definitions, KeyContext::Lists, KeyContext::Panes, KeyContext::Anywhere]
        }
        (Pane::Webhook, _) => &[KeyContext::Definitions, KeyContext::Panes, KeyContext::Anywhere],
        (Pane::Preview, _) => &[KeyContext::Preview, KeyContext::Panes, KeyContext::Anywhere],
        (Pane::Problems, _) => &[KeyContext::Lists, KeyContext::Panes, KeyContext::Anywhere],
        (Pane::Body, _) => &[KeyContext::Panes, KeyContext::Anywhere],
    }
}

/// Returns how the user starts an action with the current focus, for a message.
pub(crate) fn way(screen: &Compose, shared: &SharedState, action: Action) -> String {
    // The letters of the panes do not work while a dialog is open.
    let contexts = if screen.dialog.is_some() { &[KeyContext::Anywhere] } else { contexts(screen) };
    shared.keymap.way(contexts, action)
}

fn is_typing(screen: &Compose) -> bool {
    let is_vim_command = screen.focus.in_body() && screen.vim.as_ref().is_some_and(|vim| !vim.is_inserting());
    screen.focus.in_body() && !is_vim_command
}

/// Returns whether a key is an editing command in the entered text, or is bound to an action.
fn is_bound(screen: &Compose, shared: &SharedState, key: Key) -> bool {
    let command = if screen.focus.pane == Pane::Body { command } else { field_command };
    let is_text = screen.focus.entered && command(key).is_some();
    is_text || shared.keymap.action(contexts(screen), key).is_some()
}

/// Handles Ctrl-C. Copies the selected text of the body if the body has the keyboard. Otherwise, closes the open
/// dialog, search line, filter line, or picker. If none of them is open, shows the key for quitting.
fn copy_or_cancel(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    // During a search, the selection in the body is only the match.
    if screen.dialog.is_none()
        && screen.search.is_none()
        && screen.focus.in_body()
        && let Some(selected) = typing::register_of_selection(screen)
    {
        return shared.copy_and_say("copied", selected).into_iter().collect();
    }
    if screen.dialog.is_some() {
        return dialogs::press(screen, shared, ESC);
    }
    if screen.search.is_some() {
        return search::press(screen, shared, ESC);
    }
    if screen.typed_filter().is_some() {
        return lists::press_in_filter(screen, shared, ESC).unwrap_or_default();
    }
    if screen.completion.take().is_none() {
        // Ctrl-C does not quit, because the user may only have wanted to copy.
        shared.show_notice(format!("{} to quit", way(screen, shared, Action::Quit)));
    }
    Vec::new()
}

fn press_in_pane(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    match screen.focus {
        Focus { pane: Pane::Body, entered: true } => typing::press(screen, shared, key),
        Focus { pane, entered: _ } => press_outside_text(screen, shared, pane, key),
    }
}

fn press_outside_text(screen: &mut Compose, shared: &mut SharedState, pane: Pane, key: Key) -> Vec<Effect> {
    match (pane, key.code) {
        (_, KeyCode::Tab) => {
            actions::act(screen, shared, if key.shift { Action::PreviousPane } else { Action::NextPane })
        }
        (Pane::Campaigns | Pane::Problems, KeyCode::Esc) => {
            lists::clear_filter(screen, pane);
            Vec::new()
        }
        (Pane::Campaigns, KeyCode::Enter) => actions::act(screen, shared, Action::FocusBody),
        (Pane::Webhook, KeyCode::Enter) => actions::act(screen, shared, Action::EditWebhook),
        (Pane::Body, KeyCode::Enter) => actions::act(screen, shared, Action::FocusBody),
        (Pane::Preview, KeyCode::Left) => actions::act(screen, shared, Action::PreviousTab),
        (Pane::Preview, KeyCode::Right) => actions::act(screen, shared, Action::NextTab),
        // If the filter shows no problem, the chosen problem is not on screen.
        (Pane::Problems, KeyCode::Enter) if !screen.derived.shown_problems().is_empty() => {
            quick_fix::go_to_problem(screen, shared)
        }
        _ if key == PASTE => paste(screen, shared, ""),
        (_, code) => {
            let code = match code {
                KeyCode::Char('k') => KeyCode::Up,
                KeyCode::Char('j') => KeyCode::Down,
                code => code,
            };
            move_in_pane(screen, shared, pane, code)
        }
    }
}

/// Moves in the list of a pane or scrolls its text, if the key does that.
fn move_in_pane(screen: &mut Compose, shared: &mut SharedState, pane: Pane, code: KeyCode) -> Vec<Effect> {
    let area = screen.layout.pane(pane).unwrap_or_default();
    // A page of text overlaps the previous page by one row, so that the reader finds the place again.
    let page = match pane {
        Pane::Body => body_area(screen).map_or(0, |area| area.height).saturating_sub(1).into(),
        Pane::Preview => preview::extent(screen, shared, area).1.saturating_sub(1).into(),
        Pane::Campaigns | Pane::Problems => {
            return lists::press(screen, shared, pane, code).unwrap_or_default();
        }
        Pane::Webhook => return Vec::new(),
    };
    match code.rows(page) {
        Some(rows) if pane == Pane::Body => scroll_body(screen, shared, rows),
        Some(rows) => scroll_preview(screen, rows),
        None => Vec::new(),
    }
}

/// Scrolls the preview. After the input was handled, `update::limit_scrolling` limits the scroll position to the
/// content.
pub(crate) fn scroll_preview(screen: &mut Compose, by: isize) -> Vec<Effect> {
    screen.preview.scroll = screen.preview.scroll.saturating_add_signed(by);
    Vec::new()
}

/// Scrolls the body without moving its cursor.
pub(crate) fn scroll_body(screen: &mut Compose, _shared: &mut SharedState, by: isize) -> Vec<Effect> {
    let Some(area) = body_area(screen) else { return Vec::new() };
    if let Some(buffer) = screen.buffer_mut() {
        buffer.viewport.scroll_by(&mut buffer.editor, by, area.height);
    }
    Vec::new()
}

/// Inserts pasted text into the dialog, search line, filter line, or body that has the keyboard. In the body, the text
/// is inserted as one undo step, and no picker opens.
pub(crate) fn paste(screen: &mut Compose, shared: &mut SharedState, text: &str) -> Vec<Effect> {
    screen.completion = None;
    screen.hover = None;
    screen.has_format_row = false;
    if screen.dialog.is_some() {
        return dialogs::paste(screen, shared, text);
    }
    if screen.search.is_some() {
        return search::paste(screen, text);
    }
    if let Some(pane) = screen.typed_filter() {
        return lists::paste_in_filter(screen, shared, pane, text);
    }
    match screen.focus {
        Focus { pane: Pane::Body, entered: true } => typing::paste(screen, shared, text),
        _ => {
            let way = way(screen, shared, Action::FocusBody);
            shared.only_error(format!("cannot paste here; {way} goes to the body"))
        }
    }
}
