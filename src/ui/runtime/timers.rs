//! What is due when: the loop's deadlines.

use tokio::time::Instant;

use crate::ui::shared::Timer;

/// The timers that run. One that was set again runs twice: whoever set it knows which it still waits for.
#[derive(Debug, Default)]
pub struct Timers(Vec<(Instant, Timer)>);

impl Timers {
    pub fn set(&mut self, timer: Timer) {
        self.0.push((Instant::now() + timer.delay(), timer));
    }

    /// Waits for the first that is due; forever where none runs.
    pub async fn next(&mut self) -> Timer {
        let first = self.0.iter().enumerate().min_by_key(|(_, (at, _))| *at);
        let Some((place, at)) = first.map(|(place, (at, _))| (place, *at)) else {
            return std::future::pending().await;
        };
        tokio::time::sleep_until(at).await;
        self.0.remove(place).1
    }
}
