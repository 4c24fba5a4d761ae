//! The terminal's modes: taken when the console starts, given back on every way out, panics and signals included.

mod painter;

use std::io::{self, BufWriter, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue, terminal};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

pub use painter::Painter;

/// Whether the modes are ours now; one flag, so that the guard, faults and signals give back only once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What the console draws on: one buffered write a frame.
pub type Screen = Terminal<Painter<BufWriter<io::Stdout>>>;

/// The modes of the terminal; dropping it gives them back.
#[derive(Debug)]
pub struct Modes {
    mouse: bool,
}

impl Modes {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste and, where wanted, the mouse.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let modes = Self { mouse };
        modes.take_again()?;
        Ok(modes)
    }

    pub fn take_again(&self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        Ok(())
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the terminal gathers lines and echoes them, as shells set it and the console never does while it has it.
pub fn is_line_by_line() -> bool {
    let modes = rustix::termios::tcgetattr(io::stdin());
    modes.is_ok_and(|modes| modes.local_modes.contains(rustix::termios::LocalModes::ICANON))
}

/// Gives the terminal back as it was; harmless when it is not ours.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nobody is left to tell when the terminal itself is gone.
    let _ = execute!(
        stdout(),
        SetAttribute(Attribute::Reset),
        DisableMouseCapture,
        DisableBracketedPaste,
        cursor::SetCursorStyle::DefaultUserShape,
        cursor::Show,
        LeaveAlternateScreen
    );
    let _ = disable_raw_mode();
}

pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Makes the screen of `size` columns and rows to draw on, empty: the first frame paints every cell.
///
/// Its size is fixed; a new one is made on a resize. (The library's own resizing asks the terminal for the cursor's
/// place and waits for the answer.)
pub fn screen(size: (u16, u16)) -> io::Result<Screen> {
    let mut out = BufWriter::with_capacity(64 * 1024, stdout());
    queue!(out, terminal::Clear(terminal::ClearType::All))?;
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
    Terminal::with_options(Painter::new(out), TerminalOptions { viewport })
}
