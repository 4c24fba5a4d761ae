//! Where in a body the message's text stands: in a string, or in a `capture` that a member prints as JSON.

use crate::compose::mask::{closing, holes, tag_name};
use crate::json::{self, Document, Node, Text};
use crate::text::Span;

use super::escapes::in_own_filters;

#[derive(Debug)]
pub(super) enum Place<'d> {
    /// In the string of `text` or `caption`.
    String(&'d Text),
    /// Between `{% capture name %}` and its end; the member prints it with `json`.
    Capture { inside: Span, member: Span },
}

impl<'d> Place<'d> {
    pub fn find(body: &str, document: &'d Document, holes: &[Span]) -> Option<Self> {
        let node: &Node = ["text", "caption"].iter().find_map(|key| document.root.get(key))?;
        if let Some(text) = node.as_text() {
            return Some(Self::String(text));
        }
        let name = printed_as_json(node.span.of(body))?;
        let is_of = |hole: &Span| {
            let liquid = hole.of(body);
            let words = || liquid.trim().trim_matches(['{', '}', '%', '-']).split_whitespace();
            matches!(tag_name(liquid), Some("capture" | "assign")) && words().nth(1) == Some(name)
        };
        let mut givers = holes.iter().enumerate().filter(|(_, hole)| is_of(hole));
        let (opener, hole) = givers.next()?;
        // A name that is given twice is not one text.
        if givers.next().is_some() || tag_name(hole.of(body)) != Some("capture") {
            return None;
        }
        let end = closing(body, holes, opener)?;
        Some(Self::Capture { inside: Span::new(hole.end, holes[end].start), member: node.span })
    }

    /// Returns the text as it is before JSON escapes it, its Liquid as typed.
    pub fn decoded(&self, body: &str, holes: &[Span]) -> Decoded<'d> {
        match *self {
            Place::String(text) => Decoded::of_string(body, text, holes),
            Place::Capture { inside, .. } => Decoded::of_capture(body, inside, holes),
        }
    }

    pub fn edit(&self, text: &str) -> (Span, String) {
        match *self {
            Place::String(old) => (old.span, quoted(text)),
            Place::Capture { inside, .. } => (inside, text.to_owned()),
        }
    }

    pub fn is_in_string(&self) -> bool {
        matches!(self, Place::String(_))
    }

    pub fn member_end(&self) -> usize {
        match self {
            Place::String(text) => text.span.end,
            Place::Capture { member, .. } => member.end,
        }
    }
}

/// Returns the name in `{{ name | json }}`.
fn printed_as_json(liquid: &str) -> Option<&str> {
    let inside = liquid.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let (name, filter) = inside.trim_matches('-').split_once('|')?;
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    Some(name.trim()).filter(|name| filter.trim() == "json" && is_name(name))
}

/// The text as JSON string: escaped, but for the Liquid in it, which JSON sees only rendered.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut from = 0;
    for hole in holes(text) {
        json::escape_into(&mut out, &text[from..hole.start]);
        out.push_str(hole.of(text));
        from = hole.end;
    }
    json::escape_into(&mut out, &text[from..]);
    out.push('"');
    out
}

#[derive(Debug)]
pub(super) struct Decoded<'d> {
    pub text: String,
    pub holes: Vec<Span>,
    /// For each hole: its bytes in the body.
    typed: Vec<Span>,
    /// Where the text between holes is: in it, and in what `raw` counts in.
    parts: Vec<(Span, usize)>,
    raw: Raw<'d>,
}

#[derive(Debug)]
enum Raw<'d> {
    String(&'d Text),
    Body,
}

impl<'d> Decoded<'d> {
    fn empty(raw: Raw<'d>, typed: Vec<Span>) -> Self {
        Self { text: String::new(), holes: Vec::new(), typed, parts: Vec::new(), raw }
    }

    fn of_string(body: &str, text: &'d Text, holes: &[Span]) -> Self {
        let inside: Vec<Span> = holes
            .iter()
            .copied()
            .filter(|hole| text.span.start < hole.start && hole.end < text.span.end)
            .collect();
        let mut decoded = Self::empty(Raw::String(text), inside.clone());
        let mut from = 0;
        for hole in inside {
            let start = first_at_raw(text, from, hole.start);
            decoded.push_part(text.decoded.get(from..start), from);
            decoded.push_hole(hole.of(body));
            from = start + hole.len();
        }
        decoded.push_part(text.decoded.get(from..), from);
        decoded
    }

    fn of_capture(body: &str, span: Span, holes: &[Span]) -> Self {
        let inside: Vec<Span> =
            holes.iter().copied().filter(|hole| span.start <= hole.start && hole.end <= span.end).collect();
        let mut decoded = Self::empty(Raw::Body, inside.clone());
        let mut from = span.start;
        for hole in inside {
            decoded.push_part(body.get(from..hole.start), from);
            decoded.push_hole(hole.of(body));
            from = hole.end;
        }
        decoded.push_part(body.get(from..span.end), from);
        decoded
    }

    pub fn holds(&self, hole: Span) -> bool {
        self.typed.contains(&hole)
    }

    fn push_hole(&mut self, liquid: &str) {
        let put = self.text.len();
        self.text.push_str(&in_own_filters(liquid));
        self.holes.push(Span::new(put, self.text.len()));
    }

    fn push_part(&mut self, part: Option<&str>, from: usize) {
        let put = self.text.len();
        self.text.push_str(part.unwrap_or_default());
        self.parts.push((Span::new(put, self.text.len()), from));
    }

    pub fn place(&self, span: Span) -> Span {
        let at = |offset: usize, is_end: bool| {
            let hole = self.holes.iter().position(|hole| hole.start <= offset && offset < hole.end);
            if let Some(hole) = hole {
                return if is_end { self.typed[hole].end } else { self.typed[hole].start };
            }
            let part = self.parts.iter().rev().find(|(part, _)| part.start <= offset);
            let raw = part.map_or(0, |(part, from)| from + (offset - part.start));
            match self.raw {
                Raw::String(text) => text.raw_offset(raw),
                Raw::Body => raw,
            }
        };
        Span::new(at(span.start, false), at(span.end, true))
    }
}

/// The first decoded byte from `from` on whose raw place is `raw`: the filler of a hole decodes byte for byte.
fn first_at_raw(text: &Text, from: usize, raw: usize) -> usize {
    (from..=text.decoded.len()).find(|at| raw <= text.raw_offset(*at)).unwrap_or(text.decoded.len())
}
