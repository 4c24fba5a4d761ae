//! What several suites share: a home of its own for the binary, a pseudo-terminal, a Bot API over HTTPS, how much to
//! run, and how to say what cannot be.

mod certificates;
mod home;
mod https;
mod terminal;

use std::io::Write;

pub use certificates::{Authority, Validity};
pub use home::{Answer, Home};
pub use https::{Offer, Server};
pub use terminal::Terminal;

/// Returns how many rounds a random or stress test runs: `few` in `cargo test`, `many` where `TELECAST_FULL=1`, as
/// `.ci/run` sets it.
pub fn rounds(few: usize, many: usize) -> usize {
    let is_full = std::env::var_os("TELECAST_FULL").is_some_and(|value| value == "1");
    if is_full { many } else { few }
}

/// Says that this test, or the rest of it, cannot run on this machine. The harness keeps back what a test that passes
/// prints by macro; this goes past it, so that every run shows it.
pub fn left_out(why: &str) {
    let thread = std::thread::current();
    let line = format!("left out: {}: {why}\n", thread.name().unwrap_or_default());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
