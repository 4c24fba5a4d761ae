//! The only reader of time: instants come from here, so that tests can fix them.

use jiff::Timestamp;

/// A source of the current instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still.
    Fixed(Timestamp),
}

impl Clock {
    /// Returns the current instant.
    pub fn now(self) -> Timestamp {
        match self {
            Clock::System => now(),
            Clock::Fixed(instant) => instant,
        }
    }
}

/// Returns the system's current instant.
pub fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock = Clock::Fixed(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        assert!(Timestamp::UNIX_EPOCH < Clock::System.now());
    }
}
