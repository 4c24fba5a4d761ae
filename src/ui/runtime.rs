//! The event loop of the console (telecast's interface in the terminal). Input, timers, and the results of background
//! tasks become messages. Messages change the state, and a changed state is drawn. Signals suspend or end the console.
//!
//! ```text
//! input, signals, timers ───────────┐
//! results of the executor's tasks ──┴▶ next ─▶ update ─▶ effects ─▶ terminal, executor ─▶ draw
//! ```
//!
//! Input is handled before results. The effect of a key is drawn at once, but results are drawn at most once per
//! `FRAME`. There is no idle tick: while nothing happens, nothing runs. Automated tests run this loop with a
//! [`Platform`] of their own.

mod clipboard;
pub mod executor;
mod external_editor;
mod input;
pub mod platform;
mod signals;
pub(crate) mod start;
pub(crate) mod terminal;
mod timers;
mod tty;
mod welcome;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::text::visible;
use crate::ui::app::{App, update};
use crate::ui::runtime::executor::Executor;
use crate::ui::runtime::platform::{Platform, PlatformEvent};
use crate::ui::runtime::tty::Tty;
use crate::ui::shared::{CaughtPanic, Effect, ExternalEdit, InjectedFaults, LoopEffect, Msg, Work, fault};

/// The shortest time between two draws that are caused by results or timers and not by input.
// 8 ms is about one frame at 120 Hz: faster draws would not be seen.
const FRAME: Duration = Duration::from_millis(8);

/// Runs the console in the terminal until the user quits, or until a signal or a panic ends the console. In each case,
/// restores the terminal.
pub async fn run(
    app: App,
    executor: Executor,
    results: mpsc::Receiver<Msg>,
    injected: Arc<InjectedFaults>,
) -> io::Result<ExitCode> {
    let tty = Tty::take(app.shared.settings.mouse, Arc::clone(&injected))?;
    let mut console = EventLoop::new(app, executor, results, tty, injected);
    match fault::catch_task(console.run()).await {
        Ok(result) => result,
        Err(fault) => Ok(console.end_by_fault(&fault).await),
    }
}

pub struct EventLoop<O> {
    pub app: App,
    pub executor: Executor,
    pub platform: O,
    results: mpsc::Receiver<Msg>,
    injected: Arc<InjectedFaults>,
    /// When a result or timer was last drawn.
    result_drawn_at: Instant,
    /// Whether some results or timers have been handled but not drawn. They are drawn when `FRAME` has passed since
    /// `result_drawn_at`.
    is_frame_due: bool,
}

#[derive(Debug)]
#[must_use]
pub enum LoopControl {
    Continue,
    Exit(ExitCode),
}

#[derive(Debug)]
pub enum LoopEvent {
    Outside(PlatformEvent),
    Results(Vec<Msg>),
    /// It is time to draw the results and timers that were handled since the last draw.
    Frame,
}

impl<O: Platform> EventLoop<O> {
    /// Creates the loop. Nothing is drawn and no effect runs until [`EventLoop::begin`].
    pub fn new(
        app: App,
        executor: Executor,
        results: mpsc::Receiver<Msg>,
        platform: O,
        injected: Arc<InjectedFaults>,
    ) -> Self {
        let result_drawn_at = Instant::now();
        Self { app, executor, platform, results, injected, result_drawn_at, is_frame_due: false }
    }

    async fn run(&mut self) -> io::Result<ExitCode> {
        let mut next = self.begin().await?;
        loop {
            if let LoopControl::Exit(code) = next {
                return Ok(code);
            }
            let event = self.next().await;
            next = self.handle(event).await?;
        }
    }

    /// Draws the first frame. Then runs the first effects: those of adapting the app to the terminal's size, and those
    /// of [`App::start`].
    pub async fn begin(&mut self) -> io::Result<LoopControl> {
        let (columns, rows) = self.platform.size()?;
        let mut effects = self.app.resize(columns, rows);
        self.platform.draw(&self.app)?;
        self.result_drawn_at = Instant::now();
        effects.extend(self.app.start());
        self.perform(effects).await
    }

    /// Waits for the next event. The future is cancel-safe: if it is dropped before it is ready, no event is lost.
    pub async fn next(&mut self) -> LoopEvent {
        tokio::select! {
            // Input comes first, because a key must not wait for a burst of results.
            biased;
            event = self.platform.next() => LoopEvent::Outside(event),
            Some(result) = self.results.recv() => {
                // Everything in the queue is returned as one event, so that a burst of results is drawn as one frame.
                let mut results = vec![result];
                while let Ok(more) = self.results.try_recv() {
                    results.push(more);
                }
                LoopEvent::Results(results)
            }
            () = tokio::time::sleep_until(self.result_drawn_at + FRAME), if self.is_frame_due => LoopEvent::Frame,
        }
    }

    pub async fn handle(&mut self, event: LoopEvent) -> io::Result<LoopControl> {
        let is_input = matches!(event, LoopEvent::Outside(PlatformEvent::Inputs(_)));
        let (messages, may_wait) = match event {
            LoopEvent::Outside(PlatformEvent::Inputs(inputs)) => {
                (inputs.into_iter().map(Msg::Input).collect(), false)
            }
            LoopEvent::Outside(PlatformEvent::Due(timer)) => (vec![Msg::Due(timer)], true),
            LoopEvent::Outside(PlatformEvent::BackgroundReported(color)) => {
                (vec![Msg::BackgroundReported(color)], false)
            }
            LoopEvent::Outside(PlatformEvent::Stop) => {
                // A SIGCONT shortly before or after the SIGTSTP cancels the stop. Otherwise, the process would stop
                // although its SIGCONT has already arrived, and no other signal would continue it.
                let effects = if self.platform.should_stop().await { self.suspend()? } else { Vec::new() };
                return self.perform(effects).await;
            }
            LoopEvent::Outside(PlatformEvent::ModesReset) => {
                self.platform.release();
                let effects = self.retake()?;
                return self.perform(effects).await;
            }
            LoopEvent::Outside(PlatformEvent::End(code)) => {
                return Ok(LoopControl::Exit(self.end_by_signal(code).await));
            }
            LoopEvent::Results(results) => (results, true),
            LoopEvent::Frame => (Vec::new(), false),
        };
        for message in messages {
            trigger_if_unsaved(&self.injected, &self.app, "update");
            let effects = update(&mut self.app, message);
            if let LoopControl::Exit(code) = self.perform(effects).await? {
                return Ok(LoopControl::Exit(code));
            }
        }
        // The effect of a key is drawn at once. A result is also drawn at once, unless another result was drawn less
        // than `FRAME` ago. Only draws of results count for this limit, not draws of keys. So the first result after a
        // key, which is usually the preview of the edit, is normally not delayed.
        self.is_frame_due = may_wait && Instant::now() < self.result_drawn_at + FRAME;
        if !self.is_frame_due {
            self.platform.draw(&self.app)?;
            if !is_input {
                self.result_drawn_at = Instant::now();
            }
        }
        Ok(LoopControl::Continue)
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> io::Result<LoopControl> {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                // There is no time limit for saves, because quitting must not lose text. The console does not wait for
                // the answers to test messages.
                Effect::Loop(LoopEffect::Quit) => {
                    self.executor.finish().await;
                    self.executor.interrupt_tests().await;
                    return Ok(LoopControl::Exit(ExitCode::SUCCESS));
                }
                Effect::Loop(LoopEffect::Suspend) => effects.extend(self.suspend()?),
                Effect::Loop(LoopEffect::Copy(text)) => self.platform.copy(&text)?,
                Effect::Loop(LoopEffect::After(timer)) => self.platform.after(timer),
                // `release` drops the input stream before the editor starts: two readers of stdin would each get only
                // some of the keys.
                Effect::Loop(LoopEffect::OpenEditor(job)) => {
                    self.platform.release();
                    let edited = self.edit(job).await;
                    effects.extend(self.retake()?);
                    effects.extend(update(&mut self.app, edited));
                }
                Effect::Journal(entry) => self.executor.journal(entry),
                Effect::Task(task) => self.executor.start(task),
            }
        }
        Ok(LoopControl::Continue)
    }

    /// Runs the external editor (`$VISUAL`, `$EDITOR`, or vi) on a body. The editor has the terminal until it exits.
    async fn edit(&mut self, job: ExternalEdit) -> Msg {
        let stem = job.stem.clone();
        let scratch = self.executor.scratch();
        let edited = fault::catch_task(async {
            self.injected.trigger(Work::Editor.id());
            self.platform.edit(job, &scratch).await
        });
        match edited.await {
            Ok(result) => Msg::EditedExternally { stem, result },
            Err(fault) => Msg::Fault { work: Work::Editor, fault },
        }
    }

    /// Takes the terminal back, adapts the app to the terminal's size, which may have changed, and draws every cell.
    fn retake(&mut self) -> io::Result<Vec<Effect>> {
        self.platform.retake()?;
        let (columns, rows) = self.platform.size()?;
        let effects = self.app.resize(columns, rows);
        self.platform.draw(&self.app)?;
        Ok(effects)
    }

    fn suspend(&mut self) -> io::Result<Vec<Effect>> {
        self.platform.release();
        self.platform.stop()?;
        self.retake()
    }

    /// Restores the terminal, saves unsaved text as drafts, and reports the panic on stderr.
    async fn end_by_fault(&mut self, fault: &CaughtPanic) -> ExitCode {
        self.platform.abandon();
        let texts = self.app.open_texts();
        let mut lost = Vec::new();
        for text in texts {
            // The panic may have left one text half changed. If creating its draft panics again, the other drafts are
            // still written.
            match fault::catch(|| self.app.draft_entry(&text)) {
                Ok(None) => {}
                Ok(Some(draft)) => {
                    if let Some(message) = self.executor.journal_last(draft).await {
                        lost.push(match message {
                            Msg::DraftFailed(error) => format!("{}: {error}", text.1),
                            other => format!("{}: {other:?}", text.1),
                        });
                    }
                }
                Err(fault) => lost.push(format!("{}: {fault}", text.1)),
            }
        }
        self.executor.finish().await;
        let mut stderr = io::stderr().lock();
        // The error is ignored: if stderr is closed, there is no other place to report the panic.
        let _ = writeln!(stderr, "telecast stopped after an internal error: {fault}; please report it");
        let _ = match lost.as_slice() {
            [] => writeln!(stderr, "Unsaved text was saved as drafts; they are offered at the next start."),
            lost => writeln!(stderr, "Not saved as drafts: {}", visible(&lost.join("; "))),
        };
        ExitCode::FAILURE
    }

    /// Saves unsaved text as drafts, and remembers what is shown. Returns the exit code that shells expect after a
    /// signal: 128 + the signal's number.
    async fn end_by_signal(&mut self, code: u8) -> ExitCode {
        for text in self.app.open_texts() {
            if let Some(draft) = self.app.draft_entry(&text) {
                self.executor.journal_last(draft).await;
            }
        }
        for view in self.app.view_entries() {
            self.executor.journal_last(view).await;
        }
        self.executor.interrupt_tests().await;
        ExitCode::from(code)
    }
}

/// Panics if an automated test has requested a panic at the place `id`. Does nothing while there is no unsaved text,
/// because these tests check that unsaved text survives the panic.
fn trigger_if_unsaved(injected: &InjectedFaults, app: &App, id: &str) {
    if injected.is_armed(id) && !app.unsaved().is_empty() {
        injected.trigger(id);
    }
}
