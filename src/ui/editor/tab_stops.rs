//! Tab stops of completions: while the cursor is inside the text that a completion has inserted, Tab moves the cursor
//! to the end of that text. If completions are nested, Tab leaves the innermost one first.

use crate::text::Span;

/// The completed ranges that still contain the cursor, outermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TabStops(Vec<CompletedRange>);

/// The range of one completion, stored as its distances from the start and from the end of the whole text. Typing
/// inside the range changes neither distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CompletedRange {
    start: usize,
    /// The number of bytes after the range.
    n_after: usize,
}

impl TabStops {
    /// Adds the range of a completion that was just inserted. `len` is the length of the whole text after the
    /// insertion, in bytes.
    pub fn push(&mut self, range: Span, len: usize) {
        self.0.push(CompletedRange { start: range.start, n_after: len.saturating_sub(range.end) });
    }

    /// Removes each range that the cursor has left, and each range whose end the cursor has reached. `len` is the
    /// length of the whole text in bytes. Call it after every command.
    pub fn follow(&mut self, cursor: usize, len: usize) {
        // `<` and not `<=`: a range is removed when the cursor is at its end, because Tab would then not move the
        // cursor. Without a range, Tab indents again.
        let is_inside = |range: &CompletedRange| range.start <= cursor && cursor + range.n_after < len;
        self.0.retain(is_inside);
    }

    /// Removes all ranges. Call it after a change that may be outside the ranges, such as undo, because the stored
    /// distances may then be wrong.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the end of the innermost range in a text of `len` bytes; `None` if there is no range.
    pub fn next(&self, len: usize) -> Option<usize> {
        self.0.last().map(|range| len.saturating_sub(range.n_after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_moves_past_the_innermost_span_as_it_grows() {
        let mut stops = TabStops::default();
        // `{"text": ""}` is inserted with the cursor between the quotes, then `{{ x }}` is inserted there.
        stops.push(Span::new(1, 11), 12);
        stops.follow(10, 12);
        assert_eq!(stops.next(12), Some(11));
        stops.push(Span::new(10, 17), 19);
        stops.follow(13, 19);
        assert_eq!(stops.next(19), Some(17));
        // Three bytes are typed inside the inner span.
        stops.follow(16, 22);
        assert_eq!(stops.next(22), Some(20));
        stops.follow(20, 22);
        assert_eq!(stops.next(22), Some(21));
        stops.follow(0, 22);
        assert_eq!(stops.next(22), None);
    }
}
