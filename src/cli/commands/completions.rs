//! `telecast completions`: prints the completion script of a shell.

use clap::CommandFactory;

use crate::cli::args::{Args, Completions};
use crate::cli::error::{ExitStatus, Result};
use crate::cli::output::CliOutput;

pub(crate) fn run(args: &Completions, output: &mut CliOutput) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "telecast", &mut script);
    output.text(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Done)
}
