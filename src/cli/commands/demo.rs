//! `telecast demo`: the sample workspace, then the console on it.

use crate::cli::args::Demo;
use crate::cli::error::{CliError, Result};
use crate::cli::next::Opening;
use crate::cli::output::Output;
use crate::cli::place::{Place, current_folder};
use crate::service::demo::{self, DemoError, Which};
use crate::service::sample;

pub fn run(args: &Demo, output: &mut Output) -> Result<Opening> {
    let paths = Place::paths()?;
    let folder = args.dir.as_ref().map(|dir| Ok::<_, CliError>(current_folder()?.join(dir))).transpose()?;
    let which = if args.fresh { Which::Fresh } else { Which::Last };
    let demo = demo::prepare(&paths, folder.as_deref(), which)?;
    let root = demo.root.display();
    match demo.is_continued {
        true => output.line(format!("going on in the demo of last time: {root}"))?,
        false => output.line(format!("the demo's files are yours to change: {root}"))?,
    }
    output.line(format!("open it again with: telecast --workspace '{root}'"))?;
    if demo.is_continued {
        output.line("begin anew with: telecast demo --fresh")?;
    }
    Ok(Opening { folder: Some(demo.root), campaign: Some(sample::FIRST) })
}

impl From<DemoError> for CliError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Files(error) => error.into(),
            DemoError::TestChat(error) => error.into(),
            DemoError::Open(error) => error.into(),
            DemoError::Import(error) => error.into(),
            DemoError::People(error) => error.into(),
            DemoError::Secret(error) => error.into(),
        }
    }
}
