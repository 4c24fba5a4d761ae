//! What can be typed behind `telecast`: the types that clap fills, one for each command.
//!
//! The doc comments are the help.

mod sandbox;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use sandbox::ServeSandbox;

/// Write, preview and test-send Telegram campaigns
///
/// Without a command it opens the console on the workspace: --workspace, else TELECAST_WORKSPACE, else the nearest
/// parent folder with a telecast.toml, else the one in the user's data directory.
#[derive(Debug, Parser)]
#[command(name = "telecast", version, max_term_width = 110, disable_help_subcommand = true)]
pub struct Args {
    /// Work on the workspace in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,

    /// What to do; the console where it is left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Everything the console does, for scripts and CI.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a Bot API on loopback that answers as Telegram does
    Sandbox(ServeSandbox),
}
