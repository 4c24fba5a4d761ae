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

/// A part of the replacement for a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplacementPart {
    Text(String),
    /// The text of a group; group 0 is the whole match. A group that has not matched is empty.
    Group(usize),
}

/// Which matches of a line are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchesPerLine {
    First,
    All,
}

impl SearchPattern {
    /// Returns the edits that replace the matches that start in `within` or at its end. Empty matches, such as those of
    /// `$`, are replaced too.
    pub fn substitute(
        &self,
        text: &str,
        within: Span,
        matches: MatchesPerLine,
        replacement: &[ReplacementPart],
    ) -> Vec<TextEdit> {
        let mut edits: Vec<TextEdit> = Vec::new();
        let mut at = within.start;
        // The whole text is searched, because `^` and `\b` depend on the text before and after `within`.
        while at <= within.end
            && let Some(captures) = self.regex.captures_at(text, at)
            && let Some(found) = captures.get(0).filter(|found| found.start() <= within.end)
        {
            let span = Span::from(found.range());
            let is_repeated = span.is_empty() && edits.last().is_some_and(|edit| edit.span.end == span.start);
            // After the line break at the end of a text, there is no line.
            let is_after_end = span.start == text.len() && text.ends_with('\n');
            if !is_repeated && !is_after_end {
                let part = |part: &ReplacementPart| match part {
                    ReplacementPart::Text(text) => text.clone(),
                    ReplacementPart::Group(n) => {
                        captures.get(*n).map_or("", |group| group.as_str()).to_owned()
                    }
                };
                edits.push(TextEdit { span, replacement: replacement.iter().map(part).collect() });
            }
            let next_line = || text[span.end..].find('\n').map_or(text.len() + 1, |at| span.end + at + 1);
            at = match matches {
                MatchesPerLine::First => next_line(),
                MatchesPerLine::All if span.is_empty() => {
                    span.end + text[span.end..].chars().next().map_or(1, char::len_utf8)
                }
                MatchesPerLine::All => span.end,
            };
        }
        edits
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
    fn substitution_replaces_the_first_or_every_match_of_each_line() {
        let substituted = |pattern: &str, within: Span, matches, text: &str| {
            let parts = [
                ReplacementPart::Text("<".into()),
                ReplacementPart::Group(0),
                ReplacementPart::Text(">".into()),
            ];
            let pattern = SearchPattern::new(pattern, PatternSyntax::Regex).unwrap();
            let mut out = text.to_owned();
            for edit in pattern.substitute(text, within, matches, &parts).into_iter().rev() {
                out.replace_range(edit.span.range(), &edit.replacement);
            }
            out
        };
        let text = "aa\nba\na\n";
        let all = Span::new(0, text.len());
        let (first, every) = (MatchesPerLine::First, MatchesPerLine::All);
        assert_eq!(substituted("a", all, first, text), "<a>a\nb<a>\n<a>\n");
        assert_eq!(substituted("a", all, every, text), "<a><a>\nb<a>\n<a>\n");
        assert_eq!(substituted("a", Span::new(3, 5), every, text), "aa\nb<a>\na\n");
        assert_eq!(substituted("$", all, first, text), "aa<>\nba<>\na<>\n");
        assert_eq!(substituted("^", all, every, text), "<>aa\n<>ba\n<>a\n");
        assert_eq!(substituted("a*", all, every, "baa"), "<>b<aa>");
        assert_eq!(substituted("a\nb", all, first, text), "a<a\nb>a\na\n");
        assert_eq!(substituted("$", Span::new(0, 2), first, "é\r\n"), "é<>\r\n");
        assert_eq!(substituted("^", Span::at(0), first, ""), "<>");
    }

    #[test]
    fn invalid_pattern_reports_why() {
        let error = SearchPattern::new("(a", PatternSyntax::Regex).unwrap_err();
        assert_eq!(error.to_string(), "not a regular expression: unclosed group");
    }
}
