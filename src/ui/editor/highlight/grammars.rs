//! The loaded grammars: one for each parse mode that a body has used so far.

use std::sync::Arc;

use crate::telegram::ParseMode;
use crate::ui::editor::highlight::Grammar;

#[derive(Debug, Default)]
pub(crate) struct Grammars {
    loaded: Vec<Arc<Grammar>>,
    requested: Vec<Option<ParseMode>>,
}

impl Grammars {
    pub(crate) fn get(&self, markup: Option<ParseMode>) -> Option<&Arc<Grammar>> {
        self.loaded.iter().find(|grammar| grammar.markup == markup)
    }

    /// Records that a grammar is needed; returns whether this is the first request for it.
    pub(crate) fn ask(&mut self, markup: Option<ParseMode>) -> bool {
        // Loading takes milliseconds on another thread. Without this check, each frame until then would start it again.
        let is_new = !self.requested.contains(&markup);
        if is_new {
            self.requested.push(markup);
        }
        is_new
    }

    pub(crate) fn add(&mut self, grammar: Arc<Grammar>) {
        self.loaded.push(grammar);
    }
}
