//! A parsed template together with the partials that it may call.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::text::Span;

use super::source_map::PartialSource;
use super::syntax::Block;
use super::token::LiquidToken;

#[derive(Debug)]
pub(super) struct Compiled {
    /// The template first, then the partials that it may call.
    pub files: Vec<TemplateFile>,
    /// The sources of the partials, in the order of `files`.
    pub partials: Arc<[PartialSource]>,
    pub tokens: Vec<LiquidToken>,
    pub liquid_spans: Vec<Span>,
    pub blocks: Vec<Vec<Span>>,
    pub dialect: Dialect,
    /// The first syntax error that the parser found in the template's own source. A template with a syntax error cannot
    /// be rendered.
    pub error: Option<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct TemplateFile {
    /// `None` for the template itself.
    pub name: Option<String>,
    pub source: String,
    pub body: Block,
    /// The first syntax error that the parser found in this file, if the file is a partial. It is always `None` for the
    /// template itself, whose error is in [`Compiled::error`].
    pub error: Option<Diagnostic>,
}

impl Compiled {
    /// Returns the index in `files` of the partial called `name`, and that name with the lifetime of `self`. Returns
    /// `None` if no such partial is in `files`.
    pub(super) fn file_of(&self, name: &str) -> Option<(usize, &str)> {
        let index = self.partials.iter().position(|known| known.name == name)?;
        // `files` starts with the template itself, but `partials` does not.
        Some((index + 1, self.partials[index].name.as_str()))
    }
}
