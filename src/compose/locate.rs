//! Maps positions in the rendered text to the positions in the body that they come from, and back.

use std::collections::HashSet;

use super::chat::PatchedText;
use crate::json::JsonString;
use crate::template::SourceMap;
use crate::text::Span;

/// Maps between the text that is sent, [`Locator::text`], and the body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Locator {
    map: SourceMap,
    /// The rendered text after each round of replacements, the latest round last. The list is never empty. One such
    /// replacement is the test chat's id in place of the body's chat id.
    patches: Vec<PatchedText>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BodyLocation {
    /// The span in the body: the exact bytes of typed text, or the whole `{{ … }}` or tag that printed a value.
    pub span: Span,
    /// The `{{ … }}` or tag of the body that printed the text. `None` for typed text and for text from a partial. Also
    /// `None` if no single `{{ … }}` or tag printed all of the text.
    pub interpolation: Option<Span>,
    /// The name of the partial that the text comes from, if any. For text from a partial, `span` is the tag that called
    /// the partial.
    pub partial: Option<String>,
}

impl Locator {
    pub(super) fn new(map: SourceMap, patched: PatchedText) -> Self {
        Self { map, patches: vec![patched] }
    }

    pub(super) fn text(&self) -> &str {
        self.patches.last().map_or("", |patched| &patched.text)
    }

    pub(super) fn locate(&self, sent: Span) -> BodyLocation {
        let origin = self.map.origin(self.rendered(sent));
        // A problem in a partial is reported at the tag that called the partial, because the partial is another file.
        let interpolation = origin.interpolation.filter(|_| origin.partial.is_none());
        BodyLocation { span: origin.in_template(), interpolation, partial: origin.partial.clone() }
    }

    /// Returns, in order, the spans of the sent text that were printed from a span of the body.
    pub(super) fn outputs(&self, body: Span) -> Vec<Span> {
        let mut spans = self.map.outputs(body);
        for patched in &self.patches {
            spans.iter_mut().for_each(|span| *span = patched.patched(*span));
        }
        spans
    }

    pub(super) fn patched_again(mut self, patched: PatchedText) -> Self {
        self.patches.push(patched);
        self
    }

    /// Returns the first `{{ … }}` of the body that printed nothing, if this empty output is within `sent` or at most
    /// one byte after its end.
    pub(super) fn empty_interpolation(&self, sent: Span) -> Option<Span> {
        let rendered = self.rendered(sent);
        // `sent` may be the empty span directly after a key's colon. There may be a space between that colon and the
        // `{{`, so the search includes one more byte.
        let widened = Span::new(rendered.start, rendered.end + 1);
        self.map
            .empty_outputs(widened)
            .into_iter()
            .find(|origin| origin.partial.is_none())
            .and_then(|origin| origin.interpolation)
    }

    /// Returns whether the first byte of `sent` was typed, in the body or in a partial, and no `{{ … }}` printed
    /// nothing directly before it.
    pub(super) fn starts_typed(&self, sent: Span) -> bool {
        self.starts_typed_or_in(sent, &HashSet::new())
    }

    /// Like [`Locator::starts_typed`], but what the `{{ … }}` and tags of the body in `literals` print counts as typed.
    pub(super) fn starts_typed_or_in(&self, sent: Span, literals: &HashSet<Span>) -> bool {
        let before = self.text().get(..sent.start).unwrap_or_default().trim_end().len();
        let gap = self.rendered(Span::new(before, sent.start));
        let first = self.map.origin(self.rendered(Span::new(sent.start, sent.start + 1)));
        let is_typed = match first.interpolation {
            Some(interpolation) => first.partial.is_none() && literals.contains(&interpolation),
            None => true,
        };
        is_typed && self.map.empty_outputs(gap).is_empty()
    }

    /// Returns the text around `at` that a `{{ … }}` or a tag printed.
    pub(super) fn printed_at(&self, at: usize) -> Option<Span> {
        let at = self.rendered(Span::new(at, at + 1)).start;
        let mut interpolated = self.map.interpolated().map(|(printed, _)| printed);
        let printed = interpolated.find(|printed| printed.range().contains(&at))?;
        Some(self.patches.iter().fold(printed, |span, patched| patched.patched(span)))
    }

    /// Returns whether a `{{ … }}` or a tag printed a part of `sent`, or printed nothing there.
    pub(super) fn prints_in(&self, sent: Span) -> bool {
        let sent = self.rendered(sent);
        self.map.interpolated().any(|(printed, _)| printed.start <= sent.end && sent.start <= printed.end)
    }

    /// Returns whether a `{{ … }}` or a tag that is not among `except` printed one of `chars`.
    pub(super) fn prints_any(&self, chars: &[char], except: &HashSet<Span>) -> bool {
        let text = self.text();
        let is_excepted = |source: Option<Span>| source.is_some_and(|source| except.contains(&source));
        let mut interpolated = self.map.interpolated().filter(|(_, source)| !is_excepted(*source));
        interpolated.any(|(printed, _)| printed.of(text).contains(chars))
    }

    fn rendered(&self, sent: Span) -> Span {
        self.patches.iter().rev().fold(sent, |span, patched| patched.original(span))
    }

    /// Returns the span in the body if all of these bytes were typed there exactly as they are sent. Returns `None` if
    /// Liquid printed or escaped any of these bytes, or if any of them come from a partial.
    pub(super) fn typed(&self, sent: Span) -> Option<Span> {
        if sent.is_empty() {
            return self.typed_offset(sent.start).map(Span::at);
        }
        let located = self.locate(sent);
        // If the lengths differ, a filter has escaped the text, or the text comes from several places in the body. Then
        // the offsets do not match byte for byte.
        let is_exact =
            located.interpolation.is_none() && located.partial.is_none() && located.span.len() == sent.len();
        is_exact.then_some(located.span)
    }

    /// Returns `partials/NAME.liquid:LINE:COLUMN` if these bytes come from a partial.
    pub(super) fn place_in_partial(&self, sent: Span) -> Option<String> {
        let (name, place) = self.map.place_in_partial(self.rendered(sent))?;
        Some(format!("partials/{name}.liquid:{}:{}", place.line, place.column))
    }

    /// Returns whether the byte at the start of `sent` was typed, for example inside a `capture`, and was later escaped
    /// for JSON by a filter. If `sent` is empty, also returns true if the byte before `sent` was typed and escaped in
    /// this way.
    pub(super) fn is_escaped(&self, sent: Span) -> bool {
        let is_escaped = |at: usize| {
            let origin = self.map.origin(self.rendered(Span::new(at, at + 1)));
            origin.interpolation.is_none() && origin.is_escaped
        };
        is_escaped(sent.start) || (sent.is_empty() && sent.start.checked_sub(1).is_some_and(is_escaped))
    }

    /// Returns the offset in the body at which text must be inserted so that it is rendered at `at`. If the character
    /// after `at` was typed, the offset is directly before that character. If only the character before `at` was typed,
    /// the offset is directly after it. Returns `None` if neither character was typed.
    fn typed_offset(&self, at: usize) -> Option<usize> {
        let after = self.text().get(at..)?;
        let next = after.chars().next().and_then(|c| self.typed(Span::new(at, at + c.len_utf8())));
        next.map(|next| next.start).or_else(|| self.typed_end(at))
    }

    /// Returns the offset in the body directly after the character that is rendered before `at`. Returns `None` if that
    /// character was not typed.
    pub(super) fn typed_end(&self, at: usize) -> Option<usize> {
        let last = self.text().get(..at)?.chars().next_back()?;
        self.typed(Span::new(at - last.len_utf8(), at)).map(|last| last.end)
    }

    pub(super) fn locate_decoded(&self, text: &JsonString, decoded: Span) -> BodyLocation {
        // This also works for an empty span at the end of the string: `raw_span` maps it to the offset of the closing
        // quote.
        self.locate(text.raw_span(decoded))
    }
}
