//! A problem together with the file it is in.

use super::Diagnostic;
use crate::text::{LineIndex, Position};

/// A problem at a place in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileProblem {
    /// The file, as it is shown: in a workspace from its root.
    pub path: String,
    /// Line and column of the problem's start.
    pub position: Position,
    /// The problem.
    pub diagnostic: Diagnostic,
}

impl FileProblem {
    /// Places `diagnostics` of `text` in the file `path`.
    pub fn place(path: &str, text: &str, diagnostics: &[Diagnostic]) -> Vec<FileProblem> {
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
    /// `file:line:column: severity[code]: message`, with the help on a line below.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Diagnostic { code, severity, message, help, .. } = &self.diagnostic;
        let Position { line, column } = self.position;
        write!(out, "{}:{line}:{column}: {}[{code}]: {message}", self.path, severity.as_str())?;
        match help {
            Some(help) => write!(out, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
