//! The commands, one file each. A command calls the service and prints the result.

mod campaigns;
mod check;
mod completions;
mod convert;
mod debug_entities;
mod debug_liquid;
mod demo;
mod export;
mod help;
mod import;
mod init;
mod man;
mod paths;
mod profiles;
mod read;
mod recipient;
mod render;
mod runtime;
mod sandbox;
mod secrets;
mod segments;
mod test;
mod trust;
mod webhooks;

use super::args::{Args, Command, DebugCommand, ExportCommand, ImportCommand};
use super::environment::Environment;
use super::error::Result;
use super::next::{CliOutcome, ConsoleStart};
use super::output::CliOutput;
use crate::secrets::Secrets;
use crate::settings::SecretSource;

pub(crate) fn run(args: Args, output: &mut CliOutput) -> Result<CliOutcome> {
    warn_of_readable_secrets(output)?;
    let workspace = args.workspace.as_deref();
    // `find` is a closure, so that only the commands that need a workspace look for one. Commands such as `demo` and
    // `init` must work without a workspace.
    let find = || Environment::find(workspace);
    let status = match args.command {
        None => return Ok(CliOutcome::Console(ConsoleStart { folder: args.workspace })),
        Some(Command::Demo(args)) => return demo::run(&args, output).map(CliOutcome::Console),
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
        // If no workspace is found, the error is passed to `secrets::run`. That function decides whether the error
        // matters, because `--shared` works without a workspace. But a workspace that the user has named must exist.
        Some(Command::Secrets(command)) => match find() {
            Err(error) if workspace.is_some() => return Err(error),
            environment => secrets::run(environment, command, output)?,
        },
        Some(Command::Profiles(command)) => profiles::run(&find()?, command, output)?,
        Some(Command::Segments(command)) => segments::run(&find()?, command, output)?,
        Some(Command::Paths(format)) => paths::run(workspace, format, output)?,
        Some(Command::Sandbox(args)) => {
            // The sandbox announces itself under the real path of the workspace, because the other commands use that
            // path to find the sandbox. The sandbox also runs without a workspace, but not without one that the user
            // has named.
            let root = match find().and_then(|environment| environment.workspace()) {
                Err(error) if workspace.is_some() => return Err(error),
                found => found.ok().map(|workspace| workspace.root),
            };
            sandbox::run(root.as_deref(), args, output)?
        }
        Some(Command::Debug(DebugCommand::Entities(args))) => debug_entities::run(args, output)?,
        Some(Command::Debug(DebugCommand::Liquid(args))) => debug_liquid::run(args, output)?,
        Some(Command::Help(args)) => help::run(&args, output)?,
        Some(Command::Completions(args)) => completions::run(&args, output)?,
        Some(Command::Man(args)) => man::run(&args, output)?,
    };
    Ok(CliOutcome::Exit(status.into()))
}

/// Makes `secrets.toml` private, and warns on stderr if other users could read it until now.
// This runs before any command. A command that reads `secrets.toml` also makes it private, but silently, so the
// warning would be lost.
fn warn_of_readable_secrets(output: &mut CliOutput) -> Result<()> {
    // Errors are ignored here, because they would stop even commands that need no secret. A command that needs a secret
    // reports the error itself.
    let Ok(paths) = Environment::paths() else { return Ok(()) };
    if let Ok(Some(warning)) = Secrets::new(&paths, &SecretSource::File, None).tighten() {
        output.note(warning)?;
    }
    Ok(())
}
