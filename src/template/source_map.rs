//! The source map: for each byte of a rendering, the part of the template or partial that it came from.
//!
//! Plain text maps byte for byte, but the output of a `{{ … }}` maps to the whole `{{ … }}`. If captured text is
//! printed unchanged or is only escaped for JSON, it keeps the mapping that it had when it was captured.

use std::sync::Arc;

use crate::text::{LineColumn, LineIndex, Span};

/// Maps a rendering to its template. A segment is a piece of the rendering with its source. The segments cover the
/// rendering in order, without gaps or overlaps.
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
    /// The span in the output. It is empty for a `{{ … }}` that printed nothing.
    pub output: Span,
    pub source: Span,
    pub printed: Printed,
    /// Whether the text was escaped for JSON after it was captured.
    pub is_escaped: bool,
    /// The file of `source`: 0 is the template, partials start at 1.
    pub file: u32,
    /// The tag in the template that led to the partial, directly or through other partials. It is `None` if `source`
    /// is in the template itself.
    pub call: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// The source is the same text, byte for byte.
    Text,
    /// The source is the same text before it was escaped.
    Escaped,
    /// The source is a whole `{{ … }}`, or a tag.
    Interpolation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateOrigin {
    /// The span in the partial if `partial` is set, otherwise in the template.
    pub span: Span,
    /// The `{{ … }}` or tag that printed the whole output. It is `None` if plain text or a second `{{ … }}` printed a
    /// part of the output.
    pub interpolation: Option<Span>,
    pub partial: Option<String>,
    /// The tag in the template that led to the partial, directly or through other partials. It is `None` if `partial`
    /// is `None`.
    pub call: Option<Span>,
    /// Whether the text from `span` was captured and then escaped for JSON. The source at `span` is then plain text,
    /// not JSON.
    pub is_escaped: bool,
}

impl TemplateOrigin {
    /// Returns the span in the template itself. For output of a partial, this is the span of the tag in the
    /// template that led to the partial.
    pub fn in_template(&self) -> Span {
        self.call.unwrap_or(self.span)
    }
}

impl SourceMap {
    pub(super) fn new(segments: Vec<Segment>, partials: Arc<[PartialSource]>) -> Self {
        Self { segments, partials }
    }

    /// Returns the origin of `output`. An empty `output` stands for the byte after it.
    ///
    /// If several parts of the source contributed, the returned span covers the parts that have the same file and call
    /// as the first part. If `output` is after the last byte of the rendering, the origin is the end of the part of the
    /// source that was printed last.
    pub fn origin(&self, output: Span) -> TemplateOrigin {
        let end = output.end.max(output.start + 1);
        // The segments are sorted, so a binary search finds the first segment. Reading all segments from the start for
        // each problem would take quadratic time for a body that has as many problems as segments.
        let n_before = self.segments.partition_point(|segment| segment.output.end <= output.start);
        let mut touched = self.segments[n_before..].iter().filter(|segment| !segment.output.is_empty());
        let Some(first) = touched.next() else { return self.end_of_all() };
        let mut origin = self.origin_in(first, output.start, end);
        for next in touched.take_while(|next| next.output.start < end) {
            if next.file == first.file && next.call == first.call {
                origin.span = origin.span.join(part_of(next, output.start, end));
            }
            // More than one segment contributed, so no single `{{ … }}` is responsible for the output.
            origin.interpolation = None;
        }
        origin
    }

    /// Returns the name of the partial that `output` came from, with the line and column in the partial. Returns `None`
    /// if `output` came from the template itself.
    pub fn place_in_partial(&self, output: Span) -> Option<(String, LineColumn)> {
        let origin = self.origin(output);
        let name = origin.partial?;
        let partial = self.partials.iter().find(|partial| partial.name == name)?;
        let position = LineIndex::new(&partial.source).position(&partial.source, origin.span.start);
        Some((name, position))
    }

    /// Returns every `{{ … }}` that printed nothing inside `output` or at its edges. Such a `{{ … }}` can explain what
    /// is missing in the output.
    pub fn empty_outputs(&self, output: Span) -> Vec<TemplateOrigin> {
        let is_silent =
            |segment: &&Segment| segment.printed == Printed::Interpolation && segment.output.is_empty();
        let n_before = self.segments.partition_point(|segment| segment.output.start < output.start);
        self.segments[n_before..]
            .iter()
            .take_while(|segment| segment.output.start <= output.end)
            .filter(is_silent)
            .map(|segment| self.origin_in(segment, 0, 0))
            .collect()
    }

    /// Returns the spans of the output that a `{{ … }}` or a tag printed, in order. Each comes with the span of this
    /// `{{ … }}` or tag, unless it is in a partial.
    pub(crate) fn interpolated(&self) -> impl Iterator<Item = (Span, Option<Span>)> + '_ {
        let printed = self.segments.iter().filter(|segment| segment.printed == Printed::Interpolation);
        printed.map(|segment| (segment.output, (segment.file == 0).then_some(segment.source)))
    }

    /// Returns the parts of the output, each with the span in the template that printed it. For output of a partial, this
    /// is the span of the tag in the template that led to the partial.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Span, Span)> + '_ {
        self.segments.iter().filter_map(|segment| match (segment.call, segment.file) {
            (Some(call), _) => Some((call, segment.output)),
            (None, 0) => Some((segment.source, segment.output)),
            (None, _) => None,
        })
    }

    /// Returns the spans of the output that come from `template`, in order. `template` is a span in the template
    /// itself.
    ///
    /// A `{{ … }}` maps to all its output, and a tag that calls a partial maps to all output of the partial.
    pub fn outputs(&self, template: Span) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        for segment in self.printed() {
            let source = segment.call.unwrap_or(segment.source);
            // Without a call, the span of another file cannot be compared with a span of the template.
            let is_other_file = segment.call.is_none() && segment.file != 0;
            let overlaps = template.start < source.end && source.start < template.end.max(template.start + 1);
            if is_other_file || !overlaps {
                continue;
            }
            // Only plain text of the template maps byte for byte. For every other kind of segment, the whole output
            // is returned, even if `template` covers only a part of its source.
            let span = match segment.printed != Printed::Text || segment.call.is_some() {
                true => segment.output,
                false => {
                    let start = template.start.max(source.start) - source.start;
                    let end = template.end.max(template.start + 1).min(source.end) - source.start;
                    Span::new(segment.output.start + start, segment.output.start + end)
                }
            };
            // Adjacent spans are joined, so that they are highlighted as one.
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

    // A problem such as a missing brace can be after the last byte.
    /// Returns the origin of the end of the output: the end of the last segment's source.
    fn end_of_all(&self) -> TemplateOrigin {
        match self.segments.last() {
            Some(last) => {
                let origin = self.origin_in(last, last.output.end, last.output.end);
                TemplateOrigin { span: Span::at(last.source.end), interpolation: None, ..origin }
            }
            None => TemplateOrigin {
                span: Span::at(0),
                interpolation: None,
                partial: None,
                call: None,
                is_escaped: false,
            },
        }
    }

    fn origin_in(&self, segment: &Segment, start: usize, end: usize) -> TemplateOrigin {
        // File 0 is the template, which is not among the partials.
        let partial = (segment.file as usize).checked_sub(1).and_then(|index| self.partials.get(index));
        TemplateOrigin {
            span: part_of(segment, start, end),
            interpolation: (segment.printed == Printed::Interpolation).then_some(segment.source),
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
