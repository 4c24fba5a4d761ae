//! The result of the command line: exit, or open the console. `main` does what the result says, so that `cli` does not
//! depend on the console's module, `ui`.

use std::path::PathBuf;
use std::process::ExitCode;

/// What `main` does after the command line has run.
#[derive(Debug)]
pub enum CliOutcome {
    /// Exit with this code.
    Exit(ExitCode),
    /// Open the console.
    Console(ConsoleStart),
}

/// What the console opens.
#[derive(Debug, Default)]
pub struct ConsoleStart {
    /// The workspace's folder; if `None`, the console looks for one.
    pub folder: Option<PathBuf>,
}
