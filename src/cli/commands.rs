//! One file a command: each asks a module for its answer and prints it.

mod sandbox;

use tokio::runtime::Runtime;

use super::Next;
use super::args::{Args, Command};
use super::error::Result;
use super::output::Output;

/// Does what the arguments say.
pub fn run(args: Args, output: &mut Output) -> Result<Next> {
    let ending = match args.command {
        None => return Ok(Next::Console(args.workspace)),
        Some(Command::Sandbox(args)) => sandbox::run(args, output)?,
    };
    Ok(Next::Exit(ending.into()))
}

/// Makes what asynchronous calls run on; only the commands that need it pay for it.
fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
