//! The console without a terminal: the real update loop, executor, store and sandbox, on a sample workspace of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use telecast::paths::Paths;
use telecast::secrets::Secrets;
use telecast::service::{Session, Sharing, demo, sample};
use telecast::settings::Settings;
use telecast::ui::app::{App, update, view};
use telecast::ui::runtime::executor::Executor;
use telecast::ui::screen::compose::focus::Pane;
use telecast::ui::shared::effect::{Effect, Timer};
use telecast::ui::shared::msg::Msg;
use telecast::ui::shared::{Clipboard, UiSettings};
use telecast::ui::widget::draw::inside;
use telecast::ui::widget::input::{Input, Mouse, MouseKind};
use telecast::ui::widget::key::Key;
use telecast::ui::widget::theme::Theme;
use telecast::workspace::Workspace;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// How long an answer may take at most; far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A console, and what it asked of the terminal.
pub struct Console {
    pub app: App,
    /// Whether it has left.
    pub has_quit: bool,
    /// How often it stopped for the shell.
    pub suspended: usize,
    /// What it put on the clipboard, the latest last.
    pub copied: Vec<String>,
    runtime: Runtime,
    executor: Executor,
    results: mpsc::Receiver<Msg>,
    /// The answers that are on their way, by kind.
    awaited: Vec<&'static str>,
    /// What tells that one has rested from typing.
    rest: Option<Timer>,
    /// The clock that runs behind a character that may begin something.
    pause: Option<Timer>,
    /// The number of the latest composition that was really asked for.
    composition: u64,
    root: PathBuf,
    _home: Arc<tempfile::TempDir>,
}

impl Console {
    /// Opens the sample workspace on its first campaign, as `telecast demo` does, at 120×32.
    pub fn demo() -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        demo::make(&Paths::under(&home.path().join("home")), &home.path().join("demo")).unwrap();
        Self::open(home, sample::FIRST, None)
    }

    /// Opens the sample workspace after `prepare` has changed its files.
    pub fn prepared(campaign: &str, prepare: impl FnOnce(&Path)) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        let root = home.path().join("demo");
        demo::make(&Paths::under(&home.path().join("home")), &root).unwrap();
        prepare(&root);
        Self::open(home, campaign, None)
    }

    /// Opens a second console on the same workspace, as a start finds it while `holder` has it open.
    pub fn second(&self, read_only: Option<&str>) -> Self {
        Self::open(Arc::clone(&self._home), self.app.screens.compose.open.as_deref().unwrap_or(""), read_only)
    }

    fn open(home: Arc<tempfile::TempDir>, campaign: &str, read_only: Option<&str>) -> Self {
        let paths = Paths::under(&home.path().join("home"));
        let root = home.path().join("demo");
        let workspace = Arc::new(Workspace::open(&root).unwrap());
        let settings = Settings::default();
        let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
        let session = Session::new(paths.clone(), &workspace, secrets, &settings, Sharing::Console);
        let session = Arc::new(session);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (sender, results) = mpsc::channel(256);
        let executor = runtime.block_on(async { Executor::new(session, paths, sender) });
        let ui = UiSettings {
            mouse: true,
            hyperlinks: true,
            wrap: settings.wrap,
            whitespace: settings.whitespace,
            clipboard: Clipboard::Terminal,
            vim: false,
        };
        let mut app = App::new(workspace, Theme::ansi(), ui);
        app.shared.read_only = read_only.map(str::to_owned);
        app.screens.compose.open_buffer(&app.shared, campaign);
        let mut started = app.resize(120, 32);
        let (has_quit, suspended, copied, awaited) = (false, 0, Vec::new(), Vec::new());
        let mut console = Self {
            app,
            has_quit,
            suspended,
            copied,
            runtime,
            executor,
            results,
            awaited,
            rest: None,
            pause: None,
            composition: 0,
            root,
            _home: home,
        };
        started.extend(console.app.start());
        console.perform(started);
        console.settle();
        console
    }

    /// Presses keys one after the other, written as in a keymap and parted by spaces: `esc tab ctrl-s`.
    #[track_caller]
    pub fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let key: Key = key.parse().unwrap_or_else(|error| panic!("{error}"));
            self.input(Input::Key(key));
            self.settle();
        }
    }

    /// Types a text, key by key.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.input(Input::Key(Key::char(c)));
        }
        self.settle();
    }

    /// Types a text, key by key, and waits for nothing.
    pub fn type_unsettled(&mut self, text: &str) {
        for c in text.chars() {
            self.input(Input::Key(Key::char(c)));
        }
    }

    /// Waits no more for the sample of recipients: a later edit has cancelled it.
    pub fn forget_survey(&mut self) {
        self.awaited.retain(|kind| *kind != "surveyed");
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) {
        self.input(Input::Paste(text.to_owned()));
        self.settle();
    }

    /// Presses the mouse's button at a cell and lets it go.
    pub fn click(&mut self, x: u16, y: u16) {
        self.mouse(MouseKind::Down { clicks: 1 }, x, y);
        self.mouse(MouseKind::Up, x, y);
        self.settle();
    }

    /// Clicks the first cell of a text on screen.
    #[track_caller]
    pub fn click_text(&mut self, text: &str) {
        let (x, y) = self.place_of(text);
        self.click(x, y);
    }

    /// Does one thing with the mouse at a cell.
    pub fn mouse(&mut self, kind: MouseKind, x: u16, y: u16) {
        self.input(Input::Mouse(Mouse { kind, x, y, shift: false }));
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.input(Input::Resize(columns, rows));
    }

    /// Takes one input, without waiting for what follows from it.
    pub fn input(&mut self, input: Input) {
        self.take(Msg::Input(input));
    }

    /// Takes one input and lets nothing follow from it: the state alone.
    pub fn input_only(&mut self, input: Input) {
        drop(update(&mut self.app, Msg::Input(input)));
    }

    /// Takes one message, without waiting for what follows from it.
    pub fn take(&mut self, message: Msg) {
        if !self.has_quit {
            let effects = update(&mut self.app, message);
            self.perform(effects);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.has_quit = true,
                Effect::Suspend => self.suspended += 1,
                Effect::CopyByTerminal(text) => self.copied.push(text),
                // Tests say themselves when a file has changed and when a second has gone by; no child has the terminal.
                Effect::Watch | Effect::After(Timer::Draft(_) | Timer::Survey(_)) | Effect::OpenEditor(_) => {
                }
                Effect::After(rest @ Timer::Rest(_)) => self.rest = Some(rest),
                Effect::After(pause @ Timer::Compose(_)) => self.pause = Some(pause),
                // These say nothing when they are done.
                quiet @ (Effect::WriteDraft { .. }
                | Effect::DiscardDraft(_)
                | Effect::RememberChat { .. }) => {
                    self.runtime.block_on(self.executor.run_to_end(quiet));
                }
                other => {
                    if let Effect::Compose { number, .. } = &other {
                        self.composition = *number;
                    }
                    if let Some(answer) = answer_of(&other) {
                        self.awaited.push(answer);
                    }
                    let _runtime = self.runtime.enter();
                    self.executor.run(other);
                }
            }
        }
    }

    /// Takes results until every answer that is on its way has come, and rests from typing.
    #[track_caller]
    pub fn settle(&mut self) {
        self.answer_all();
        if let Some(pause) = self.pause.take() {
            self.take(Msg::Due(pause));
            self.answer_all();
        }
        if let Some(rest) = self.rest.take() {
            self.take(Msg::Due(rest));
        }
    }

    /// Takes results until every answer that is on its way has come.
    #[track_caller]
    pub fn answer_all(&mut self) {
        while !self.awaited.is_empty() && !self.has_quit {
            let next =
                self.runtime.block_on(async { tokio::time::timeout(PATIENCE, self.results.recv()).await });
            let Ok(Some(message)) = next else {
                panic!("waited for {:?}; the screen:\n{}", self.awaited, self.screen());
            };
            match &message {
                // The worker skips to the latest job: one answer may stand for several.
                Msg::Composed { number, .. } if *number == self.composition => {
                    self.awaited.retain(|kind| *kind != "composed");
                }
                Msg::Composed { .. } => {}
                message => {
                    let kind = kind_of(message);
                    if let Some(at) = self.awaited.iter().position(|awaited| *awaited == kind) {
                        self.awaited.remove(at);
                    }
                }
            }
            self.take(message);
        }
    }

    /// Lets the second go by in which an edit is journalled.
    pub fn draft_is_due(&mut self) {
        let stem = self.app.screens.compose.open.clone().unwrap();
        self.take(Msg::Due(Timer::Draft(stem)));
        self.settle();
    }

    /// Lets the pause go by behind which the body is tried on a sample of the recipients.
    pub fn survey_is_due(&mut self) {
        self.take(Msg::Due(Timer::Survey(self.app.screens.compose.composition)));
        self.settle();
    }

    /// Tells the console that somebody has changed files.
    pub fn files_changed(&mut self) {
        self.take(Msg::FilesChanged);
        self.settle();
    }

    /// Returns the workspace's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads a file of the workspace.
    #[track_caller]
    pub fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Lets what is on its way go on until `wait`, on a thread of its own, has come to an end.
    pub fn while_running<T: Send + 'static>(&mut self, wait: impl FnOnce() -> T + Send + 'static) -> T {
        let waited = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(wait)).await });
        waited.expect("it comes to an end").unwrap()
    }

    /// Whether the workspace has a file.
    pub fn has_file(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Writes a file of the workspace, as another program would.
    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.root.join(path), text).unwrap();
    }

    /// Returns the open body as it stands in the editor.
    pub fn body(&self) -> String {
        self.app.screens.compose.buffer().map_or_else(String::new, |buffer| buffer.editor.text())
    }

    /// Puts the cursor of the body in front of the first `text`.
    #[track_caller]
    pub fn go_before(&mut self, text: &str) {
        let at = self.body().find(text).unwrap_or_else(|| panic!("no {text:?} in:\n{}", self.body()));
        self.app.screens.compose.buffer_mut().unwrap().editor.apply(telecast::editor::Command::Click(at));
    }

    /// Returns where the body is on screen, its line numbers included.
    pub fn body_area(&self) -> Rect {
        inside(self.app.screens.compose.plan.pane(Pane::Body).unwrap())
    }

    /// Draws the screen.
    pub fn cells(&self) -> Buffer {
        let area = Rect::new(0, 0, self.app.shared.size.0, self.app.shared.size.1);
        let mut cells = Buffer::empty(area);
        view(&self.app, &mut cells);
        cells
    }

    /// Whether the terminal's cursor is on screen, and covers what it is on.
    pub fn has_block_cursor(&self) -> bool {
        let area = Rect::new(0, 0, self.app.shared.size.0, self.app.shared.size.1);
        view(&self.app, &mut Buffer::empty(area)).is_some_and(|cursor| cursor.is_block)
    }

    /// Returns the screen as text, a line a row.
    pub fn screen(&self) -> String {
        rows(&self.cells()).iter().map(|row| format!("{}\n", row.trim_end())).collect()
    }

    /// Returns the cell where a text begins on screen.
    #[track_caller]
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        for (y, row) in rows(&self.cells()).iter().enumerate() {
            if let Some(at) = row.find(text) {
                let x = telecast::text::width(&row[..at]);
                return (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            }
        }
        panic!("no {text:?} on screen:\n{}", self.screen());
    }

    /// Returns the style of the first cell of a text on screen.
    #[track_caller]
    pub fn style_at(&self, text: &str) -> Style {
        let (x, y) = self.place_of(text);
        self.cells()[(x, y)].style()
    }

    /// Fails unless the screen shows a text.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.screen().contains(text), "no {text:?} on screen:\n{}", self.screen());
    }

    /// Fails where the screen shows a text.
    #[track_caller]
    pub fn hides(&self, text: &str) {
        assert!(!self.screen().contains(text), "{text:?} on screen:\n{}", self.screen());
    }
}

/// The rows of the cells as text; the second cell of a wide character adds nothing.
pub fn rows(cells: &Buffer) -> Vec<String> {
    let area = cells.area;
    let row = |y| {
        let mut text = String::new();
        let mut covered = 0;
        for x in 0..area.width {
            if 0 < covered {
                covered -= 1;
                continue;
            }
            let symbol = cells[(x, y)].symbol();
            covered = telecast::text::width(symbol).saturating_sub(1);
            text.push_str(symbol);
        }
        text
    };
    (0..area.height).map(row).collect()
}

/// What answers an effect; `None` for what reports nothing, or only when somebody else does something.
fn answer_of(effect: &Effect) -> Option<&'static str> {
    Some(match effect {
        Effect::Compose { .. } => "composed",
        Effect::Survey { .. } => "surveyed",
        Effect::CheckCampaigns { .. } => "checked",
        Effect::LoadPeople { .. } => "people",
        Effect::FindProfiles { .. } => "profiles",
        Effect::Reload => "workspace",
        Effect::FindDrafts => "drafts",
        Effect::SaveBody { .. } => "saved",
        Effect::Change(_) => "changed",
        Effect::CheckBot { .. } => "bot",
        Effect::LoadTests => "tests",
        Effect::PrepareTest { .. } => "prepared",
        Effect::Compare { .. } => "compared",
        Effect::SendTest { .. } | Effect::Resend { .. } => "sent",
        Effect::LoadGrammar(_) => "grammar",
        Effect::LoadCodeGrammars => "code grammars",
        Effect::After(Timer::Highlight) => "highlight",
        Effect::After(Timer::Pick(_)) => "picked",
        _ => return None,
    })
}

fn kind_of(message: &Msg) -> &'static str {
    match message {
        Msg::Surveyed { .. } => "surveyed",
        Msg::CampaignsChecked { .. } => "checked",
        Msg::PeopleLoaded(_) => "people",
        Msg::ProfilesFound { .. } => "profiles",
        Msg::WorkspaceRead(_) => "workspace",
        Msg::DraftsFound(_) => "drafts",
        Msg::BodySaved { .. } => "saved",
        Msg::Changed { .. } => "changed",
        Msg::BotChecked { .. } => "bot",
        Msg::TestsLoaded { .. } => "tests",
        Msg::TestPrepared { .. } => "prepared",
        Msg::Compared { .. } => "compared",
        Msg::TestSent { .. } | Msg::TestNotSent { .. } => "sent",
        Msg::GrammarLoaded(_) => "grammar",
        Msg::CodeGrammarsLoaded(_) => "code grammars",
        Msg::Due(Timer::Highlight) => "highlight",
        Msg::Due(Timer::Pick(_)) => "picked",
        _ => "other",
    }
}
