//! `telecast man`: a manual page for each command.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory;

use crate::cli::args::{Args, Man};
use crate::cli::error::{CliError, ErrorKind, ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::disk::explain;

pub(crate) fn run(args: &Man, output: &mut CliOutput) -> Result {
    write_pages(&args.dir).map_err(|error| {
        let reason = format!("{}: {}", args.dir.display(), explain(&error));
        CliError::new(ErrorKind::Environment, reason).hint("choose a folder that you may write to")
    })?;
    output.line(format!("the manual pages are in {0}: man -l {0}/telecast.1", args.dir.display()))?;
    Ok(ExitStatus::Done)
}

fn write_pages(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(Args::command(), dir)
}
