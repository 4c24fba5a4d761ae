//! The state that all screens share (workspace, profiles, settings, and notice), and the types of actions, messages,
//! and effects.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::profile::{Profile, Vocabulary};
use crate::settings::{ThemeName, Whitespace};
use crate::ui::editor::register::Register;
use crate::ui::widget::{TerminalColors, Theme};
use crate::workspace::Workspace;

pub mod action;
pub(crate) mod clipboard;
pub(crate) mod copy_job;
pub mod effect;
pub(crate) mod fault;
pub mod keymap;
pub mod msg;
pub(crate) mod ptr_eq;
pub(crate) mod query;
pub mod screen;

pub(crate) mod bubble;
pub(crate) mod message;

pub use copy_job::{Clipboard, CopyCommand, CopyTarget};

pub(crate) use action::{ACTIONS, Action, BodyEdit, FOOTER_ACTIONS, FOOTER_PRIORITY, KeyContext};
pub(crate) use copy_job::CopyJob;
pub(crate) use effect::{
    AppCommand, Effect, ExternalEdit, JournalEntry, LoopEffect, Task, Timer, WorkspaceChange,
};
pub(crate) use fault::{CaughtPanic, InjectedFaults, Work};
use keymap::Keymap;
pub(crate) use msg::{ChangeOutcome, ConnectFailure, Msg, SaveFailure};
pub(crate) use ptr_eq::PtrEq;
pub(crate) use query::{AnswerStatus, Generation, Generations, Query};
pub(crate) use screen::{Cursor, HeaderPart, KeyHints, Screen, ScreenFocus};

#[derive(Debug)]
pub struct SharedState {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub settings: UiSettings,
    pub theme: Theme,
    pub colors: TerminalColors,
    pub keymap: Keymap,
    /// The workspace as it was last read from disk.
    pub workspace: Arc<Workspace>,
    /// Why the console is read-only, if it is: another console has the workspace open, or the folder cannot be
    /// written.
    pub read_only: Option<String>,
    pub people: PeopleState,
    pub notice: Option<Notice>,
    /// What was last copied or cut in the console.
    pub register: Arc<Register>,
    commands: Vec<AppCommand>,
    /// Whether the console quits as soon as everything is saved.
    pub is_quitting: bool,
    /// Whether a dialog of the app covers the screen.
    pub is_covered: bool,
    /// The vocabulary that completion uses until the profile store has been read.
    pub empty_vocabulary: Vocabulary,
}

impl SharedState {
    pub fn new(workspace: Arc<Workspace>, colors: TerminalColors, settings: UiSettings) -> Self {
        Self {
            // The real size is set before the first frame.
            size: (80, 24),
            theme: Theme::new(settings.theme, &colors),
            settings,
            colors,
            keymap: Keymap::default(),
            workspace,
            read_only: None,
            people: PeopleState::default(),
            notice: None,
            register: Arc::default(),
            commands: Vec::new(),
            is_quitting: false,
            is_covered: false,
            empty_vocabulary: Vocabulary::default(),
        }
    }

    /// Changes the theme to `name` in the terminal's colors, unless it is the theme already.
    pub fn show_theme(&mut self, name: ThemeName) {
        if self.theme.origin != (name, self.colors) {
            self.theme = Theme::new(name, &self.colors);
        }
    }

    /// Returns the area of the whole terminal.
    pub fn area(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    pub fn show_notice(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: false });
    }

    pub fn show_error(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), is_error: true });
    }

    /// Shows a notice and returns no effects.
    pub fn only_notice(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.show_notice(text);
        Vec::new()
    }

    /// Shows an error and returns no effects.
    pub fn only_error(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.show_error(text);
        Vec::new()
    }

    pub fn send_command(&mut self, command: AppCommand) {
        self.commands.push(command);
    }

    pub fn take_commands(&mut self) -> Vec<AppCommand> {
        std::mem::take(&mut self.commands)
    }

    pub fn profile_identity(&self) -> Option<String> {
        self.people.profile.as_ref().map(|profile| profile.identity.clone())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct UiSettings {
    pub theme: ThemeName,
    /// Whether the console captures the mouse. Without capture, dragging selects text with the terminal's own
    /// selection.
    pub mouse: bool,
    /// Whether the links of the message are shown as terminal hyperlinks (OSC 8).
    pub hyperlinks: bool,
    pub wrap: bool,
    pub whitespace: Whitespace,
    pub clipboard: Clipboard,
    pub vim: bool,
}

#[derive(Debug, Clone, Default)]
pub struct PeopleState {
    /// The properties of all profiles; `None` until the profile store has been read.
    pub vocabulary: Option<Arc<Vocabulary>>,
    pub profile: Option<Arc<Profile>>,
    /// The identity of the profile that the last console showed. The profile is shown again if it still exists.
    pub remembered: Option<String>,
    pub load_error: Option<String>,
}

/// A message in the footer. The next key or paste removes it, and so does a left click while no dialog is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub is_error: bool,
}
