//! The loop: results, input and signals become messages; messages change the state; a changed state is drawn.
//!
//! ```text
//! Outside (input, signals, timers) ─┐
//! results of the executor's tasks ──┴▶ next ─▶ take: update ─▶ effects ─▶ Outside, executor ─▶ draw
//! ```
//!
//! A biased select drains whatever is ready before it draws. A key is drawn at once; results from the background at
//! most every `FRAME`. There is no idle tick: nothing happens when nothing happens. Tests drive this loop with an
//! [`Outside`] of their own.

pub mod executor;
mod external_editor;
mod input;
pub mod outside;
mod signals;
pub mod start;
pub mod terminal;
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
use crate::ui::runtime::outside::{Happening, Outside};
use crate::ui::runtime::tty::Tty;
use crate::ui::shared::{Effect, ExternalEdit, Fault, LoopEffect, Msg, Provoked, Work, fault};

/// Background results are drawn at most this often.
const FRAME: Duration = Duration::from_millis(8);

/// Runs the console in the terminal until the person leaves it, or a signal or a fault of ours ends it; the terminal is
/// given back in every case.
pub async fn run(
    app: App,
    executor: Executor,
    results: mpsc::Receiver<Msg>,
    provoked: Arc<Provoked>,
) -> io::Result<ExitCode> {
    let tty = Tty::take(app.shared.settings.mouse, Arc::clone(&provoked))?;
    let mut console = Loop::new(app, executor, results, tty, provoked);
    match fault::catch_task(console.run()).await {
        Ok(result) => result,
        Err(fault) => Ok(console.end_by_fault(&fault).await),
    }
}

pub struct Loop<O> {
    pub app: App,
    pub executor: Executor,
    pub outside: O,
    results: mpsc::Receiver<Msg>,
    provoked: Arc<Provoked>,
    /// When a result was drawn last, and whether more of them wait for their frame.
    result_drawn_at: Instant,
    is_frame_due: bool,
}

#[derive(Debug)]
#[must_use]
pub enum Next {
    Continue,
    Exit(ExitCode),
}

#[derive(Debug)]
pub enum Event {
    Outside(Happening),
    Results(Vec<Msg>),
    /// The time to draw results that have changed the state.
    Frame,
}

impl<O: Outside> Loop<O> {
    /// Makes the loop; nothing is drawn, and nothing asked for, until [`Loop::begin`].
    pub fn new(
        app: App,
        executor: Executor,
        results: mpsc::Receiver<Msg>,
        outside: O,
        provoked: Arc<Provoked>,
    ) -> Self {
        let result_drawn_at = Instant::now();
        Self { app, executor, outside, results, provoked, result_drawn_at, is_frame_due: false }
    }

    async fn run(&mut self) -> io::Result<ExitCode> {
        let mut next = self.begin().await?;
        loop {
            if let Next::Exit(code) = next {
                return Ok(code);
            }
            let event = self.next().await;
            next = self.take(event).await?;
        }
    }

    /// Draws the first frame, then asks for what the console starts with.
    pub async fn begin(&mut self) -> io::Result<Next> {
        let (columns, rows) = self.outside.size()?;
        let mut effects = self.app.resize(columns, rows);
        self.outside.draw(&self.app)?;
        self.result_drawn_at = Instant::now();
        effects.extend(self.app.start());
        self.perform(effects).await
    }

    /// Waits for what happens next. Dropped before it is ready, it loses nothing.
    pub async fn next(&mut self) -> Event {
        tokio::select! {
            biased;
            happening = self.outside.next() => Event::Outside(happening),
            Some(result) = self.results.recv() => {
                let mut results = vec![result];
                while let Ok(more) = self.results.try_recv() {
                    results.push(more);
                }
                Event::Results(results)
            }
            () = tokio::time::sleep_until(self.result_drawn_at + FRAME), if self.is_frame_due => Event::Frame,
        }
    }

    pub async fn take(&mut self, event: Event) -> io::Result<Next> {
        let is_input = matches!(event, Event::Outside(Happening::Inputs(_)));
        let (messages, may_wait) = match event {
            Event::Outside(Happening::Inputs(inputs)) => {
                (inputs.into_iter().map(Msg::Input).collect(), false)
            }
            Event::Outside(Happening::Due(timer)) => (vec![Msg::Due(timer)], true),
            Event::Outside(Happening::Stop) => {
                let effects = if self.outside.is_stop_meant().await { self.suspend()? } else { Vec::new() };
                return self.perform(effects).await;
            }
            Event::Outside(Happening::TakenAway) => {
                self.outside.release();
                let effects = self.retake()?;
                return self.perform(effects).await;
            }
            Event::Outside(Happening::End(code)) => return Ok(Next::Exit(self.end_by_signal(code).await)),
            Event::Results(results) => (results, true),
            Event::Frame => (Vec::new(), false),
        };
        for message in messages {
            strike(&self.provoked, &self.app, "update");
            let effects = update(&mut self.app, message);
            if let Next::Exit(code) = self.perform(effects).await? {
                return Ok(Next::Exit(code));
            }
        }
        // A key is drawn at once, and so is the first result after it; only results follow each other in frames.
        self.is_frame_due = may_wait && Instant::now() < self.result_drawn_at + FRAME;
        if !self.is_frame_due {
            self.outside.draw(&self.app)?;
            if !is_input {
                self.result_drawn_at = Instant::now();
            }
        }
        Ok(Next::Continue)
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> io::Result<Next> {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Loop(LoopEffect::Quit) => {
                    self.executor.finish().await;
                    self.executor.interrupt_tests().await;
                    return Ok(Next::Exit(ExitCode::SUCCESS));
                }
                Effect::Loop(LoopEffect::Suspend) => effects.extend(self.suspend()?),
                Effect::Loop(LoopEffect::Copy(text)) => self.outside.copy(&text)?,
                Effect::Loop(LoopEffect::After(timer)) => self.outside.after(timer),
                Effect::Loop(LoopEffect::OpenEditor(job)) => {
                    self.outside.release();
                    let edited = self.edit(job).await;
                    effects.extend(self.retake()?);
                    effects.extend(update(&mut self.app, edited));
                }
                Effect::Journal(entry) => self.executor.journal(entry),
                Effect::Task(task) => self.executor.start(task),
            }
        }
        Ok(Next::Continue)
    }

    /// Runs `$VISUAL` or `$EDITOR` on a body; the terminal is the child's meanwhile.
    async fn edit(&mut self, job: ExternalEdit) -> Msg {
        let stem = job.stem.clone();
        let scratch = self.executor.scratch();
        let edited = fault::catch_task(async {
            self.provoked.strike(Work::Editor.id());
            self.outside.edit(job, &scratch).await
        });
        match edited.await {
            Ok(result) => Msg::EditedExternally { stem, result },
            Err(fault) => Msg::Fault { work: Work::Editor, fault },
        }
    }

    /// Takes the terminal again and paints every cell; its size may be another one.
    fn retake(&mut self) -> io::Result<Vec<Effect>> {
        self.outside.retake()?;
        let (columns, rows) = self.outside.size()?;
        let effects = self.app.resize(columns, rows);
        self.outside.draw(&self.app)?;
        Ok(effects)
    }

    fn suspend(&mut self) -> io::Result<Vec<Effect>> {
        self.outside.release();
        self.outside.stop()?;
        self.retake()
    }

    /// Gives the terminal back as it was, saves what is unsaved as drafts and says what happened.
    async fn end_by_fault(&mut self, fault: &Fault) -> ExitCode {
        self.outside.abandon();
        let texts = self.app.texts();
        let mut lost = Vec::new();
        for text in texts {
            // The fault may have left a text half changed: the others are written all the same.
            match fault::catch(|| self.app.journal(&text)) {
                Ok(None) => {}
                Ok(Some(draft)) => {
                    if let Some(message) = self.executor.journal_last(draft).await {
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

    /// Saves what is unsaved as drafts, then ends with the code shells expect after a signal.
    async fn end_by_signal(&mut self, code: u8) -> ExitCode {
        for text in self.app.texts() {
            if let Some(draft) = self.app.journal(&text) {
                self.executor.journal_last(draft).await;
            }
        }
        self.executor.interrupt_tests().await;
        ExitCode::from(code)
    }
}

/// Panics where a test has asked for it, once something is unsaved.
fn strike(provoked: &Provoked, app: &App, id: &str) {
    if provoked.awaits(id) && !app.unsaved().is_empty() {
        provoked.strike(id);
    }
}
