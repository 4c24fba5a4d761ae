//! The signals that the shell and the system send.

use std::io;
use std::time::Duration;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::Instant;

/// A signal to go on so soon after a stop takes it back.
const TAKEN_BACK: Duration = Duration::from_millis(60);

/// Two signals this close may be told in the wrong order: they are handled on whichever thread is free.
const OUT_OF_ORDER: Duration = Duration::from_millis(150);

pub enum Signalled {
    Stop,
    GoOn,
    /// End with this exit code, 128 and the signal's number.
    End(u8),
}

pub struct SignalSet {
    go_on: Signals,
    went_on: Option<Instant>,
    terminate: Signals,
    hang_up: Signals,
    quit: Signals,
    interrupt: Signals,
    stop: Signals,
}

impl SignalSet {
    pub fn new() -> io::Result<Self> {
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
    pub async fn is_stop_meant(&mut self) -> bool {
        if self.went_on.is_some_and(|at| at.elapsed() < OUT_OF_ORDER) {
            return false;
        }
        let taken_back = tokio::time::timeout(TAKEN_BACK, self.go_on.recv()).await.is_ok();
        if taken_back {
            self.went_on = Some(Instant::now());
        }
        !taken_back
    }

    pub async fn recv(&mut self) -> Signalled {
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
