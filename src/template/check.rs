//! Static checks: problems that can be found without rendering a template for a profile.
//!
//! ```text
//! names                  ──▶ unknown properties and variables
//! flow ──▶ fields        ──▶ unknown and duplicate JSON keys, branches that leave the JSON unbalanced
//!      └─▶ interpolation ──▶ values that are not escaped for their position in the JSON, or may be empty there
//! ```

mod fields;
mod flow;
mod guard;
mod interpolation;
mod names;
mod source;

use crate::diagnostic::Diagnostic;
use crate::profile::Vocabulary;
use crate::telegram::Method;

use super::Template;

pub(super) use flow::objects_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Content {
    /// A JSON body for a Bot API method that is not known.
    #[default]
    Json,
    /// A JSON body for this method, whose fields the keys are compared with.
    Call(Method),
    /// Plain text, a URL, a header.
    Text,
}

/// Returns the problems that can be found without a profile, in source order.
///
/// The problems that [`super::parse`] returned are not repeated.
pub(crate) fn check(template: &Template, vocabulary: &Vocabulary, content: Content) -> Vec<Diagnostic> {
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
