//! Where Tab leads from within what was completed: behind it. Stops nest, the innermost comes first.

use crate::text::Span;

/// The completed stretches that the cursor is still in, outermost first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TabStops(Vec<Stretch>);

/// A stretch by its distance from both ends of the text, so that what is typed within moves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    start: usize,
    /// How many bytes of the text lie behind it.
    n_behind: usize,
}

impl TabStops {
    /// Notes a stretch that was just put in, in a text of `len` bytes; Tab leads to its end.
    pub fn push(&mut self, stretch: Span, len: usize) {
        self.0.push(Stretch { start: stretch.start, n_behind: len.saturating_sub(stretch.end) });
    }

    /// Forgets the stretches that the cursor has left or stands at the end of; call it behind every command.
    pub fn follow(&mut self, cursor: usize, len: usize) {
        let holds = |stretch: &Stretch| stretch.start <= cursor && cursor + stretch.n_behind < len;
        self.0.retain(holds);
    }

    /// Forgets all: the text was changed in another way than by typing.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn next(&self, len: usize) -> Option<usize> {
        self.0.last().map(|stretch| len.saturating_sub(stretch.n_behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_leads_behind_the_innermost_stretch_as_it_grows() {
        let mut stops = TabStops::default();
        // `"text": ""` in braces, the cursor between the quotes, then `{{ x }}` there.
        stops.push(Span::new(1, 11), 12);
        stops.follow(10, 12);
        assert_eq!(stops.next(12), Some(11));
        stops.push(Span::new(10, 17), 19);
        stops.follow(13, 19);
        assert_eq!(stops.next(19), Some(17));
        // Three bytes typed within.
        stops.follow(16, 22);
        assert_eq!(stops.next(22), Some(20));
        stops.follow(20, 22);
        assert_eq!(stops.next(22), Some(21));
        stops.follow(0, 22);
        assert_eq!(stops.next(22), None);
    }
}
