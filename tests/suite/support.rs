//! What several suites share: a home of its own for the binary, a pseudo-terminal, a Bot API over HTTPS, and how much
//! to run.

mod certificates;
mod home;
mod https;
mod terminal;

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
