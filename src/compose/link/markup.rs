//! Which bytes of the markup each character of the sent text came from, and what the markup between them is for.

use crate::telegram::{EntityKind, ParseMode, Traced};
use crate::text::Span;

/// A piece of a style that was cut is looked for among so many before it: styles and quotes that nest.
const NEAR: usize = 16;

#[derive(Debug)]
pub struct Marked {
    mode: Option<ParseMode>,
    markup: String,
    /// Each character of the sent text: its bytes there, and in the markup; both ascending.
    chars: Vec<(Span, Span)>,
    /// The bytes of the sent text that the author's entities cover.
    entities: Vec<Span>,
}

impl Marked {
    pub fn new(mode: Option<ParseMode>, markup: &str, traced: &Traced) -> Self {
        let sent = &traced.sent.text;
        let chars = sent.text.char_indices().map(|(at, c)| {
            let char = Span::new(at, at + c.len_utf8());
            (char, traced.markup(char))
        });
        let own = sent.entities.iter().filter(|entity| !entity.kind.is_found());
        let mut entities: Vec<(&EntityKind, Span)> = Vec::new();
        for (kind, span) in own.map(|entity| (&entity.kind, traced.text_of(entity))) {
            // The server cuts styles where others begin and end in them: the author marked up the whole.
            let cut = entities
                .iter_mut()
                .rev()
                .take(NEAR)
                .find(|(other, whole)| *other == kind && whole.end == span.start);
            match cut {
                Some((_, whole)) => whole.end = span.end,
                None => entities.push((kind, span)),
            }
        }
        let entities = entities.into_iter().map(|(_, span)| span).collect();
        Self { mode, markup: markup.to_owned(), chars: chars.collect(), entities }
    }

    /// Returns the bytes of the markup that bytes of the sent text came from.
    pub fn markup(&self, sent: Span) -> Option<Span> {
        let first = self.chars.partition_point(|(char, _)| char.end <= sent.start);
        let covered = self.chars[first..].iter().take_while(|(char, _)| char.start < sent.end);
        covered.map(|(_, markup)| *markup).reduce(Span::join)
    }

    /// Returns the bytes of the sent text that bytes of the markup became; of a tag or delimiter alone, the text it is
    /// for.
    pub fn sent(&self, markup: Span) -> Option<Span> {
        let first = self.chars.partition_point(|(_, origin)| origin.end <= markup.start);
        let covered = self.chars[first..].iter().take_while(|(_, origin)| origin.start < markup.end);
        let text = covered.map(|(char, _)| *char).reduce(Span::join);
        text.or_else(|| self.marked_by(markup.start, first))
    }

    /// The text of the entity whose markup is at `at`, between two characters, the second of which is `next`.
    fn marked_by(&self, at: usize, next: usize) -> Option<Span> {
        let before = next.checked_sub(1).and_then(|before| self.chars.get(before));
        let behind = self.chars.get(next);
        let gap = Span::new(
            before.map_or(0, |(_, origin)| origin.end),
            behind.map_or(self.markup.len(), |(_, origin)| origin.start),
        );
        // The outermost begins first and ends last.
        let mut begins = self.all(|entity| behind.is_some_and(|(char, _)| entity.start == char.start));
        begins.sort_by_key(|entity| std::cmp::Reverse(entity.len()));
        let mut ends = self.all(|entity| before.is_some_and(|(char, _)| entity.end == char.end));
        ends.sort_by_key(|entity| entity.len());
        let nth = |of: &[Span], nth: usize| of.get(nth).or(of.last()).copied();
        if self.mode == Some(ParseMode::Html) {
            let tags = Span::new(gap.start, at + 1).of(&self.markup);
            let n_closed = tags.matches("</").count();
            let n_opened = tags.matches('<').count() - n_closed;
            return match tags.rfind('<')? {
                last if tags[last..].starts_with("</") => nth(&ends, n_closed - 1),
                // `</` itself lies across the cursor.
                last if last + 1 == tags.len() && self.markup[at..].starts_with("</") => nth(&ends, n_closed),
                _ => nth(&begins, n_opened - 1),
            };
        }
        let text = gap.of(&self.markup);
        let in_address = text.find("](").is_some_and(|address| {
            let end = text[address..].find(')').map_or(text.len(), |end| address + end + 1);
            gap.start + address <= at && at < gap.start + end
        });
        let is_behind = in_address || at - gap.start.min(at) < gap.len().div_ceil(2);
        match (is_behind && !ends.is_empty()) || begins.is_empty() {
            true if in_address => ends.first().copied(),
            true => ends.last().copied(),
            false => begins.first().copied(),
        }
    }

    fn all(&self, belongs: impl Fn(&Span) -> bool) -> Vec<Span> {
        self.entities.iter().copied().filter(belongs).collect()
    }
}
