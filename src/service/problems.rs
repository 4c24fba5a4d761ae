//! Locates the problems of a webhook in its TOML file.

use crate::campaign::Webhook;
use crate::compose::RequestField;
use crate::diagnostic::Diagnostic;
use crate::text::Span;
use crate::toml;
use crate::workspace::{FileProblem, LoadedFile};

/// Locates the problems of a webhook's templates in its file. Each problem gets the span of the value that the problem
/// is about.
pub(crate) fn webhook_problems(
    source: &LoadedFile,
    found: &[(RequestField, Diagnostic)],
) -> Vec<FileProblem> {
    let found = at_values(source, found.iter().map(|(field, problem)| (field.path(), problem)));
    FileProblem::from_diagnostics(&source.path, &source.text, &found)
}

/// Finds the problems of `typed`, the webhook as edited in the console, and locates them in `source`, the webhook's
/// file as last read. Each problem is about one value of `typed`, and gets the span of the value that has the same TOML
/// keys in the file.
pub(crate) fn violations(source: &LoadedFile, typed: &Webhook) -> Vec<FileProblem> {
    let violations = typed.route().err().unwrap_or_default();
    let parts = violations.iter().map(|violation| (violation.part.path(), &violation.problem));
    FileProblem::from_diagnostics(&source.path, &source.text, &at_values(source, parts))
}

/// Moves each problem to the value that has the given keys in `source`, the webhook's TOML file. If there is no such
/// value, moves the problem to the start of the file.
pub(super) fn at_values<'a>(
    source: &LoadedFile,
    found: impl Iterator<Item = (Vec<&'a str>, &'a Diagnostic)>,
) -> Vec<Diagnostic> {
    // The problem gets the span of the whole value and loses its fixes. Its old span and its fixes refer to offsets in
    // the decoded value. If the file contains the value with escapes, these offsets are wrong in the file.
    let located = found.map(|(path, problem)| {
        let span = toml::value_span(&source.text, &path).unwrap_or(Span::at(0));
        Diagnostic { span, fixes: Vec::new(), ..problem.clone() }
    });
    located.collect()
}
