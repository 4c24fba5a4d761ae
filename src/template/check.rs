//! Static checks: they find problems without rendering the template for a profile.
//!
//! ```text
//! names                  ──▶ unknown properties and variables
//! condition              ──▶ conditions that are always or never true
//! flow                   ──▶ duplicate JSON keys, and branches and loops that leave the JSON unbalanced
//!  ├──▶ fields           ──▶ unknown JSON keys
//!  ├──▶ remnant          ──▶ delimiters that the message would show
//!  └──▶ interpolation    ──▶ values that would break the JSON or the markup at their position
//!       ├──▶ source       ──▶ where a value comes from
//!       ├──▶ written      ──▶ which characters it prints, and which of them are escaped
//!       └──▶ entity       ──▶ whether it is inside an entity of legacy Markdown
//! ```

mod condition;
mod entity;
mod fields;
mod flow;
mod guard;
mod interpolation;
mod names;
mod remnant;
mod source;
mod written;

use crate::diagnostic::Diagnostic;
use crate::profile::Vocabulary;
use crate::telegram::Method;

use super::Template;

pub(super) use flow::objects_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Content {
    /// A JSON body for an unknown Bot API method. Its keys cannot be compared with the fields of a method.
    #[default]
    Json,
    /// A JSON body for this Bot API method. The keys of the body are compared with the fields of the method.
    Call(Method),
    /// A template that is not JSON: plain text, a URL, or a header.
    Text,
}

/// Returns the problems that can be found without rendering, in source order. Problems that [`super::parse`] returned
/// are left out.
pub(crate) fn check(template: &Template, vocabulary: &Vocabulary, content: Content) -> Vec<Diagnostic> {
    let mut problems = names::check(template, vocabulary);
    problems.extend(condition::check(template, vocabulary));
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
