//! `telecast paths`: prints every folder and file that telecast uses.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::args::Format;
use crate::cli::environment::Environment;
use crate::cli::error::{ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::paths::Paths;

pub(crate) fn run(workspace: Option<&Path>, format: Format, output: &mut CliOutput) -> Result {
    let mut rows = Paths::from_system()?.rows();
    // Without a workspace the other paths are still useful, so the error is dropped.
    let current =
        Environment::find(workspace).ok().map(|environment| ("current workspace", environment.root));
    rows.splice(0..0, current);
    if format.json {
        let member = |(name, path): &(&str, std::path::PathBuf)| {
            (name.replace(' ', "_"), Value::from(path.to_string_lossy()))
        };
        output.json(&Value::Object(rows.iter().map(member).collect::<Map<_, _>>()))?;
    } else {
        // In the table, the row "workspace" is called "default workspace", because the shorter name would be unclear
        // next to "current workspace". In JSON, the key is still `workspace`.
        let label = |name: &'static str| if name == "workspace" { "default workspace" } else { name };
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|(name, path)| vec![label(name).to_owned(), path.display().to_string()])
            .collect();
        output.table(&["what", "where"], &rows)?;
    }
    Ok(ExitStatus::Done)
}
