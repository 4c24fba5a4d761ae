//! A body without its Liquid, so that it can be read as JSON before it is rendered.

use crate::dialect::Dialect;
use crate::json::Quoting;
use crate::template::{self, Partials};
use crate::text::Span;

/// Returns the Liquid of `source`, CleverTap's `@` variables among it: no JSON without them looks like one.
pub fn holes(source: &str) -> Vec<Span> {
    template::parse(source, &Partials::default(), Dialect::CleverTap).0.holes()
}

/// Returns the holes with the white space that their dashes take away.
pub fn with_trimmed(source: &str, holes: &[Span]) -> Vec<Span> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let mut end = 0;
    let widened = holes.iter().map(|hole| {
        let liquid = hole.of(source);
        let mut span = *hole;
        if liquid.starts_with("{{-") || liquid.starts_with("{%-") {
            let before = source.get(end..span.start).unwrap_or_default();
            span.start = end + before.trim_end_matches(SPACE).len();
        }
        if liquid.ends_with("-}}") || liquid.ends_with("-%}") {
            let after = source.get(span.end..).unwrap_or_default();
            span.end = source.len() - after.trim_start_matches(SPACE).len();
        }
        end = span.end;
        span
    });
    widened.collect()
}

/// The name of a tag; none for what prints a value.
pub fn tag_name(liquid: &str) -> Option<&str> {
    let inner = liquid.trim().strip_prefix("{%")?.trim_start_matches('-').trim_start();
    inner.split(|c: char| !c.is_alphanumeric() && c != '#').next()
}

/// Returns the tag that closes the one at `holes[opener]`, by its number; none where it is missing.
pub fn closing(body: &str, holes: &[Span], opener: usize) -> Option<usize> {
    let name = tag_name(holes.get(opener)?.of(body))?;
    let mut depth = 0_usize;
    holes.iter().enumerate().skip(opener).find_map(|(at, hole)| {
        let own = tag_name(hole.of(body))?;
        if own == name {
            depth += 1;
        } else if own.strip_prefix("end") == Some(name) {
            depth -= 1;
        }
        (depth == 0).then_some(at)
    })
}

/// Returns the body with each hole as digits (a value, or a part of a string) or, for tags outside strings, as blanks;
/// so too what `capture`, `comment` and the like hold there.
pub fn mask(body: &str, holes: &[Span]) -> String {
    let mut masked = Vec::with_capacity(body.len());
    let mut quoting = Quoting::default();
    let mut next = 0;
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(hole) = holes.get(next).filter(|hole| hole.start == at) {
            let tag = tag_name(hole.of(body));
            quoting.pass_hole();
            let keeps = !quoting.is_inside() && matches!(tag, Some("capture" | "comment" | "doc" | "raw"));
            let last = if keeps { closing(body, holes, next).unwrap_or(next) } else { next };
            let filler = if quoting.is_inside() || tag.is_none() || tag == Some("raw") { b'1' } else { b' ' };
            at = holes[last].end.max(at + 1);
            masked.resize(at, filler);
            next = last + 1;
            continue;
        }
        quoting.read(bytes[at]);
        masked.push(bytes[at]);
        at += 1;
    }
    // Only whole holes were replaced, by ASCII, so this is UTF-8 still.
    String::from_utf8(masked).unwrap_or_default()
}
