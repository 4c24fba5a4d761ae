//! Which of the items match what was typed, the best first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::item::{Item, Kind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub item: usize,
    /// The matched letters, as indexes of chars in the label, ascending.
    pub letters: Vec<u32>,
}

/// What a match in the label is worth over one in the whole path only.
const LABEL_BONUS: u32 = 10_000;

/// Returns the items that match, the best first; with nothing to look for all, as they are.
pub fn matching(query: &str, items: &[Item]) -> Vec<Match> {
    if query.is_empty() {
        return (0..items.len()).map(|item| Match { item, letters: Vec::new() }).collect();
    }
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut finder = Finder { pattern, query, matcher: Matcher::new(Config::DEFAULT), letters: Vec::new() };
    let scored = items.iter().enumerate().filter_map(|(at, item)| finder.find(at, item));
    let mut found: Vec<(u32, Match)> = scored.collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, found)| found).collect()
}

struct Finder<'q> {
    pattern: Pattern,
    query: &'q str,
    matcher: Matcher,
    letters: Vec<char>,
}

impl Finder<'_> {
    fn find(&mut self, at: usize, item: &Item) -> Option<(u32, Match)> {
        let mut letters = Vec::new();
        let label = Utf32Str::new(&item.label, &mut self.letters);
        if let Some(score) = self.pattern.indices(label, &mut self.matcher, &mut letters) {
            letters.sort_unstable();
            letters.dedup();
            let exact = u32::from(item.label.eq_ignore_ascii_case(self.query)) * LABEL_BONUS;
            return Some((score + LABEL_BONUS + exact, Match { item: at, letters }));
        }
        let path = self.path(item)?;
        let score = self.pattern.score(Utf32Str::new(&path, &mut self.letters), &mut self.matcher)?;
        Some((score, Match { item: at, letters: Vec::new() }))
    }

    /// The variable as one would write it, where the query begins as that does.
    fn path(&self, item: &Item) -> Option<String> {
        let Kind::Variable(variable) = &item.kind else { return None };
        let root = variable.path.first()?;
        let begins = root.get(..self.query.len()).is_some_and(|head| head.eq_ignore_ascii_case(self.query));
        (self.query.contains('.') || begins).then(|| variable.path.join("."))
    }
}
