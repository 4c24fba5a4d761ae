//! A template as it was parsed, with the partials it may call.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::text::Span;

use super::source_map::PartialSource;
use super::syntax::Block;
use super::token::Token;

#[derive(Debug)]
pub(super) struct Compiled {
    /// The template, then the partials it may call.
    pub files: Vec<File>,
    /// The partials, in the order of the files.
    pub partials: Arc<[PartialSource]>,
    pub tokens: Vec<Token>,
    pub holes: Vec<Span>,
    pub blocks: Vec<Vec<Span>>,
    pub dialect: Dialect,
    /// The template's own first error: with one it cannot be rendered.
    pub error: Option<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct File {
    /// `None` for the template itself.
    pub name: Option<String>,
    pub source: String,
    pub body: Block,
    pub error: Option<Diagnostic>,
}

impl Compiled {
    pub fn file_of(&self, name: &str) -> Option<(usize, &str)> {
        let index = self.partials.iter().position(|known| known.name == name)?;
        Some((index + 1, self.partials[index].name.as_str()))
    }
}
