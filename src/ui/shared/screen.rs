//! The interface between the app and its screens: a trait for what a screen handles, draws, and reports.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::shared::SharedState;
use crate::ui::shared::action::{Action, KeyContext};
use crate::ui::shared::effect::{Effect, JournalEntry};
use crate::ui::shared::msg::Msg;
use crate::ui::widget::{Link, PickerRow, TextField};

/// A screen. It owns its state, panes, and dialogs.
pub trait Screen: fmt::Debug {
    /// Starts the screen; the returned effects run after the first frame.
    fn start(&mut self, shared: &mut SharedState) -> Vec<Effect>;

    /// Handles an input while this screen is the current one, or a result that this screen may have asked for.
    fn update(&mut self, shared: &mut SharedState, message: Msg) -> Vec<Effect>;

    fn act(&mut self, shared: &mut SharedState, action: Action) -> Vec<Effect>;

    /// Updates everything that is derived from the state, once per message: the layout in `area` (everything except the
    /// header and the footer), and values that drawing would otherwise have to compute.
    fn prepare_view(&mut self, shared: &mut SharedState, area: Rect) -> Vec<Effect>;

    /// Draws the screen with the layout of [`Screen::prepare_view`], and the screen's dialogs over it. Returns the
    /// cursor, if it is visible.
    fn view(&self, shared: &SharedState, buf: &mut Buffer) -> Option<Cursor>;

    fn focus(&self) -> ScreenFocus;

    /// Returns the single-line field that has the keyboard, if any. The app handles cut, copy, and paste in it.
    fn text_field(&self) -> Option<&TextField> {
        None
    }

    /// Returns the rows that the palette lists in addition to the actions, such as campaigns to open. Each id contains
    /// a space, so that it is not the id of an action.
    fn palette_rows(&self, _shared: &SharedState) -> Vec<PickerRow> {
        Vec::new()
    }

    /// Starts a search for further rows of the palette, and drops the search that was started before. The palette shows
    /// the rows that it gets with [`AppCommand::ShowFound`](super::AppCommand::ShowFound). The query is empty when the
    /// palette opens.
    fn search_palette(&mut self, _shared: &mut SharedState, _query: &str) -> Vec<Effect> {
        Vec::new()
    }

    /// Carries out the choice of a row of [`Screen::palette_rows`] or of a found row.
    fn choose_in_palette(&mut self, _shared: &mut SharedState, _id: &str) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the parts at the right of the header, from right to left.
    fn header(&self, _shared: &SharedState) -> Vec<HeaderPart> {
        Vec::new()
    }

    /// Returns the keys that the footer shows instead of the actions' keys, while an input line of the screen
    /// (such as search) has the keyboard.
    fn footer(&self) -> Option<KeyHints> {
        None
    }

    fn links(&self, _shared: &SharedState) -> Vec<Link> {
        Vec::new()
    }

    /// Returns the names of everything that is unsaved, for the question before quitting.
    fn unsaved(&self) -> Vec<String> {
        Vec::new()
    }

    /// Saves everything that is unsaved. If something cannot be saved, shows the reason, and sets
    /// [`SharedState::is_quitting`] to false.
    fn save_all(&mut self, _shared: &mut SharedState) -> Vec<Effect> {
        Vec::new()
    }

    /// Discards everything that is unsaved, and deletes the drafts.
    fn discard_all(&mut self, _shared: &SharedState) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the entry that records what the screen shows, for the next start. Returns `None` if that is recorded
    /// already.
    fn view_entry(&mut self, _shared: &SharedState) -> Option<JournalEntry> {
        None
    }

    /// Returns the names of the open texts, each an argument for [`Screen::draft_entry`].
    fn open_texts(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the entry that brings a text's draft up to date. The entry writes the draft, or deletes the draft if the
    /// text has no unsaved edits. Returns `None` if the draft is already up to date, or if nothing may be written.
    fn draft_entry(&mut self, _shared: &SharedState, _text: &str) -> Option<JournalEntry> {
        None
    }
}

/// Keys or groups of keys, each with a description.
pub(crate) type KeyHints = &'static [(&'static str, &'static str)];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenFocus {
    pub title: &'static str,
    /// The contexts in which keys are looked up, the innermost first.
    pub contexts: &'static [KeyContext],
    /// Whether a dialog of the screen has the keyboard.
    pub is_covered: bool,
    /// Actions that concern the focused part of the screen, even though their keys also work elsewhere. The help lists
    /// these actions together with the actions of the innermost context.
    pub actions: &'static [Action],
    /// Groups of keys that are not bound to actions, each with its heading, for the help. Groups with an empty heading
    /// are listed first, without a heading.
    pub keys: Vec<(&'static str, KeyHints)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The column, from 0.
    pub x: u16,
    /// The row, from 0.
    pub y: u16,
    pub is_block: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderPart {
    pub text: String,
    pub style: Style,
    pub action: Option<Action>,
}
