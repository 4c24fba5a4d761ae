//! The loop: results, input and signals become messages; messages change the state; a changed state is drawn.
//!
//! A biased select drains whatever is ready before it draws. A key is drawn at once; results from the background at
//! most every `FRAME`. There is no idle tick: nothing happens when nothing happens.

pub mod executor;
pub mod start;
pub mod terminal;
mod welcome;

use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, MoveTo, SetCursorStyle, Show};
use crossterm::event::{Event, EventStream, MouseButton, MouseEvent, MouseEventKind};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use futures_core::Stream;
use ratatui::layout::Rect;
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::text::visible;
use crate::ui::app::{App, links, update, view};
use crate::ui::runtime::executor::Executor;
use crate::ui::runtime::terminal::{Modes, Screen};
use crate::ui::shared::effect::Effect;
use crate::ui::shared::fault;
use crate::ui::shared::fault::{Fault, Provoked};
use crate::ui::shared::keymap::key_of;
use crate::ui::shared::msg::Msg;
use crate::ui::shared::screen::Cursor;
use crate::ui::widget::hyperlinks;
use crate::ui::widget::hyperlinks::Hyperlinks;
use crate::ui::widget::input::{Input, Mouse, MouseKind, join_pastes};

/// Background results are drawn at most this often.
const FRAME: Duration = Duration::from_millis(8);

/// A signal to go on so soon behind a stop takes it back.
const TAKEN_BACK: Duration = Duration::from_millis(60);

/// Two signals this close may be told in the wrong order: they are handled on whichever thread is free.
const OUT_OF_ORDER: Duration = Duration::from_millis(150);

/// Two clicks at one place within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// Runs the console until the person leaves it, or a signal or a fault of ours ends it; the terminal is given back in
/// every case.
pub async fn run(
    mut app: App,
    executor: Executor,
    results: mpsc::Receiver<Msg>,
    provoked: Arc<Provoked>,
) -> io::Result<ExitCode> {
    let modes = Modes::take(app.shared.settings.mouse)?;
    let (columns, rows) = crossterm::terminal::size()?;
    let resized = app.resize(columns, rows);
    let screen = terminal::screen(app.shared.size)?;
    let (hyperlinks, clicks) = (Hyperlinks::default(), Clicks::default());
    let events = None;
    let mut console = Console { app, executor, results, screen, hyperlinks, events, clicks, provoked, modes };
    match fault::catch_task(console.run(resized)).await {
        Ok(result) => result,
        Err(fault) => Ok(console.end_by_fault(&fault).await),
    }
}

struct Console {
    app: App,
    executor: Executor,
    results: mpsc::Receiver<Msg>,
    screen: Screen,
    hyperlinks: Hyperlinks,
    /// Not there while the terminal belongs to a child or the shell: nobody else's input is read.
    events: Option<EventStream>,
    clicks: Clicks,
    provoked: Arc<Provoked>,
    /// The last to be dropped: what the screen still holds then is written before the terminal is given back.
    modes: Modes,
}

/// What the loop does next.
enum Next {
    Continue,
    Exit(ExitCode),
}

impl Console {
    async fn run(&mut self, resized: Vec<Effect>) -> io::Result<ExitCode> {
        self.draw()?;
        let mut result_drawn_at = Instant::now();
        self.events = Some(EventStream::new());
        let mut signals = SignalSet::new()?;
        let mut started = resized;
        started.extend(self.app.start());
        if let Next::Exit(code) = self.perform(started).await? {
            return Ok(code);
        }
        let mut waiting = false;
        loop {
            let mut messages = Vec::new();
            let mut by_key = false;
            tokio::select! {
                biased;
                name = signals.recv() => match name {
                    Signalled::Stop => {
                        if signals.is_stop_meant().await {
                            self.suspend()?;
                        }
                        continue;
                    }
                    Signalled::GoOn => {
                        // Stopped by a signal that nobody can catch, it finds the terminal as the shell has set it since.
                        if terminal::is_line_by_line() {
                            self.release();
                            self.retake()?;
                        }
                        continue;
                    }
                    Signalled::End(code) => return self.end_by_signal(code).await,
                },
                batch = read_batch(&mut self.events) => match batch {
                    Some(batch) => {
                        by_key = true;
                        let clicks = &mut self.clicks;
                        let inputs = batch.into_iter().filter_map(|event| input_of(event, clicks)).collect();
                        messages.extend(join_pastes(inputs).into_iter().map(Msg::Input));
                    }
                    // The terminal is gone: leave as by a hang-up instead of spinning.
                    None => return self.end_by_signal(129).await,
                },
                Some(result) = self.results.recv() => {
                    messages.push(result);
                    while let Ok(more) = self.results.try_recv() {
                        messages.push(more);
                    }
                }
                () = tokio::time::sleep_until(result_drawn_at + FRAME), if waiting => {}
            }
            for message in messages {
                self.strike("update");
                let effects = update(&mut self.app, message);
                if let Next::Exit(code) = self.perform(effects).await? {
                    return Ok(code);
                }
            }
            // A key is drawn at once, and so is the first result behind it; only results follow each other in frames.
            waiting = !by_key && Instant::now() < result_drawn_at + FRAME;
            if !waiting {
                self.draw()?;
                if !by_key {
                    result_drawn_at = Instant::now();
                }
            }
        }
    }

    /// Does what only the loop can (the terminal is its own), and hands the rest to the executor.
    async fn perform(&mut self, effects: Vec<Effect>) -> io::Result<Next> {
        for effect in effects {
            match effect {
                Effect::Quit => {
                    self.executor.finish().await;
                    self.executor.interrupt_tests().await;
                    return Ok(Next::Exit(ExitCode::SUCCESS));
                }
                Effect::Suspend => self.suspend()?,
                Effect::CopyByTerminal(text) => {
                    execute!(self.screen.backend_mut(), CopyToClipboard::to_clipboard_from(text))?;
                }
                Effect::OpenEditor(job) => {
                    self.release();
                    let edited = self.executor.edit_externally(job).await;
                    self.retake()?;
                    let effects = update(&mut self.app, edited);
                    for effect in effects {
                        self.executor.run(effect);
                    }
                }
                other => self.executor.run(other),
            }
        }
        Ok(Next::Continue)
    }

    /// Draws the state as it is: what changed since the last frame, in one write.
    fn draw(&mut self) -> io::Result<()> {
        let area = Rect::new(0, 0, self.app.shared.size.0, self.app.shared.size.1);
        if self.screen.get_frame().area() != area {
            self.clear()?;
        }
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate, Hide)?;
        let cursor = view(&self.app, self.screen.current_buffer_mut());
        self.screen.flush()?;
        self.strike("draw");
        let links = links(&self.app);
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

    /// Stops reading and gives the terminal back.
    fn release(&mut self) {
        self.events = None;
        terminal::give_back();
    }

    /// Takes the terminal again and paints every cell.
    fn retake(&mut self) -> io::Result<()> {
        self.modes.take_again()?;
        self.events = Some(EventStream::new());
        let (columns, rows) = crossterm::terminal::size()?;
        for effect in self.app.resize(columns, rows) {
            self.executor.run(effect);
        }
        self.clear()?;
        self.draw()
    }

    /// Begins with an empty screen.
    fn clear(&mut self) -> io::Result<()> {
        self.screen = terminal::screen(self.app.shared.size)?;
        self.hyperlinks = Hyperlinks::default();
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.release();
        // A second console would find this one's lock: the shell's own word leads back.
        writeln!(io::stdout(), "telecast is stopped; fg goes on")?;
        // The whole group stops, so that the shell sees its job stopped also under a wrapper such as cargo.
        kill_current_process_group(Signal::STOP)?;
        self.retake()
    }

    /// Panics where a test has asked for it, once something is unsaved.
    fn strike(&self, id: &str) {
        if self.provoked.awaits(id) && !self.app.unsaved().is_empty() {
            self.provoked.strike(id);
        }
    }

    /// Gives the terminal back as it was, saves what is unsaved as drafts and says what happened.
    async fn end_by_fault(&mut self, fault: &Fault) -> ExitCode {
        self.events = None;
        // The half of a frame goes to the screen that is left, not over the shell; nobody is left to tell where that
        // fails.
        let _ = self.end_frame();
        terminal::give_back();
        let texts = self.app.texts();
        let mut lost = Vec::new();
        for text in texts {
            // The fault may have left a text half changed: the others are written all the same.
            match fault::catch(|| self.app.journal(&text)) {
                Ok(None) => {}
                Ok(Some(draft)) => {
                    if let Some(message) = self.executor.run_to_end(draft).await {
                        lost.push(match message {
                            Msg::DraftFailed(words) => format!("{}: {words}", text.1),
                            other => format!("{}: {other:?}", text.1),
                        });
                    }
                }
                Err(fault) => lost.push(format!("{}: {fault}", text.1)),
            }
        }
        self.executor.finish().await;
        let mut stderr = io::stderr().lock();
        // Nobody is left to tell where stderr is gone.
        let _ = writeln!(stderr, "telecast stopped by a fault of its own: {fault}; please report it");
        let _ = match lost.as_slice() {
            [] => writeln!(stderr, "Unsaved text is in the drafts and will be offered at the next start."),
            lost => writeln!(stderr, "Not kept as drafts: {}", visible(&lost.join("; "))),
        };
        ExitCode::FAILURE
    }

    /// Closes whatever a frame that was cut off has left open, and writes it.
    fn end_frame(&mut self) -> io::Result<()> {
        hyperlinks::close(self.screen.backend_mut())?;
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.screen.backend_mut())
    }

    /// Saves what is unsaved as drafts, then ends with the code shells expect after a signal.
    async fn end_by_signal(&mut self, code: u8) -> io::Result<ExitCode> {
        for text in self.app.texts() {
            if let Some(draft) = self.app.journal(&text) {
                self.executor.run_to_end(draft).await;
            }
        }
        self.executor.interrupt_tests().await;
        Ok(ExitCode::from(code))
    }
}

/// Waits for input and takes all that is there; `None` when the terminal is gone.
async fn read_batch(events: &mut Option<EventStream>) -> Option<Vec<Event>> {
    let events = events.as_mut()?;
    let mut batch = Vec::new();
    poll_fn(|context| {
        loop {
            match Pin::new(&mut *events).poll_next(context) {
                Poll::Ready(Some(Ok(event))) => batch.push(event),
                Poll::Ready(Some(Err(_)) | None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Ready(Some(Err(_)) | None) | Poll::Pending => return Poll::Ready(Some(())),
            }
        }
    })
    .await?;
    Some(batch)
}

fn input_of(event: Event, clicks: &mut Clicks) -> Option<Input> {
    match event {
        Event::Key(key) => key_of(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Mouse(mouse) => mouse_of(mouse, clicks).map(Input::Mouse),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained => Some(Input::FocusGained),
        Event::FocusLost => None,
    }
}

fn mouse_of(event: MouseEvent, clicks: &mut Clicks) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            MouseKind::Down { clicks: clicks.count(event.column, event.row) }
        }
        MouseEventKind::Down(MouseButton::Right) => MouseKind::Ask,
        MouseEventKind::Drag(MouseButton::Left) => MouseKind::Drag,
        MouseEventKind::Up(MouseButton::Left) => MouseKind::Up,
        MouseEventKind::ScrollUp => MouseKind::Scroll(-3),
        MouseEventKind::ScrollDown => MouseKind::Scroll(3),
        _ => return None,
    };
    let shift = event.modifiers.contains(crossterm::event::KeyModifiers::SHIFT);
    Some(Mouse { kind, x: event.column, y: event.row, shift })
}

/// Counts clicks in quick succession at one place.
#[derive(Default)]
struct Clicks {
    last: Option<(Instant, u16, u16, u8)>,
}

impl Clicks {
    fn count(&mut self, x: u16, y: u16) -> u8 {
        let now = Instant::now();
        let again = self
            .last
            .filter(|(at, last_x, last_y, _)| now - *at < DOUBLE_CLICK && (*last_x, *last_y) == (x, y));
        let count = again.map_or(1, |(_, _, _, count)| count % 3 + 1);
        self.last = Some((now, x, y, count));
        count
    }
}

/// What a signal asks for.
enum Signalled {
    Stop,
    GoOn,
    /// End with this exit code, 128 and the signal's number.
    End(u8),
}

struct SignalSet {
    go_on: Signals,
    went_on: Option<Instant>,
    terminate: Signals,
    hang_up: Signals,
    quit: Signals,
    interrupt: Signals,
    stop: Signals,
}

impl SignalSet {
    fn new() -> io::Result<Self> {
        Ok(Self {
            go_on: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
            went_on: None,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
        })
    }

    /// Whether the stop that came is not taken back: a signal to go on that comes while the console is about to stop
    /// would be discarded by the stop, and nobody would send another.
    async fn is_stop_meant(&mut self) -> bool {
        if self.went_on.is_some_and(|at| at.elapsed() < OUT_OF_ORDER) {
            return false;
        }
        let taken_back = tokio::time::timeout(TAKEN_BACK, self.go_on.recv()).await.is_ok();
        if taken_back {
            self.went_on = Some(Instant::now());
        }
        !taken_back
    }

    async fn recv(&mut self) -> Signalled {
        tokio::select! {
            _ = self.terminate.recv() => Signalled::End(143),
            _ = self.hang_up.recv() => Signalled::End(129),
            _ = self.quit.recv() => Signalled::End(131),
            _ = self.interrupt.recv() => Signalled::End(130),
            _ = self.stop.recv() => Signalled::Stop,
            _ = self.go_on.recv() => {
                self.went_on = Some(Instant::now());
                Signalled::GoOn
            }
        }
    }
}
