//! Problems with the file they are in.

use crate::compose::Field;
use crate::diagnostic::Diagnostic;
use crate::text::Span;
use crate::toml;
use crate::workspace::{FileProblem, Source};

/// Places what composing found wrong with a webhook's templates in the webhook's file, at the value's start.
pub fn webhook_problems(source: &Source, found: &[(Field, Diagnostic)]) -> Vec<FileProblem> {
    let placed: Vec<Diagnostic> = found
        .iter()
        .map(|(field, problem)| {
            let path = field.path();
            let span = toml::value_span(&source.text, &path).unwrap_or(Span::at(0));
            Diagnostic { span, fixes: Vec::new(), ..problem.clone() }
        })
        .collect();
    FileProblem::place(&source.path, &source.text, &placed)
}
