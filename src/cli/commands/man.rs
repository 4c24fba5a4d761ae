//! `telecast man`: writes a manual page for each command.

use std::fs;

use clap::CommandFactory;

use crate::cli::args::{Args, Man};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::disk::{explain, explain_no_folder};

pub(crate) fn run(args: &Man, output: &mut CliOutput) -> Result {
    let dir = args.dir.display();
    let failed = |reason: String| {
        CliError::new(ErrorKind::Environment, reason).hint("choose a folder that you may write to")
    };
    fs::create_dir_all(&args.dir)
        .map_err(|error| failed(format!("cannot create the folder {dir}: {}", explain_no_folder(&error))))?;
    clap_mangen::generate_to(Args::command(), &args.dir)
        .map_err(|error| failed(format!("cannot write to {dir}: {}", explain(&error))))?;
    output.line(format!("the manual pages are in {dir}: man -l {dir}/telecast.1"))?;
    Ok(ExitStatus::Done)
}
