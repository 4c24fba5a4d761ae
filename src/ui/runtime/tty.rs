//! Implements the event loop's platform for a real terminal: drawing, input, signals, timers, the clipboard, and the
//! external editor.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, SetCursorStyle, Show};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::layout::Rect;
use rustix::process::{Signal, kill_current_process_group};

use crate::ui::app::{App, links, view};
use crate::ui::runtime::external_editor;
use crate::ui::runtime::input::TerminalInput;
use crate::ui::runtime::input::decode::Decoded;
use crate::ui::runtime::platform::{Platform, PlatformEvent};
use crate::ui::runtime::signals::{SignalEvent, SignalSet};
use crate::ui::runtime::terminal::{self, TerminalModes, TerminalScreen, UncertainRows};
use crate::ui::runtime::timers::Timers;
use crate::ui::runtime::trigger_if_unsaved;
use crate::ui::shared::{Cursor, ExternalEdit, InjectedFaults, Timer};
use crate::ui::widget::{Hyperlinks, Input, Rgb, hyperlinks, input::join_pastes};

pub(crate) struct Tty {
    screen: TerminalScreen,
    hyperlinks: Hyperlinks,
    uncertain: UncertainRows,
    /// `None` while the terminal belongs to an external editor or the shell, so that the console does not read the
    /// input for these programs.
    input: Option<TerminalInput>,
    /// The color of the background, if the terminal has reported it and the event loop has not received it yet.
    background: Option<Rgb>,
    signals: SignalSet,
    timers: Timers,
    injected: Arc<InjectedFaults>,
    /// This field is declared last, so that it is dropped last: the screen's buffered output is written before the
    /// terminal is restored.
    modes: TerminalModes,
}

impl Tty {
    pub(super) fn take(mouse: bool, injected: Arc<InjectedFaults>) -> io::Result<Self> {
        let modes = TerminalModes::take(mouse)?;
        Ok(Self {
            screen: terminal::screen(crossterm::terminal::size()?)?,
            hyperlinks: Hyperlinks::default(),
            uncertain: UncertainRows::default(),
            input: Some(TerminalInput::open()?),
            background: None,
            signals: SignalSet::new()?,
            timers: Timers::default(),
            injected,
            modes,
        })
    }

    fn clear(&mut self, area: Rect) -> io::Result<()> {
        self.screen = terminal::screen((area.width, area.height))?;
        self.hyperlinks = Hyperlinks::default();
        self.uncertain = UncertainRows::default();
        Ok(())
    }

    /// Decides what to do with a batch of input. Returns the input of the user.
    fn sort(&mut self, batch: Vec<Decoded>) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for decoded in batch {
            match decoded {
                Decoded::Input(input) => inputs.push(input),
                Decoded::Background(color) => self.background = Some(color),
                Decoded::KittyKeyboard => {
                    self.modes.use_kitty_keyboard()?;
                    if let Some(input) = &mut self.input {
                        input.expect_kitty_keyboard();
                    }
                }
                Decoded::Attributes => {}
            }
        }
        Ok(join_pastes(inputs))
    }

    /// Ends a frame that was interrupted: closes an open link and the synchronized update, and flushes.
    fn end_frame(&mut self) -> io::Result<()> {
        hyperlinks::close(self.screen.backend_mut())?;
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.screen.backend_mut())
    }
}

impl Platform for Tty {
    fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    async fn next(&mut self) -> PlatformEvent {
        loop {
            if let Some(color) = self.background.take() {
                return PlatformEvent::BackgroundReported(color);
            }
            tokio::select! {
                // Signals come first: they are rare, and a flood of input must not delay an exit.
                biased;
                signal = self.signals.recv() => match signal {
                    SignalEvent::Stop => return PlatformEvent::Stop,
                    // Canonical mode means that the process was stopped by a SIGSTOP, which cannot be caught, and that
                    // the shell has then set the terminal's modes. Only in this case is the terminal taken back. Taking
                    // the terminal back after every SIGCONT made the screen flicker when signals came in bursts.
                    SignalEvent::Continue if terminal::is_canonical_mode() => return PlatformEvent::ModesReset,
                    SignalEvent::Continue => {}
                    SignalEvent::Resize => {
                        // Without a size, the terminal is gone, and reading its input fails as well.
                        if let Ok((columns, rows)) = crossterm::terminal::size() {
                            return PlatformEvent::Inputs(vec![Input::Resize(columns, rows)]);
                        }
                    }
                    SignalEvent::End(code) => return PlatformEvent::End(code),
                },
                batch = read(&mut self.input) => {
                    // The terminal is gone, so the console exits as after a SIGHUP. If the console went on reading,
                    // each read would return at once, which would be a busy loop.
                    let Some(batch) = batch else { return PlatformEvent::End(129) };
                    let Ok(inputs) = self.sort(batch) else { return PlatformEvent::End(129) };
                    if !inputs.is_empty() {
                        return PlatformEvent::Inputs(inputs);
                    }
                }
                timer = self.timers.next() => return PlatformEvent::Due(timer),
            }
        }
    }

    async fn should_stop(&mut self) -> bool {
        self.signals.should_stop().await
    }

    fn after(&mut self, timer: Timer) {
        self.timers.set(timer);
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let area = Rect::new(0, 0, app.shared.size.0, app.shared.size.1);
        if self.screen.get_frame().area() != area {
            self.clear(area)?;
        }
        // Terminals with DEC mode 2026 (synchronized update) show the frame only when it is complete. Other terminals
        // ignore the sequence. The cursor is hidden, because it would otherwise jump across the screen while the frame
        // is written.
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate, Hide)?;
        let cursor = view(app, self.screen.current_buffer_mut());
        self.screen.flush()?;
        trigger_if_unsaved(&self.injected, app, "draw");
        // Cells cannot hold links. So after the cells of the frame, the cells of new and changed links are written
        // again, between the escape sequences (OSC 8) that begin and end a link.
        let links = links(app);
        let repaints = self.hyperlinks.update(links, self.screen.current_buffer_mut());
        hyperlinks::write(&repaints, self.screen.backend_mut())?;
        let written = self.screen.backend_mut().take_rows();
        let frame = self.screen.current_buffer_mut();
        let repairs = self.uncertain.update(written, frame).into_iter();
        let repairs: Vec<_> = repairs.flat_map(|(y, from)| self.hyperlinks.row(y, from, frame)).collect();
        hyperlinks::write(&repairs, self.screen.backend_mut())?;
        if !repairs.is_empty() {
            // Writing these rows again has also drawn the corner, possibly between the sequences that begin and end a
            // link. The corner would then belong to that link, so it is drawn once more, outside all links.
            self.screen.backend_mut().draw_corner()?;
        }
        // The rows that were written again are complete now. If the painter kept them in its list, the next frame would
        // write them again.
        self.screen.backend_mut().take_rows();
        self.screen.swap_buffers();
        if let Some(Cursor { x, y, is_block }) = cursor {
            let shape = if is_block { SetCursorStyle::SteadyBlock } else { SetCursorStyle::SteadyBar };
            queue!(self.screen.backend_mut(), MoveTo(x, y), shape, Show)?;
        }
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.screen.backend_mut())?;
        // The queries are sent after the first frame, so that the frame does not wait for the answers.
        let Some(input) = self.input.as_mut().filter(|input| input.may_ask()) else { return Ok(()) };
        input.ask(self.screen.backend_mut())?;
        if let Some(Cursor { x, y, .. }) = cursor {
            // Old versions of st read one of the queries as a command that moves the cursor.
            queue!(self.screen.backend_mut(), MoveTo(x, y))?;
        }
        io::Write::flush(self.screen.backend_mut())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    fn release(&mut self) {
        self.input = None;
        terminal::restore();
    }

    fn retake(&mut self) -> io::Result<()> {
        self.modes.take_again()?;
        self.input = Some(TerminalInput::open()?);
        let area = self.screen.get_frame().area();
        self.clear(area)
    }

    fn stop(&mut self) -> io::Result<()> {
        // The message names `fg`, because a user who does not know job control would start a second console and find
        // the workspace locked.
        writeln!(io::stdout(), "telecast is suspended; resume it with fg")?;
        // The whole process group is stopped, so that the shell sees its job as stopped even if a wrapper such as cargo
        // has started the console.
        Ok(kill_current_process_group(Signal::STOP)?)
    }

    async fn edit(&mut self, job: ExternalEdit, scratch: &Path) -> Result<String, String> {
        external_editor::edit(job, scratch).await
    }

    fn abandon(&mut self) {
        self.input = None;
        // The rest of an interrupted frame must go to the alternate screen and not over the shell's output, so it is
        // written before the terminal is restored. If writing fails, there is nowhere to report the error.
        let _ = self.end_frame();
        terminal::restore();
    }
}

/// Returns `None` if the terminal is gone, or belongs to another program.
async fn read(input: &mut Option<TerminalInput>) -> Option<Vec<Decoded>> {
    input.as_mut()?.read_batch().await
}
