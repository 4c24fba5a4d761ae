//! The only reader of time.

use jiff::Timestamp;

/// Returns the time it is.
pub fn now() -> Timestamp {
    Timestamp::now()
}
