//! A text with edits applied, whose offsets can be mapped back to the original text.

use super::{Diagnostic, Fix, TextEdit, apply_edits};
use crate::text::Span;

pub(crate) struct Rewritten {
    pub text: String,
    /// For each edit: the span in the original text and the span that replaced it. Both are ascending.
    changes: Vec<(Span, Span)>,
}

impl Rewritten {
    /// Applies the edits. Returns `None` if two of them overlap, or if one does not fit the text.
    pub(crate) fn new(original: &str, edits: &[TextEdit]) -> Option<Self> {
        if edits.windows(2).any(|pair| pair[1].span.start < pair[0].span.end) {
            return None;
        }
        let text = apply_edits(edits, original)?;
        let mut changes = Vec::with_capacity(edits.len());
        let (mut original_end, mut rewritten_end) = (0, 0);
        for edit in edits {
            let start = rewritten_end + edit.span.start - original_end;
            (original_end, rewritten_end) = (edit.span.end, start + edit.replacement.len());
            changes.push((edit.span, Span::new(start, rewritten_end)));
        }
        Some(Self { text, changes })
    }

    pub(crate) fn original(&self, span: Span) -> Span {
        let (start, end) = (self.original_offset(span.start), self.original_offset(span.end));
        Span::new(start, end.max(start))
    }

    /// Moves a problem of the rewritten text to the original text.
    pub(crate) fn to_original(&self, problem: Diagnostic) -> Diagnostic {
        let fixes = problem.fixes.into_iter().map(|fix| {
            let edits = fix.edits.into_iter();
            let edits = edits.map(|edit| TextEdit { span: self.original(edit.span), ..edit }).collect();
            Fix { edits, ..fix }
        });
        Diagnostic { span: self.original(problem.span), fixes: fixes.collect(), ..problem }
    }

    fn original_offset(&self, at: usize) -> usize {
        let n_before = self.changes.partition_point(|(_, rewritten)| rewritten.start <= at);
        let Some((original, rewritten)) = n_before.checked_sub(1).map(|last| self.changes[last]) else {
            return at;
        };
        match at.checked_sub(rewritten.end) {
            Some(beyond) => original.end + beyond,
            None if at == rewritten.start => original.start,
            None => original.end,
        }
    }
}

/// Returns the edits of several fixes in order, each once. Returns `None` if two different edits overlap.
pub(crate) fn merged<'a>(fixes: impl IntoIterator<Item = &'a [TextEdit]>) -> Option<Vec<TextEdit>> {
    let mut edits: Vec<TextEdit> = fixes.into_iter().flatten().cloned().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let is_ordered = edits.windows(2).all(|pair| {
        // Of two insertions at one place, nobody knows which comes first.
        pair[0].span.end <= pair[1].span.start && pair[0].span != pair[1].span
    });
    is_ordered.then_some(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(span: Span, replacement: &str) -> TextEdit {
        TextEdit { span, replacement: replacement.to_owned() }
    }

    #[test]
    fn spans_map_back_over_edits() {
        let edits = [edit(Span::at(1), "\\"), edit(Span::new(2, 3), "&lt;"), edit(Span::new(4, 5), "")];
        let rewritten = Rewritten::new("a_<bXc", &edits).unwrap();
        assert_eq!(rewritten.text, "a\\_&lt;bc");
        for (span, expected) in
            [((0, 1), (0, 1)), ((2, 3), (1, 2)), ((3, 7), (2, 3)), ((7, 8), (3, 5)), ((8, 9), (5, 6))]
        {
            let original = rewritten.original(Span::new(span.0, span.1));
            assert_eq!((original.start, original.end), expected, "{span:?}");
        }
    }

    #[test]
    fn overlapping_edits_cannot_be_merged() {
        let (one, two) = ([edit(Span::new(0, 2), "")], [edit(Span::new(1, 3), "")]);
        assert_eq!(merged([&one[..], &two[..]]), None);
        assert_eq!(merged([&one[..], &one[..]]).map(|edits| edits.len()), Some(1));
    }
}
