//! What can be said of a template without a profile: names that nobody has, values that do not fit their place.

mod flow;
mod hole;
mod names;

use crate::diagnostic::Diagnostic;
use crate::profile::Vocabulary;

use super::Template;

pub(super) use flow::modes_of;

/// What a template renders to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Content {
    /// A JSON body for the Bot API; its parse mode is read from it.
    #[default]
    Json,
    /// Plain text, a URL, a header.
    Text,
}

/// Returns the problems of `template` that no profile is needed to see, ascending.
///
/// Those that [`super::parse`] returned are not among them. Each fix is one that the template's dialect accepts.
pub fn check(template: &Template, vocabulary: &Vocabulary, content: Content) -> Vec<Diagnostic> {
    let mut problems = names::check(template, vocabulary);
    if content == Content::Json {
        problems.extend(flow::check(template, vocabulary));
    }
    problems.sort_by_key(|problem| problem.span);
    problems
}

#[cfg(test)]
mod tests;
