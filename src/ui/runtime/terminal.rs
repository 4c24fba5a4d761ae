//! Sets the terminal's modes when the console starts, and restores them whenever the console ends, even after a panic
//! or a signal that can be caught.

mod painter;
mod uncertain;

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

pub(crate) use painter::Painter;
pub(crate) use uncertain::UncertainRows;

/// Whether the modes are set. Several pieces of code restore the terminal (the guard's `drop`, a panic, a suspension),
/// and this flag makes sure that it is restored only once.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// The screen to draw on. Its output is buffered, so that a frame usually reaches the terminal in one write.
pub(crate) type TerminalScreen = Terminal<Painter<BufWriter<io::Stdout>>>;

/// A guard for the modes of the terminal. Dropping it restores the modes.
#[derive(Debug)]
pub(crate) struct TerminalModes {
    mouse: bool,
}

impl TerminalModes {
    /// Sets raw mode, the alternate screen, and bracketed paste. If `mouse` is true, also sets mouse capture.
    pub(crate) fn take(mouse: bool) -> io::Result<Self> {
        let modes = Self { mouse };
        modes.take_again()?;
        Ok(modes)
    }

    pub(crate) fn take_again(&self) -> io::Result<()> {
        enable_raw_mode()?;
        // The flag is set before the escape sequences are written. If writing them fails, the guard is dropped, and it
        // turns off raw mode only if the flag is set.
        IS_TAKEN.store(true, Ordering::SeqCst);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        Ok(())
    }
}

impl Drop for TerminalModes {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the terminal is in canonical mode (line by line, with echo). Shells set this mode, and the console never
/// does.
pub(crate) fn is_canonical_mode() -> bool {
    let modes = rustix::termios::tcgetattr(io::stdin());
    modes.is_ok_and(|modes| modes.local_modes.contains(rustix::termios::LocalModes::ICANON))
}

/// Restores the terminal. Does nothing if the terminal is already restored.
pub(crate) fn restore() {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // The errors are ignored: if the terminal is gone, there is nowhere to report them.
    let _ = execute!(
        stdout(),
        // All modes are reset, even those that were not set, because resetting a mode that is off does nothing.
        SetAttribute(Attribute::Reset),
        DisableMouseCapture,
        DisableBracketedPaste,
        cursor::SetCursorStyle::DefaultUserShape,
        cursor::Show,
        LeaveAlternateScreen
    );
    let _ = disable_raw_mode();
}

pub(crate) fn is_taken() -> bool {
    IS_TAKEN.load(Ordering::SeqCst)
}

/// Creates an empty screen of `size` columns and rows. The first frame draws every cell.
///
/// The size of a screen is fixed. After a resize, create a new screen. Ratatui's own resizing asks the terminal for the
/// cursor's position and waits for the answer. On a detached terminal, Ratatui would wait forever.
pub(crate) fn screen(size: (u16, u16)) -> io::Result<TerminalScreen> {
    // The buffer is larger than most frames, so that a frame usually reaches the terminal in one write.
    let mut out = BufWriter::with_capacity(64 * 1024, stdout());
    queue!(out, terminal::Clear(terminal::ClearType::All))?;
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
    Terminal::with_options(Painter::new(out), TerminalOptions { viewport })
}
