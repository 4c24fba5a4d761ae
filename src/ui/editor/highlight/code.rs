//! Code blocks of a message, coloured by their language.

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use crate::ui::editor::highlight::Piece;
use crate::ui::editor::highlight::classes;
use crate::ui::editor::highlight::classes::LineState;

/// How much of a code block is coloured; a message holds 4096 characters.
const LONGEST: usize = 16 * 1024;

/// The grammars of programming languages. They take some megabytes and tens of milliseconds: load them off the
/// screen's thread, and only once a message has a code block with a language.
#[derive(Debug)]
pub struct CodeGrammars {
    set: SyntaxSet,
}

impl CodeGrammars {
    pub fn load() -> Self {
        Self { set: SyntaxSet::load_defaults_newlines() }
    }

    /// Returns the pieces of `text` by its bytes, ascending; none of a language it does not know.
    pub fn pieces(&self, language: &str, text: &str) -> Vec<Piece> {
        let syntax = self.set.find_syntax_by_token(language).filter(|_| text.len() <= LONGEST);
        let Some(syntax) = syntax else { return Vec::new() };
        let mut state = LineState { parse: ParseState::new(syntax), scopes: ScopeStack::new() };
        let mut pieces = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end_matches('\n');
            let of_line = classes::read_line(&mut state, &format!("{shown}\n"), &self.set).into_iter();
            pieces.extend(
                of_line.map(|(range, class)| (range.start + at..range.end.min(shown.len()) + at, class)),
            );
            at += line.len();
        }
        pieces
    }
}
