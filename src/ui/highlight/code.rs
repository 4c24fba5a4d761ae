//! Code blocks of a message, coloured by their language.

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::Piece;
use super::classes::{self, LineState};

/// How much of a code block is coloured; a message holds 4096 characters.
const LONGEST: usize = 16 * 1024;

/// The grammars of programming languages. They take some megabytes and tens of milliseconds: load them off the
/// screen's thread, and only once a message has a code block with a language.
#[derive(Debug)]
pub struct CodeGrammars {
    set: SyntaxSet,
}

impl CodeGrammars {
    /// Loads the grammars.
    pub fn load() -> Self {
        Self { set: SyntaxSet::load_defaults_newlines() }
    }

    /// Returns the pieces of each line of `text`; of a language it does not know, lines without pieces.
    pub fn pieces(&self, language: &str, text: &str) -> Vec<Vec<Piece>> {
        let syntax = self.set.find_syntax_by_token(language).filter(|_| text.len() <= LONGEST);
        let Some(syntax) = syntax else { return text.lines().map(|_| Vec::new()).collect() };
        let mut state = LineState { parse: ParseState::new(syntax), scopes: ScopeStack::new() };
        text.lines().map(|line| classes::read_line(&mut state, &format!("{line}\n"), &self.set)).collect()
    }
}
