//! The dialogs that the app opens over any screen: the palette of actions, the help, the pages of the reference, and
//! the question before quitting with unsaved changes. Each dialog returns an answer, which the app carries out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::page::{self, Page};
use crate::help::{TOPICS, Topic, topic};
use crate::settings::ThemeName;
use crate::ui::shared::{
    ACTIONS, Action, AppCommand, Cursor, KeyContext, KeyHints, ScreenFocus, keymap::Keymap,
};
use crate::ui::widget::{
    Confirm, ConfirmDecision, Input, Key, KeyCode, ListDialog, ListDialogKind, ListDialogLabels, Matching,
    MouseKind, PickerOutcome, PickerRow, TextField, Theme,
};

#[derive(Debug, Clone)]
pub(super) enum Dialog {
    Actions(Box<ListDialog<ActionList>>),
    Themes(Box<ListDialog<ThemeList>>),
    Page(Box<Page>),
    ConfirmQuit(Confirm<QuitChoice>),
}

pub(super) enum DialogAnswer {
    Open,
    Closed,
    Command(AppCommand),
    /// The user chose this page of the reference.
    Page(&'static Topic),
    Theme(ThemeName),
    /// The query of the palette changed, and the palette stays open.
    Searched(String),
    /// The user chose the row with this id, which is neither an action nor a page.
    Choice(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActionList {
    Palette,
    Help,
}

impl ListDialogKind for ActionList {
    fn labels(self) -> ListDialogLabels {
        let (title, empty) = match self {
            ActionList::Palette => ("Actions, campaigns, webhooks, profiles", "No match"),
            ActionList::Help => ("Help", "No matching action"),
        };
        ListDialogLabels { title, keys: "type to search · Enter run · Esc close", empty, width: 76 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ThemeList;

impl ListDialogKind for ThemeList {
    fn labels(self) -> ListDialogLabels {
        let keys = "↑↓ preview · Enter choose · Esc cancel";
        ListDialogLabels { title: "Theme", keys, empty: "No match", width: 64 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuitChoice {
    SaveAndQuit,
    QuitUnsaved,
    Stay,
}

impl ConfirmDecision for QuitChoice {
    fn cancel() -> Self {
        QuitChoice::Stay
    }

    // Losing edits needs Enter and not just a letter: `q` also opens this question, and a user may press it twice.
    fn needs_enter(&self) -> bool {
        *self == QuitChoice::QuitUnsaved
    }
}

/// Returns the palette. It lists the actions, the rows of the screen, and the pages of the reference.
pub(super) fn palette(keymap: &Keymap, of_screen: Vec<PickerRow>) -> Dialog {
    let rows = ACTIONS.iter().filter(|row| row.action != Action::Palette);
    let rows = rows.map(|row| action_row(keymap, row.action));
    let rows = rows.chain(of_screen).chain(topic_rows()).collect();
    Dialog::Actions(Box::new(ListDialog::new(ActionList::Palette, rows, Matching::Fuzzy)))
}

/// Returns the help. It lists the keys and the actions of the focused pane, the pages of the reference, and all other
/// actions, in this order.
pub(super) fn help(keymap: &Keymap, focus: &ScreenFocus) -> Dialog {
    let heading =
        |title: &str| PickerRow { title: title.to_owned(), is_heading: true, ..PickerRow::default() };
    // An action is listed with the focused pane if `focus.actions` contains it, or if it has a key in the pane's
    // innermost key context. Some panes, for example the list of problems, have no key context of their own: their
    // innermost context is `Panes` or `Anywhere`, which several panes share. The actions of such a shared context are
    // listed under "Everywhere".
    let is_everywhere = |context: &KeyContext| matches!(context, KeyContext::Anywhere | KeyContext::Panes);
    let innermost = focus.contexts.first().copied().filter(|context| !is_everywhere(context));
    let is_here = |action: Action| {
        focus.actions.contains(&action) || keymap.keys(action).any(|(context, _)| Some(context) == innermost)
    };
    let actions = |here: bool| {
        let rows = ACTIONS.iter().filter(move |row| is_here(row.action) == here);
        rows.map(|row| action_row(keymap, row.action))
    };
    let mut rows = vec![heading(&format!("In {}", focus.title))];
    let (first, others): (Vec<_>, Vec<_>) = focus.keys.iter().partition(|(title, _)| title.is_empty());
    rows.extend(first.into_iter().flat_map(|(_, keys)| key_rows(keys)));
    rows.extend(actions(true));
    for (title, keys) in others {
        rows.push(heading(title));
        rows.extend(key_rows(keys));
    }
    rows.push(heading("Reference"));
    rows.extend(topic_rows());
    rows.push(heading("Everywhere (letters outside text fields)"));
    rows.extend(actions(false));
    Dialog::Actions(Box::new(ListDialog::new(ActionList::Help, rows, Matching::Fuzzy)))
}

/// Returns the pages of the reference. They replace the whole help while a dialog of the screen is open, because no
/// action works then.
pub(super) fn reference() -> Dialog {
    Dialog::Actions(Box::new(ListDialog::new(ActionList::Help, topic_rows().collect(), Matching::Fuzzy)))
}

/// Returns the list of themes. The console shows the selected theme while the list is open.
pub(super) fn themes(current: ThemeName) -> Dialog {
    let row = |name: ThemeName| PickerRow {
        id: name.as_str().to_owned(),
        title: name.as_str().to_owned(),
        detail: match name {
            ThemeName::Auto => "like the terminal's background",
            // These names need no explanation. An explanation of one that mentions the other would be a match when the
            // user types the other name.
            ThemeName::Dark | ThemeName::Light => "",
            ThemeName::HighContrast => "as much contrast as possible",
            ThemeName::Ansi => "the terminal's own 16 colors",
            ThemeName::Terminal => "no colors: bold, faint and reversed",
        }
        .to_owned(),
        ..PickerRow::default()
    };
    let mut listing =
        ListDialog::new(ThemeList, ThemeName::ALL.into_iter().map(row).collect(), Matching::Fuzzy);
    listing.picker.choose(current.as_str());
    Dialog::Themes(Box::new(listing))
}

pub(super) fn quit(unsaved: &[String]) -> Dialog {
    let text = format!("Not saved: {}.", unsaved.join(", "));
    let answers = vec![
        ("Save and quit", QuitChoice::SaveAndQuit),
        ("Quit without saving", QuitChoice::QuitUnsaved),
        ("Cancel", QuitChoice::Stay),
    ];
    Dialog::ConfirmQuit(Confirm::new("Quit", text, answers))
}

fn action_row(keymap: &Keymap, action: Action) -> PickerRow {
    let row = action.row();
    let mut keys: Vec<String> = keymap.keys(action).map(|(_, key)| key.to_string()).collect();
    // A key can be bound in several contexts.
    keys.dedup();
    PickerRow {
        id: row.id.to_owned(),
        title: row.title.to_owned(),
        right: keys.join("  "),
        ..PickerRow::default()
    }
}

fn topic_rows() -> impl Iterator<Item = PickerRow> {
    TOPICS.iter().map(|topic| PickerRow {
        // The prefix distinguishes topics from actions, because `problems` is the name of a topic and the id of an
        // action. It ends with a space, which no id of an action contains.
        id: format!("help {}", topic.name),
        title: format!("Help: {}", topic.title),
        detail: topic.summary.to_owned(),
        ..PickerRow::default()
    })
}

fn key_rows(keys: KeyHints) -> impl Iterator<Item = PickerRow> {
    keys.iter().map(|(keys, title)| PickerRow {
        title: (*title).to_owned(),
        right: (*keys).to_owned(),
        ..PickerRow::default()
    })
}

impl Dialog {
    /// Shows rows that were found for the query of the palette. In any other dialog, does nothing.
    pub(super) fn show_found(&mut self, found: Vec<PickerRow>) {
        if let Dialog::Actions(listing) = self
            && listing.kind == ActionList::Palette
        {
            listing.picker.set_found(found);
        }
    }

    /// Returns the theme that is selected in the list of themes, if that list is open.
    pub(super) fn previewed_theme(&self) -> Option<ThemeName> {
        let Dialog::Themes(listing) = self else { return None };
        ThemeName::parse(&listing.picker.chosen()?.id)
    }

    pub(super) fn handle(&mut self, input: Input, screen: Rect) -> DialogAnswer {
        let input = match input {
            // A terminal may report Esc and the next key as that key with Alt, so any key with Alt counts as Esc.
            // Ctrl-C and a click outside the dialog count as Esc too.
            Input::Key(key) if key.alt || key == (Key { ctrl: true, ..Key::char('c') }) => ESC,
            Input::Mouse(mouse)
                if matches!(mouse.kind, MouseKind::Down { .. })
                    && !self.area(screen).contains((mouse.x, mouse.y).into()) =>
            {
                ESC
            }
            input => input,
        };
        match self {
            Dialog::Actions(_) | Dialog::Themes(_) if input == ESC => DialogAnswer::Closed,
            Dialog::Themes(listing) => match pick(listing, input, screen) {
                PickerOutcome::Chosen(id) => {
                    ThemeName::parse(&id).map_or(DialogAnswer::Open, DialogAnswer::Theme)
                }
                PickerOutcome::Ignored | PickerOutcome::Moved | PickerOutcome::Typed => DialogAnswer::Open,
            },
            Dialog::Actions(listing) => match pick(listing, input, screen) {
                PickerOutcome::Typed if listing.kind == ActionList::Palette => {
                    DialogAnswer::Searched(listing.picker.field.text())
                }
                PickerOutcome::Ignored | PickerOutcome::Moved | PickerOutcome::Typed => DialogAnswer::Open,
                PickerOutcome::Chosen(id) => answer_for_row(&id),
            },
            // Esc returns to the list of the help, because after one page the user often wants another page.
            Dialog::Page(page) if input == ESC && !page.is_finding() => {
                DialogAnswer::Command(AppCommand::Act(Action::Help))
            }
            Dialog::Page(page) => {
                page.handle(&input);
                DialogAnswer::Open
            }
            Dialog::ConfirmQuit(confirm) => {
                let decided = match input {
                    Input::Key(key) => confirm.press(key),
                    Input::Mouse(mouse) => confirm.point(mouse, screen),
                    Input::Paste(_) | Input::Resize(..) | Input::FocusGained => None,
                };
                match decided {
                    None => DialogAnswer::Open,
                    Some(QuitChoice::Stay) => DialogAnswer::Closed,
                    Some(QuitChoice::SaveAndQuit) => DialogAnswer::Command(AppCommand::SaveAndQuit),
                    Some(QuitChoice::QuitUnsaved) => DialogAnswer::Command(AppCommand::QuitUnsaved),
                }
            }
        }
    }

    pub(super) fn text_field(&self) -> Option<&TextField> {
        match self {
            Dialog::Actions(listing) => Some(&listing.picker.field),
            Dialog::Themes(listing) => Some(&listing.picker.field),
            Dialog::Page(_) | Dialog::ConfirmQuit(_) => None,
        }
    }

    fn area(&self, screen: Rect) -> Rect {
        match self {
            Dialog::Actions(listing) => listing.area(screen),
            Dialog::Themes(listing) => listing.area(screen),
            Dialog::Page(_) => page::area(screen),
            Dialog::ConfirmQuit(confirm) => confirm.area(screen),
        }
    }

    pub(super) fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<Cursor> {
        let cursor = match self {
            Dialog::Actions(listing) => listing.draw(buf, screen, theme),
            Dialog::Themes(listing) => listing.draw(buf, screen, theme),
            Dialog::Page(page) => page.draw(buf, screen, theme),
            Dialog::ConfirmQuit(confirm) => {
                confirm.draw(buf, screen, theme);
                None
            }
        };
        cursor.map(|(x, y)| Cursor { x, y, is_block: false })
    }
}

fn pick<K: ListDialogKind>(listing: &mut ListDialog<K>, input: Input, screen: Rect) -> PickerOutcome {
    match input {
        Input::Key(key) => listing.press(key, screen),
        Input::Paste(text) => listing.picker.paste(&text),
        Input::Mouse(mouse) => listing.point(mouse, screen),
        Input::Resize(..) | Input::FocusGained => PickerOutcome::Ignored,
    }
}

fn answer_for_row(id: &str) -> DialogAnswer {
    if let Some(row) = ACTIONS.iter().find(|row| row.id == id) {
        return DialogAnswer::Command(AppCommand::Act(row.action));
    }
    match id.strip_prefix("help ").and_then(topic) {
        Some(topic) => DialogAnswer::Page(topic),
        None => DialogAnswer::Choice(id.to_owned()),
    }
}

const ESC: Input = Input::Key(Key::plain(KeyCode::Esc));
