//! Colors the code blocks of a message by their programming language.

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use crate::ui::editor::highlight::SyntaxPiece;
use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;

/// The longest code block that is colored, in bytes. This is enough: a message has at most 4096 characters, and each
/// takes at most 4 bytes.
const MAX_BYTES: usize = 16 * 1024;

/// syntect's grammars of programming languages. They take megabytes of memory and tens of milliseconds to load. So load
/// them on a thread that does not draw, and only if a message has a code block with a language.
#[derive(Debug)]
pub struct CodeGrammars {
    set: SyntaxSet,
}

impl CodeGrammars {
    pub fn load() -> Self {
        Self { set: SyntaxSet::load_defaults_newlines() }
    }

    /// Returns the colored pieces of `text` in ascending order, or an empty list if the language is unknown or the text
    /// is too long.
    pub fn pieces(&self, language: &str, text: &str) -> Vec<SyntaxPiece> {
        let syntax = self.set.find_syntax_by_token(language).filter(|_| text.len() <= MAX_BYTES);
        let Some(syntax) = syntax else { return Vec::new() };
        let mut state = LineState { parse: ParseState::new(syntax), scopes: ScopeStack::new() };
        let mut pieces = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // These grammars expect a line break at the end of every line, including the last one.
            let content = line.trim_end_matches('\n');
            let in_line = classes::read_line(&mut state, &format!("{content}\n"), &self.set).into_iter();
            pieces.extend(
                in_line.map(|(range, class)| (range.start + at..range.end.min(content.len()) + at, class)),
            );
            at += line.len();
        }
        pieces
    }
}
