//! A diagnostic together with its file and its position there.

use super::Diagnostic;
use crate::text::{LineColumn, LineIndex, visible, visible_lines};

#[derive(Debug, Clone, PartialEq)]
pub struct FileProblem {
    /// The path to show; for a file in a workspace, relative to the workspace's root.
    pub path: String,
    pub position: LineColumn,
    pub diagnostic: Diagnostic,
}

impl FileProblem {
    pub fn from_diagnostics(path: &str, text: &str, diagnostics: &[Diagnostic]) -> Vec<FileProblem> {
        // A file without problems needs no line index. The console calls this function for each file in each frame, and
        // indexing the lines of a 5 MB body took 80 % of the time that a key press needed.
        if diagnostics.is_empty() {
            return Vec::new();
        }
        let index = LineIndex::new(text);
        diagnostics
            .iter()
            .map(|diagnostic| FileProblem {
                path: path.to_owned(),
                position: index.position(text, diagnostic.span.start),
                diagnostic: diagnostic.clone(),
            })
            .collect()
    }
}

impl std::fmt::Display for FileProblem {
    /// Formats as `file:line:column: severity[code]: message`, with the help on the next line. Control characters are
    /// made visible, because the path and the message may come from a stranger's file.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Diagnostic { code, severity, message, help, .. } = &self.diagnostic;
        let LineColumn { line, column } = self.position;
        let (path, message) = (visible(&self.path), visible_lines(message));
        write!(out, "{path}:{line}:{column}: {}[{code}]: {message}", severity.as_str())?;
        match help {
            Some(help) => write!(out, "\n  help: {}", visible_lines(help)),
            None => Ok(()),
        }
    }
}
