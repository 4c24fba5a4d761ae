//! Find and replace, plain or by regular expression.

use regex::{Regex, RegexBuilder};

use crate::diagnostic::TextEdit;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Syntax {
    #[default]
    Plain,
    /// As a regular expression; `^` and `$` match at lines.
    Regex,
}

/// A pattern to look for; without capitals it finds both cases.
#[derive(Debug, Clone)]
pub struct Search {
    regex: Regex,
    syntax: Syntax,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a regular expression: {reason}")]
pub struct InvalidPattern {
    /// What is wrong, on one line.
    pub reason: String,
}

impl Search {
    pub fn new(pattern: &str, syntax: Syntax) -> Result<Self, InvalidPattern> {
        let source = match syntax {
            Syntax::Plain => regex::escape(pattern),
            Syntax::Regex => pattern.to_owned(),
        };
        let regex = RegexBuilder::new(&source)
            .case_insensitive(!pattern.chars().any(char::is_uppercase))
            .multi_line(true)
            .crlf(true)
            .build()
            .map_err(|error| InvalidPattern { reason: reason_of(&error) })?;
        Ok(Self { regex, syntax })
    }

    /// Returns all matches from the left; matches of nothing are left out.
    pub fn find_all(&self, text: &str) -> Vec<Span> {
        self.regex
            .find_iter(text)
            .map(|found| Span::from(found.range()))
            .filter(|span| !span.is_empty())
            .collect()
    }

    /// Returns the first match at or behind `from`, else the first of all.
    pub fn next(&self, text: &str, from: usize) -> Option<Span> {
        let all = self.find_all(text);
        all.iter().find(|span| from <= span.start).or(all.first()).copied()
    }

    /// Returns the last match that ends at or before `from`, else the last of all.
    pub fn previous(&self, text: &str, from: usize) -> Option<Span> {
        let all = self.find_all(text);
        all.iter().rev().find(|span| span.end <= from).or(all.last()).copied()
    }

    /// Returns the edits that replace all matches; in a regular expression's replacement `$1` is its first group.
    pub fn replace_all(&self, text: &str, replacement: &str) -> Vec<TextEdit> {
        self.regex
            .captures_iter(text)
            .filter_map(|captures| {
                let span = Span::from(captures.get(0)?.range());
                let mut expanded = String::new();
                match self.syntax {
                    Syntax::Plain => expanded.push_str(replacement),
                    Syntax::Regex => captures.expand(replacement, &mut expanded),
                }
                (!span.is_empty()).then_some(TextEdit { span, replacement: expanded })
            })
            .collect()
    }
}

/// The last line of the crate's picture of the error says it in words.
fn reason_of(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_make_it_exact() {
        let text = "Anna anna ANNA";
        let count = |pattern| Search::new(pattern, Syntax::Plain).unwrap().find_all(text).len();
        assert_eq!((count("anna"), count("Anna"), count("a.n")), (3, 1, 0));
    }

    #[test]
    fn search_goes_round() {
        let search = Search::new("b", Syntax::Plain).unwrap();
        assert_eq!(search.next("abab", 2), Some(Span::new(3, 4)));
        assert_eq!(search.next("abab", 4), Some(Span::new(1, 2)));
        assert_eq!(search.previous("abab", 1), Some(Span::new(3, 4)));
    }

    #[test]
    fn a_replacement_takes_groups_only_from_a_regex() {
        let replaced = |pattern: &str, syntax, with: &str| {
            let edits = Search::new(pattern, syntax).unwrap().replace_all("ab ab", with);
            edits.into_iter().map(|edit| edit.replacement).collect::<Vec<_>>()
        };
        assert_eq!(replaced("(a)(b)", Syntax::Regex, "$2$1"), ["ba", "ba"]);
        assert_eq!(replaced("ab", Syntax::Plain, "$1"), ["$1", "$1"]);
    }

    #[test]
    fn a_broken_pattern_says_why() {
        let error = Search::new("(a", Syntax::Regex).unwrap_err();
        assert_eq!(error.to_string(), "not a regular expression: unclosed group");
    }
}
