//! One file a command: each asks a module for its answer and prints it.

mod campaigns;
mod check;
mod convert;
mod debug_entities;
mod debug_liquid;
mod demo;
mod export;
mod import;
mod init;
mod paths;
mod profiles;
mod read;
mod render;
mod runtime;
mod sandbox;
mod secrets;
mod subject;
mod test;
mod trust;
mod webhooks;

use super::args::{Args, Command, DebugCommand, ExportCommand, ImportCommand};
use super::error::Result;
use super::next::{Next, Opening};
use super::output::Output;
use super::place::Place;

pub fn run(args: Args, output: &mut Output) -> Result<Next> {
    let workspace = args.workspace.as_deref();
    let find = || Place::find(workspace);
    let ending = match args.command {
        None => return Ok(Next::Console(Opening { folder: args.workspace, campaign: None })),
        Some(Command::Demo(args)) => return demo::run(&args, output).map(Next::Console),
        Some(Command::Init(args)) => init::run(&args, output)?,
        Some(Command::Render(args)) => render::run(&find()?, &args, output)?,
        Some(Command::Check(args)) => check::run(&find()?, &args, output)?,
        Some(Command::Test(args)) => test::run(&find()?, &args, output)?,
        Some(Command::Convert(args)) => convert::run(&find()?, &args, output)?,
        Some(Command::Import(ImportCommand::Clevertap(args))) => import::run(&find()?, &args, output)?,
        Some(Command::Export(ExportCommand::Clevertap(args))) => export::run(&find()?, &args, output)?,
        Some(Command::Campaigns(command)) => campaigns::run(&find()?, command, output)?,
        Some(Command::Webhooks(command)) => webhooks::run(&find()?, command, output)?,
        Some(Command::Trust(args)) => trust::run(&find()?, &args, output)?,
        Some(Command::Secrets(command)) => secrets::run(find(), command, output)?,
        Some(Command::Profiles(command)) => profiles::run(&find()?, command, output)?,
        Some(Command::Paths(format)) => paths::run(workspace, format, output)?,
        Some(Command::Sandbox(args)) => {
            // The announcement names the real path, as the workspace's own commands look for it.
            let root = find().and_then(|place| place.workspace()).ok().map(|workspace| workspace.root);
            sandbox::run(root.as_deref(), args, output)?
        }
        Some(Command::Debug(DebugCommand::Entities(args))) => debug_entities::run(args, output)?,
        Some(Command::Debug(DebugCommand::Liquid)) => debug_liquid::run(output)?,
    };
    Ok(Next::Exit(ending.into()))
}
