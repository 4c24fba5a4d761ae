//! The console without a terminal: the real loop, executor, store and sandbox, on a sample workspace of its own.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use telecast::clock::Clock;
use telecast::paths::Paths;
use telecast::secrets::Secrets;
use telecast::service::{Session, Sharing, demo, sample};
use telecast::settings::Settings;
use telecast::ui::app::{App, update, view};
use telecast::ui::runtime::executor::{Executor, ExecutorDeps};
use telecast::ui::runtime::platform::{Platform, PlatformEvent};
use telecast::ui::runtime::{EventLoop, LoopControl, LoopEvent};
use telecast::ui::screen::compose::focus::Pane;
use telecast::ui::shared::effect::{ExternalEdit, Timer};
use telecast::ui::shared::msg::Msg;
use telecast::ui::shared::screen::Cursor;
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

/// The real loop, on cells instead of a terminal, and a runtime for what it starts.
pub struct Console {
    console: EventLoop<Cells>,
    /// Whether it has left.
    pub has_quit: bool,
    /// Whether a test has changed the state since the last frame.
    is_changed: bool,
    runtime: Runtime,
    root: PathBuf,
    _home: Arc<tempfile::TempDir>,
}

/// An outside that a test plays: nothing happens by itself, but what is due at once.
pub struct Cells {
    size: (u16, u16),
    cells: Buffer,
    cursor: Option<Cursor>,
    /// The timers that run; only those without a delay worth the name end by themselves.
    timers: Vec<Timer>,
    suspended: usize,
    copied: Vec<String>,
}

impl Cells {
    fn new(size: (u16, u16)) -> Self {
        let cells = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        Self { size, cells, cursor: None, timers: Vec::new(), suspended: 0, copied: Vec::new() }
    }

    /// Takes the latest timer of a kind; the earlier ones are forgotten.
    fn timer(&mut self, is_meant: impl Fn(&Timer) -> bool) -> Option<Timer> {
        let latest = self.timers.iter().rfind(|timer| is_meant(timer)).cloned();
        self.timers.retain(|timer| !is_meant(timer));
        latest
    }
}

impl Platform for Cells {
    fn size(&self) -> io::Result<(u16, u16)> {
        Ok(self.size)
    }

    async fn next(&mut self) -> PlatformEvent {
        let is_short = |timer: &Timer| matches!(timer, Timer::Highlight | Timer::OpenPicker(_));
        match self.timers.iter().position(is_short) {
            Some(at) => PlatformEvent::Due(self.timers.remove(at)),
            None => std::future::pending().await,
        }
    }

    async fn should_stop(&mut self) -> bool {
        true
    }

    fn after(&mut self, timer: Timer) {
        self.timers.push(timer);
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let area = Rect::new(0, 0, app.shared.size.0, app.shared.size.1);
        self.cells = Buffer::empty(area);
        self.cursor = view(app, &mut self.cells);
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn release(&mut self) {}

    fn retake(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn stop(&mut self) -> io::Result<()> {
        self.suspended += 1;
        Ok(())
    }

    async fn edit(&mut self, job: ExternalEdit, _scratch: &Path) -> Result<String, String> {
        Ok(job.text)
    }

    fn abandon(&mut self) {}
}

/// Returns what is ready now.
async fn timeout_now<T>(task: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        ready = task => Some(ready),
        () = std::future::ready(()) => None,
    }
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
        let open = self.app().screens.compose.open.as_deref().unwrap_or("");
        Self::open(Arc::clone(&self._home), open, read_only)
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
        // Tests say themselves when a file has changed.
        let wiring =
            ExecutorDeps { session, paths, clock: Clock::System, watch: None, injected: Arc::default() };
        let executor = runtime.block_on(async { Executor::new(wiring, sender) });
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
        let console = EventLoop::new(app, executor, results, Cells::new((120, 32)), Arc::default());
        let mut console = Self { console, has_quit: false, is_changed: false, runtime, root, _home: home };
        assert!(matches!(console.runtime.block_on(console.console.begin()), Ok(LoopControl::Continue)));
        console.settle();
        console
    }

    /// Returns the state.
    pub fn app(&self) -> &App {
        &self.console.app
    }

    /// Returns the state, to be changed behind the loop's back.
    pub fn app_mut(&mut self) -> &mut App {
        self.is_changed = true;
        &mut self.console.app
    }

    /// Returns how often it stopped for the shell.
    pub fn suspended(&self) -> usize {
        self.console.platform.suspended
    }

    /// Returns what it put on the clipboard, the latest last.
    pub fn copied(&self) -> &[String] {
        &self.console.platform.copied
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
        self.take(LoopEvent::Outside(PlatformEvent::Inputs(vec![input])));
    }

    /// Takes one input and lets nothing follow from it: the state alone.
    pub fn input_only(&mut self, input: Input) {
        drop(update(self.app_mut(), Msg::Input(input)));
    }

    /// Takes an answer, without waiting for what follows from it.
    pub fn answer(&mut self, message: Msg) {
        self.take(LoopEvent::Results(vec![message]));
    }

    fn take(&mut self, event: LoopEvent) {
        if !self.has_quit {
            self.is_changed = false;
            let next = self.runtime.block_on(self.console.handle(event)).unwrap();
            self.has_quit = matches!(next, LoopControl::Exit(_));
        }
    }

    /// Runs the loop until nothing is on its way, and rests from typing.
    #[track_caller]
    pub fn settle(&mut self) {
        self.answer_all();
        let rests: [fn(&Timer) -> bool; 2] =
            [|timer| matches!(timer, Timer::Compose(_)), |timer| matches!(timer, Timer::TypingPaused(_))];
        for rests in rests {
            if let Some(timer) = self.console.platform.timer(rests) {
                self.take(LoopEvent::Outside(PlatformEvent::Due(timer)));
                self.answer_all();
            }
        }
    }

    /// Runs the loop until nothing is on its way.
    #[track_caller]
    pub fn answer_all(&mut self) {
        let underway = self.console.executor.pending_work();
        while !self.has_quit {
            let next = self.runtime.block_on(async {
                tokio::time::timeout(PATIENCE, async {
                    tokio::select! {
                        biased;
                        event = self.console.next() => Some(event),
                        () = underway.finished() => None,
                    }
                })
                .await
            });
            match next {
                Ok(Some(event)) => self.take(event),
                // Whatever ended just now has sent its answer first.
                Ok(None) => match self.runtime.block_on(async { timeout_now(self.console.next()).await }) {
                    Some(event) => self.take(event),
                    None => {
                        self.take(LoopEvent::Frame);
                        break;
                    }
                },
                Err(_) => panic!("an answer never came; the screen:\n{}", self.screen()),
            }
        }
    }

    /// Lets the second go by in which an edit is journalled.
    pub fn draft_is_due(&mut self) {
        let stem = self.app().screens.compose.open.clone().unwrap();
        self.due(Timer::Draft(stem));
    }

    /// Lets the pause go by after which the body is tried on a sample of the recipients.
    pub fn survey_is_due(&mut self) {
        self.survey_starts();
        self.settle();
    }

    /// Lets that pause go by, and does not wait for the sample.
    pub fn survey_starts(&mut self) {
        let latest = self.app().screens.compose.message.latest().unwrap();
        self.take(LoopEvent::Outside(PlatformEvent::Due(Timer::Survey(latest))));
    }

    fn due(&mut self, timer: Timer) {
        self.take(LoopEvent::Outside(PlatformEvent::Due(timer)));
        self.settle();
    }

    /// Tells the console that somebody has changed files.
    pub fn files_changed(&mut self) {
        self.answer(Msg::FilesChanged);
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
        self.app().screens.compose.buffer().map_or_else(String::new, |buffer| buffer.editor.text())
    }

    /// Puts the cursor of the body in front of the first `text`.
    #[track_caller]
    pub fn go_before(&mut self, text: &str) {
        let at = self.body().find(text).unwrap_or_else(|| panic!("no {text:?} in:\n{}", self.body()));
        self.app_mut()
            .screens
            .compose
            .buffer_mut()
            .unwrap()
            .editor
            .apply(telecast::editor::Command::Click(at));
    }

    /// Returns where the body is on screen, its line numbers included.
    pub fn body_area(&self) -> Rect {
        inside(self.app().screens.compose.layout.pane(Pane::Body).unwrap())
    }

    /// Returns the cells of the last frame; drawn anew where a test has changed the state itself.
    pub fn cells(&self) -> Cow<'_, Buffer> {
        if !self.is_changed {
            return Cow::Borrowed(&self.console.platform.cells);
        }
        Cow::Owned(self.draw())
    }

    /// Draws the state as it is now.
    pub fn draw(&self) -> Buffer {
        let mut outside = Cells::new(self.app().shared.size);
        outside.draw(self.app()).unwrap();
        outside.cells
    }

    /// Whether the terminal's cursor is on screen, and covers what it is on.
    pub fn has_block_cursor(&self) -> bool {
        self.console.platform.cursor.is_some_and(|cursor| cursor.is_block)
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
