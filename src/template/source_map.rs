//! Which place of the template each byte of a rendering came from.
//!
//! Plain text leads back byte for byte; what a `{{ … }}` printed leads to the whole of it. Text that was captured and is
//! printed as it is, or escaped for JSON, keeps the places it had when it was captured.

use std::sync::Arc;

use crate::text::{LineIndex, Position, Span};

/// The way back from a rendering to its template. Its segments tile the rendering, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceMap {
    segments: Vec<Segment>,
    partials: Arc<[PartialSource]>,
}

#[derive(Debug, PartialEq)]
pub(super) struct PartialSource {
    pub name: String,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    /// Where it is in the output; empty for an output that printed nothing.
    pub output: Span,
    pub source: Span,
    pub printed: Printed,
    /// Whether it was escaped for JSON on its way from the capture it stands in.
    pub is_escaped: bool,
    /// The file that `source` lies in: 0 is the template, others are partials from 1.
    pub file: u32,
    pub call: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// The source is its text, byte for byte.
    Text,
    /// The source is its text, escaped.
    Escaped,
    /// The source is a `{{ … }}`, all of it, or a tag.
    Hole,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The place in the template, or in the partial where there is one.
    pub span: Span,
    /// The whole `{{ … }}` where all of it was printed by that one; `None` where plain text took part.
    pub hole: Option<Span>,
    pub partial: Option<String>,
    pub call: Option<Span>,
    /// Whether what stands at `span` is escaped for JSON by a filter later on: it is a text there, not a part of JSON.
    pub is_escaped: bool,
}

impl Origin {
    /// Returns the place in the template itself: the tag that called the partial, where it is in one.
    pub fn in_template(&self) -> Span {
        self.call.unwrap_or(self.span)
    }
}

impl SourceMap {
    pub(super) fn new(segments: Vec<Segment>, partials: Arc<[PartialSource]>) -> Self {
        Self { segments, partials }
    }

    /// Returns where `output` came from; an empty span means the byte behind it.
    ///
    /// Where several places took part, the span covers them, as far as they lie in the file of the first.
    pub fn origin(&self, output: Span) -> Origin {
        let end = output.end.max(output.start + 1);
        // The outputs follow one another, so those before are left out in one step: a body may have as many problems as
        // segments.
        let n_before = self.segments.partition_point(|segment| segment.output.end <= output.start);
        let mut touched = self.segments[n_before..].iter().filter(|segment| !segment.output.is_empty());
        let Some(first) = touched.next() else { return self.end_of_all() };
        let mut origin = self.origin_in(first, output.start, end);
        for next in touched.take_while(|next| next.output.start < end) {
            if next.file == first.file && next.call == first.call {
                origin.span = origin.span.join(part_of(next, output.start, end));
            }
            origin.hole = None;
        }
        origin
    }

    pub fn place_in_partial(&self, output: Span) -> Option<(String, Position)> {
        let origin = self.origin(output);
        let name = origin.partial?;
        let partial = self.partials.iter().find(|partial| partial.name == name)?;
        let position = LineIndex::new(&partial.source).position(&partial.source, origin.span.start);
        Some((name, position))
    }

    /// Returns the outputs that printed nothing right in front of, inside or right behind `output`: what is missing there.
    pub fn silent(&self, output: Span) -> Vec<Origin> {
        let is_silent = |segment: &&Segment| segment.printed == Printed::Hole && segment.output.is_empty();
        let n_before = self.segments.partition_point(|segment| segment.output.start < output.start);
        self.segments[n_before..]
            .iter()
            .take_while(|segment| segment.output.start <= output.end)
            .filter(is_silent)
            .map(|segment| self.origin_in(segment, 0, 0))
            .collect()
    }

    /// Returns where the bytes of `template`, a place in the template itself, were printed to, in order.
    ///
    /// A place inside a `{{ … }}` leads to all it printed, a tag that calls a partial to all of the partial.
    pub fn outputs(&self, template: Span) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        for segment in self.printed() {
            let source = segment.call.unwrap_or(segment.source);
            let is_inside = segment.call.is_none() && segment.file != 0;
            let meets = template.start < source.end && source.start < template.end.max(template.start + 1);
            if is_inside || !meets {
                continue;
            }
            let span = match segment.printed != Printed::Text || segment.call.is_some() {
                true => segment.output,
                false => {
                    let start = template.start.max(source.start) - source.start;
                    let end = template.end.max(template.start + 1).min(source.end) - source.start;
                    Span::new(segment.output.start + start, segment.output.start + end)
                }
            };
            match found.last_mut() {
                Some(last) if last.end == span.start => last.end = span.end,
                _ => found.push(span),
            }
        }
        found
    }

    #[cfg(test)]
    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn printed(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| !segment.output.is_empty())
    }

    /// The end of the output is the end of the last place.
    fn end_of_all(&self) -> Origin {
        match self.segments.last() {
            Some(last) => {
                let origin = self.origin_in(last, last.output.end, last.output.end);
                Origin { span: Span::at(last.source.end), hole: None, ..origin }
            }
            None => Origin { span: Span::at(0), hole: None, partial: None, call: None, is_escaped: false },
        }
    }

    fn origin_in(&self, segment: &Segment, start: usize, end: usize) -> Origin {
        let partial = (segment.file as usize).checked_sub(1).and_then(|index| self.partials.get(index));
        Origin {
            span: part_of(segment, start, end),
            hole: (segment.printed == Printed::Hole).then_some(segment.source),
            partial: partial.map(|partial| partial.name.clone()),
            call: segment.call,
            is_escaped: segment.is_escaped,
        }
    }
}

fn part_of(segment: &Segment, start: usize, end: usize) -> Span {
    if segment.printed != Printed::Text {
        return segment.source;
    }
    let from = start.max(segment.output.start) - segment.output.start;
    let to = end.min(segment.output.end).saturating_sub(segment.output.start);
    Span::new(segment.source.start + from, segment.source.start + to)
}
