//! Diagnostics for text that a person wrote. A diagnostic has a span, a message, and possibly a help text and fixes.
//!
//! A parser does not stop at the first error. It returns what it could read, and all diagnostics. A diagnostic does not
//! know its file; [`FileProblem`] adds the path and the position.

mod code;
mod combine;
mod file_problem;
mod rewritten;

use crate::text::{LineIndex, Span};

pub use code::About;
pub use code::{CODES, Code};
pub(crate) use combine::{CombinedFixes, combine_fixes};
pub use file_problem::FileProblem;
pub(crate) use rewritten::{Rewritten, merged};

/// An error changes the exit code. A warning changes it only with `--deny warnings`. An info never changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, such as a change that Telegram makes to the text.
    Info,
    /// Works, but probably not as intended.
    Warning,
    /// Does not work. For example, Telegram would refuse it, or a recipient would get the wrong message.
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// What is wrong, in the user's terms, without a full stop.
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
    /// Fixes that can be applied, best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), span, help: None, fixes: Vec::new() }
    }

    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    pub fn info(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::error(code, span, message) }
    }

    /// Adds the help "did you mean `near`?" and a fix that replaces `span` with `source`. `source` is how `near` must
    /// be written in the text, for example in quotes.
    #[must_use]
    pub fn with_near(self, span: Span, near: &str, source: impl Into<String>) -> Self {
        let fix = Fix::replace(format!("replace with `{near}`"), span, source);
        self.with_help(format!("did you mean `{near}`?")).with_fix(fix)
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Moves the span and the spans of all fixes forward by `by` bytes.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        // A fix edits the text that the diagnostic is about, so the spans of its edits move too.
        self.span = self.span.shifted(by);
        for edit in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = edit.span.shifted(by);
        }
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Returns the first fix that is called safe.
    pub(crate) fn safe_fix(&self) -> Option<&Fix> {
        self.fixes.iter().find(|fix| fix.safe)
    }

    /// Formats as `file:line:column: severity[code]: message`, with the help on the next line.
    pub fn to_line(&self, file: &str, text: &str, index: &LineIndex) -> String {
        let position = index.position(text, self.span.start);
        let severity = self.severity.as_str();
        let mut line = format!(
            "{file}:{}:{}: {severity}[{}]: {}",
            position.line, position.column, self.code, self.message
        );
        if let Some(help) = &self.help {
            line.push_str("\n  help: ");
            line.push_str(help);
        }
        line
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    pub title: String,
    /// Ascending edits that do not overlap.
    pub edits: Vec<TextEdit>,
    /// Whether `check --fix` may apply the fix without asking. A safe fix changes nothing but the fault. A rule only
    /// proposes that its fix is safe. For the problems of a message, `compose` and `telegram` then try the fix, and set
    /// this to false if they cannot prove it.
    pub safe: bool,
}

impl Fix {
    /// Creates a safe fix with one replacement.
    pub fn replace(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            edits: vec![TextEdit { span, replacement: replacement.into() }],
            safe: true,
        }
    }

    #[must_use]
    pub fn unsafe_to_apply(mut self) -> Self {
        self.safe = false;
        self
    }

    /// Returns `text` with the edits applied, or `None` if a span is not valid in `text`.
    pub fn apply(&self, text: &str) -> Option<String> {
        apply_edits(&self.edits, text)
    }
}

/// Sets `safe` to false in every fix, except in the [`Diagnostic::safe_fix`] of each problem whose index is in
/// `proven`. The indices must be in ascending order.
pub(crate) fn keep_proven(problems: &mut [Diagnostic], proven: &[usize]) {
    for (at, problem) in problems.iter_mut().enumerate() {
        let mut may_be_safe = proven.binary_search(&at).is_ok();
        for fix in &mut problem.fixes {
            // Only the fix that `safe_fix` returns, which is the first safe one, was tried.
            let is_tried = fix.safe && may_be_safe;
            may_be_safe &= !fix.safe;
            fix.safe = is_tried;
        }
    }
}

/// Applies ascending edits that do not overlap. Returns `None` if a span is not valid in `text`.
pub(crate) fn apply_edits(edits: &[TextEdit], text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        // The text may have changed since the fix was made. If a span is then out of range or inside a character, `get`
        // returns `None`, but indexing would panic.
        out.push_str(text.get(from..edit.span.start)?);
        out.push_str(&edit.replacement);
        from = edit.span.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

#[derive(Debug, Clone, PartialEq)]
pub struct TextEdit {
    /// The bytes to replace; empty to insert.
    pub span: Span,
    pub replacement: String,
}

impl TextEdit {
    pub(crate) fn new(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }
}

/// Returns the candidate closest to `word` if it is close enough to be a typo, for "did you mean" hints.
///
/// The comparison ignores case. A candidate may differ from `word` in up to a third of the letters of `word`, or in one
/// letter if `word` has fewer than three. An insertion, deletion, replacement, or swap of two neighboring letters
/// counts as one difference.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (letters, candidate)
        })
        // The edit distance is at least the difference in length, so this filter removes no candidate that is close
        // enough. Without the filter, a word of a megabyte would need a table of a million rows.
        .filter(|(letters, _)| letters.len().abs_diff(wanted.len()) <= limit)
        .map(|(letters, candidate)| (edit_distance(&wanted, &letters), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns the optimal string alignment distance: Levenshtein plus swaps of two neighboring letters.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if 1 < i && 1 < j && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_fixes_are_chosen() {
        let span = Span::new(0, 1);
        let chosen = Fix::replace("x", span, "y").unsafe_to_apply();
        let problem = Diagnostic::error(Code::NotJson, span, "x").with_fix(chosen);
        assert_eq!(problem.safe_fix(), None);
        let safe = Fix::replace("x", span, "z");
        assert_eq!(problem.with_fix(safe.clone()).safe_fix(), Some(&safe));
    }

    #[test]
    fn problem_line_shows_position_severity_code_and_help() {
        let text = "{\n \"téxt\": x\n}";
        let at = text.find('x').unwrap();
        let problem =
            Diagnostic::error(Code::NotJson, Span::at(text.rfind('x').unwrap()), "expected a value")
                .with_help("quote it");
        assert!(at < text.rfind('x').unwrap());
        assert_eq!(
            problem.to_line("a.json.liquid", text, &LineIndex::new(text)),
            "a.json.liquid:2:10: error[not-json]: expected a value\n  help: quote it"
        );
    }

    #[test]
    fn did_you_mean_suggests_only_close_names() {
        let names = ["capitalize", "first_name", "size"];
        assert_eq!(did_you_mean("capitalise", names), Some("capitalize"));
        assert_eq!(did_you_mean("frist_name", names), Some("first_name"));
        assert_eq!(did_you_mean("colour", names), None);
        assert_eq!(did_you_mean(&"x".repeat(1_000_000), names), None);
    }

    #[test]
    fn a_fix_applies_its_edits_in_order() {
        let fix = Fix {
            title: "swap".into(),
            edits: vec![
                TextEdit { span: Span::new(0, 1), replacement: "b".into() },
                TextEdit { span: Span::new(2, 3), replacement: "a".into() },
            ],
            safe: true,
        };
        assert_eq!(fix.apply("a-b").as_deref(), Some("b-a"));
        assert_eq!(fix.apply("a"), None);
    }
}
