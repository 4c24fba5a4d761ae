//! What several suites share: a home of its own for the binary, a pseudo-terminal, and how much to run.

mod home;
mod terminal;

pub use home::{Answer, Home};
pub use terminal::Terminal;

/// Returns how many rounds a random or stress test runs: `few` in `cargo test`, `many` where `TELECAST_FULL` is set.
pub fn rounds(few: usize, many: usize) -> usize {
    if is_full() { many } else { few }
}

/// Whether the tests run at full counts, as `.ci/run` asks for.
pub fn is_full() -> bool {
    std::env::var_os("TELECAST_FULL").is_some_and(|value| value == "1")
}
