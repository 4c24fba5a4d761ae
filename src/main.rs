//! The `telecast` program.

use std::process::ExitCode;

use telecast::cli::{self, Next};
use telecast::ui;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Console(folder) => ui::run(folder.as_deref()),
    }
}
