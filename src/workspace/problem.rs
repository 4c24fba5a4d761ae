//! A problem together with the file it is in.

use super::Source;
use crate::diagnostic::Diagnostic;
use crate::text::{LineIndex, Position};

/// A problem at a place in a file of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct FileProblem {
    /// The file, from the workspace's root.
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

    /// Returns the problems of a file.
    pub fn of(source: &Source) -> Vec<FileProblem> {
        Self::place(&source.path, &source.text, &source.problems)
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
