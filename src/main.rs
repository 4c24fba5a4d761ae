//! The `telecast` program.

use std::process::ExitCode;

use telecast::cli::{self, CliOutcome};
use telecast::ui;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        CliOutcome::Exit(code) => code,
        CliOutcome::Console(opening) => ui::run(opening.folder.as_deref()),
    }
}
