//! Prints problems as `file:line:column: severity[code]: message`, or as JSON.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::service::SourceProblem;
use crate::text::{LineColumn, LineIndex, Span, visible};

use super::args::Deny;
use super::error::ExitStatus;

/// A file with its path as printed in problems, its text, and the line starts of the text.
pub(crate) struct SourceFile<'a> {
    file: &'a str,
    text: &'a str,
    index: LineIndex,
}

/// A problem with its file, line and column, ready to be printed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LocatedProblem {
    /// The file's path, relative to the workspace's root.
    pub file: String,
    /// The start of the problem. Lines and columns count from 1. Columns count characters.
    pub at: LineColumn,
    /// The problem; its spans are byte offsets in the file's text.
    pub diagnostic: Diagnostic,
    /// The fixes as JSON, with lines and columns. The fixes are converted to JSON when this value is created, because
    /// the conversion needs the text of the file.
    fixes: Vec<Value>,
}

impl<'a> SourceFile<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, index: LineIndex::new(text) }
    }

    pub(super) fn locate_all(&self, diagnostics: &[Diagnostic]) -> Vec<LocatedProblem> {
        diagnostics.iter().map(|diagnostic| self.problem(diagnostic)).collect()
    }

    pub(super) fn problem(&self, diagnostic: &Diagnostic) -> LocatedProblem {
        LocatedProblem {
            file: self.file.to_owned(),
            at: self.index.position(self.text, diagnostic.span.start),
            diagnostic: diagnostic.clone(),
            fixes: diagnostic.fixes.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn fix(&self, fix: &Fix) -> Value {
        let edit = |edit: &crate::diagnostic::TextEdit| json!({ "range": self.range(edit.span), "text": edit.replacement });
        json!({ "title": fix.title, "safe": fix.safe, "edits": fix.edits.iter().map(edit).collect::<Vec<_>>() })
    }

    fn range(&self, span: Span) -> Value {
        let start = self.index.position(self.text, span.start);
        let end = self.index.position(self.text, span.end);
        json!({
            "start": { "line": start.line, "column": start.column },
            "end": { "line": end.line, "column": end.column },
        })
    }
}

impl LocatedProblem {
    pub(super) fn locate(found: &[SourceProblem<'_>]) -> Vec<LocatedProblem> {
        // Problems of the same file are usually adjacent. The line index is built once for each group of adjacent
        // problems. Building it for each problem would take quadratic time on a body with thousands of problems.
        let files = found.chunk_by(|problem, next| problem.path == next.path);
        let located = files.flat_map(|group| {
            let file = group.first().map(|first| SourceFile::new(first.path, first.text));
            file.into_iter().flat_map(|file| group.iter().map(move |found| file.problem(&found.diagnostic)))
        });
        located.collect()
    }

    pub(super) fn line(&self) -> String {
        let Diagnostic { code, severity, message, help, .. } = &self.diagnostic;
        let LineColumn { line, column } = self.at;
        // A message may quote the file. Escape sequences must not reach the terminal, and a line break must not
        // start a line that looks like another problem.
        let (file, message) = (visible(&self.file), visible(message));
        let help = help.iter().map(|help| format!("\n  help: {}", visible(help))).collect::<String>();
        format!("{file}:{line}:{column}: {}[{code}]: {message}{help}", severity.as_str())
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "file": self.file,
            "line": self.at.line,
            "column": self.at.column,
            "severity": self.diagnostic.severity.as_str(),
            "code": self.diagnostic.code.as_str(),
            "message": self.diagnostic.message,
            "help": self.diagnostic.help,
            "fixes": self.fixes,
        })
    }

    pub(super) fn exit_status(problems: &[LocatedProblem], deny: Deny) -> ExitStatus {
        let is_fatal = |problem: &LocatedProblem| match problem.diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => deny.warnings(),
            // Infos never change the exit code, not even with `--deny warnings`.
            Severity::Info => false,
        };
        if problems.iter().any(is_fatal) { ExitStatus::Problems } else { ExitStatus::Done }
    }

    pub(super) fn summary(problems: &[LocatedProblem]) -> String {
        let count =
            |severity| problems.iter().filter(|problem| problem.diagnostic.severity == severity).count();
        let parts = [
            (count(Severity::Error), "error"),
            (count(Severity::Warning), "warning"),
            (count(Severity::Info), "info"),
        ];
        let counts: Vec<String> = parts
            .into_iter()
            .filter(|(n, _)| 0 < *n)
            .map(|(n, word)| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
            .collect();
        if counts.is_empty() { "no problems".into() } else { counts.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn columns_count_characters_from_one() {
        let text = "{\n \"ä😀\": <b }";
        let at = text.find('<').unwrap();
        let problem = Diagnostic::error(Code::UnsupportedTag, Span::new(at, at + 2), "what is this")
            .with_help("take it out")
            .with_fix(Fix::replace("remove", Span::new(at, at + 2), ""));
        let problem = SourceFile::new("campaigns/a.json.liquid", text).problem(&problem);
        assert_eq!(
            problem.line(),
            "campaigns/a.json.liquid:2:8: error[unsupported-tag]: what is this\n  help: take it out"
        );
        assert_eq!(
            problem.json(),
            json!({
                "file": "campaigns/a.json.liquid", "line": 2, "column": 8, "severity": "error", "code": "unsupported-tag",
                "message": "what is this", "help": "take it out",
                "fixes": [{ "title": "remove", "safe": true, "edits": [{
                    "range": { "start": { "line": 2, "column": 8 }, "end": { "line": 2, "column": 10 } },
                    "text": "",
                }] }],
            })
        );
        assert_eq!(LocatedProblem::summary(&[problem.clone(), problem]), "2 errors");
        assert_eq!(LocatedProblem::summary(&[]), "no problems");
    }
}
