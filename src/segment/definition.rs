//! A segment's file: an audience expression with a name.

use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;
use crate::toml::{self, Table};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SegmentDefinition {
    pub name: String,
    /// The audience expression, the value of `where`; empty if it is missing.
    pub expression: String,
    pub notes: String,
}

impl SegmentDefinition {
    /// Parses the file. Returns `None` only if the text is not TOML. The expression is not read.
    pub fn parse(text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        toml::read(text, read)
    }
}

fn read(table: &mut Table<'_>) -> SegmentDefinition {
    // A mistyped `where` would select nobody, and a key of a later version may change who is selected.
    table.make_unknown_keys_errors(|_| Some("a segment has the keys `name`, `where` and `notes`"));
    let mut text = |key| table.string(key).map(|text| text.value).unwrap_or_default();
    let definition =
        SegmentDefinition { name: text("name"), expression: text("where"), notes: text("notes") };
    if definition.expression.trim().is_empty() {
        let span = table.key_span("where").unwrap_or(Span::at(0));
        let problem = Diagnostic::error(Code::MissingKey, span, "the segment has no `where`");
        table.report(problem.with_help("write a condition, such as where = 'country == \"DE\"'"));
    }
    definition
}

/// Moves a problem of the expression to the file. If the file writes the expression with escapes, the problem is at the
/// whole value and has no fix.
pub(crate) fn problem_in_file(
    file: &str,
    path: &[&str],
    expression: &str,
    problem: Diagnostic,
) -> Diagnostic {
    let span = toml::value_span(file, path).unwrap_or(Span::at(0));
    match span.of(file).find(expression) {
        Some(at) => problem.shifted(span.start + at),
        None => Diagnostic { span, fixes: Vec::new(), ..problem },
    }
}
