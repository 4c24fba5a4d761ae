//! Problems as a person and as a program reads them: `file:line:column: severity[code]: message`, or JSON.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::service::Found;
use crate::text::{LineIndex, Position, Span, visible};

use super::args::Deny;
use super::error::Ending;

/// A file as problems name it, with what is in it.
pub struct Sheet<'a> {
    file: &'a str,
    text: &'a str,
    index: LineIndex,
}

/// A problem at its place, ready to be printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The file, from the workspace's root.
    pub file: String,
    /// Where it starts.
    pub at: Position,
    /// What it is; its spans count in the file's text.
    pub diagnostic: Diagnostic,
    /// Its fixes with lines and columns.
    fixes: Vec<Value>,
}

impl<'a> Sheet<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, index: LineIndex::new(text) }
    }

    pub fn place(&self, diagnostics: &[Diagnostic]) -> Vec<Problem> {
        diagnostics.iter().map(|diagnostic| self.problem(diagnostic)).collect()
    }

    pub fn problem(&self, diagnostic: &Diagnostic) -> Problem {
        Problem {
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

impl Problem {
    pub fn place(found: &[Found<'_>]) -> Vec<Problem> {
        let files = found.chunk_by(|one, next| one.path == next.path);
        let placed = files.flat_map(|file| {
            let sheet = file.first().map(|first| Sheet::new(first.path, first.text));
            sheet.into_iter().flat_map(|sheet| file.iter().map(move |found| sheet.problem(&found.diagnostic)))
        });
        placed.collect()
    }

    pub fn line(&self) -> String {
        let Diagnostic { code, severity, message, help, .. } = &self.diagnostic;
        let Position { line, column } = self.at;
        // What is quoted from a file cannot drive a terminal, nor begin a line that looks like another problem.
        let (file, message) = (visible(&self.file), visible(message));
        let help = help.iter().map(|help| format!("\n  help: {}", visible(help))).collect::<String>();
        format!("{file}:{line}:{column}: {}[{code}]: {message}{help}", severity.as_str())
    }

    pub fn json(&self) -> Value {
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

    pub fn ending(problems: &[Problem], deny: Deny) -> Ending {
        let is_fatal = |problem: &Problem| match problem.diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => deny.warnings(),
            Severity::Info => false,
        };
        if problems.iter().any(is_fatal) { Ending::Problems } else { Ending::Done }
    }

    pub fn summary(problems: &[Problem]) -> String {
        let count =
            |severity| problems.iter().filter(|problem| problem.diagnostic.severity == severity).count();
        let parts = [
            (count(Severity::Error), "error"),
            (count(Severity::Warning), "warning"),
            (count(Severity::Info), "info"),
        ];
        let words: Vec<String> = parts
            .into_iter()
            .filter(|(n, _)| 0 < *n)
            .map(|(n, word)| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
            .collect();
        if words.is_empty() { "no problems".into() } else { words.join(", ") }
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
        let problem = Sheet::new("campaigns/a.json.liquid", text).problem(&problem);
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
        assert_eq!(Problem::summary(&[problem.clone(), problem]), "2 errors");
        assert_eq!(Problem::summary(&[]), "no problems");
    }
}
