//! Finds and replaces text that matches plain text or a regular expression.

use regex::{Regex, RegexBuilder};

use crate::diagnostic::TextEdit;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PatternSyntax {
    #[default]
    Plain,
    /// A regular expression; `^` and `$` match at line boundaries.
    Regex,
}

/// A search pattern. A pattern without capital letters is matched case-insensitively.
#[derive(Debug, Clone)]
pub struct SearchPattern {
    regex: Regex,
    syntax: PatternSyntax,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a regular expression: {reason}")]
pub struct InvalidPattern {
    /// What is wrong with the pattern, on one line.
    pub reason: String,
}

impl SearchPattern {
    pub fn new(pattern: &str, syntax: PatternSyntax) -> Result<Self, InvalidPattern> {
        let source = match syntax {
            PatternSyntax::Plain => regex::escape(pattern),
            PatternSyntax::Regex => pattern.to_owned(),
        };
        let regex = RegexBuilder::new(&source)
            // Smart case, as in vim and ripgrep.
            .case_insensitive(!pattern.chars().any(char::is_uppercase))
            .multi_line(true)
            // Without this option, `$` would not match before the `\r` of a Windows line break.
            .crlf(true)
            .build()
            .map_err(|error| InvalidPattern { reason: reason_of(&error) })?;
        Ok(Self { regex, syntax })
    }

    /// Returns all matches that are not empty, from left to right.
    pub fn find_all(&self, text: &str) -> Vec<Span> {
        self.regex
            .find_iter(text)
            .map(|found| Span::from(found.range()))
            // A pattern such as `a*` also matches empty text, for example before a `b`. An empty match has nothing to
            // highlight.
            .filter(|span| !span.is_empty())
            .collect()
    }

    /// Returns the first match at or after `from`. If there is none, returns the first match of the text.
    pub fn next(&self, text: &str, from: usize) -> Option<Span> {
        let all = self.find_all(text);
        all.iter().find(|span| from <= span.start).or(all.first()).copied()
    }

    /// Returns the last match that ends at or before `from`. If there is none, returns the last match of the text.
    pub fn previous(&self, text: &str, from: usize) -> Option<Span> {
        let all = self.find_all(text);
        all.iter().rev().find(|span| span.end <= from).or(all.last()).copied()
    }

    /// Returns the edits that replace all matches that are not empty. If the pattern is a regular expression, `$1` in
    /// the replacement stands for the text of the first group.
    pub fn replace_all(&self, text: &str, replacement: &str) -> Vec<TextEdit> {
        self.regex
            .captures_iter(text)
            .filter_map(|captures| {
                let span = Span::from(captures.get(0)?.range());
                let mut expanded = String::new();
                match self.syntax {
                    // In a plain replacement, a `$` does not refer to a group. It may be part of a price, for example.
                    PatternSyntax::Plain => expanded.push_str(replacement),
                    PatternSyntax::Regex => captures.expand(replacement, &mut expanded),
                }
                (!span.is_empty()).then_some(TextEdit { span, replacement: expanded })
            })
            .collect()
    }
}

fn reason_of(error: &regex::Error) -> String {
    // The regex crate prints the pattern with carets under the error, and the message on the last line.
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uppercase_letters_make_a_search_case_sensitive() {
        let text = "Anna anna ANNA";
        let count = |pattern| SearchPattern::new(pattern, PatternSyntax::Plain).unwrap().find_all(text).len();
        assert_eq!((count("anna"), count("Anna"), count("a.n")), (3, 1, 0));
    }

    #[test]
    fn search_wraps_around() {
        let search = SearchPattern::new("b", PatternSyntax::Plain).unwrap();
        assert_eq!(search.next("abab", 2), Some(Span::new(3, 4)));
        assert_eq!(search.next("abab", 4), Some(Span::new(1, 2)));
        assert_eq!(search.previous("abab", 1), Some(Span::new(3, 4)));
    }

    #[test]
    fn replacement_expands_groups_only_for_a_regex() {
        let replaced = |pattern: &str, syntax, with: &str| {
            let edits = SearchPattern::new(pattern, syntax).unwrap().replace_all("ab ab", with);
            edits.into_iter().map(|edit| edit.replacement).collect::<Vec<_>>()
        };
        assert_eq!(replaced("(a)(b)", PatternSyntax::Regex, "$2$1"), ["ba", "ba"]);
        assert_eq!(replaced("ab", PatternSyntax::Plain, "$1"), ["$1", "$1"]);
    }

    #[test]
    fn invalid_pattern_reports_why() {
        let error = SearchPattern::new("(a", PatternSyntax::Regex).unwrap_err();
        assert_eq!(error.to_string(), "not a regular expression: unclosed group");
    }
}
