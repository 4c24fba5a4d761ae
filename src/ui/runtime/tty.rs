//! The terminal as the loop's outside: cells and links in one write a frame, input, signals, the clipboard, the editor.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, SetCursorStyle, Show};
use crossterm::event::EventStream;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::layout::Rect;
use rustix::process::{Signal, kill_current_process_group};

use crate::ui::app::{App, links, view};
use crate::ui::runtime::external_editor;
use crate::ui::runtime::input::{Clicks, input_of, read_batch};
use crate::ui::runtime::outside::{Happening, Outside};
use crate::ui::runtime::signals::{SignalSet, Signalled};
use crate::ui::runtime::strike;
use crate::ui::runtime::terminal::{self, Modes, Screen};
use crate::ui::runtime::timers::Timers;
use crate::ui::shared::{Cursor, ExternalEdit, Provoked, Timer};
use crate::ui::widget::{Hyperlinks, hyperlinks, input::join_pastes};

pub struct Tty {
    screen: Screen,
    hyperlinks: Hyperlinks,
    /// Not there while the terminal belongs to a child or the shell: nobody else's input is read.
    events: Option<EventStream>,
    clicks: Clicks,
    signals: SignalSet,
    timers: Timers,
    provoked: Arc<Provoked>,
    /// The last to be dropped: what the screen still holds then is written before the terminal is given back.
    modes: Modes,
}

impl Tty {
    pub fn take(mouse: bool, provoked: Arc<Provoked>) -> io::Result<Self> {
        let modes = Modes::take(mouse)?;
        Ok(Self {
            screen: terminal::screen(crossterm::terminal::size()?)?,
            hyperlinks: Hyperlinks::default(),
            events: Some(EventStream::new()),
            clicks: Clicks::default(),
            signals: SignalSet::new()?,
            timers: Timers::default(),
            provoked,
            modes,
        })
    }

    fn clear(&mut self, area: Rect) -> io::Result<()> {
        self.screen = terminal::screen((area.width, area.height))?;
        self.hyperlinks = Hyperlinks::default();
        Ok(())
    }

    /// Closes whatever a frame that was cut off has left open, and writes it.
    fn end_frame(&mut self) -> io::Result<()> {
        hyperlinks::close(self.screen.backend_mut())?;
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.screen.backend_mut())
    }
}

impl Outside for Tty {
    fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    async fn next(&mut self) -> Happening {
        loop {
            tokio::select! {
                biased;
                signal = self.signals.recv() => match signal {
                    Signalled::Stop => return Happening::Stop,
                    // Stopped by a signal that nobody can catch, it finds the terminal as the shell has set it since.
                    Signalled::GoOn if terminal::is_line_by_line() => return Happening::TakenAway,
                    Signalled::GoOn => {}
                    Signalled::End(code) => return Happening::End(code),
                },
                batch = read_batch(&mut self.events) => {
                    // The terminal is gone: leave as by a hang-up instead of spinning.
                    let Some(batch) = batch else { return Happening::End(129) };
                    let clicks = &mut self.clicks;
                    let inputs = batch.into_iter().filter_map(|event| input_of(event, clicks)).collect();
                    return Happening::Inputs(join_pastes(inputs));
                }
                timer = self.timers.next() => return Happening::Due(timer),
            }
        }
    }

    async fn is_stop_meant(&mut self) -> bool {
        self.signals.is_stop_meant().await
    }

    fn after(&mut self, timer: Timer) {
        self.timers.set(timer);
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let area = Rect::new(0, 0, app.shared.size.0, app.shared.size.1);
        if self.screen.get_frame().area() != area {
            self.clear(area)?;
        }
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate, Hide)?;
        let cursor = view(app, self.screen.current_buffer_mut());
        self.screen.flush()?;
        strike(&self.provoked, app, "draw");
        let links = links(app);
        let repaints = self.hyperlinks.follow(links, self.screen.current_buffer_mut());
        hyperlinks::write(&repaints, self.screen.backend_mut())?;
        self.screen.swap_buffers();
        if let Some(Cursor { x, y, is_block }) = cursor {
            let shape = if is_block { SetCursorStyle::SteadyBlock } else { SetCursorStyle::SteadyBar };
            queue!(self.screen.backend_mut(), MoveTo(x, y), shape, Show)?;
        }
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.screen.backend_mut())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    fn release(&mut self) {
        self.events = None;
        terminal::give_back();
    }

    fn retake(&mut self) -> io::Result<()> {
        self.modes.take_again()?;
        self.events = Some(EventStream::new());
        let area = self.screen.get_frame().area();
        self.clear(area)
    }

    fn stop(&mut self) -> io::Result<()> {
        // A second console would find this one's lock: the shell's own word leads back.
        writeln!(io::stdout(), "telecast is stopped; fg goes on")?;
        // The whole group stops, so that the shell sees its job stopped also under a wrapper such as cargo.
        Ok(kill_current_process_group(Signal::STOP)?)
    }

    async fn edit(&mut self, job: ExternalEdit, scratch: &Path) -> Result<String, String> {
        external_editor::edit(job, scratch).await
    }

    fn abandon(&mut self) {
        self.events = None;
        // The half of a frame goes to the screen that is left, not over the shell; nobody is left to tell where that
        // fails.
        let _ = self.end_frame();
        terminal::give_back();
    }
}
