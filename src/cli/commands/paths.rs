//! `telecast paths`: every place where something is kept.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::args::Format;
use crate::cli::error::{Ending, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::paths::Paths;

pub fn run(workspace: Option<&Path>, format: Format, output: &mut Output) -> Result {
    let mut rows = Paths::from_system()?.rows();
    // Without a workspace the other places are still worth asking for.
    let current = Place::find(workspace).ok().map(|place| ("current workspace", place.root));
    rows.splice(0..0, current);
    if format.json {
        let member = |(name, path): &(&str, std::path::PathBuf)| {
            (name.replace(' ', "_"), Value::from(path.to_string_lossy()))
        };
        output.json(&Value::Object(rows.iter().map(member).collect::<Map<_, _>>()))?;
    } else {
        let rows: Vec<Vec<String>> =
            rows.into_iter().map(|(name, path)| vec![name.to_owned(), path.display().to_string()]).collect();
        output.table(&["what", "where"], &rows)?;
    }
    Ok(Ending::Done)
}
