//! What goes wrong on purpose: too many messages a second, and failures at a rate.
//!
//! All of it is decided from a seed and the time that is passed in, so that a run can be repeated.

use jiff::Timestamp;

/// A bucket of messages that one bot may send: filled at a rate, one second's worth deep.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    left: f64,
    at: Timestamp,
}

impl Pace {
    /// Makes a full bucket; `rate` is in messages a second and above zero.
    pub(super) fn new(rate: f64, now: Timestamp) -> Pace {
        Pace { rate, left: rate.max(1.0), at: now }
    }

    /// Takes one message out, or returns how many seconds to wait.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), u64> {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        self.at = now;
        self.left = (self.left + passed * self.rate).min(self.rate.max(1.0));
        if self.left < 1.0 {
            return Err(((1.0 - self.left) / self.rate).ceil().max(1.0) as u64);
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// 429 that asks for a second.
    Flood,
    /// 500 in JSON.
    ServerError,
    /// 502 in HTML, as a front server answers.
    BadGateway,
    /// The connection ends; the message was not sent.
    CutBefore,
    /// The connection ends; the message was sent all the same.
    CutAfter,
}

impl Fault {
    const ALL: [Fault; 5] =
        [Fault::Flood, Fault::ServerError, Fault::BadGateway, Fault::CutBefore, Fault::CutAfter];
}

#[derive(Debug)]
pub(super) struct Dice {
    state: u64,
    rate: f64,
}

impl Dice {
    /// Makes dice that fail a share `rate` of all sends, 0 to 1.
    pub(super) fn new(seed: u64, rate: f64) -> Dice {
        Dice { state: seed, rate }
    }

    pub(super) fn roll(&mut self) -> Option<Fault> {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let which = self.next() % Fault::ALL.len() as u64;
        (share < self.rate).then(|| Fault::ALL[which as usize])
    }

    /// The splitmix64 generator.
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
    fn a_second_holds_as_many_messages_as_the_rate() {
        let mut pace = Pace::new(2.0, at(0));
        assert_eq!(pace.take(at(0)), Ok(()));
        assert_eq!(pace.take(at(0)), Ok(()));
        assert_eq!(pace.take(at(0)), Err(1));
        assert_eq!(pace.take(at(500)), Ok(()));
        assert_eq!(pace.take(at(600)), Err(1));
    }

    #[test]
    fn a_slow_rate_asks_for_more_than_a_second() {
        let mut pace = Pace::new(0.1, at(0));
        assert_eq!(pace.take(at(0)), Ok(()));
        assert_eq!(pace.take(at(0)), Err(10));
        assert_eq!(pace.take(at(4_000)), Err(6));
        assert_eq!(pace.take(at(10_000)), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_takes_nothing_away() {
        let mut pace = Pace::new(1.0, at(10_000));
        assert_eq!(pace.take(at(0)), Ok(()));
        assert_eq!(pace.take(at(0)), Err(1));
    }

    #[test]
    fn the_same_seed_fails_the_same_sends() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed, 0.5);
            (0..100).map(|_| dice.roll()).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
        let failed: Vec<Fault> = rolls(7).into_iter().flatten().collect();
        assert!((30..70).contains(&failed.len()), "{}", failed.len());
        assert!(Fault::ALL.iter().all(|fault| failed.contains(fault)));
    }

    #[test]
    fn rates_zero_and_one_mean_never_and_always() {
        assert!((0..50).all(|seed| Dice::new(seed, 0.0).roll().is_none()));
        assert!((0..50).all(|seed| Dice::new(seed, 1.0).roll().is_some()));
    }
}
