//! Shared test support: the binary in a temporary home, a pseudo-terminal, a Bot API over HTTPS, the number of rounds
//! of random tests, and the report of a test that cannot run on this machine.

mod certificates;
mod home;
mod https;
mod terminal;

use std::io::Write;

pub use certificates::{Authority, Validity};
pub use home::{CommandOutput, Home};
pub use https::{Offer, Server};
pub use terminal::{Answers, Terminal};

/// Returns how many rounds a random or stress test runs: `few` by default, `many` with `TELECAST_FULL=1`, which
/// `.ci/run` sets.
pub fn rounds(few: usize, many: usize) -> usize {
    let is_full = std::env::var_os("TELECAST_FULL").is_some_and(|value| value == "1");
    if is_full { many } else { few }
}

/// Reports on stderr that this test, or the rest of it, cannot run on this machine.
pub fn report_left_out(reason: &str) {
    // The harness names each test's thread after the test.
    let thread = std::thread::current();
    // Not `eprintln!`: the harness captures its output and drops it if the test passes.
    let line = format!("left out: {}: {reason}\n", thread.name().unwrap_or_default());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
