//! What several suites share: a home of its own for the binary, a pseudo-terminal, and how much to run.

mod home;
mod terminal;

pub use home::Home;
pub use terminal::Terminal;

/// Returns how many rounds a random or stress test runs: `few` in `cargo test`, `many` where `TELECAST_FULL=1`, as
/// `.ci/run` sets it.
pub fn rounds(few: usize, many: usize) -> usize {
    let is_full = std::env::var_os("TELECAST_FULL").is_some_and(|value| value == "1");
    if is_full { many } else { few }
}
