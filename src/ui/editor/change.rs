//! The difference between two versions of a text, to move diagnostics of the old version to the new one.

use crate::diagnostic::{Diagnostic, Fix, TextEdit};
use crate::text::Span;

/// The one range in which two texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextDiff {
    /// The range in the old text; empty and after everything if nothing was changed.
    old: Span,
    new_end: usize,
}

impl Default for TextDiff {
    fn default() -> Self {
        // With the range after every offset, all spans count as before the change and stay as they are.
        Self { old: Span::at(usize::MAX), new_end: usize::MAX }
    }
}

impl TextDiff {
    /// Compares two texts from both ends.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        if old == new {
            return Self::default();
        }
        // Bytes are enough: the range may split a character, but no span begins or ends inside one.
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let n_same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        // The common end must not overlap the common start: `aa` to `aaa` would count an `a` twice.
        let n_left = old.len().min(new.len()) - n_same;
        let n_same_after =
            old.iter().rev().zip(new.iter().rev()).take(n_left).take_while(|(a, b)| a == b).count();
        Self { old: Span::new(n_same, old.len() - n_same_after), new_end: new.len() - n_same_after }
    }

    /// Maps a span of the old text to the new one; `None` if it overlaps the change.
    pub(crate) fn span(&self, span: Span) -> Option<Span> {
        if span.end <= self.old.start {
            return Some(span);
        }
        let shifted = |at: usize| Some(at.checked_sub(self.old.end)? + self.new_end);
        Some(Span::new(shifted(span.start)?, shifted(span.end)?))
    }

    /// Maps a diagnostic of the old text, with its fixes, to the new one; `None` if its span overlaps the change. A
    /// fix with an edit that overlaps the change is left out.
    pub(crate) fn moved(&self, problem: &Diagnostic) -> Option<Diagnostic> {
        let fix = |fix: &Fix| {
            let edit = |edit: &TextEdit| Some(TextEdit { span: self.span(edit.span)?, ..edit.clone() });
            Some(Fix { edits: fix.edits.iter().map(edit).collect::<Option<_>>()?, ..fix.clone() })
        };
        let fixes = problem.fixes.iter().filter_map(fix).collect();
        Some(Diagnostic { span: self.span(problem.span)?, fixes, ..problem.clone() })
    }
}

impl TextDiff {
    /// Like `moved`, but a diagnostic that overlaps the change keeps covering the text that is there now, without its
    /// fixes.
    pub(crate) fn moved_or_stretched(&self, problem: &Diagnostic) -> Diagnostic {
        // The new text is checked a moment later; dropping the diagnostic until then would make it blink at every
        // key.
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
    fn places_follow_an_edit_before_them_and_go_with_one_inside() {
        check_moved("Hi {{ name }}!", "Hi {{ name }}!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hello {{ name }}!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hi {{ name }}, you!", "name", Some("name"));
        check_moved("Hi {{ name }}!", "Hi {{ nome }}!", "name", None);
        check_moved("Hi {{ name }}!", "", "name", None);
        check_moved("ää name", "äß name", "name", Some("name"));
        check_moved("aaa name", "aaaaa name", "name", Some("name"));
    }

    #[test]
    fn a_problem_that_was_changed_itself_stays_without_its_fixes() {
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
