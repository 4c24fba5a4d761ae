//! Tab stops of accepted completions: while the cursor is inside a completion, Tab moves to its end. If completions are
//! nested, Tab leaves the innermost one first.

use crate::text::Span;

/// The completed ranges that still contain the cursor, outermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TabStops(Vec<CompletedRange>);

/// A range, stored as distances from both ends of the text: typing inside the range changes neither distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CompletedRange {
    start: usize,
    /// The number of bytes after the range.
    n_after: usize,
}

impl TabStops {
    /// Adds a range that was just inserted into a text that is now `len` bytes long.
    pub fn push(&mut self, range: Span, len: usize) {
        self.0.push(CompletedRange { start: range.start, n_after: len.saturating_sub(range.end) });
    }

    /// Removes the ranges that the cursor has left or whose end it has reached. Call it after every command.
    pub fn follow(&mut self, cursor: usize, len: usize) {
        // `<` and not `<=`: at the end of a range, Tab has nothing left to do, so it indents again.
        let is_inside = |range: &CompletedRange| range.start <= cursor && cursor + range.n_after < len;
        self.0.retain(is_inside);
    }

    /// Removes all ranges. Call it after a change other than typing, because the distances are then wrong.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the end of the innermost range in a text of `len` bytes.
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
