//! A trait for the platform of the event loop: the source of its input and the target of its output. In the program,
//! the platform is a real terminal. In tests, it is scripted input and a buffer of cells.

use std::io;
use std::path::Path;

use crate::ui::app::App;
use crate::ui::shared::{ExternalEdit, Timer};
use crate::ui::widget::{Input, Rgb};

#[derive(Debug, Clone, PartialEq)]
pub enum PlatformEvent {
    Inputs(Vec<Input>),
    Due(Timer),
    /// The terminal reports the color of its background.
    BackgroundReported(Rgb),
    /// A signal asks the process to stop until the shell continues it.
    Stop,
    /// The process was stopped and continued, and meanwhile the shell has changed the terminal's modes.
    ModesReset,
    /// A signal asks the process to exit, or the terminal is gone. The console exits with this code.
    End(u8),
}

/// The source of input, signals, and timers, and the target of drawing.
pub trait Platform {
    /// Returns the number of columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Waits for the next event. The future is cancel-safe: if it is dropped before it is ready, no event is lost.
    fn next(&mut self) -> impl Future<Output = PlatformEvent>;

    /// Whether to stop after a [`PlatformEvent::Stop`]. Returns false if a signal to continue arrives shortly before or
    /// after the signal to stop.
    fn should_stop(&mut self) -> impl Future<Output = bool>;

    /// Starts a timer. Once the timer's delay is over, [`Platform::next`] returns [`PlatformEvent::Due`].
    fn after(&mut self, timer: Timer);

    /// Draws the current state. Only cells that have changed since the last frame are written.
    fn draw(&mut self, app: &App) -> io::Result<()>;

    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Stops reading input and restores the terminal.
    fn release(&mut self);

    /// Takes the terminal again after [`Platform::release`]. The next frame draws every cell.
    fn retake(&mut self) -> io::Result<()>;

    /// Stops the process until the shell continues it.
    fn stop(&mut self) -> io::Result<()>;

    /// Runs an external editor on a copy of the body, which is created in the folder `scratch`. Returns the text that
    /// the editor has written, or the reason why there is no such text.
    fn edit(&mut self, job: ExternalEdit, scratch: &Path) -> impl Future<Output = Result<String, String>>;

    /// Restores the terminal after a panic, which may have interrupted a frame.
    fn abandon(&mut self);
}
