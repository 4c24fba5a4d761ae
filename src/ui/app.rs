//! The console's state, and how messages change it. The state consists of the screens, the state that the screens
//! share, and the open dialog of the app, if any. Such a dialog covers the screens.
//!
//! ```text
//! input ─▶ the app's dialog, or the current screen if no dialog is open ─┬▶ effects for the runtime
//! result of a task ─▶ every screen ─────────────────────────────────────┴▶ commands, which the app performs
//!
//! After each message, the current screen computes its layout and the other values that drawing needs.
//! ```

mod chrome;
mod dialog;
mod page;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::state::LastView;
use crate::text::with_line_feeds;
use crate::ui::app::chrome::Chrome;
use crate::ui::app::dialog::{Dialog, DialogAnswer};
use crate::ui::app::page::Page;
use crate::ui::screen::{ScreenId, Screens};
use crate::ui::shared::{
    Action, AppCommand, Cursor, Effect, JournalEntry, KeyContext, LoopEffect, Msg, Screen, SharedState, Task,
    UiSettings,
};
use crate::ui::widget::{Input, Link, MouseKind, TerminalColors, draw};
use crate::workspace::Workspace;

#[derive(Debug)]
pub struct App {
    pub shared: SharedState,
    pub screens: Screens,
    pub current: ScreenId,
    dialog: Option<Dialog>,
}

impl App {
    pub fn new(workspace: Arc<Workspace>, colors: TerminalColors, settings: UiSettings) -> Self {
        let shared = SharedState::new(workspace, colors, settings);
        let screens = Screens::new(&shared);
        Self { shared, screens, current: ScreenId::Compose, dialog: None }
    }

    /// Restores what the console showed when it was last closed. Call it before [`App::start`].
    pub fn resume(&mut self, view: LastView) {
        self.shared.people.remembered = view.profile.clone();
        self.screens.compose.resume(&self.shared, view);
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        update(self, Msg::Input(Input::Resize(columns, rows)))
    }

    /// Starts all screens. Call it after the first frame was drawn, so that the returned effects do not delay that
    /// frame.
    pub fn start(&mut self) -> Vec<Effect> {
        let people = Task::LoadPeople(self.shared.people.remembered.clone());
        let mut effects = vec![Effect::Task(people), Effect::Task(Task::Watch)];
        for id in ScreenId::ALL {
            effects.extend(self.screens.get_mut(*id).start(&mut self.shared));
        }
        effects
    }

    pub fn has_dialog(&self) -> bool {
        self.dialog.is_some() || self.screen().focus().is_covered
    }

    pub fn unsaved(&self) -> Vec<String> {
        ScreenId::ALL.iter().flat_map(|id| self.screens.get(*id).unsaved()).collect()
    }

    pub fn open_texts(&self) -> Vec<(ScreenId, String)> {
        let texts_of =
            |id: ScreenId| self.screens.get(id).open_texts().into_iter().map(move |text| (id, text));
        ScreenId::ALL.iter().copied().flat_map(texts_of).collect()
    }

    pub fn draft_entry(&mut self, (screen, text): &(ScreenId, String)) -> Option<JournalEntry> {
        self.screens.get_mut(*screen).draft_entry(&self.shared, text)
    }

    fn handle(&mut self, message: Msg) -> Vec<Effect> {
        match message {
            Msg::Input(input) => self.handle_input(input),
            Msg::FilesChanged => vec![Effect::Task(Task::Reload)],
            Msg::BackgroundReported(color) => {
                self.shared.colors.background = Some(color);
                Vec::new()
            }
            Msg::Copied(job, result) => self.shared.finish_copy(job, result).into_iter().collect(),
            Msg::ThemeSaved(name, Ok(())) => {
                self.shared.only_notice(format!("theme {}, saved in config.toml", name.as_str()))
            }
            Msg::ThemeSaved(name, Err(error)) => {
                self.shared.only_error(format!("theme {} until you quit: {error}", name.as_str()))
            }
            result => {
                if let Msg::Fault { work, fault } = &result {
                    self.shared.show_error(work.footer_message(fault));
                }
                // A result goes to every screen, because the screen that asked for it may no longer be the current one.
                // The last screen gets the message itself and not a clone, because cloning it may be expensive.
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

    fn handle_input(&mut self, input: Input) -> Vec<Effect> {
        let input = match input {
            Input::Paste(text) => Input::Paste(with_line_feeds(&text).into_owned()),
            other => other,
        };
        match &input {
            Input::Resize(columns, rows) => {
                self.shared.size = (*columns, *rows);
                return Vec::new();
            }
            // The files are read again, because they often change while the user is in another window, and file
            // watching does not work everywhere (for example, not on network file systems).
            Input::FocusGained => return vec![Effect::Task(Task::Reload)],
            // The notice in the footer stays until the next key or paste, or until a left click while no dialog is
            // open. Scrolling and dragging do not remove it.
            Input::Key(_) | Input::Paste(_) => self.shared.notice = None,
            Input::Mouse(_) => {}
        }
        let field = match &self.dialog {
            Some(dialog) => dialog.text_field(),
            None => self.screens.get(self.current).text_field(),
        };
        let (input, copied) = match (field, input) {
            (Some(field), Input::Key(key)) => self.shared.use_register(field, key),
            (_, input) => (Some(input), None),
        };
        let mut effects: Vec<Effect> = copied.into_iter().collect();
        if let Some(input) = input {
            effects.extend(self.pass_on(input));
        }
        effects
    }

    /// Passes an input to the open dialog of the app, or else to the current screen. If no dialog of the app is open,
    /// the app itself handles a click on the header or footer while the screen has no dialog, and the help key while
    /// the screen has one.
    fn pass_on(&mut self, input: Input) -> Vec<Effect> {
        let area = self.area();
        if let Some(dialog) = &mut self.dialog {
            let answer = dialog.handle(input, area);
            if !matches!(answer, DialogAnswer::Open | DialogAnswer::Searched(_)) {
                self.dialog = None;
            }
            return match answer {
                DialogAnswer::Command(command) => self.perform(command),
                DialogAnswer::Searched(query) => {
                    self.screens.get_mut(self.current).search_palette(&mut self.shared, &query)
                }
                DialogAnswer::Choice(id) => {
                    self.screens.get_mut(self.current).choose_in_palette(&mut self.shared, &id)
                }
                DialogAnswer::Theme(name) => {
                    self.shared.settings.theme = name;
                    vec![Effect::Journal(JournalEntry::SaveTheme(name))]
                }
                DialogAnswer::Page(topic) => self.open(Dialog::Page(Box::new(Page::new(topic, area)))),
                DialogAnswer::Open | DialogAnswer::Closed => Vec::new(),
            };
        }
        if let Input::Key(key) = &input
            && key.typed().is_none()
            && self.screen().focus().is_covered
            && self.shared.keymap.action(&[KeyContext::Anywhere], *key) == Some(Action::Help)
        {
            return self.act(Action::Help);
        }
        if let Input::Mouse(mouse) = &input
            && let MouseKind::Down { .. } = mouse.kind
            // While a dialog of the screen is open, the screen handles a click in the header or footer, because such a
            // click is outside the dialog and counts as Esc.
            && !self.screen().focus().is_covered
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
            Action::Help if self.screen().focus().is_covered => self.open(dialog::reference()),
            Action::Help => self.open(dialog::help(&self.shared.keymap, &self.screen().focus())),
            Action::Palette => {
                let screen = self.screens.get_mut(self.current);
                self.dialog = Some(dialog::palette(&self.shared.keymap, screen.palette_rows(&self.shared)));
                screen.search_palette(&mut self.shared, "")
            }
            Action::ChooseTheme => self.open(dialog::themes(self.shared.settings.theme)),
            Action::Quit => self.quit(),
            Action::Suspend => vec![Effect::Loop(LoopEffect::Suspend)],
            action => self.screens.get_mut(self.current).act(&mut self.shared, action),
        }
    }

    fn perform(&mut self, command: AppCommand) -> Vec<Effect> {
        match command {
            AppCommand::Act(action) => self.act(action),
            AppCommand::ShowFound(rows) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.show_found(rows);
                }
                Vec::new()
            }
            AppCommand::SaveAndQuit => {
                // The results of the saves arrive later, so `update` quits the console once nothing is unsaved. A save
                // that fails resets `is_quitting`.
                self.shared.is_quitting = true;
                let save = |id: &ScreenId| self.screens.get_mut(*id).save_all(&mut self.shared);
                ScreenId::ALL.iter().flat_map(save).collect()
            }
            AppCommand::QuitUnsaved => {
                // The drafts, which are stored copies of unsaved text, are deleted too, because the next start must not
                // offer text that the user has discarded.
                let discard = |id: &ScreenId| self.screens.get_mut(*id).discard_all(&self.shared);
                let mut effects: Vec<Effect> = ScreenId::ALL.iter().flat_map(discard).collect();
                effects.extend(self.leave());
                effects
            }
        }
    }

    /// Returns the entries that record what the screens show, for the next start.
    pub fn view_entries(&mut self) -> Vec<JournalEntry> {
        let entry = |id: &ScreenId| self.screens.get_mut(*id).view_entry(&self.shared);
        ScreenId::ALL.iter().filter_map(entry).collect()
    }

    fn leave(&mut self) -> Vec<Effect> {
        let entries = self.view_entries().into_iter().map(Effect::Journal);
        entries.chain([Effect::Loop(LoopEffect::Quit)]).collect()
    }

    fn quit(&mut self) -> Vec<Effect> {
        let names = self.unsaved();
        // A read-only console does not ask whether to save, because it writes neither files nor drafts.
        if names.is_empty() || self.shared.read_only.is_some() {
            return self.perform(AppCommand::QuitUnsaved);
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
        self.shared.area()
    }
}

pub fn update(app: &mut App, message: Msg) -> Vec<Effect> {
    let mut effects = app.handle(message);
    // A screen cannot call the app. Instead, it queues commands, and the app performs them after the screen has handled
    // the message.
    for command in app.shared.take_commands() {
        effects.extend(app.perform(command));
    }
    let previewed = app.dialog.as_ref().and_then(Dialog::previewed_theme);
    app.shared.show_theme(previewed.unwrap_or(app.shared.settings.theme));
    let area = app.area();
    if let Some(Dialog::Page(page)) = &mut app.dialog {
        page.fit(area);
    }
    app.shared.is_covered = app.dialog.is_some();
    let area = Chrome::of(area).screen;
    // The layout is computed once per message, so that drawing and mouse handling use the same layout.
    effects.extend(app.screens.get_mut(app.current).prepare_view(&mut app.shared, area));
    if app.shared.is_quitting && app.unsaved().is_empty() {
        effects.extend(app.leave());
    }
    effects
}

pub fn view(app: &App, buf: &mut Buffer) -> Option<Cursor> {
    let (shared, screen, area) = (&app.shared, app.screen(), app.area());
    draw::fill(buf, area, shared.theme.screen);
    let chrome = Chrome::of(area);
    if chrome.is_too_small() {
        let message = format!("too small: {}×{}", area.width, area.height);
        draw::put_line(buf, area, area.y, &message, shared.theme.warning);
        return None;
    }
    chrome.draw(shared, screen, buf);
    let cursor = screen.view(shared, buf);
    match &app.dialog {
        Some(dialog) => dialog.draw(buf, area, &shared.theme),
        None => cursor,
    }
}

/// Returns the hyperlinks on the screen. There are none while a dialog of the app covers the screen, because otherwise
/// a click on the dialog could open a link that the dialog covers.
pub fn links(app: &App) -> Vec<Link> {
    if app.dialog.is_some() { Vec::new() } else { app.screen().links(&app.shared) }
}
