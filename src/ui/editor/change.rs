//! Finds the difference between two versions of a text, and maps diagnostics of the old version to the new one.

use crate::diagnostic::{Diagnostic, Fix, TextEdit};
use crate::text::Span;

/// The range in which two texts differ: everything between their common start and their common end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextDiff {
    /// The changed range of the old text. If nothing changed, it is an empty range at `usize::MAX`.
    old: Span,
    /// The end of the changed range in the new text. The range starts at the same offset in both texts.
    new_end: usize,
}

impl Default for TextDiff {
    fn default() -> Self {
        // Every span ends before a change at `usize::MAX`, so all spans stay as they are.
        Self { old: Span::at(usize::MAX), new_end: usize::MAX }
    }
}

impl TextDiff {
    /// Finds the range in which two texts differ.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        if old == new {
            return Self::default();
        }
        // Bytes are compared, not characters, so the range may begin or end inside a character. This does not change
        // whether a diagnostic or edit overlaps the range, because the spans of diagnostics and edits begin and end
        // between characters.
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let n_same_before = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        // Without this limit, the common end could overlap the common start: `aa` and `aaa` have the start `aa` and the
        // end `aa` in common.
        let max_same_after = old.len().min(new.len()) - n_same_before;
        let n_same_after =
            old.iter().rev().zip(new.iter().rev()).take(max_same_after).take_while(|(a, b)| a == b).count();
        Self { old: Span::new(n_same_before, old.len() - n_same_after), new_end: new.len() - n_same_after }
    }

    /// Maps a span of the old text to the new text. Returns `None` if the span overlaps or contains the change.
    pub(crate) fn span(&self, span: Span) -> Option<Span> {
        if span.end <= self.old.start {
            return Some(span);
        }
        let shifted = |at: usize| Some(at.checked_sub(self.old.end)? + self.new_end);
        Some(Span::new(shifted(span.start)?, shifted(span.end)?))
    }

    /// Maps a diagnostic of the old text and its fixes to the new text. Returns `None` if the diagnostic's span
    /// overlaps or contains the change. Leaves out a fix if the span of one of its edits overlaps or contains the
    /// change.
    pub(crate) fn moved(&self, problem: &Diagnostic) -> Option<Diagnostic> {
        let fix = |fix: &Fix| {
            let edit = |edit: &TextEdit| Some(TextEdit { span: self.span(edit.span)?, ..edit.clone() });
            Some(Fix { edits: fix.edits.iter().map(edit).collect::<Option<_>>()?, ..fix.clone() })
        };
        let fixes = problem.fixes.iter().filter_map(fix).collect();
        Some(Diagnostic { span: self.span(problem.span)?, fixes, ..problem.clone() })
    }

    /// Like [`TextDiff::moved`], but keeps a diagnostic whose span overlaps or contains the change. The span is then
    /// stretched at least to the end of the change, and the fixes are removed.
    pub(crate) fn moved_or_stretched(&self, problem: &Diagnostic) -> Diagnostic {
        // The new text is checked a moment later. If the diagnostic were dropped until then, it would flicker with
        // every key.
        self.moved(problem).unwrap_or_else(|| {
            let start = problem.span.start.min(self.new_end);
            let end = match problem.span.end.checked_sub(self.old.end) {
                Some(after) => self.new_end + after,
                None => self.new_end,
            };
            Diagnostic { span: Span::new(start.min(end), end), fixes: Vec::new(), ..problem.clone() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[track_caller]
    fn check_moved(old: &str, new: &str, word: &str, expected: Option<&str>) {
        let start = old.find(word).unwrap();
        let moved = TextDiff::between(old, new).span(Span::new(start, start + word.len()));
        assert_eq!(moved.map(|span| span.of(new)), expected, "{old} → {new}");
    }

    #[test]
    fn spans_follow_edits_before_them_and_vanish_with_edits_inside() {
        check_moved("Hi {{ name }}!", "Hi {{ name }}!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hello {{ name }}!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hi {{ name }}, you!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hi {{ nome }}!", "name", None);
        check_moved("Hi {{ name }}!", "", "name", None);
        check_moved("ää name", "äß name", "name", Some("name"));
        check_moved("aaa name", "aaaaa name", "name", Some("name"));
    }

    #[test]
    fn a_problem_in_edited_text_stays_without_its_fixes() {
        let old = "Hi {{ name }}!";
        let fix = Fix::replace("leave it out", Span::new(3, 13), "");
        let problem = Diagnostic::error(Code::UnknownVariable, Span::new(3, 13), "wrong").with_fix(fix);
        let stretched = |new: &str| {
            let moved = TextDiff::between(old, new).moved_or_stretched(&problem);
            assert_eq!(moved.fixes, []);
            moved.span.of(new).to_owned()
        };
        assert_eq!(stretched("Hi {{ names }}!"), "{{ names }}");
        assert_eq!(stretched("Hi {{ nme }}!"), "{{ nme }}");
        assert_eq!(stretched("Hi "), "");
        assert_eq!(stretched(""), "");
    }
}
