//! Simulated failures: a rate limit, and random failures of a share of all sends.
//!
//! The failures depend only on the options, the order of the sends, and the times that are passed in, so a run can be
//! repeated.

use jiff::Timestamp;

/// The rate limit of one bot: a bucket of messages that may still be sent, refilled at a constant rate. A full bucket
/// holds as many messages as may be sent in one second, but at least one.
#[derive(Debug)]
pub(super) struct RateLimiter {
    rate: f64,
    left: f64,
    at: Timestamp,
}

impl RateLimiter {
    /// Creates a full bucket. `rate` is in messages per second and above 0.
    pub(super) fn new(rate: f64, now: Timestamp) -> RateLimiter {
        RateLimiter { rate, left: rate.max(1.0), at: now }
    }

    /// Takes a message from the bucket, or returns the seconds to wait (at least 1, as in `retry_after`).
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), u64> {
        // A clock that is set back gives a negative duration, which must not empty the bucket.
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.at = now;
        // Without the lower limit of 1, the bucket would never hold a whole message at a rate below 1.
        self.left = (self.left + passed * self.rate).min(self.rate.max(1.0));
        if self.left < 1.0 {
            return Err(((1.0 - self.left) / self.rate).ceil().max(1.0) as u64);
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InjectedFault {
    /// 429 with a `retry_after` of 1 second.
    Flood,
    /// 500 in JSON.
    ServerError,
    /// 502 in HTML, as a reverse proxy sends it.
    BadGateway,
    /// The connection is closed; the message was not sent.
    DisconnectBeforeSend,
    /// The connection is closed, but the message was sent.
    DisconnectAfterSend,
}

impl InjectedFault {
    const ALL: [InjectedFault; 5] = [
        InjectedFault::Flood,
        InjectedFault::ServerError,
        InjectedFault::BadGateway,
        InjectedFault::DisconnectBeforeSend,
        InjectedFault::DisconnectAfterSend,
    ];
}

#[derive(Debug)]
pub(super) struct FaultInjector {
    state: u64,
    rate: f64,
}

impl FaultInjector {
    /// `rate` is the share of sends that fail, from 0 to 1.
    pub(super) fn new(seed: u64, rate: f64) -> FaultInjector {
        FaultInjector { state: seed, rate }
    }

    pub(super) fn next_fault(&mut self) -> Option<InjectedFault> {
        // The upper 53 bits, as many as an f64 represents exactly, give a number in 0..1 that never rounds up to 1.
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        // This number is drawn even if the send does not fail. Otherwise, a different rate would change the random
        // numbers of all later sends.
        let which = self.next() % InjectedFault::ALL.len() as u64;
        (share < self.rate).then(|| InjectedFault::ALL[which as usize])
    }

    // The algorithm is splitmix64. It needs only a few lines and no dependency. A seed gives the same sequence in every
    // version of telecast and on every platform.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn rate_is_messages_per_second() {
        let mut limiter = RateLimiter::new(2.0, at(0));
        assert_eq!(limiter.take(at(0)), Ok(()));
        assert_eq!(limiter.take(at(0)), Ok(()));
        assert_eq!(limiter.take(at(0)), Err(1));
        assert_eq!(limiter.take(at(500)), Ok(()));
        assert_eq!(limiter.take(at(600)), Err(1));
    }

    #[test]
    fn slow_rate_asks_for_longer_waits() {
        let mut limiter = RateLimiter::new(0.1, at(0));
        assert_eq!(limiter.take(at(0)), Ok(()));
        assert_eq!(limiter.take(at(0)), Err(10));
        assert_eq!(limiter.take(at(4_000)), Err(6));
        assert_eq!(limiter.take(at(10_000)), Ok(()));
    }

    #[test]
    fn clock_going_back_does_not_use_up_the_rate() {
        let mut limiter = RateLimiter::new(1.0, at(10_000));
        assert_eq!(limiter.take(at(0)), Ok(()));
        assert_eq!(limiter.take(at(0)), Err(1));
    }

    #[test]
    fn the_same_seed_fails_the_same_sends() {
        let rolls = |seed| {
            let mut injector = FaultInjector::new(seed, 0.5);
            (0..100).map(|_| injector.next_fault()).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
        let failed: Vec<InjectedFault> = rolls(7).into_iter().flatten().collect();
        assert!((30..70).contains(&failed.len()), "{}", failed.len());
        assert!(InjectedFault::ALL.iter().all(|fault| failed.contains(fault)));
    }

    #[test]
    fn rates_zero_and_one_mean_never_and_always() {
        assert!((0..50).all(|seed| FaultInjector::new(seed, 0.0).next_fault().is_none()));
        assert!((0..50).all(|seed| FaultInjector::new(seed, 1.0).next_fault().is_some()));
    }
}
