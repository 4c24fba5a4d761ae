//! A problem together with the file it is in.

use super::Diagnostic;
use crate::text::{LineIndex, Position, visible, visible_lines};

#[derive(Debug, Clone, PartialEq)]
pub struct FileProblem {
    /// The file, as it is shown: in a workspace from its root.
    pub path: String,
    pub position: Position,
    pub diagnostic: Diagnostic,
}

impl FileProblem {
    pub fn place(path: &str, text: &str, diagnostics: &[Diagnostic]) -> Vec<FileProblem> {
        // Asked of each file for each frame: one without problems must not be read for them.
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
    /// `file:line:column: severity[code]: message`, with the help on a line below; control characters are made visible.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Diagnostic { code, severity, message, help, .. } = &self.diagnostic;
        let Position { line, column } = self.position;
        let (path, message) = (visible(&self.path), visible_lines(message));
        write!(out, "{path}:{line}:{column}: {}[{code}]: {message}", severity.as_str())?;
        match help {
            Some(help) => write!(out, "\n  help: {}", visible_lines(help)),
            None => Ok(()),
        }
    }
}
