//! `$VISUAL` or `$EDITOR` on a copy of a body.

use std::path::Path;

use crate::disk::{Condition, Scratch, explain, read_source};
use crate::ui::shared::ExternalEdit;

pub async fn edit(job: ExternalEdit, scratch: &Path) -> Result<String, String> {
    let command = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|value| !value.trim().is_empty());
    let command = command.unwrap_or_else(|| "vi".to_owned());
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_default();
    let copy = Scratch::new(scratch, &format!("{}{}", job.stem, job.ending), &job.text)
        .map_err(|error| format!("cannot make a copy for {program}: {}", explain(&error)))?;
    let mut run = tokio::process::Command::new(&program);
    run.args(words).args(at_position(&program, job.position.line, job.position.column)).arg(copy.path());
    let status = run.status().await.map_err(|error| format!("cannot run {program} ($EDITOR): {error}"))?;
    if !status.success() {
        return Err(format!("{program} ended with {status}; the body stays as it was"));
    }
    let written = read_source(Path::new(""), &copy.path().to_string_lossy());
    match (written.condition, written.problems.first()) {
        (Condition::Read, _) => Ok(written.text),
        (_, Some(problem)) => Err(format!("what {program} wrote is not taken: {}", problem.message)),
        (_, None) => Err(format!("{program} has removed the copy; the body stays as it was")),
    }
}

/// The argument that puts the cursor of a known editor at a place.
fn at_position(program: &str, line: usize, column: usize) -> Vec<String> {
    let name = program.rsplit('/').next().unwrap_or(program);
    match name {
        "vi" | "vim" | "nvim" | "gvim" => vec![format!("+call cursor({line},{column})")],
        "nano" | "micro" => vec![format!("+{line},{column}")],
        "emacs" | "emacsclient" | "kak" => vec![format!("+{line}:{column}")],
        _ => Vec::new(),
    }
}
