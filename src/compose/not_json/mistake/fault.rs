//! A text that is not JSON, and the mistake that a recognizer found in it.

use crate::diagnostic::{TextEdit, apply_edits};
use crate::json::{self, JsonToken, JsonTokenKind, SyntaxError, SyntaxErrorKind};
use crate::text::Span;

#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::compose::not_json) struct Mistake {
    /// What is wrong. `None` if the parser's message says it well enough.
    pub message: Option<String>,
    /// The place of the mistake. `None` if it is the place of the parser's error.
    pub span: Option<Span>,
    /// What the author can do.
    pub help: Option<String>,
    pub repair: Option<Repair>,
}

/// Edits of the JSON text that undo a mistake.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compose::not_json) struct Repair {
    pub title: String,
    /// Ascending edits that do not overlap.
    pub edits: Vec<TextEdit>,
    /// Whether there is only one way to undo the mistake, and the edited text is JSON.
    pub is_certain: bool,
}

/// A text that is not JSON, and the parser's error.
pub(super) struct Fault<'a> {
    pub text: &'a str,
    pub error: &'a SyntaxError,
}

impl<'a> Fault<'a> {
    pub(super) fn at(&self) -> usize {
        self.error.span.start
    }

    /// The text from the error on.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at()..).unwrap_or_default()
    }

    /// The text before the error, without the whitespace at its end.
    pub(super) fn before(&self) -> &'a str {
        self.text.get(..self.at()).unwrap_or_default().trim_end()
    }

    /// The first character that is wrong.
    pub(super) fn found(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Returns whether the parser found something that cannot be at this place, between two tokens.
    pub(super) fn is_between_tokens(&self) -> bool {
        matches!(
            self.error.kind,
            SyntaxErrorKind::Expected(_) | SyntaxErrorKind::Word(_) | SyntaxErrorKind::TrailingText
        )
    }

    /// Returns the string that ends directly before the error, apart from whitespace. Its quotes are included.
    pub(super) fn string_before(&self) -> Option<Span> {
        let end = self.before().len();
        let last = json::tokens(self.text).take_while(|token| token.span.end <= end).last()?;
        (last.kind == JsonTokenKind::String && last.span.end == end).then_some(last.span)
    }

    /// Returns the key whose value the parser expected at the error.
    pub(super) fn key_before(&self) -> Option<&'a str> {
        let before = self.before().strip_suffix(':')?.trim_end().strip_suffix('"')?;
        before.rfind('"').map(|quote| &before[quote + 1..])
    }

    /// Returns whether the text with these edits is JSON.
    pub(super) fn is_repaired_by(&self, edits: &[TextEdit]) -> bool {
        apply_edits(edits, self.text).is_some_and(|repaired| json::parse(&repaired).is_ok())
    }

    /// Returns all edits of a kind if they turn the text into JSON. Otherwise, returns only those at the error: the
    /// others may be in text that was misread.
    pub(super) fn all_or_first(&self, all: Vec<TextEdit>) -> Vec<TextEdit> {
        if self.is_repaired_by(&all) {
            return all;
        }
        all.into_iter().filter(|edit| edit.span.start == self.at()).collect()
    }
}

impl Mistake {
    pub(super) fn help(help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::default() }
    }

    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    pub(super) fn at(self, span: Span) -> Self {
        Self { span: Some(span), ..self }
    }

    /// Adds a repair that the author may want.
    pub(super) fn with_choice(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        Self { repair: Some(Repair { title: title.into(), edits, is_certain: false }), ..self }
    }

    /// Adds a repair to which there is no alternative. The caller of the recognizer checks that the repaired text is
    /// JSON.
    pub(super) fn with_repair(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        Self { repair: Some(Repair { title: title.into(), edits, is_certain: true }), ..self }
    }
}

pub(super) fn insert(at: usize, text: impl Into<String>) -> TextEdit {
    TextEdit::new(Span::at(at), text)
}

pub(super) fn remove(span: Span) -> TextEdit {
    TextEdit::new(span, "")
}

pub(super) fn is_punctuation(token: &JsonToken, c: char) -> bool {
    token.kind == JsonTokenKind::Punctuation(c)
}
