//! `telecast init`: creates a workspace.

use serde_json::json;

use crate::cli::args::Init;
use crate::cli::environment::{Environment, current_folder};
use crate::cli::error::{ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::service::demo;
use crate::workspace::{self, Folder};

pub(crate) fn run(args: &Init, output: &mut CliOutput) -> Result {
    let root = current_folder()?.join(&args.dir);
    let paths = Environment::paths()?;
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match args.sample {
        true => demo::make(&paths, &root)?,
        false => drop(workspace::init(&root, &name, &paths)?),
    }
    // The real path is printed, because the argument may contain `..`.
    let shown = Folder::new(&root, &paths).root().display().to_string();
    match args.format.json {
        true => output.json(&json!({ "workspace": shown }))?,
        false => output.line(&shown)?,
    }
    // The sample workspace has a webhook. An empty workspace needs a webhook before anything can be sent, so the note
    // suggests the command that creates one.
    let next = if args.sample { "" } else { " webhooks new bot" };
    output.note(format!("next: telecast --workspace {}{next}", args.dir.display()))?;
    Ok(ExitStatus::Done)
}
