//! What the loop needs of the world around it, as a trait: the terminal in the program, a script and cells in tests.

use std::io;
use std::path::Path;

use crate::ui::app::App;
use crate::ui::shared::{ExternalEdit, Timer};
use crate::ui::widget::Input;

#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Inputs(Vec<Input>),
    Due(Timer),
    /// A signal asks to stop until the shell goes on.
    Stop,
    /// The shell has had the terminal meanwhile, and set it as it likes.
    TakenAway,
    /// A signal asks to leave, or the terminal is gone: end with this exit code.
    End(u8),
}

/// Where input and time come from, and where the console is drawn.
pub trait Outside {
    /// Returns columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Waits for the next thing. Dropped before it is ready, it loses nothing.
    fn next(&mut self) -> impl Future<Output = Happening>;

    /// Whether a [`Happening::Stop`] is not taken back at once.
    fn is_stop_meant(&mut self) -> impl Future<Output = bool>;

    /// Has [`Happening::Due`] happen when the timer's delay is over.
    fn after(&mut self, timer: Timer);

    /// Draws the state as it is: what changed since the last frame, in one write.
    fn draw(&mut self, app: &App) -> io::Result<()>;

    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Stops reading and gives the terminal back.
    fn release(&mut self);

    /// Takes the terminal again after [`Outside::release`]; the next frame paints every cell.
    fn retake(&mut self) -> io::Result<()>;

    /// Stops the process until the shell goes on.
    fn stop(&mut self) -> io::Result<()>;

    /// Lets an editor change a copy of the body in `scratch`, and returns what it wrote, or why there is nothing.
    fn edit(&mut self, job: ExternalEdit, scratch: &Path) -> impl Future<Output = Result<String, String>>;

    /// Gives the terminal back in the middle of whatever was being drawn.
    fn abandon(&mut self);
}
