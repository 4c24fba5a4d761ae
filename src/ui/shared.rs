//! What every screen needs: the workspace, the people, the settings, what was said last; and the vocabulary of keys,
//! actions, messages and effects.

use std::sync::Arc;

use crate::profile::{Profile, Vocabulary};
use crate::settings::Whitespace;
use crate::ui::widget::Theme;
use crate::workspace::Workspace;

pub mod action;
pub mod effect;
pub mod fault;
pub mod keymap;
pub mod latest;
pub mod msg;
pub mod request;
pub mod screen;

pub mod bubble;
pub mod message;

pub use action::{ACTIONS, Action, Context, FOOTER, NEEDED};
pub use effect::{Ask, Change, Effect, Entry, ExternalEdit, LoopEffect, Task, Timer};
pub use fault::{Fault, Provoked, Work};
use keymap::Keymap;
pub use latest::Latest;
pub use msg::{Done, Msg, SaveFailure};
pub use request::{Generation, Generations, Request, Taken};
pub use screen::{Cursor, HeaderPart, Keys, Place, Screen};

#[derive(Debug)]
pub struct Shared {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub settings: UiSettings,
    pub theme: Theme,
    pub keymap: Keymap,
    /// The workspace as it is on disk, as far as we know.
    pub workspace: Arc<Workspace>,
    /// Why nothing can be changed, where that is so: who has the workspace open.
    pub read_only: Option<String>,
    pub people: People,
    pub notice: Option<Notice>,
    asks: Vec<Ask>,
    /// Whether the console is on its way out once everything is saved.
    pub is_quitting: bool,
    /// Whether a dialog of the app lies over the screen.
    pub is_covered: bool,
    /// What completion knows before the store is read.
    pub nothing_known: Vocabulary,
}

impl Shared {
    pub fn new(workspace: Arc<Workspace>, theme: Theme, settings: UiSettings) -> Self {
        Self {
            size: (80, 24),
            settings,
            theme,
            keymap: Keymap::default(),
            workspace,
            read_only: None,
            people: People::default(),
            notice: None,
            asks: Vec::new(),
            is_quitting: false,
            is_covered: false,
            nothing_known: Vocabulary::default(),
        }
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: false });
    }

    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: true });
    }

    /// Says something, where nothing else is to be done.
    pub fn just_say(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.say(text);
        Vec::new()
    }

    /// Says what went wrong, where nothing else is to be done.
    pub fn just_complain(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.complain(text);
        Vec::new()
    }

    pub fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    pub fn take_asks(&mut self) -> Vec<Ask> {
        std::mem::take(&mut self.asks)
    }

    pub fn copy(&self, text: String) -> Effect {
        match &self.settings.clipboard {
            Clipboard::Terminal => Effect::Loop(LoopEffect::Copy(text)),
            Clipboard::Command(command) => {
                Effect::Task(Task::CopyByCommand { command: command.clone(), text })
            }
        }
    }

    pub fn profile_identity(&self) -> Option<String> {
        self.people.profile.as_ref().map(|profile| profile.identity.clone())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct UiSettings {
    /// Whether the mouse is the console's.
    pub mouse: bool,
    /// Whether links of the message are the terminal's, for a click of its own.
    pub hyperlinks: bool,
    pub wrap: bool,
    pub whitespace: Whitespace,
    pub clipboard: Clipboard,
    pub vim: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clipboard {
    /// By an escape sequence to the terminal (OSC 52), which works over SSH.
    Terminal,
    /// By a command that reads the text.
    Command(Vec<String>),
}

#[derive(Debug, Clone, Default)]
pub struct People {
    /// What is known of all properties; none until the store has been read.
    pub vocabulary: Option<Arc<Vocabulary>>,
    pub profile: Option<Arc<Profile>>,
    pub trouble: Option<String>,
}

/// Something said in the footer until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub is_error: bool,
}
