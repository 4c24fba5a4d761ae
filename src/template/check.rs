//! What can be said of a template without a profile: names that nobody has, values that do not fit their place.

mod fields;
mod flow;
mod guard;
mod hole;
mod names;
mod source;

use crate::diagnostic::Diagnostic;
use crate::profile::Vocabulary;
use crate::telegram::Method;

use super::Template;

pub(super) use flow::objects_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Content {
    /// A JSON body for the Bot API; its parse mode is read from it.
    #[default]
    Json,
    /// A JSON body for this method, whose fields are known.
    Call(Method),
    /// Plain text, a URL, a header.
    Text,
}

/// Returns the problems of `template` that no profile is needed to see, ascending.
///
/// Those that [`super::parse`] returned are not among them. Each fix is one that the template's dialect accepts.
pub fn check(template: &Template, vocabulary: &Vocabulary, content: Content) -> Vec<Diagnostic> {
    let mut problems = names::check(template, vocabulary);
    match content {
        Content::Json => problems.extend(flow::check(template, vocabulary, None)),
        Content::Call(method) => problems.extend(flow::check(template, vocabulary, Some(method))),
        Content::Text => {}
    }
    problems.sort_by_key(|problem| problem.span);
    problems
}

#[cfg(test)]
mod tests;
