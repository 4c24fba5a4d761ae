//! Runs the editor of `$VISUAL` or `$EDITOR`, or vi, on a copy of a body.

use std::path::Path;

use crate::disk::{FileCondition, TempCopy, explain, read_user_file};
use crate::ui::shared::ExternalEdit;

pub(crate) async fn edit(job: ExternalEdit, scratch: &Path) -> Result<String, String> {
    let command = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()));
    let command = command.unwrap_or_else(|| "vi".to_owned());
    // The command may have arguments (`code --wait`). It is not run through a shell, because the file's path would then
    // need quoting.
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().unwrap_or_default();
    // The editor gets a copy, not the file: the body may have unsaved edits, and the console would treat the editor's
    // save of the file as a change by another program. The copy has the ending of the body's file, so that the editor
    // highlights its syntax.
    let copy = TempCopy::new(scratch, &format!("{}{}", job.stem, job.ending), &job.text)
        .map_err(|error| format!("cannot create a copy for {program}: {}", explain(&error)))?;
    let mut run = tokio::process::Command::new(&program);
    run.args(words).args(at_position(&program, job.position.line, job.position.column)).arg(copy.path());
    let status = run.status().await.map_err(|error| format!("cannot run {program} ($EDITOR): {error}"))?;
    if !status.success() {
        return Err(format!("{program} ended with {status}; the body is unchanged"));
    }
    let written = read_user_file(Path::new(""), &copy.path().to_string_lossy());
    match (written.condition, written.problems.first()) {
        (FileCondition::Read, _) => Ok(written.text),
        (_, Some(problem)) => Err(format!("the text from {program} was not accepted: {}", problem.message)),
        (_, None) => Err(format!("{program} removed the file; the body is unchanged")),
    }
}

/// Returns the argument that places the cursor, or no argument if telecast does not know the editor.
fn at_position(program: &str, line: usize, column: usize) -> Vec<String> {
    let name = program.rsplit('/').next().unwrap_or(program);
    match name {
        "vi" | "vim" | "nvim" | "gvim" => vec![format!("+call cursor({line},{column})")],
        "nano" | "micro" => vec![format!("+{line},{column}")],
        "emacs" | "emacsclient" | "kak" => vec![format!("+{line}:{column}")],
        // An unknown editor could take the argument for a file name.
        _ => Vec::new(),
    }
}
