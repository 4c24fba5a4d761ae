//! The console without a terminal: the real event loop, executor, store and sandbox, on a temporary sample workspace.

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
use telecast::settings::{Proxy, Settings, ThemeName};
use telecast::store::{SqliteStore, Store};
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
use telecast::ui::widget::theme::{ColorDepth, TerminalColors};
use telecast::workspace::Workspace;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// The longest wait for a result; far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The real event loop with a [`TestPlatform`] instead of a terminal, and the runtime for its tasks. Consoles of one
/// workspace share the runtime. So while one console waits for a result, the sandbox that another console has started
/// runs too.
pub struct Console {
    console: EventLoop<TestPlatform>,
    /// Whether the event loop has exited.
    pub has_quit: bool,
    /// Whether a test has changed the state directly since the last frame.
    is_changed: bool,
    runtime: Arc<Runtime>,
    root: PathBuf,
    _home: Arc<tempfile::TempDir>,
}

/// A platform that a test controls: no event happens by itself, except the shortest timers.
pub struct TestPlatform {
    size: (u16, u16),
    cells: Buffer,
    cursor: Option<Cursor>,
    /// The running timers. Only `Highlight` and `OpenPicker` fire by themselves; a test fires the others.
    timers: Vec<Timer>,
    suspended: usize,
    copied: Vec<String>,
}

impl TestPlatform {
    fn new(size: (u16, u16)) -> Self {
        let cells = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        Self { size, cells, cursor: None, timers: Vec::new(), suspended: 0, copied: Vec::new() }
    }

    /// Takes the latest timer of a kind and drops the earlier ones.
    fn take_timer(&mut self, is_wanted: impl Fn(&Timer) -> bool) -> Option<Timer> {
        let latest = self.timers.iter().rfind(|timer| is_wanted(timer)).cloned();
        self.timers.retain(|timer| !is_wanted(timer));
        latest
    }
}

impl Platform for TestPlatform {
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

/// Returns the task's result if it is ready now.
async fn poll_once<T>(task: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        ready = task => Some(ready),
        () = std::future::ready(()) => None,
    }
}

fn new_runtime() -> Arc<Runtime> {
    Arc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

impl Console {
    /// Opens the sample workspace on its first campaign, as `telecast demo` does, at 120×32.
    pub fn demo() -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        demo::make(&Paths::under(&home.path().join("home")), &home.path().join("demo")).unwrap();
        Self::open(home, new_runtime(), Some(sample::FIRST), None)
    }

    /// Opens the sample workspace after `prepare` has changed its files.
    pub fn prepared(campaign: &str, prepare: impl FnOnce(&Path)) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        let root = home.path().join("demo");
        demo::make(&Paths::under(&home.path().join("home")), &root).unwrap();
        prepare(&root);
        Self::open(home, new_runtime(), Some(campaign), None)
    }

    /// Opens a new, empty workspace.
    pub fn empty() -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        let paths = Paths::under(&home.path().join("home"));
        telecast::workspace::init(&home.path().join("demo"), "Empty", &paths).unwrap();
        Self::open(home, new_runtime(), None, None)
    }

    /// Opens the sample workspace with this body in its first campaign, in a terminal wide enough for all panes.
    pub fn with_body(body: &str) -> Self {
        let mut console = Self::demo();
        console.resize(160, 40);
        console.press("ctrl-a delete");
        console.paste(body);
        console
    }

    /// Opens a second console on the same workspace. `read_only` is the reason why it is read-only, if it is.
    pub fn second(&self, read_only: Option<&str>) -> Self {
        let open = self.app().screens.compose.open.as_deref().unwrap_or("");
        Self::open(Arc::clone(&self._home), Arc::clone(&self.runtime), Some(open), read_only)
    }

    /// Opens the workspace again as the next start does, with what was remembered.
    pub fn restarted(&self) -> Self {
        Self::open(Arc::clone(&self._home), Arc::clone(&self.runtime), None, None)
    }

    /// Returns the user's directories.
    pub fn paths(&self) -> Paths {
        Paths::under(&self._home.path().join("home"))
    }

    /// Opens the workspace on a campaign, or with what was remembered.
    fn open(
        home: Arc<tempfile::TempDir>,
        runtime: Arc<Runtime>,
        campaign: Option<&str>,
        read_only: Option<&str>,
    ) -> Self {
        let paths = Paths::under(&home.path().join("home"));
        let root = home.path().join("demo");
        let workspace = Arc::new(Workspace::open(&root).unwrap());
        // Nothing leaves this machine, whatever a test does: only loopback is reached without this proxy, and no
        // program listens at its port.
        let settings =
            Settings { proxy: Proxy::Address("http://127.0.0.1:9".to_owned()), ..Settings::default() };
        let secrets = Secrets::new(&paths, &settings.secrets, Some(&workspace.root));
        let session = Session::new(paths.clone(), &workspace, secrets, &settings, Sharing::Console);
        let session = Arc::new(session);
        let (sender, results) = mpsc::channel(256);
        // There is no file watcher: a test calls `files_changed` itself.
        let last_view = session.state().last_view();
        let deps =
            ExecutorDeps { session, paths, clock: Clock::System, watch: None, injected: Arc::default() };
        let executor = runtime.block_on(async { Executor::new(deps, sender) });
        let ui = UiSettings {
            theme: settings.theme,
            mouse: true,
            hyperlinks: true,
            wrap: settings.wrap,
            whitespace: settings.whitespace,
            clipboard: Clipboard::default(),
            vim: false,
        };
        let mut app = App::new(workspace, TerminalColors::default(), ui);
        app.shared.read_only = read_only.map(str::to_owned);
        match campaign {
            Some(campaign) => app.screens.compose.open_buffer(&app.shared, campaign),
            None => app.resume(last_view),
        }
        let console = EventLoop::new(app, executor, results, TestPlatform::new((120, 32)), Arc::default());
        let mut console = Self { console, has_quit: false, is_changed: false, runtime, root, _home: home };
        assert!(matches!(console.runtime.block_on(console.console.begin()), Ok(LoopControl::Continue)));
        console.settle();
        console
    }

    /// Returns the console's state.
    pub fn app(&self) -> &App {
        &self.console.app
    }

    /// Returns the state for a change that bypasses the event loop.
    pub fn app_mut(&mut self) -> &mut App {
        self.is_changed = true;
        &mut self.console.app
    }

    /// Returns how often the console was suspended to the shell.
    pub fn suspended(&self) -> usize {
        self.console.platform.suspended
    }

    /// Returns the texts copied to the clipboard, the latest last.
    pub fn copied(&self) -> &[String] {
        &self.console.platform.copied
    }

    /// Presses keys one after the other, written as in a keymap and separated by spaces: `esc tab ctrl-s`.
    #[track_caller]
    pub fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let key: Key = key.parse().unwrap_or_else(|error| panic!("{error}"));
            self.input(Input::Key(key));
            self.settle();
        }
    }

    /// Types a text, key by key, then settles.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.input(Input::Key(Key::char(c)));
        }
        self.settle();
    }

    /// Types a text, key by key, without waiting for any result.
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

    /// Presses and releases the mouse's button at a cell.
    pub fn click(&mut self, x: u16, y: u16) {
        self.mouse(MouseKind::Down { clicks: 1 }, x, y);
        self.mouse(MouseKind::Up, x, y);
        self.settle();
    }

    /// Clicks the first cell of a text on screen.
    #[track_caller]
    pub fn click_text(&mut self, text: &str) {
        let (x, y) = self.position_of(text);
        self.click(x, y);
    }

    /// Sends one mouse event at a cell.
    pub fn mouse(&mut self, kind: MouseKind, x: u16, y: u16) {
        self.input(Input::Mouse(Mouse { kind, x, y, shift: false }));
    }

    /// Changes the terminal's size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.input(Input::Resize(columns, rows));
    }

    /// Handles one input without waiting for its results.
    pub fn input(&mut self, input: Input) {
        self.handle(LoopEvent::Outside(PlatformEvent::Inputs(vec![input])));
    }

    /// Updates the state for one input and discards the effects.
    pub fn input_without_effects(&mut self, input: Input) {
        drop(update(self.app_mut(), Msg::Input(input)));
    }

    /// Delivers a result to the event loop without waiting for the effects of the result.
    pub fn deliver(&mut self, message: Msg) {
        self.handle(LoopEvent::Results(vec![message]));
    }

    fn handle(&mut self, event: LoopEvent) {
        if !self.has_quit {
            self.is_changed = false;
            let next = self.runtime.block_on(self.console.handle(event)).unwrap();
            self.has_quit = matches!(next, LoopControl::Exit(_));
        }
    }

    /// Runs the loop until it is idle, then fires the typing timers, as if the user had paused.
    #[track_caller]
    pub fn settle(&mut self) {
        self.run_until_idle();
        let kinds: [fn(&Timer) -> bool; 2] =
            [|timer| matches!(timer, Timer::Compose(_)), |timer| matches!(timer, Timer::TypingPaused(_))];
        for is_wanted in kinds {
            if let Some(timer) = self.console.platform.take_timer(is_wanted) {
                self.handle(LoopEvent::Outside(PlatformEvent::Due(timer)));
                self.run_until_idle();
            }
        }
    }

    /// Runs the loop until no work is pending and no event is waiting. Fires no timer that waits for a pause.
    #[track_caller]
    pub fn run_until_idle(&mut self) {
        let pending = self.console.executor.pending_work();
        while !self.has_quit {
            let next = self.runtime.block_on(async {
                tokio::time::timeout(PATIENCE, async {
                    tokio::select! {
                        biased;
                        event = self.console.next() => Some(event),
                        () = pending.finished() => None,
                    }
                })
                .await
            });
            match next {
                Ok(Some(event)) => self.handle(event),
                // A task sends its result before it counts as finished, so one more event may be waiting.
                Ok(None) => match self.runtime.block_on(async { poll_once(self.console.next()).await }) {
                    Some(event) => self.handle(event),
                    None => {
                        self.handle(LoopEvent::Frame);
                        break;
                    }
                },
                Err(_) => panic!("a result never arrived; the screen:\n{}", self.screen()),
            }
        }
    }

    /// Handles events until the screen shows a text, for work that does not count as pending, such as a capture.
    #[track_caller]
    pub fn run_until_shown(&mut self, text: &str) {
        while !self.screen().contains(text) {
            let next =
                self.runtime.block_on(async { tokio::time::timeout(PATIENCE, self.console.next()).await });
            let event = next.unwrap_or_else(|_| panic!("no {text:?} on screen:\n{}", self.screen()));
            self.handle(event);
            self.handle(LoopEvent::Frame);
        }
    }

    /// Fires the timer that writes the draft of the open body.
    pub fn fire_draft_timer(&mut self) {
        let stem = self.app().screens.compose.open.clone().unwrap();
        self.fire(Timer::Draft(stem));
    }

    /// Fires the timer that checks the body against a sample of the recipients, and waits for the result.
    pub fn run_survey(&mut self) {
        self.start_survey();
        self.settle();
    }

    /// Fires the timer that checks the body against a sample of the recipients, without waiting for the result.
    pub fn start_survey(&mut self) {
        let latest = self.app().screens.compose.message.latest().unwrap();
        self.handle(LoopEvent::Outside(PlatformEvent::Due(Timer::Survey(latest))));
    }

    fn fire(&mut self, timer: Timer) {
        self.handle(LoopEvent::Outside(PlatformEvent::Due(timer)));
        self.settle();
    }

    /// Tells the console that files have changed on disk.
    pub fn files_changed(&mut self) {
        self.deliver(Msg::FilesChanged);
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

    /// Keeps the console's tasks running until `wait`, on a thread of its own, has returned.
    pub fn run_while_waiting<T: Send + 'static>(&mut self, wait: impl FnOnce() -> T + Send + 'static) -> T {
        let waited = self
            .runtime
            .block_on(async { tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(wait)).await });
        waited.expect("the wait ends in time").unwrap()
    }

    /// Returns the folder with the user's own files: settings, secrets, and state.
    pub fn home(&self) -> PathBuf {
        self._home.path().join("home")
    }

    /// Returns whether the workspace has a file.
    pub fn has_file(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Writes a file of the workspace, as another program would.
    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.root.join(path), text).unwrap();
    }

    /// Stores a profile with the properties of a JSON object, as another process would.
    pub fn store_profile(&self, identity: &str, json: &str) {
        let store = SqliteStore::open(&self.root.join(".telecast/audience.db")).unwrap();
        let properties: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        store
            .set(identity, properties.into_iter().map(|(name, value)| (name, value.into())).collect())
            .unwrap();
    }

    /// Returns the open body's text in the editor.
    pub fn body(&self) -> String {
        self.app().screens.compose.buffer().map_or_else(String::new, |buffer| buffer.editor.text())
    }

    /// Moves the body's cursor to the start of the first `text`.
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

    /// Returns the body's area on screen, including the line numbers.
    pub fn body_area(&self) -> Rect {
        inside(self.app().screens.compose.layout.pane(Pane::Body).unwrap())
    }

    /// Returns the cells of the last frame, or draws a new one if a test has changed the state directly.
    pub fn cells(&self) -> Cow<'_, Buffer> {
        if !self.is_changed {
            return Cow::Borrowed(&self.console.platform.cells);
        }
        Cow::Owned(self.draw())
    }

    /// Draws the current state.
    pub fn draw(&self) -> Buffer {
        let mut platform = TestPlatform::new(self.app().shared.size);
        platform.draw(self.app()).unwrap();
        platform.cells
    }

    /// Returns whether the terminal's cursor is on screen as a block.
    pub fn has_block_cursor(&self) -> bool {
        self.console.platform.cursor.is_some_and(|cursor| cursor.is_block)
    }

    /// Returns the screen as text, one line per row.
    pub fn screen(&self) -> String {
        rows(&self.cells()).iter().map(|row| format!("{}\n", row.trim_end())).collect()
    }

    /// Returns the column and the row at which a text begins on screen.
    #[track_caller]
    pub fn position_of(&self, text: &str) -> (u16, u16) {
        for (y, row) in rows(&self.cells()).iter().enumerate() {
            if let Some(at) = row.find(text) {
                let x = telecast::text::width(&row[..at]);
                return (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            }
        }
        panic!("no {text:?} on screen:\n{}", self.screen());
    }

    /// Shows a theme, as in a terminal that knows all colors but has not reported its background.
    pub fn show_theme(&mut self, name: ThemeName) {
        let app = self.app_mut();
        app.shared.colors = TerminalColors { background: None, depth: ColorDepth::TrueColor };
        app.shared.settings.theme = name;
        self.resize(self.app().shared.size.0, self.app().shared.size.1);
    }

    /// Returns the style of the first cell of a text on screen.
    #[track_caller]
    pub fn style_at(&self, text: &str) -> Style {
        let (x, y) = self.position_of(text);
        self.cells()[(x, y)].style()
    }

    /// Fails unless the screen shows a text.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        assert!(self.screen().contains(text), "no {text:?} on screen:\n{}", self.screen());
    }

    /// Fails if the screen shows a text.
    #[track_caller]
    pub fn hides(&self, text: &str) {
        assert!(!self.screen().contains(text), "{text:?} on screen:\n{}", self.screen());
    }
}

/// Returns the rows of the cells as text. The second cell of a wide character adds nothing.
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
