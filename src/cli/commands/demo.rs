//! `telecast demo`: prepares the sample workspace, then opens the console on it.

use crate::cli::args::Demo;
use crate::cli::environment::{Environment, current_folder};
use crate::cli::error::{CliError, Result};
use crate::cli::next::ConsoleStart;
use crate::cli::output::CliOutput;
use crate::service::demo::{self, DemoChoice, DemoError};

pub(crate) fn run(args: &Demo, output: &mut CliOutput) -> Result<ConsoleStart> {
    let paths = Environment::paths()?;
    let folder = args.dir.as_ref().map(|dir| Ok::<_, CliError>(current_folder()?.join(dir))).transpose()?;
    let choice = if args.fresh { DemoChoice::Fresh } else { DemoChoice::Last };
    let demo = demo::prepare(&paths, folder.as_deref(), choice)?;
    let root = demo.root.display();
    match demo.already_existed {
        true => output.line(format!("opening the demo from last time: {root}"))?,
        false => output.line(format!("created the demo in {root}; change its files as you like"))?,
    }
    // These lines are printed before the console covers the screen, and are visible again after the console closes.
    output.line(format!("open it again with: telecast --workspace '{root}'"))?;
    if demo.already_existed {
        output.line("start over with: telecast demo --fresh")?;
    }
    Ok(ConsoleStart { folder: Some(demo.root) })
}

impl From<DemoError> for CliError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Files(error) => error.into(),
            DemoError::TestChat(error) => error.into(),
            DemoError::Open(error) => error.into(),
            DemoError::Import(error) => error.into(),
            DemoError::Profiles(error) => error.into(),
            DemoError::Secret(error) => error.into(),
        }
    }
}
