//! What a command line leads to: an end, or the console.

use std::path::PathBuf;
use std::process::ExitCode;

/// What is left to do once the command line is done.
#[derive(Debug)]
pub enum Next {
    /// End the process.
    Exit(ExitCode),
    /// Open the console.
    Console(Opening),
}

/// What the console opens on.
#[derive(Debug, Default)]
pub struct Opening {
    /// The workspace; without, the one that is found.
    pub folder: Option<PathBuf>,
    /// The stem of the campaign to begin in; without, the first.
    pub campaign: Option<&'static str>,
}
