//! Receives the signals that stop, continue, or end the process, and the signal that the terminal has a new size.

use std::io;
use std::time::Duration;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::Instant;

/// A SIGCONT within this time after a SIGTSTP cancels the stop.
const STOP_CANCEL_WINDOW: Duration = Duration::from_millis(60);

/// Two signals that arrive within this time may be received in the wrong order. So a SIGCONT that was received up to
/// this long before a SIGTSTP also cancels the stop.
// On a machine busy with a build, two signals were received in the wrong order and more than 2 ms apart. With a shorter
// time here, the console stayed stopped in two of fifty runs.
const OUT_OF_ORDER: Duration = Duration::from_millis(150);

pub(crate) enum SignalEvent {
    Stop,
    Continue,
    Resize,
    /// Exit with this code: 128 + the signal's number.
    End(u8),
}

pub(crate) struct SignalSet {
    cont: Signals,
    continued_at: Option<Instant>,
    terminate: Signals,
    hang_up: Signals,
    quit: Signals,
    interrupt: Signals,
    stop: Signals,
    resize: Signals,
}

impl SignalSet {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            cont: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
            continued_at: None,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// Whether to stop after a SIGTSTP. Waits a moment for a SIGCONT, and returns false if one arrives. Without the
    /// wait, a SIGCONT could arrive just before the process stops. That SIGCONT would have no effect, and no other
    /// would follow, so the process would stay stopped.
    pub(super) async fn should_stop(&mut self) -> bool {
        if self.continued_at.is_some_and(|at| at.elapsed() < OUT_OF_ORDER) {
            return false;
        }
        let is_cancelled = tokio::time::timeout(STOP_CANCEL_WINDOW, self.cont.recv()).await.is_ok();
        if is_cancelled {
            self.continued_at = Some(Instant::now());
        }
        !is_cancelled
    }

    pub(super) async fn recv(&mut self) -> SignalEvent {
        // Exit codes follow the shells' convention of 128 + signal number.
        tokio::select! {
            _ = self.terminate.recv() => SignalEvent::End(143),
            _ = self.hang_up.recv() => SignalEvent::End(129),
            _ = self.quit.recv() => SignalEvent::End(131),
            _ = self.interrupt.recv() => SignalEvent::End(130),
            _ = self.stop.recv() => SignalEvent::Stop,
            _ = self.resize.recv() => SignalEvent::Resize,
            _ = self.cont.recv() => {
                self.continued_at = Some(Instant::now());
                SignalEvent::Continue
            }
        }
    }
}
