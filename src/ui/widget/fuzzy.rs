//! Matches rows of a list with what the user types, as fuzzy finders do: the typed letters have to occur in a row in
//! their order, but other letters may be between them.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// A typed query. Words are matched separately, and case is ignored. The characters `'`, `^`, `$`, and `!` work as in
/// fzf.
#[derive(Debug)]
pub(crate) struct FuzzyQuery {
    pattern: Pattern,
    matcher: Matcher,
    /// Space for the letters of a row. It is kept, so that not every row allocates memory.
    letters: Vec<char>,
}

impl FuzzyQuery {
    pub(crate) fn new(typed: &str) -> Self {
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT), letters: Vec::new() }
    }

    /// Returns how well a row matches; a higher score is a better match. `None` if the row does not match.
    pub(crate) fn score(&mut self, row: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(row, &mut self.letters), &mut self.matcher)
    }
}
