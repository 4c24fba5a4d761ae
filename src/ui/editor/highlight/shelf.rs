//! The grammars that are loaded by now: one for each parse mode that a body was seen in.

use std::sync::Arc;

use crate::telegram::ParseMode;
use crate::ui::editor::highlight::Grammar;

#[derive(Debug, Default)]
pub struct Grammars {
    loaded: Vec<Arc<Grammar>>,
    asked: Vec<Option<ParseMode>>,
}

impl Grammars {
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

    pub fn add(&mut self, grammar: Arc<Grammar>) {
        self.loaded.push(grammar);
    }
}
