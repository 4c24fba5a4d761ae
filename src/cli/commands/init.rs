//! `telecast init`: a new workspace.

use serde_json::json;

use crate::cli::args::Init;
use crate::cli::error::{Ending, Result};
use crate::cli::output::Output;
use crate::cli::place::{Place, current_folder};
use crate::service::demo;
use crate::workspace;

pub fn run(args: &Init, output: &mut Output) -> Result {
    let root = current_folder()?.join(&args.dir);
    let paths = Place::paths()?;
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match args.sample {
        true => demo::make(&paths, &root)?,
        false => drop(workspace::init(&root, &name, &paths)?),
    }
    let shown = root.display().to_string();
    match args.format.json {
        true => output.json(&json!({ "workspace": shown }))?,
        false => output.line(&shown)?,
    }
    let next = if args.sample { "" } else { " webhooks new bot" };
    output.note(format!("next: telecast --workspace {}{next}", args.dir.display()))?;
    Ok(Ending::Done)
}
