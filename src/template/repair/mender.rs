//! Corrects the mistakes inside the delimiters of one output or tag, one kind after the other, until the result has no
//! problem.

use crate::diagnostic::{Code, Diagnostic, TextEdit, apply_edits};
use crate::text::Span;

use super::super::flavour::Flavour;
use super::super::token::{self, Lexeme, LexemeKind};
use super::{characters, conditions, values};

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

/// The result of mending an output or tag.
pub(super) struct Mended {
    pub found: Option<Found>,
    /// What is wrong, if nothing was found that could replace it.
    pub explanation: Option<Mistake>,
}

pub(super) struct Found {
    pub text: String,
    pub mistake: Mistake,
    pub is_safe: bool,
    /// The operand, if the whole condition is `not operand`.
    pub negated: Option<String>,
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
    first: Option<Mistake>,
    n_kinds: usize,
    explanation: Option<Mistake>,
}

type Correction = fn(&mut Mender);

// The order matters: characters come before the words that they are part of, and a tag's name decides what its
// arguments are.
const CORRECTIONS: &[Correction] = &[
    characters::correct,
    values::braces,
    values::tag_names,
    conditions::operators,
    values::calls,
    values::pipes,
    values::names,
    values::quotes,
    values::ends,
    conditions::negations,
    conditions::parentheses,
];

/// Mends the output or tag `markup`. `accepts` decides whether a result has no problem.
pub(super) fn mend(markup: &str, flavour: Flavour, accepts: &dyn Fn(&str) -> bool) -> Mended {
    let nothing = Mended { found: None, explanation: None };
    let Some((left, inside, right)) = split(markup) else { return nothing };
    let mut mender = Mender {
        text: inside.to_owned(),
        is_output: left.starts_with("{{"),
        flavour,
        is_safe: true,
        negated: None,
        first: None,
        n_kinds: 0,
        explanation: None,
    };
    for correct in CORRECTIONS {
        let n_before = mender.n_kinds;
        correct(&mut mender);
        if n_before == mender.n_kinds {
            continue;
        }
        let text = format!("{left}{}{right}", mender.text);
        if accepts(&text) {
            let Some(first) = mender.first else { return nothing };
            let title = if mender.n_kinds == 1 { first.title.clone() } else { "correct this tag".to_owned() };
            let mistake = Mistake { title, ..first.shifted(left.len()) };
            let (is_safe, negated) = (mender.is_safe, mender.negated);
            return Mended { found: Some(Found { text, mistake, is_safe, negated }), explanation: None };
        }
    }
    let explanation = mender.explanation.filter(|_| mender.n_kinds == 0);
    Mended { found: None, explanation: explanation.map(|mistake| mistake.shifted(left.len())) }
}

/// Splits an output or tag into the opening delimiter, the inside, and the closing delimiter, with their dashes.
fn split(markup: &str) -> Option<(&str, &str, &str)> {
    let inside = markup.get(2..markup.len().checked_sub(2)?)?;
    let left = 2 + usize::from(inside.starts_with('-'));
    let inside = markup.get(left..markup.len() - 2)?;
    let right = 2 + usize::from(inside.ends_with('-'));
    let end = markup.len().checked_sub(right)?;
    Some((&markup[..left], markup.get(left..end)?, &markup[end..]))
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

pub(super) fn edit(span: Span, replacement: impl Into<String>) -> TextEdit {
    TextEdit { span, replacement: replacement.into() }
}
