//! From a place in what was rendered to the place in the body that caused it.

use super::chat::Patched;
use crate::json::Text;
use crate::template::SourceMap;
use crate::text::Span;

/// Leads from the text as sent back to the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Locator {
    map: SourceMap,
    /// What was replaced in the rendering, the latest last; never empty.
    patches: Vec<Patched>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The place in the body: the very bytes for plain text, the whole `{{ … }}` for a value.
    pub span: Span,
    /// The hole whose value it lies in; `None` for text that was typed.
    pub hole: Option<Span>,
    /// The partial it lies in, where it does; `span` is then the tag that rendered it.
    pub partial: Option<String>,
}

impl Locator {
    pub fn new(map: SourceMap, patched: Patched) -> Self {
        Self { map, patches: vec![patched] }
    }

    pub fn text(&self) -> &str {
        self.patches.last().map_or("", |patched| &patched.text)
    }

    pub fn locate(&self, sent: Span) -> Located {
        let origin = self.map.origin(self.rendered(sent));
        // A place in a partial is told by the tag that called it.
        let hole = origin.hole.filter(|_| origin.partial.is_none());
        Located { span: origin.in_template(), hole, partial: origin.partial.clone() }
    }

    /// Returns the bytes of the text as sent that a place in the body was printed to, in order.
    pub fn outputs(&self, body: Span) -> Vec<Span> {
        let mut spans = self.map.outputs(body);
        for patched in &self.patches {
            spans.iter_mut().for_each(|span| *span = patched.patched(*span));
        }
        spans
    }

    pub fn patched_again(mut self, patched: Patched) -> Self {
        self.patches.push(patched);
        self
    }

    /// Returns a hole that printed nothing within or right behind these bytes.
    pub fn silent_hole(&self, sent: Span) -> Option<Span> {
        let rendered = self.rendered(sent);
        // White space may stand between the colon and the hole.
        let around = Span::new(rendered.start, rendered.end + 1);
        self.map
            .silent(around)
            .into_iter()
            .find(|origin| origin.partial.is_none())
            .and_then(|origin| origin.hole)
    }

    fn rendered(&self, sent: Span) -> Span {
        self.patches.iter().rev().fold(sent, |span, patched| patched.original(span))
    }

    /// Returns the same bytes in the body, where they were typed there and not printed by Liquid.
    pub fn typed(&self, sent: Span) -> Option<Span> {
        if sent.is_empty() {
            return self.typed_place(sent.start).map(Span::at);
        }
        let located = self.locate(sent);
        let is_exact =
            located.hole.is_none() && located.partial.is_none() && located.span.len() == sent.len();
        is_exact.then_some(located.span)
    }

    /// Returns the file of the partial that these bytes come from, with the place in it, as one writes it.
    pub fn place_in_partial(&self, sent: Span) -> Option<String> {
        let (name, place) = self.map.place_in_partial(self.rendered(sent))?;
        Some(format!("partials/{name}.liquid:{}:{}", place.line, place.column))
    }

    /// Whether what was typed for these bytes is text that a filter escapes for JSON, not part of the JSON.
    pub fn is_escaped(&self, sent: Span) -> bool {
        let is_escaped = |at: usize| {
            let origin = self.map.origin(self.rendered(Span::new(at, at + 1)));
            origin.hole.is_none() && origin.is_escaped
        };
        is_escaped(sent.start) || (sent.is_empty() && sent.start.checked_sub(1).is_some_and(is_escaped))
    }

    /// Returns where in the body something can be put to stand at `at`: beside the typed character behind or before.
    fn typed_place(&self, at: usize) -> Option<usize> {
        let (before, behind) = self.text().split_at_checked(at)?;
        let next = behind.chars().next().and_then(|c| self.typed(Span::new(at, at + c.len_utf8())));
        let last = before.chars().next_back();
        next.map(|next| next.start)
            .or_else(|| self.typed(Span::new(at - last?.len_utf8(), at)).map(|last| last.end))
    }

    pub fn locate_decoded(&self, text: &Text, decoded: Span) -> Located {
        // An empty span at the end of a text still lies in the text, not on its closing quote.
        self.locate(text.raw_span(decoded))
    }
}
