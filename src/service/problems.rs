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
/// file as last read. Each problem gets the span of the value that the file has under the same keys.
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
    // The span becomes the whole value, and the fixes are dropped. Both refer to offsets in the decoded value, and
    // these offsets are wrong in the file if the file contains the value with escapes.
    let located = found.map(|(path, problem)| {
        let span = toml::value_span(&source.text, &path).unwrap_or(Span::at(0));
        Diagnostic { span, fixes: Vec::new(), ..problem.clone() }
    });
    located.collect()
}
