//! The `telecast` program.

use std::process::ExitCode;

use telecast::cli::{self, Next};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Console(_) => ExitCode::from(3),
    }
}
