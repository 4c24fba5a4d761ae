//! Combines the fixes of several problems into one set of edits.

use std::collections::BTreeMap;

use super::{Fix, TextEdit};

/// The fixes that can be applied together, chosen from the fixes of several problems.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct CombinedFixes {
    /// The edits of the chosen fixes, ascending. No two of them overlap or touch.
    pub edits: Vec<TextEdit>,
    /// The number of fixes that were not chosen, because they overlap or touch a chosen one. Each of these fixes has to
    /// wait for the next check of the text.
    pub n_deferred: usize,
}

/// Chooses the fixes that can be applied together. A fix is applied completely or not at all; of two fixes that overlap
/// or touch, the one that starts first is chosen.
pub(crate) fn combine_fixes<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> CombinedFixes {
    let mut fixes: Vec<&[TextEdit]> =
        fixes.into_iter().map(|fix| fix.edits.as_slice()).filter(|edits| !edits.is_empty()).collect();
    fixes.sort_by_key(|edits| edits[0].span.start);
    // Two problems can share one fix. The fix is applied once, and its second copy does not count as deferred.
    fixes.dedup();
    let mut chosen = CombinedFixes::default();
    // Maps the start of each chosen edit to its end. The chosen edits do not overlap. So it is enough to compare a new
    // edit with the last chosen edit that starts at or before the end of the new one. Comparing every pair of edits was
    // slow for a large body, which can have thousands of fixes.
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    for edits in fixes {
        let is_free = |edit: &TextEdit| {
            let before = ends.range(..=edit.span.end).next_back();
            before.is_none_or(|(_, end)| *end < edit.span.start)
        };
        // A fix is deferred as a whole. Applying only some of its edits could break the text, for example by adding an
        // opening quote without the closing one. If the fix is still needed after the chosen fixes are applied, the
        // next check of the text offers it again.
        if !edits.iter().all(is_free) {
            chosen.n_deferred += 1;
            continue;
        }
        for edit in edits {
            let end = ends.entry(edit.span.start).or_default();
            *end = edit.span.end.max(*end);
        }
        chosen.edits.extend_from_slice(edits);
    }
    // The fixes are sorted only by their first edits. The second edit of a fix can come after the first edit of the
    // next one.
    chosen.edits.sort_by_key(|edit| edit.span.start);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::apply_edits;
    use crate::text::Span;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| TextEdit {
            span: Span::new(*start, *end),
            replacement: (*text).to_owned(),
        };
        Fix { title: "x".into(), edits: edits.iter().map(edit).collect(), safe: true }
    }

    #[track_caller]
    fn check(fixes: &[&[(usize, usize, &str)]], expected: &str, n_deferred: usize) {
        let fixes: Vec<Fix> = fixes.iter().map(|edits| fix(edits)).collect();
        let chosen = combine_fixes(&fixes);
        let fixed = apply_edits(&chosen.edits, "abcdef");
        assert_eq!((fixed.as_deref(), chosen.n_deferred), (Some(expected), n_deferred));
    }

    #[test]
    fn touching_fixes_are_deferred_to_the_next_round() {
        check(&[&[(4, 5, "E")], &[(0, 2, "AB")], &[(1, 3, "no")], &[(2, 3, "no")]], "ABcdEf", 2);
        check(&[&[(2, 2, "+")], &[(2, 2, "-")]], "ab+cdef", 1);
    }

    #[test]
    fn a_fix_is_applied_whole_or_not_at_all() {
        check(&[&[(0, 0, "<"), (3, 3, ">")], &[(3, 4, "D"), (5, 6, "F")]], "<abc>def", 1);
        check(&[&[(0, 0, "<"), (5, 5, ">")], &[(2, 3, "C")]], "<abCde>f", 0);
    }

    #[test]
    fn identical_fixes_are_applied_once() {
        check(&[&[(0, 1, "A")], &[(0, 1, "A")]], "Abcdef", 0);
    }
}
