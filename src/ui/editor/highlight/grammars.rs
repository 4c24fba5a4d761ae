//! Stores the grammars that have been loaded so far, one for each parse mode, and records which grammars were
//! requested.

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

    /// Records that the grammar for `markup` is needed. Returns whether this is the first request for it.
    pub(crate) fn ask(&mut self, markup: Option<ParseMode>) -> bool {
        // Loading takes milliseconds on another thread. Without this check, each frame until the grammar arrives would
        // start to load it again.
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
