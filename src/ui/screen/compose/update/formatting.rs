//! Formats the message text at the cursor, and handles the row of formats: a line of keys in the footer, one for each
//! format. Any key closes the row.

use crate::editor::Command;
use crate::prose;
use crate::telegram::TextFormat;
use crate::text::Span;
use crate::ui::screen::compose::{
    BodyLanguage, Compose, Focus, Pane,
    update::{actions, typing, vim},
};
use crate::ui::shared::{Effect, KeyHints, SharedState};
use crate::ui::widget::Key;

/// The keys of the row, with the words that the footer shows.
pub(crate) const ROW_KEYS: KeyHints = &[
    ("b", "bold"),
    ("i", "italic"),
    ("u", "underline"),
    ("s", "strike"),
    ("p", "spoiler"),
    ("c", "code"),
    ("q", "quote"),
    ("l", "link"),
];

/// What the footer shows instead if the terminal is too narrow for `ROW_KEYS`.
pub(crate) const NARROW_ROW_KEYS: KeyHints =
    &[("b i u s", "styles"), ("p", "spoiler"), ("c", "code"), ("q", "quote"), ("l", "link")];

/// The width in cells that `ROW_KEYS` needs.
pub(crate) const ROW_WIDTH: u16 = 77;

/// Opens the row of formats, if there is message text with a parse mode at the cursor.
pub(crate) fn open_row(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let selection = match selection(screen, shared) {
        Ok(selection) => selection,
        Err(effects) => return effects,
    };
    let BodyLanguage { method, dialect, .. } = screen.body_language(shared);
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    if let Err(reason) = prose::check_place(&buffer.editor.text(), method, dialect, selection) {
        return shared.only_notice(reason);
    }
    screen.has_format_row = true;
    Vec::new()
}

/// Handles the key that has closed the row of formats.
pub(crate) fn press(screen: &mut Compose, shared: &mut SharedState, key: Key) -> Vec<Effect> {
    let format = match key.typed() {
        Some('b') => TextFormat::Bold,
        Some('i') => TextFormat::Italic,
        Some('u') => TextFormat::Underline,
        Some('s') => TextFormat::Strikethrough,
        Some('p') => TextFormat::Spoiler,
        Some('c') => TextFormat::Code,
        Some('q') => TextFormat::Quote,
        Some('l') => TextFormat::Link,
        _ => return Vec::new(),
    };
    toggle(screen, shared, format)
}

/// Puts a format on the selection or the word at the cursor, or removes it.
pub(crate) fn toggle(screen: &mut Compose, shared: &mut SharedState, format: TextFormat) -> Vec<Effect> {
    let selection = match selection(screen, shared) {
        Ok(selection) => selection,
        Err(effects) => return effects,
    };
    let BodyLanguage { method, dialect, .. } = screen.body_language(shared);
    let Some(buffer) = screen.buffer() else { return Vec::new() };
    let formatted = match prose::toggle_format(&buffer.editor.text(), method, dialect, format, selection) {
        Ok(formatted) => formatted,
        Err(reason) => return shared.only_notice(reason),
    };
    let select = formatted.select.map(Command::Select);
    let commands = std::iter::once(Command::Replace(formatted.edits)).chain(select).collect();
    let effects = typing::apply_all(screen, shared, commands);
    vim::adopt(screen);
    if formatted.select.is_some_and(Span::is_empty) {
        vim::insert_here(screen);
    }
    if let (Some(next), Some(select), Some(buffer)) = (formatted.next, formatted.select, screen.buffer_mut())
    {
        buffer.tab_stops.push(Span::new(select.start, next), buffer.editor.len());
        let what = if select.is_empty() { "text" } else { "address" };
        shared.show_notice(format!("type the {what} of the link, then Tab"));
    }
    effects
}

/// Returns the selection in the body. If nothing in the body can be formatted, shows the reason and returns an error.
fn selection(screen: &mut Compose, shared: &mut SharedState) -> Result<Span, Vec<Effect>> {
    if !typing::can_edit(screen, shared) {
        return Err(actions::refuse_to_edit(shared));
    }
    if let Some(message) = screen.hints_off_message() {
        return Err(shared.only_error(format!("the body is too large to format ({message})")));
    }
    let Some(buffer) = screen.buffer() else { return Err(shared.only_notice(actions::NO_CAMPAIGN)) };
    let selection = buffer.editor.selection().span();
    if !screen.body_language(shared).is_json {
        return Err(shared.only_notice("a plain text body has no formats"));
    }
    screen.completion = None;
    screen.focus = Focus::enter(Pane::Body);
    Ok(selection)
}
