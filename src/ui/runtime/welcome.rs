//! Shows the screen that appears if no workspace is found. It offers the demo, a new workspace, or another folder.

use std::io;
use std::path::{Path, PathBuf};

use ratatui::layout::Rect;
use tokio::signal::unix::{SignalKind, signal};

use crate::paths::Paths;
use crate::service::demo::{self, DemoChoice};
use crate::ui::runtime::input::TerminalInput;
use crate::ui::runtime::input::decode::Decoded;
use crate::ui::runtime::start::ConsoleStartError;
use crate::ui::runtime::terminal;
use crate::ui::runtime::terminal::TerminalModes;
use crate::ui::widget::{
    Input, Key, KeyCode, TextField, Theme, dialog::draw_frame, draw, input::join_pastes,
};
use crate::workspace::{self, DiscoverError, MANIFEST};

const CHOICES: [&str; 4] = [
    "Try the demo: a sample workspace with its own sandbox",
    "Set up your own bot, with a new workspace in",
    "Open an existing workspace in",
    "Quit",
];

/// The proposed folder of a new workspace.
// The name is not `telecast`, because the program itself may have been unpacked into the current folder under that
// name.
const NEW_FOLDER: &str = "telecast-workspace";

struct Welcome {
    chosen: usize,
    new: TextField,
    open: TextField,
    problem: Option<String>,
}

/// The workspace to open.
pub(crate) struct WelcomeChoice {
    pub root: PathBuf,
    /// Whether the workspace was just created, so that the console opens with the set-up guide.
    pub is_new: bool,
}

/// Asks which workspace to open. Returns `None` if the user quits. `reason` says why no workspace was found, and is
/// shown above the choices.
pub(crate) async fn ask(
    paths: &Paths,
    here: &Path,
    reason: &DiscoverError,
    theme: &Theme,
) -> Result<Option<WelcomeChoice>, ConsoleStartError> {
    // The mouse is not captured: there is nothing to click, and the user can still select text in the terminal.
    let _modes = TerminalModes::take(false)?;
    let mut terminal_input = TerminalInput::open()?;
    let mut resized = signal(SignalKind::window_change())?;
    let mut screen = terminal::screen(crossterm::terminal::size()?)?;
    // An earlier set-up in this folder has made this workspace, so it is the one that the user most probably wants.
    let earlier = Some(here.join(NEW_FOLDER)).filter(|folder| folder.join(MANIFEST).is_file());
    let is_free = |folder: &PathBuf| !folder.join(MANIFEST).is_file();
    let numbered = (2..100).map(|number| here.join(format!("{NEW_FOLDER}-{number}")));
    let new = std::iter::once(here.join(NEW_FOLDER)).chain(numbered).find(is_free).unwrap_or_default();
    let mut welcome = Welcome {
        chosen: if earlier.is_some() { 2 } else { 0 },
        new: TextField::new(&new.to_string_lossy()),
        open: TextField::new(
            &earlier.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default(),
        ),
        problem: None,
    };
    loop {
        let area = screen.get_frame().area();
        let cursor = welcome.draw(screen.current_buffer_mut(), area, &describe(reason), theme);
        screen.flush()?;
        screen.swap_buffers();
        let backend = screen.backend_mut();
        match cursor {
            Some((x, y)) => {
                crossterm::queue!(backend, crossterm::cursor::MoveTo(x, y), crossterm::cursor::Show)?
            }
            None => crossterm::queue!(backend, crossterm::cursor::Hide)?,
        }
        io::Write::flush(backend)?;
        let batch = tokio::select! {
            batch = terminal_input.read_batch() => batch.ok_or(io::ErrorKind::UnexpectedEof).map_err(io::Error::from)?,
            _ = resized.recv() => {
                screen = terminal::screen(crossterm::terminal::size()?)?;
                continue;
            }
        };
        let inputs = batch.into_iter().filter_map(|decoded| match decoded {
            Decoded::Input(input) => Some(input),
            // This screen asks the terminal nothing.
            Decoded::Background(_) | Decoded::KittyKeyboard | Decoded::Attributes => None,
        });
        for input in join_pastes(inputs.collect()) {
            match welcome.take(input, paths) {
                WelcomeStep::Stay => {}
                WelcomeStep::Leave => return Ok(None),
                WelcomeStep::Open(choice) => return Ok(Some(choice)),
            }
        }
    }
}

fn describe(reason: &DiscoverError) -> String {
    match reason {
        DiscoverError::None => "There is no workspace in this folder or in a folder above it.".to_owned(),
        other => other.to_string(),
    }
}

enum WelcomeStep {
    Stay,
    Leave,
    Open(WelcomeChoice),
}

impl Welcome {
    fn take(&mut self, input: Input, paths: &Paths) -> WelcomeStep {
        let key = match input {
            Input::Key(key) => key,
            Input::Paste(text) => {
                if let Some(field) = self.field() {
                    field.paste(&text);
                }
                return WelcomeStep::Stay;
            }
            Input::Mouse(_) | Input::Resize(..) | Input::FocusGained => return WelcomeStep::Stay,
        };
        self.problem = None;
        let n = CHOICES.len();
        match key {
            Key { code: KeyCode::Esc, .. } => return WelcomeStep::Leave,
            Key { code: KeyCode::Char('c' | 'q'), ctrl: true, .. } => return WelcomeStep::Leave,
            Key { code: KeyCode::Char('q'), .. } if self.field().is_none() => return WelcomeStep::Leave,
            Key { code: KeyCode::Up, .. } => self.chosen = (self.chosen + n - 1) % n,
            // In a path, Tab is pressed to complete it, and must not lead to another choice.
            Key { code: KeyCode::Tab, .. } if self.field().is_some() => {}
            Key { code: KeyCode::Down | KeyCode::Tab, .. } => self.chosen = (self.chosen + 1) % n,
            Key { code: KeyCode::Enter, .. } => return self.choose(paths),
            key => {
                if let Some(field) = self.field() {
                    field.press(key);
                }
            }
        }
        WelcomeStep::Stay
    }

    fn field(&mut self) -> Option<&mut TextField> {
        match self.chosen {
            1 => Some(&mut self.new),
            2 => Some(&mut self.open),
            _ => None,
        }
    }

    fn choose(&mut self, paths: &Paths) -> WelcomeStep {
        let result = match self.chosen {
            0 => demo::prepare(paths, None, DemoChoice::Last)
                .map(|demo| demo.root)
                .map_err(|error| error.to_string()),
            1 => {
                let root = PathBuf::from(self.new.text().trim());
                let name = root
                    .file_name()
                    .map_or_else(|| "Campaigns".into(), |name| name.to_string_lossy().into_owned());
                workspace::init(&root, &name, paths).map(|_| root).map_err(|error| error.to_string())
            }
            2 => {
                let root = PathBuf::from(self.open.text().trim());
                if root.as_os_str().is_empty() {
                    Err("enter the workspace's folder".to_owned())
                } else if root.join(MANIFEST).is_file() {
                    Ok(root)
                } else {
                    Err(format!("there is no {MANIFEST} in that folder"))
                }
            }
            _ => return WelcomeStep::Leave,
        };
        match result {
            Ok(root) => WelcomeStep::Open(WelcomeChoice { root, is_new: self.chosen == 1 }),
            Err(message) => {
                self.problem = Some(message);
                WelcomeStep::Stay
            }
        }
    }

    fn draw(
        &self,
        buf: &mut ratatui::buffer::Buffer,
        area: Rect,
        reason: &str,
        theme: &Theme,
    ) -> Option<(u16, u16)> {
        draw::fill(buf, area, theme.screen);
        let frame = draw::centered(area, 76, 14);
        let room = draw_frame(buf, frame, "telecast", "↑↓ choose · Enter open · Esc quit", theme);
        let mut y = room.y;
        for line in draw::wrap(reason, usize::from(room.width)).iter().take(2) {
            draw::put_line(buf, room, y, line, theme.dim);
            y += 1;
        }
        y += 1;
        let mut cursor = None;
        for (at, choice) in CHOICES.iter().enumerate() {
            if room.bottom() <= y {
                break;
            }
            let is_chosen = at == self.chosen;
            let style = if is_chosen { theme.accent } else { theme.text };
            let mark = if is_chosen { "› " } else { "  " };
            draw::put_line(buf, room, y, &format!("{mark}{choice}"), style);
            y += 1;
            let field = match at {
                1 => Some(&self.new),
                2 => Some(&self.open),
                _ => None,
            };
            if let Some(field) = field.filter(|_| y < room.bottom()) {
                let rest = Rect { x: room.x + 4, y, width: room.width.saturating_sub(4), height: 1 };
                let style = if is_chosen { theme.field_focused } else { theme.dim };
                let cell = field.draw(buf, rest, style, theme.selection);
                cursor = if is_chosen { Some(cell) } else { cursor };
                y += 1;
            }
        }
        if let Some(problem) = &self.problem {
            for (line, y) in draw::wrap(problem, usize::from(room.width)).iter().zip(y..room.bottom()) {
                draw::put_line(buf, room, y, line, theme.error);
            }
        }
        cursor
    }
}
