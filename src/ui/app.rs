//! The console: what the screens share, the screens, which of them is shown, and the dialogs that are no screen's.
//!
//! ```text
//! Msg ─▶ dialog over the screen, else the screen ─▶ effects ─▶ those that ask the app are done here, the rest go out
//!                                                     └─▶ every screen follows: layout, and what is drawn
//! ```

mod chrome;
mod dialog;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::app::chrome::Chrome;
use crate::ui::app::dialog::{Answer, Dialog};
use crate::ui::screen::{ScreenId, Screens};
use crate::ui::shared::{
    Action, Ask, Cursor, Effect, Entry, LoopEffect, Msg, Screen, Shared, Task, UiSettings,
};
use crate::ui::widget::{Input, Link, MouseKind, Theme, draw};
use crate::workspace::Workspace;

#[derive(Debug)]
pub struct App {
    pub shared: Shared,
    pub screens: Screens,
    pub current: ScreenId,
    dialog: Option<Dialog>,
}

impl App {
    pub fn new(workspace: Arc<Workspace>, theme: Theme, settings: UiSettings) -> Self {
        let shared = Shared::new(workspace, theme, settings);
        let screens = Screens::new(&shared);
        Self { shared, screens, current: ScreenId::Compose, dialog: None }
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        update(self, Msg::Input(Input::Resize(columns, rows)))
    }

    /// Returns what the console asks for when it starts, after the first frame.
    pub fn start(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Task(Task::LoadPeople(None)), Effect::Task(Task::Watch)];
        for id in ScreenId::ALL {
            effects.extend(self.screens.get_mut(*id).start(&mut self.shared));
        }
        effects
    }

    pub fn has_dialog(&self) -> bool {
        self.dialog.is_some() || self.screen().place().is_covered
    }

    pub fn unsaved(&self) -> Vec<String> {
        ScreenId::ALL.iter().flat_map(|id| self.screens.get(*id).unsaved()).collect()
    }

    pub fn texts(&self) -> Vec<(ScreenId, String)> {
        let of = |id: ScreenId| self.screens.get(id).texts().into_iter().map(move |text| (id, text));
        ScreenId::ALL.iter().copied().flat_map(of).collect()
    }

    pub fn journal(&mut self, (screen, text): &(ScreenId, String)) -> Option<Entry> {
        self.screens.get_mut(*screen).journal(&self.shared, text)
    }

    fn take(&mut self, message: Msg) -> Vec<Effect> {
        match message {
            Msg::Input(input) => self.take_input(input),
            Msg::FilesChanged => vec![Effect::Task(Task::Reload)],
            result => {
                if let Msg::Fault { work, fault } = &result {
                    self.shared.complain(work.in_words(fault));
                }
                let (last, others) = ScreenId::ALL.split_last().expect("there is a screen");
                let mut effects = Vec::new();
                for id in others {
                    effects.extend(self.screens.get_mut(*id).update(&mut self.shared, result.clone()));
                }
                effects.extend(self.screens.get_mut(*last).update(&mut self.shared, result));
                effects
            }
        }
    }

    fn take_input(&mut self, input: Input) -> Vec<Effect> {
        match &input {
            Input::Resize(columns, rows) => {
                self.shared.size = (*columns, *rows);
                return Vec::new();
            }
            Input::FocusGained => return vec![Effect::Task(Task::Reload)],
            Input::Key(_) | Input::Paste(_) => self.shared.notice = None,
            Input::Mouse(_) => {}
        }
        let area = self.area();
        if let Some(dialog) = &mut self.dialog {
            let answer = dialog.take(input, area);
            if !matches!(answer, Answer::Open) {
                self.dialog = None;
            }
            return if let Answer::Asked(ask) = answer { self.perform(ask) } else { Vec::new() };
        }
        if let Input::Mouse(mouse) = &input
            && let MouseKind::Down { .. } = mouse.kind
            && !self.screen().place().is_covered
        {
            self.shared.notice = None;
            let chrome = Chrome::of(area);
            if let Some(action) = chrome.action_at(&self.shared, self.screen(), mouse.x, mouse.y) {
                return action.map_or_else(Vec::new, |action| self.act(action));
            }
        }
        self.screens.get_mut(self.current).update(&mut self.shared, Msg::Input(input))
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Help => self.open(dialog::help(&self.shared.keymap, &self.screen().place())),
            Action::Palette => self.open(dialog::palette(&self.shared.keymap)),
            Action::Quit => self.quit(),
            Action::Suspend => vec![Effect::Loop(LoopEffect::Suspend)],
            action => self.screens.get_mut(self.current).act(&mut self.shared, action),
        }
    }

    fn perform(&mut self, ask: Ask) -> Vec<Effect> {
        match ask {
            Ask::Act(action) => self.act(action),
            Ask::SaveAndQuit => {
                self.shared.is_quitting = true;
                let save = |id: &ScreenId| self.screens.get_mut(*id).save_all(&mut self.shared);
                ScreenId::ALL.iter().flat_map(save).collect()
            }
            Ask::QuitUnsaved => {
                let discard = |id: &ScreenId| self.screens.get_mut(*id).discard_all(&self.shared);
                let mut effects: Vec<Effect> = ScreenId::ALL.iter().flat_map(discard).collect();
                effects.push(Effect::Loop(LoopEffect::Quit));
                effects
            }
        }
    }

    fn quit(&mut self) -> Vec<Effect> {
        let names = self.unsaved();
        if names.is_empty() || self.shared.read_only.is_some() {
            return self.perform(Ask::QuitUnsaved);
        }
        self.open(dialog::quit(&names))
    }

    fn open(&mut self, dialog: Dialog) -> Vec<Effect> {
        self.dialog = Some(dialog);
        Vec::new()
    }

    fn screen(&self) -> &dyn Screen {
        self.screens.get(self.current)
    }

    fn area(&self) -> Rect {
        Rect::new(0, 0, self.shared.size.0, self.shared.size.1)
    }
}

pub fn update(app: &mut App, message: Msg) -> Vec<Effect> {
    let mut effects = app.take(message);
    for ask in app.shared.take_asks() {
        effects.extend(app.perform(ask));
    }
    app.shared.is_covered = app.dialog.is_some();
    let area = Chrome::of(app.area()).screen;
    effects.extend(app.screens.get_mut(app.current).follow(&mut app.shared, area));
    if app.shared.is_quitting && app.unsaved().is_empty() {
        effects.push(Effect::Loop(LoopEffect::Quit));
    }
    effects
}

pub fn view(app: &App, buf: &mut Buffer) -> Option<Cursor> {
    let (shared, screen, area) = (&app.shared, app.screen(), app.area());
    draw::fill(buf, area, shared.theme.text);
    let chrome = Chrome::of(area);
    if chrome.is_too_small() {
        let words = format!("too small: {}×{}", area.width, area.height);
        draw::put_line(buf, area, area.y, &words, shared.theme.warning);
        return None;
    }
    chrome.draw(shared, screen, buf);
    let cursor = screen.view(shared, buf);
    match &app.dialog {
        Some(dialog) => dialog.draw(buf, area, &shared.theme),
        None => cursor,
    }
}

/// Returns the cells that lead to addresses; none while something lies over the screen.
pub fn links(app: &App) -> Vec<Link> {
    if app.dialog.is_some() { Vec::new() } else { app.screen().links(&app.shared) }
}
