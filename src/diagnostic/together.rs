//! The fixes of several problems applied at once.

use std::collections::BTreeMap;

use super::{Fix, TextEdit};

/// Those of several fixes that can be applied at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Together {
    /// Their edits, ascending; no two touch.
    pub edits: Vec<TextEdit>,
    /// How many fixes wait until the text is looked at anew.
    pub n_waiting: usize,
}

/// Chooses the fixes that can be applied at once: each whole or not at all, and of two that overlap or touch the first.
///
/// Each was made for the text as it is. Half a fix can break what it was to mend (an escape without its end), and next
/// to an applied one its reason may be gone: what waits comes up again where it still is a problem.
pub fn together<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> Together {
    let mut fixes: Vec<&[TextEdit]> =
        fixes.into_iter().map(|fix| fix.edits.as_slice()).filter(|edits| !edits.is_empty()).collect();
    fixes.sort_by_key(|edits| edits[0].span.start);
    // Two problems with one way out.
    fixes.dedup();
    let mut chosen = Together::default();
    // Where what is taken starts and ends. The stretches do not overlap, so the last one before an edit's end is the one
    // that could touch it.
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    for edits in fixes {
        let is_free = |edit: &TextEdit| {
            let before = ends.range(..=edit.span.end).next_back();
            before.is_none_or(|(_, end)| *end < edit.span.start)
        };
        if !edits.iter().all(is_free) {
            chosen.n_waiting += 1;
            continue;
        }
        for edit in edits {
            let end = ends.entry(edit.span.start).or_default();
            *end = edit.span.end.max(*end);
        }
        chosen.edits.extend_from_slice(edits);
    }
    chosen.edits.sort_by_key(|edit| edit.span.start);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::apply;
    use crate::text::Span;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| TextEdit {
            span: Span::new(*start, *end),
            replacement: (*text).to_owned(),
        };
        Fix { title: "x".into(), edits: edits.iter().map(edit).collect(), safe: true }
    }

    #[track_caller]
    fn check(fixes: &[&[(usize, usize, &str)]], expected: &str, n_waiting: usize) {
        let fixes: Vec<Fix> = fixes.iter().map(|edits| fix(edits)).collect();
        let chosen = together(&fixes);
        let mended = apply(&chosen.edits, "abcdef");
        assert_eq!((mended.as_deref(), chosen.n_waiting), (Some(expected), n_waiting));
    }

    #[test]
    fn fixes_that_touch_wait_for_the_next_round() {
        check(&[&[(4, 5, "E")], &[(0, 2, "AB")], &[(1, 3, "no")], &[(2, 3, "no")]], "ABcdEf", 2);
        check(&[&[(2, 2, "+")], &[(2, 2, "-")]], "ab+cdef", 1);
    }

    #[test]
    fn a_fix_is_applied_whole_or_not_at_all() {
        check(&[&[(0, 0, "<"), (3, 3, ">")], &[(3, 4, "D"), (5, 6, "F")]], "<abc>def", 1);
        check(&[&[(0, 0, "<"), (5, 5, ">")], &[(2, 3, "C")]], "<abCde>f", 0);
    }

    #[test]
    fn two_problems_with_one_way_out_take_it_once() {
        check(&[&[(0, 1, "A")], &[(0, 1, "A")]], "Abcdef", 0);
    }
}
