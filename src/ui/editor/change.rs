//! What was changed in a text since something was learned of it: places follow.

use crate::diagnostic::{Diagnostic, Fix, TextEdit};
use crate::text::Span;

/// The one stretch in which two texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What was there; empty at the very end where nothing was changed.
    old: Span,
    new_end: usize,
}

impl Default for Change {
    fn default() -> Self {
        Self { old: Span::at(usize::MAX), new_end: usize::MAX }
    }
}

impl Change {
    /// Compares two texts from both ends.
    pub fn between(old: &str, new: &str) -> Self {
        if old == new {
            return Self::default();
        }
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let n_same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let n_left = old.len().min(new.len()) - n_same;
        let n_same_behind =
            old.iter().rev().zip(new.iter().rev()).take(n_left).take_while(|(a, b)| a == b).count();
        Self { old: Span::new(n_same, old.len() - n_same_behind), new_end: new.len() - n_same_behind }
    }

    /// Where a stretch of the old text is in the new one; `None` where it was changed itself.
    pub fn span(&self, span: Span) -> Option<Span> {
        if span.end <= self.old.start {
            return Some(span);
        }
        let shifted = |at: usize| Some(at.checked_sub(self.old.end)? + self.new_end);
        Some(Span::new(shifted(span.start)?, shifted(span.end)?))
    }

    /// Returns a problem of the old text with its places and fixes in the new one; `None` where it was changed itself. A fix
    /// that would touch what was changed is left out.
    pub fn moved(&self, problem: &Diagnostic) -> Option<Diagnostic> {
        let fix = |fix: &Fix| {
            let edit = |edit: &TextEdit| Some(TextEdit { span: self.span(edit.span)?, ..edit.clone() });
            Some(Fix { edits: fix.edits.iter().map(edit).collect::<Option<_>>()?, ..fix.clone() })
        };
        let fixes = problem.fixes.iter().filter_map(fix).collect();
        Some(Diagnostic { span: self.span(problem.span)?, fixes, ..problem.clone() })
    }
}

impl Change {
    /// As [`Change::moved`]; a problem that was changed itself stays around what stands there now, without its fixes:
    /// it goes or stays once the new text was read, and must not blink until then.
    pub fn moved_or_stretched(&self, problem: &Diagnostic) -> Diagnostic {
        self.moved(problem).unwrap_or_else(|| {
            let start = problem.span.start.min(self.new_end);
            let end = match problem.span.end.checked_sub(self.old.end) {
                Some(behind) => self.new_end + behind,
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
        let moved = Change::between(old, new).span(Span::new(start, start + word.len()));
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
            let moved = Change::between(old, new).moved_or_stretched(&problem);
            assert_eq!(moved.fixes, []);
            moved.span.of(new).to_owned()
        };
        assert_eq!(stretched("Hi {{ names }}!"), "{{ names }}");
        assert_eq!(stretched("Hi {{ nme }}!"), "{{ nme }}");
        assert_eq!(stretched("Hi "), "");
        assert_eq!(stretched(""), "");
    }
}
