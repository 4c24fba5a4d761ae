//! Sets the terminal's modes when the console starts, and restores them whenever the console ends, even after a panic
//! or a signal that can be caught.

mod painter;
mod uncertain;

use std::io::{self, BufWriter, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::style::{Attribute, Print, SetAttribute};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue, terminal};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

pub(crate) use painter::Painter;
pub(crate) use uncertain::UncertainRows;

/// Whether the modes are set. Several pieces of code restore the terminal (the guard's `drop`, a panic, a suspension),
/// and this flag makes sure that it is restored only once.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the kitty keyboard protocol is switched on. Terminals keep a stack of its states, so it is switched off only
/// if it was switched on.
static IS_KITTY_KEYBOARD_ON: AtomicBool = AtomicBool::new(false);

/// Switches on bracketed paste (mode 2004) and mode 1036. Without mode 1036, xterm sends `±` for Alt-1. The state of
/// mode 1036 is saved first (`s`), because some users have switched the mode on, and it must stay on
/// when the console ends.
const SET_INPUT_MODES: &str = "\x1b[?2004h\x1b[?1036s\x1b[?1036h";
const RESET_INPUT_MODES: &str = "\x1b[?1036r\x1b[?2004l";

/// Switches on reports of clicks (mode 1000) and of motion while a button is held (1002), in the format that does not
/// limit the number of columns (1006).
// Mode 1003 also reports motion while no button is held. The console would be woken up by each of these reports, but
// has no use for them.
const CAPTURE_MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const RELEASE_MOUSE: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Switches on two features of the kitty keyboard protocol. With flag 1, keys that otherwise send ambiguous bytes, such
/// as Esc, send sequences of their own. With flag 4, the terminal also reports the Latin letter of a key, so that
/// shortcuts work in layouts without Latin letters.
const PUSH_KITTY_KEYBOARD: &str = "\x1b[>5u";
const POP_KITTY_KEYBOARD: &str = "\x1b[<u";

/// The screen to draw on. Its output is buffered, so that a frame usually reaches the terminal in one write.
pub(crate) type TerminalScreen = Terminal<Painter<BufWriter<io::Stdout>>>;

/// A guard for the modes of the terminal. Dropping it restores the modes.
#[derive(Debug)]
pub(crate) struct TerminalModes {
    mouse: bool,
}

impl TerminalModes {
    /// Sets raw mode, the alternate screen, and the modes of the input. If `mouse` is true, also sets mouse capture.
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
        let mouse = if self.mouse { CAPTURE_MOUSE } else { "" };
        execute!(stdout(), EnterAlternateScreen, Print(SET_INPUT_MODES), Print(mouse))
    }

    /// Switches the kitty keyboard protocol on. Each screen of a terminal has its own state of the protocol, so this
    /// works only while the alternate screen is shown.
    pub(super) fn use_kitty_keyboard(&self) -> io::Result<()> {
        if IS_KITTY_KEYBOARD_ON.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        execute!(stdout(), Print(PUSH_KITTY_KEYBOARD))
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
    let kitty = if IS_KITTY_KEYBOARD_ON.swap(false, Ordering::SeqCst) { POP_KITTY_KEYBOARD } else { "" };
    // The errors are ignored: if the terminal is gone, there is nowhere to report them.
    let _ = execute!(
        stdout(),
        SetAttribute(Attribute::Reset),
        Print(kitty),
        // The mouse is released even if it was not captured, because resetting a mode that is off does nothing.
        Print(RELEASE_MOUSE),
        Print(RESET_INPUT_MODES),
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
