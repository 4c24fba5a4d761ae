//! The dialogs that are no screen's: every action to choose from, and the question before leaving.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::shared::{ACTIONS, Action, Ask, Context, Cursor, Keys, Place, keymap::Keymap};
use crate::ui::widget::{
    Confirm, Decide, Input, Key, KeyCode, Kind, Labels, Listing, Matching, MouseKind, Picked, Row, Theme,
};

#[derive(Debug, Clone)]
pub(super) enum Dialog {
    Actions(Listing<Actions>),
    Leaving(Confirm<Leaving>),
}

pub(super) enum Answer {
    Open,
    Closed,
    Asked(Ask),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actions {
    Palette,
    Help,
}

impl Kind for Actions {
    fn labels(self) -> Labels {
        let title = match self {
            Actions::Palette => "Actions",
            Actions::Help => "Help",
        };
        Labels { title, keys: "type to search · Enter does it · Esc", empty: "no such action", width: 76 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    SaveAndQuit,
    QuitUnsaved,
    Stay,
}

impl Decide for Leaving {
    fn stay() -> Self {
        Leaving::Stay
    }

    fn takes_enter(&self) -> bool {
        false
    }
}

pub(super) fn palette(keymap: &Keymap) -> Dialog {
    let rows = ACTIONS.iter().filter(|row| row.action != Action::Palette);
    let rows = rows.map(|row| action_row(keymap, row.action)).collect();
    Dialog::Actions(Listing::new(Actions::Palette, rows, Matching::Here))
}

/// Offers the actions of the place where the keyboard is first, then its other keys, then the rest.
pub(super) fn help(keymap: &Keymap, place: &Place) -> Dialog {
    let heading = |title: &str| Row { title: title.to_owned(), is_heading: true, ..Row::default() };
    let innermost = place.contexts.first().copied();
    let is_here = |action: Action| {
        keymap.keys(action).any(|(context, _)| Some(context) == innermost && context != Context::Anywhere)
    };
    let actions = |here: bool| {
        let rows = ACTIONS.iter().filter(move |row| is_here(row.action) == here);
        rows.map(|row| action_row(keymap, row.action))
    };
    let mut rows = vec![heading(&format!("In {}", place.title))];
    rows.extend(actions(true));
    for (title, keys) in &place.keys {
        if !title.is_empty() {
            rows.push(heading(title));
        }
        rows.extend(key_rows(keys));
    }
    rows.push(heading("Everywhere (letters outside text fields)"));
    rows.extend(actions(false));
    Dialog::Actions(Listing::new(Actions::Help, rows, Matching::Here))
}

pub(super) fn quit(unsaved: &[String]) -> Dialog {
    let text = format!("Not saved: {}.", unsaved.join(", "));
    let answers = vec![
        ("Save and quit", Leaving::SaveAndQuit),
        ("Quit without saving", Leaving::QuitUnsaved),
        ("Stay", Leaving::Stay),
    ];
    Dialog::Leaving(Confirm::new("Quit", text, answers))
}

fn action_row(keymap: &Keymap, action: Action) -> Row {
    let row = action.row();
    let keys: Vec<String> = keymap.keys(action).map(|(_, key)| key.to_string()).collect();
    Row { id: row.id.to_owned(), title: row.title.to_owned(), right: keys.join("  "), ..Row::default() }
}

fn key_rows(keys: Keys) -> impl Iterator<Item = Row> {
    keys.iter().map(|(keys, title)| Row {
        title: (*title).to_owned(),
        right: (*keys).to_owned(),
        ..Row::default()
    })
}

impl Dialog {
    pub(super) fn take(&mut self, input: Input, screen: Rect) -> Answer {
        let input = match input {
            // Terminals may merge Esc and the next key into one; and whoever types Ctrl-C wants out.
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
            Dialog::Actions(_) if input == ESC => Answer::Closed,
            Dialog::Actions(listing) => {
                let picked = match input {
                    Input::Key(key) => listing.picker.press(key),
                    Input::Paste(text) => listing.picker.paste(&text),
                    Input::Mouse(mouse) => listing.point(mouse, screen),
                    Input::Resize(..) | Input::FocusGained => Picked::Ignored,
                };
                match picked {
                    Picked::Ignored | Picked::Moved | Picked::Typed => Answer::Open,
                    Picked::Chosen(id) => match ACTIONS.iter().find(|row| row.id == id) {
                        Some(row) => Answer::Asked(Ask::Act(row.action)),
                        None => Answer::Closed,
                    },
                }
            }
            Dialog::Leaving(confirm) => {
                let decided = match input {
                    Input::Key(key) => confirm.press(key),
                    Input::Mouse(mouse) => confirm.point(mouse, screen),
                    Input::Paste(_) | Input::Resize(..) | Input::FocusGained => None,
                };
                match decided {
                    None => Answer::Open,
                    Some(Leaving::Stay) => Answer::Closed,
                    Some(Leaving::SaveAndQuit) => Answer::Asked(Ask::SaveAndQuit),
                    Some(Leaving::QuitUnsaved) => Answer::Asked(Ask::QuitUnsaved),
                }
            }
        }
    }

    fn area(&self, screen: Rect) -> Rect {
        match self {
            Dialog::Actions(listing) => listing.area(screen),
            Dialog::Leaving(confirm) => confirm.area(screen),
        }
    }

    pub(super) fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<Cursor> {
        match self {
            Dialog::Actions(listing) => {
                listing.draw(buf, screen, theme).map(|(x, y)| Cursor { x, y, is_block: false })
            }
            Dialog::Leaving(confirm) => {
                confirm.draw(buf, screen, theme);
                None
            }
        }
    }
}

const ESC: Input = Input::Key(Key::plain(KeyCode::Esc));
