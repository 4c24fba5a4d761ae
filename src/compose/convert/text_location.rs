//! Locates the message's text in a body. The text is in a JSON string, or in a `{% capture %}` whose variable is
//! printed as the value of a JSON member.

use crate::compose::mask::{closing, find_liquid, tag_name};
use crate::json::{self, Document, JsonNode, JsonString};
use crate::text::Span;

use super::escapes::in_own_filters;

#[derive(Debug)]
pub(super) enum TextLocation<'d> {
    /// The string value of `text` or `caption`.
    String(&'d JsonString),
    /// The contents of `{% capture name %}`, which `text` or `caption` prints as `{{ name | json }}`.
    Capture { inside: Span, member: Span },
}

impl<'d> TextLocation<'d> {
    pub(super) fn find(body: &str, document: &'d Document, liquid_spans: &[Span]) -> Option<Self> {
        let node: &JsonNode = ["text", "caption"].iter().find_map(|key| document.root.get(key))?;
        if let Some(text) = node.as_text() {
            return Some(Self::String(text));
        }
        // The document has filler in place of Liquid, so the member's Liquid is read from the body.
        let name = printed_as_json(node.span.of(body))?;
        let sets_name = |piece: &Span| {
            let liquid = piece.of(body);
            let words = || liquid.trim().trim_matches(['{', '}', '%', '-']).split_whitespace();
            matches!(tag_name(liquid), Some("capture" | "assign")) && words().nth(1) == Some(name)
        };
        let mut setters = liquid_spans.iter().enumerate().filter(|(_, piece)| sets_name(piece));
        let (opener, piece) = setters.next()?;
        // A variable that is set twice has no single text to convert.
        if setters.next().is_some() || tag_name(piece.of(body)) != Some("capture") {
            return None;
        }
        let end = closing(body, liquid_spans, opener)?;
        Some(Self::Capture { inside: Span::new(piece.end, liquid_spans[end].start), member: node.span })
    }

    /// Returns the text without JSON escapes. In its Liquid, CleverTap's escapes are replaced by telecast's own
    /// filters.
    pub(super) fn decoded(&self, body: &str, liquid_spans: &[Span]) -> DecodedText<'d> {
        match *self {
            TextLocation::String(text) => DecodedText::of_string(body, text, liquid_spans),
            TextLocation::Capture { inside, .. } => DecodedText::of_capture(body, inside, liquid_spans),
        }
    }

    pub(super) fn edit(&self, text: &str) -> (Span, String) {
        match *self {
            TextLocation::String(old) => (old.span, quoted(text)),
            TextLocation::Capture { inside, .. } => (inside, text.to_owned()),
        }
    }

    pub(super) fn is_in_string(&self) -> bool {
        matches!(self, TextLocation::String(_))
    }

    pub(super) fn member_end(&self) -> usize {
        match self {
            TextLocation::String(text) => text.span.end,
            TextLocation::Capture { member, .. } => member.end,
        }
    }
}

/// Returns `name` from `{{ name | json }}`, or `None` for any other text.
fn printed_as_json(liquid: &str) -> Option<&str> {
    let inside = liquid.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let (name, filter) = inside.trim_matches('-').split_once('|')?;
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // `json` must be the only filter: another filter would change the captured text before it becomes the message's
    // text.
    Some(name.trim()).filter(|name| filter.trim() == "json" && is_name(name))
}

/// Writes the text as a JSON string. Its Liquid is not escaped, because only the output of the Liquid is part of the
/// JSON.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut from = 0;
    for piece in find_liquid(text) {
        json::escape_into(&mut out, &text[from..piece.start]);
        out.push_str(piece.of(text));
        from = piece.end;
    }
    json::escape_into(&mut out, &text[from..]);
    out.push('"');
    out
}

#[derive(Debug)]
pub(super) struct DecodedText<'d> {
    pub text: String,
    pub liquid_spans: Vec<Span>,
    /// The span in the body of each piece of Liquid in `liquid_spans`.
    typed: Vec<Span>,
    /// The parts are the stretches of the text before, between, and after the pieces of Liquid. For each part, its span
    /// in `text` and its start offset in `source`.
    parts: Vec<(Span, usize)>,
    source: PartOffsets<'d>,
}

/// The text that the start offsets in [`DecodedText::parts`] refer to.
#[derive(Debug)]
enum PartOffsets<'d> {
    /// The decoded text of this string.
    String(&'d JsonString),
    /// The body.
    Body,
}

impl<'d> DecodedText<'d> {
    fn empty(source: PartOffsets<'d>, typed: Vec<Span>) -> Self {
        Self { text: String::new(), liquid_spans: Vec::new(), typed, parts: Vec::new(), source }
    }

    fn of_string(body: &str, text: &'d JsonString, liquid_spans: &[Span]) -> Self {
        let inside: Vec<Span> = liquid_spans
            .iter()
            .copied()
            .filter(|piece| text.span.start < piece.start && piece.end < text.span.end)
            .collect();
        let mut decoded = Self::empty(PartOffsets::String(text), inside.clone());
        let mut from = 0;
        for piece in inside {
            let start = first_at_raw(text, from, piece.start);
            decoded.push_part(text.decoded.get(from..start), from);
            decoded.push_liquid(piece.of(body));
            from = start + piece.len();
        }
        decoded.push_part(text.decoded.get(from..), from);
        decoded
    }

    fn of_capture(body: &str, span: Span, liquid_spans: &[Span]) -> Self {
        let inside: Vec<Span> = liquid_spans
            .iter()
            .copied()
            .filter(|piece| span.start <= piece.start && piece.end <= span.end)
            .collect();
        let mut decoded = Self::empty(PartOffsets::Body, inside.clone());
        let mut from = span.start;
        for piece in inside {
            decoded.push_part(body.get(from..piece.start), from);
            decoded.push_liquid(piece.of(body));
            from = piece.end;
        }
        decoded.push_part(body.get(from..span.end), from);
        decoded
    }

    pub(super) fn contains_liquid(&self, piece: Span) -> bool {
        self.typed.contains(&piece)
    }

    fn push_liquid(&mut self, liquid: &str) {
        let start = self.text.len();
        self.text.push_str(&in_own_filters(liquid));
        self.liquid_spans.push(Span::new(start, self.text.len()));
    }

    fn push_part(&mut self, part: Option<&str>, from: usize) {
        let start = self.text.len();
        self.text.push_str(part.unwrap_or_default());
        self.parts.push((Span::new(start, self.text.len()), from));
    }

    /// Maps a span of `text` to the body. A span that covers a part of a piece of Liquid maps to the whole piece.
    pub(super) fn body_span(&self, span: Span) -> Span {
        let at = |offset: usize, is_end: bool| {
            let piece = self.liquid_spans.iter().position(|piece| match is_end {
                true => piece.start < offset && offset <= piece.end,
                false => piece.start <= offset && offset < piece.end,
            });
            if let Some(piece) = piece {
                return if is_end { self.typed[piece].end } else { self.typed[piece].start };
            }
            let part = self.parts.iter().rev().find(|(part, _)| part.start <= offset);
            let in_source = part.map_or(0, |(part, from)| from + (offset - part.start));
            match self.source {
                PartOffsets::String(text) => text.raw_offset(in_source),
                PartOffsets::Body => in_source,
            }
        };
        Span::new(at(span.start, false), at(span.end, true))
    }
}

/// Returns the first decoded offset that is at least `from` and whose raw offset is at least `raw`. A decoded offset is
/// in the decoded string, and a raw offset is in the body.
///
/// `raw` is the offset at which a piece of Liquid starts. At the returned offset, the decoded string has the filler
/// that masks this Liquid. The filler has no escapes, so it is as long in the decoded string as in the body.
fn first_at_raw(text: &JsonString, from: usize, raw: usize) -> usize {
    (from..=text.decoded.len()).find(|at| raw <= text.raw_offset(*at)).unwrap_or(text.decoded.len())
}
