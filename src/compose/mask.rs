//! Masks the Liquid of a body, so that the body can be parsed as JSON without rendering.

use crate::dialect::Dialect;
use crate::json::QuoteState;
use crate::template::{self, Partials};
use crate::text::Span;

/// Returns the spans of the Liquid in `source`, including CleverTap's `@` variables.
pub(crate) fn find_liquid(source: &str) -> Vec<Span> {
    // Every body is parsed in the CleverTap dialect, because only that dialect has `@` variables. So in a body of
    // telecast's dialect, text that looks exactly like an `@` variable, `default:` included, counts as Liquid too.
    template::parse(source, &Partials::default(), Dialect::CleverTap).0.liquid_spans()
}

/// Widens the spans of Liquid by the whitespace that `{{-`, `{%-`, `-}}`, and `-%}` strip.
pub(crate) fn with_trimmed(source: &str, liquid_spans: &[Span]) -> Vec<Span> {
    const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
    let mut end = 0;
    let widened = liquid_spans.iter().map(|piece| {
        let liquid = piece.of(source);
        let mut span = *piece;
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

/// Returns the name of a tag, or `None` for other Liquid: `{% if a %}` gives `if`.
pub(crate) fn tag_name(liquid: &str) -> Option<&str> {
    let inner = liquid.trim().strip_prefix("{%")?.trim_start_matches('-').trim_start();
    inner.split(|c: char| !c.is_alphanumeric() && c != '#').next()
}

/// Returns the index of the tag that closes the block opened at `liquid_spans[opener]`. Returns `None` if the
/// closing tag is missing, or if `liquid_spans[opener]` opens no block.
pub(crate) fn closing(body: &str, liquid_spans: &[Span], opener: usize) -> Option<usize> {
    let name = tag_name(liquid_spans.get(opener)?.of(body))?;
    let mut depth = 0_usize;
    liquid_spans.iter().enumerate().skip(opener).find_map(|(at, piece)| {
        let own = tag_name(piece.of(body))?;
        if own == name {
            depth += 1;
        } else if own.strip_prefix("end") == Some(name) {
            depth -= 1;
        }
        (depth == 0).then_some(at)
    })
}

/// Replaces each piece of Liquid with filler of the same length, so that offsets stay valid. Inside JSON strings, the
/// filler is the digit 1. Outside JSON strings, the filler is the digit 1 for outputs (`{{ … }}`) and for `raw` tags,
/// and a space for all other tags. The contents of `capture`, `comment`, `doc`, and `raw` are replaced too if the tag
/// is outside JSON strings.
pub(crate) fn mask(body: &str, liquid_spans: &[Span]) -> String {
    let mut masked = Vec::with_capacity(body.len());
    let mut quoting = QuoteState::default();
    let mut next = 0;
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(piece) = liquid_spans.get(next).filter(|piece| piece.start == at) {
            let tag = tag_name(piece.of(body));
            quoting.skip_interpolation();
            // The contents of these blocks need not be JSON.
            let masks_contents =
                !quoting.is_inside() && matches!(tag, Some("capture" | "comment" | "doc" | "raw"));
            let last = if masks_contents { closing(body, liquid_spans, next).unwrap_or(next) } else { next };
            let filler = if quoting.is_inside() || tag.is_none() || tag == Some("raw") { b'1' } else { b' ' };
            at = liquid_spans[last].end.max(at + 1);
            masked.resize(at, filler);
            next = last + 1;
            continue;
        }
        quoting.read(bytes[at]);
        masked.push(bytes[at]);
        at += 1;
    }
    // Only whole pieces of Liquid were replaced, with ASCII, so the result is still UTF-8.
    String::from_utf8(masked).unwrap_or_default()
}
