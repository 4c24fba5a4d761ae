//! Maps the characters of the sent text to the markup that they came from, and back. Also maps tags and delimiters to
//! the text that they format.

use crate::telegram::{EntityKind, ParseMode, TracedText};
use crate::text::Span;

/// The server may split one style into several entities. To find the earlier part of a split style, this many preceding
/// entities are searched. This number is enough for nested styles and keeps the whole search linear.
const MAX_ENTITIES_BACK: usize = 16;

#[derive(Debug)]
pub(crate) struct MarkupMap {
    mode: Option<ParseMode>,
    markup: String,
    /// For each character of the sent text, its span in the sent text and its span in the markup. Both spans ascend
    /// from character to character.
    chars: Vec<(Span, Span)>,
    /// The spans of the sent text that the author's own entities cover; automatically detected links do not count.
    entities: Vec<Span>,
}

impl MarkupMap {
    pub(super) fn new(mode: Option<ParseMode>, markup: &str, traced: &TracedText) -> Self {
        let sent = &traced.sent.text;
        let chars = sent.text.char_indices().map(|(at, c)| {
            let char = Span::new(at, at + c.len_utf8());
            (char, traced.markup(char))
        });
        let own = sent.entities.iter().filter(|entity| !entity.kind.is_auto_detected());
        let mut entities: Vec<(&EntityKind, Span)> = Vec::new();
        for (kind, span) in own.map(|entity| (&entity.kind, traced.text_of(entity))) {
            // The server splits a style if another style starts or ends inside it. In the author's markup, the split
            // style is a single one, so its parts are joined again.
            let earlier = entities
                .iter_mut()
                .rev()
                .take(MAX_ENTITIES_BACK)
                .find(|(other, whole)| *other == kind && whole.end == span.start);
            match earlier {
                Some((_, whole)) => whole.end = span.end,
                None => entities.push((kind, span)),
            }
        }
        let entities = entities.into_iter().map(|(_, span)| span).collect();
        Self { mode, markup: markup.to_owned(), chars: chars.collect(), entities }
    }

    /// Returns the span of the markup that a span of the sent text came from, or `None` if `sent` covers no character.
    pub(super) fn markup(&self, sent: Span) -> Option<Span> {
        let first = self.chars.partition_point(|(char, _)| char.end <= sent.start);
        let covered = self.chars[first..].iter().take_while(|(char, _)| char.start < sent.end);
        covered.map(|(_, markup)| *markup).reduce(Span::join)
    }

    /// Returns the span of the sent text that a span of the markup became. For a tag or delimiter, returns the span of
    /// the text that it formats. Returns `None` if there is no such text.
    pub(super) fn sent(&self, markup: Span) -> Option<Span> {
        let first = self.chars.partition_point(|(_, origin)| origin.end <= markup.start);
        let covered = self.chars[first..].iter().take_while(|(_, origin)| origin.start < markup.end);
        let text = covered.map(|(char, _)| *char).reduce(Span::join);
        text.or_else(|| self.marked_by(markup.start, first))
    }

    /// Returns the text of the entity whose tag or delimiter is at byte `at` of the markup. `next` is the index in
    /// `chars` of the first character of the sent text that comes after that tag or delimiter.
    fn marked_by(&self, at: usize, next: usize) -> Option<Span> {
        let before = next.checked_sub(1).and_then(|before| self.chars.get(before));
        let after = self.chars.get(next);
        let gap = Span::new(
            before.map_or(0, |(_, origin)| origin.end),
            after.map_or(self.markup.len(), |(_, origin)| origin.start),
        );
        // The outermost of nested entities opens first and closes last. So `begins` has the longest entity first, and
        // `ends` has the shortest entity first.
        let mut begins =
            self.entities_where(|entity| after.is_some_and(|(char, _)| entity.start == char.start));
        begins.sort_by_key(|entity| std::cmp::Reverse(entity.len()));
        let mut ends = self.entities_where(|entity| before.is_some_and(|(char, _)| entity.end == char.end));
        ends.sort_by_key(|entity| entity.len());
        let nth_or_last = |spans: &[Span], n: usize| spans.get(n).or(spans.last()).copied();
        if self.mode == Some(ParseMode::Html) {
            // `at` may be inside a tag, at a character of several bytes.
            let end = self.markup.ceil_char_boundary(at + 1);
            let tags = Span::new(gap.start, end).of(&self.markup);
            let n_closed = tags.matches("</").count();
            let n_opened = tags.matches('<').count() - n_closed;
            return match tags.rfind('<')? {
                last if tags[last..].starts_with("</") => nth_or_last(&ends, n_closed - 1),
                // `at` is at the `<` of an end tag. `tags` ends with that `<`, so `n_closed` counts only the end tags
                // before this one.
                last if last + 1 == tags.len() && self.markup[at..].starts_with("</") => {
                    nth_or_last(&ends, n_closed)
                }
                _ => nth_or_last(&begins, n_opened - 1),
            };
        }
        let text = gap.of(&self.markup);
        let in_address = text.find("](").is_some_and(|address| {
            let end = text[address..].find(')').map_or(text.len(), |end| address + end + 1);
            gap.start + address <= at && at < gap.start + end
        });
        // Markdown delimiters look the same at both ends of an entity. `gap` is the markup between two adjacent
        // characters of the sent text. Its first half is taken as the end of one entity, and its second half as the
        // start of the next entity. If no entity ends there, the first half counts as a start too. If no entity starts
        // there, the second half counts as an end too. The address of a link is an exception: all of it belongs to the
        // end of its link, even the part in the second half.
        let is_end = in_address || at - gap.start.min(at) < gap.len().div_ceil(2);
        match (is_end && !ends.is_empty()) || begins.is_empty() {
            true if in_address => ends.first().copied(),
            true => ends.last().copied(),
            false => begins.first().copied(),
        }
    }

    fn entities_where(&self, belongs: impl Fn(&Span) -> bool) -> Vec<Span> {
        self.entities.iter().copied().filter(belongs).collect()
    }
}
