//! Problems with the file they are in.

use crate::campaign::Webhook;
use crate::compose::Field;
use crate::diagnostic::Diagnostic;
use crate::text::Span;
use crate::toml;
use crate::workspace::{FileProblem, Source};

/// Places what composing found wrong with a webhook's templates in the webhook's file, at the value's start.
pub fn webhook_problems(source: &Source, found: &[(Field, Diagnostic)]) -> Vec<FileProblem> {
    let found = at_values(source, found.iter().map(|(field, problem)| (field.path(), problem)));
    FileProblem::place(&source.path, &source.text, &found)
}

/// Places what may not stand in a webhook as it is typed, and not saved yet, in its file, at the value's start.
pub fn violations(source: &Source, typed: &Webhook) -> Vec<FileProblem> {
    let violations = typed.route().err().unwrap_or_default();
    let parts = violations.iter().map(|violation| (violation.part.path(), &violation.problem));
    FileProblem::place(&source.path, &source.text, &at_values(source, parts))
}

/// Returns the problems with their places in a definition's file: where the value stands that each is about.
pub(super) fn at_values<'a>(
    source: &Source,
    found: impl Iterator<Item = (Vec<&'a str>, &'a Diagnostic)>,
) -> Vec<Diagnostic> {
    let placed = found.map(|(path, problem)| {
        let span = toml::value_span(&source.text, &path).unwrap_or(Span::at(0));
        Diagnostic { span, fixes: Vec::new(), ..problem.clone() }
    });
    placed.collect()
}
