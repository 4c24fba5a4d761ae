//! Keeps the running timers of the event loop.

use tokio::time::Instant;

use crate::ui::shared::Timer;

/// The running timers. If a timer is started again, the running timer is not replaced, and both fire. Each timer
/// contains a generation or a version, and the screen ignores a timer for which this number is outdated.
#[derive(Debug, Default)]
pub(crate) struct Timers(Vec<(Instant, Timer)>);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer) {
        self.0.push((Instant::now() + timer.delay(), timer));
    }

    /// Waits for the earliest timer, or forever if there is none.
    pub(super) async fn next(&mut self) -> Timer {
        // A linear search is fast enough, because only a handful of timers run at a time.
        let first = self.0.iter().enumerate().min_by_key(|(_, (at, _))| *at);
        let Some((index, at)) = first.map(|(index, (at, _))| (index, *at)) else {
            return std::future::pending().await;
        };
        // The timer is removed only after the wait, so that no timer is lost if the wait is canceled.
        tokio::time::sleep_until(at).await;
        self.0.remove(index).1
    }
}
