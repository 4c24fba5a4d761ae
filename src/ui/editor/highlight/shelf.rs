//! The grammars that are loaded by now: one for each parse mode that a body was seen in.

use std::sync::Arc;

use crate::telegram::ParseMode;
use crate::ui::editor::highlight::Grammar;

/// Which grammars there are, and which were asked for.
#[derive(Debug, Default)]
pub struct Grammars {
    loaded: Vec<Arc<Grammar>>,
    asked: Vec<Option<ParseMode>>,
}

impl Grammars {
    /// Returns the grammar for a mode's markup, if it is loaded.
    pub fn get(&self, markup: Option<ParseMode>) -> Option<&Arc<Grammar>> {
        self.loaded.iter().find(|grammar| grammar.markup == markup)
    }

    /// Notes that a grammar is needed; returns whether this is the first time.
    pub fn ask(&mut self, markup: Option<ParseMode>) -> bool {
        let is_new = !self.asked.contains(&markup);
        if is_new {
            self.asked.push(markup);
        }
        is_new
    }

    /// Takes a loaded grammar.
    pub fn add(&mut self, grammar: Arc<Grammar>) {
        self.loaded.push(grammar);
    }
}
