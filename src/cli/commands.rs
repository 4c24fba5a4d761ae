//! One file a command: each asks a module for its answer and prints it.

mod campaigns;
mod init;
mod paths;
mod profiles;
mod read;
mod sandbox;
mod webhooks;

use tokio::runtime::Runtime;

use super::Next;
use super::args::{Args, Command};
use super::error::Result;
use super::output::Output;
use super::place::Place;

/// Does what the arguments say.
pub fn run(args: Args, output: &mut Output) -> Result<Next> {
    let workspace = args.workspace.as_deref();
    let find = || Place::find(workspace);
    let ending = match args.command {
        None => return Ok(Next::Console(args.workspace)),
        Some(Command::Init(args)) => init::run(&args, output)?,
        Some(Command::Campaigns(command)) => campaigns::run(&find()?, command, output)?,
        Some(Command::Webhooks(command)) => webhooks::run(&find()?, command, output)?,
        Some(Command::Profiles(command)) => profiles::run(&find()?, command, output)?,
        Some(Command::Paths(format)) => paths::run(workspace, format, output)?,
        Some(Command::Sandbox(args)) => sandbox::run(args, output)?,
    };
    Ok(Next::Exit(ending.into()))
}

/// Makes what asynchronous calls run on; only the commands that need it pay for it.
fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
