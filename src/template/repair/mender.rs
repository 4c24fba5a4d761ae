//! The inside of an output or tag while its mistakes are corrected.

use crate::diagnostic::{Code, Diagnostic, TextEdit, apply_edits};
use crate::text::Span;

use super::super::flavour::Flavour;
use super::super::token::{self, Lexeme, LexemeKind};

/// A mistake in the words of the diagnostic about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mistake {
    pub span: Span,
    pub message: String,
    pub help: String,
    /// The title of the fix.
    pub title: String,
}

impl Mistake {
    pub(super) fn new(
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        Self { span, message: message.into(), help: help.into(), title: title.into() }
    }

    pub(super) fn shifted(self, by: usize) -> Self {
        Self { span: self.span.shifted(by), ..self }
    }

    pub(super) fn diagnostic(&self, code: Code) -> Diagnostic {
        Diagnostic::error(code, self.span, self.message.clone()).with_help(self.help.clone())
    }
}

/// The inside of an output or tag while it is mended.
pub(super) struct Mender {
    pub text: String,
    pub is_output: bool,
    pub flavour: Flavour,
    /// Whether everything that was corrected has only one meaning.
    pub is_safe: bool,
    pub negated: Option<String>,
    /// The first mistake. Its span refers to the text before any correction.
    pub first: Option<Mistake>,
    pub n_kinds: usize,
    pub explanation: Option<Mistake>,
    /// Several outputs and tags that mean the same.
    pub whole: Option<String>,
}

impl Mender {
    pub(super) fn lexemes(&self) -> Vec<Lexeme> {
        token::lex(&self.text, Span::new(0, self.text.len()))
    }

    pub(super) fn of(&self, lexeme: &Lexeme) -> &str {
        lexeme.span.of(&self.text)
    }

    /// Returns the name of the tag; empty for an output.
    pub(super) fn tag_name(&self) -> String {
        let first = self.lexemes().first().copied();
        let first = first.filter(|lexeme| !self.is_output && lexeme.kind == LexemeKind::Word);
        first.map_or(String::new(), |lexeme| self.of(&lexeme).to_owned())
    }

    /// Whether the arguments of the tag are a condition.
    pub(super) fn is_condition(&self) -> bool {
        matches!(self.tag_name().as_str(), "if" | "unless" | "elsif")
    }

    /// Whether filters are allowed here.
    pub(super) fn takes_filters(&self) -> bool {
        self.is_output || matches!(self.tag_name().as_str(), "assign" | "echo")
    }

    /// Applies the edits, which are ascending, as the correction of one kind of mistake.
    pub(super) fn correct(&mut self, edits: &[TextEdit], mistake: Mistake) {
        if let Some(text) = apply_edits(edits, &self.text).filter(|text| *text != self.text) {
            self.correct_to(text, mistake);
        }
    }

    pub(super) fn correct_to(&mut self, text: String, mistake: Mistake) {
        self.text = text;
        self.n_kinds += 1;
        self.first.get_or_insert(mistake);
    }

    /// Marks the correction as one of several possible meanings.
    pub(super) fn guess(&mut self) {
        self.is_safe = false;
    }

    /// Sets what is wrong, in case it cannot be corrected.
    pub(super) fn explain(&mut self, mistake: Mistake) {
        self.explanation.get_or_insert(mistake);
    }
}
