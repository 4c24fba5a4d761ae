//! The platform of the event loop, as a trait. In the program it is a real terminal; in tests it is scripted input and
//! a buffer of cells.

use std::io;
use std::path::Path;

use crate::ui::app::App;
use crate::ui::shared::{ExternalEdit, Timer};
use crate::ui::widget::Input;

#[derive(Debug, Clone, PartialEq)]
pub enum PlatformEvent {
    Inputs(Vec<Input>),
    Due(Timer),
    /// A signal asks to stop the process until the shell continues it.
    Stop,
    /// The process was stopped and continued, and the shell has changed the terminal's modes in the meantime.
    ModesReset,
    /// A signal asks to exit, or the terminal is gone: exit with this code.
    End(u8),
}

/// The source of input, signals and timers, and the target of drawing.
pub trait Platform {
    /// Returns columns and rows, in cells.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Waits for the next event. It is cancel-safe: if the future is dropped before it is ready, no event is lost.
    fn next(&mut self) -> impl Future<Output = PlatformEvent>;

    /// Whether to stop after a [`PlatformEvent::Stop`]; false if a continue signal follows at once.
    fn should_stop(&mut self) -> impl Future<Output = bool>;

    /// Starts a timer. Once its delay is over, [`Platform::next`] returns [`PlatformEvent::Due`].
    fn after(&mut self, timer: Timer);

    /// Draws the current state: only what changed since the last frame, in one write.
    fn draw(&mut self, app: &App) -> io::Result<()>;

    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Stops reading input and restores the terminal.
    fn release(&mut self);

    /// Takes the terminal again after [`Platform::release`]. The next frame draws every cell.
    fn retake(&mut self) -> io::Result<()>;

    /// Stops the process until the shell continues it.
    fn stop(&mut self) -> io::Result<()>;

    /// Runs an editor on a copy of the body in `scratch`. Returns the text it wrote, or why there is none.
    fn edit(&mut self, job: ExternalEdit, scratch: &Path) -> impl Future<Output = Result<String, String>>;

    /// Restores the terminal after a panic, possibly in the middle of a frame.
    fn abandon(&mut self);
}
