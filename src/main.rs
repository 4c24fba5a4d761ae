//! The `telecast` program.

use std::process::ExitCode;

use telecast::cli::{self, Next};
use telecast::ui;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Console(opening) => ui::run(opening.folder.as_deref(), opening.campaign),
    }
}
