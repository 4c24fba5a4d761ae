//! What a screen is to the app around it.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::shared::Shared;
use crate::ui::shared::action::{Action, Context};
use crate::ui::shared::effect::{Effect, Entry};
use crate::ui::shared::msg::Msg;
use crate::ui::widget::Link;

/// A screen: it owns its state, its panes and its dialogs.
pub trait Screen: fmt::Debug {
    /// Returns what the screen asks for when the console opens, after the first frame.
    fn start(&mut self, shared: &mut Shared) -> Vec<Effect>;

    /// Takes an input while this screen is the current one, or the answer to a question that it may have asked.
    fn update(&mut self, shared: &mut Shared, message: Msg) -> Vec<Effect>;

    fn act(&mut self, shared: &mut Shared, action: Action) -> Vec<Effect>;

    /// Rebuilds what follows from the state, once a message: the layout in `area` (all but the header and the footer),
    /// and whatever drawing would have to compute.
    fn follow(&mut self, shared: &mut Shared, area: Rect) -> Vec<Effect>;

    /// Draws the screen as [`Screen::follow`] has laid it out, its dialogs last.
    fn view(&self, shared: &Shared, buf: &mut Buffer) -> Option<Cursor>;

    fn place(&self) -> Place;

    /// Returns what is on the right of the header, from right to left.
    fn header(&self, _shared: &Shared) -> Vec<HeaderPart> {
        Vec::new()
    }

    /// Returns the keys that the footer shows instead of the actions', where a line of its own takes the keyboard.
    fn footer(&self) -> Option<Keys> {
        None
    }

    fn links(&self, _shared: &Shared) -> Vec<Link> {
        Vec::new()
    }

    fn unsaved(&self) -> Vec<String> {
        Vec::new()
    }

    /// Saves all that is not saved; where something cannot be, says so and takes [`Shared::is_quitting`] back.
    fn save_all(&mut self, _shared: &mut Shared) -> Vec<Effect> {
        Vec::new()
    }

    /// Forgets all that is not saved, and its drafts.
    fn discard_all(&mut self, _shared: &Shared) -> Vec<Effect> {
        Vec::new()
    }

    fn texts(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns what makes the draft of a text that of the text as it is now.
    fn journal(&mut self, _shared: &Shared, _text: &str) -> Option<Entry> {
        None
    }
}

/// Keys or groups of them, each with what it does.
pub type Keys = &'static [(&'static str, &'static str)];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub title: &'static str,
    /// Where keys are looked up, the innermost first.
    pub contexts: &'static [Context],
    /// Whether a dialog of the screen has the keyboard.
    pub is_covered: bool,
    /// The keys that are no actions, for the help: groups, each but the first with a heading.
    pub keys: Vec<(&'static str, Keys)>,
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
