//! Fuzzy matching of the picker's items against the query.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::item::{CompletionItem, CompletionKind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub item: usize,
    /// The char indexes of the matched letters in the label, in order.
    pub letters: Vec<u32>,
}

/// The bonus that is added to an item's score if the item's label matches. The bonus is larger than any score that the
/// matcher gives for a name. So items whose label matches come before all items of which only the path matches.
const LABEL_BONUS: u32 = 10_000;

/// Returns the items that match, the best first, or all items in their order if the query is empty.
pub(crate) fn matching(query: &str, items: &[CompletionItem]) -> Vec<Match> {
    if query.is_empty() {
        return (0..items.len()).map(|item| Match { item, letters: Vec::new() }).collect();
    }
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut finder = Finder { pattern, query, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() };
    let scored = items.iter().enumerate().filter_map(|(at, item)| finder.find(at, item));
    let mut found: Vec<(u32, Match)> = scored.collect();
    // The sort is stable: items with the same score keep their order, in which the most useful ones come first.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, found)| found).collect()
}

struct Finder<'q> {
    pattern: Pattern,
    query: &'q str,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Finder<'_> {
    fn find(&mut self, at: usize, item: &CompletionItem) -> Option<(u32, Match)> {
        let mut letters = Vec::new();
        let label = Utf32Str::new(&item.label, &mut self.buffer);
        if let Some(score) = self.pattern.indices(label, &mut self.matcher, &mut letters) {
            // The matcher splits the query into words and appends the indexes of one word after the other. So the
            // indexes can be unsorted and repeated.
            letters.sort_unstable();
            letters.dedup();
            let exact = u32::from(item.label.eq_ignore_ascii_case(self.query)) * LABEL_BONUS;
            return Some((score + LABEL_BONUS + exact, Match { item: at, letters }));
        }
        let path = self.path(item)?;
        let score = self.pattern.score(Utf32Str::new(&path, &mut self.buffer), &mut self.matcher)?;
        Some((score, Match { item: at, letters: Vec::new() }))
    }

    /// Returns the full path of a variable if the query looks like a path. A query looks like a path if it has a dot or
    /// is the start of the path's first name, such as `Prof`.
    fn path(&self, item: &CompletionItem) -> Option<String> {
        // Without this condition, a query such as `file` would match the `Profile` in the path of every property.
        let CompletionKind::Variable(variable) = &item.kind else { return None };
        let root = variable.path.first()?;
        let begins = root.get(..self.query.len()).is_some_and(|head| head.eq_ignore_ascii_case(self.query));
        (self.query.contains('.') || begins).then(|| variable.path.join("."))
    }
}
