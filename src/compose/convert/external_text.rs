//! Checks the text that Liquid brings into the message's text from elsewhere. Such text comes from partials and from
//! variables that are captured or assigned outside the message's text.

use crate::compose::mask::{closing, find_liquid, tag_name, with_trimmed};
use crate::diagnostic::Diagnostic;
use crate::telegram::{self, ParseMode};
use crate::template::{self, Partials};
use crate::text::Span;

use super::refusal;
use super::source::ConversionSource;
use super::text_location::DecodedText;

/// Refuses the conversion if Liquid in the message's text prints text from elsewhere that means something else in the
/// new mode. Text from elsewhere is not converted.
pub(super) fn check(
    source: &ConversionSource<'_>,
    liquid_spans: &[Span],
    decoded: &DecodedText<'_>,
    from: Option<ParseMode>,
    to: ParseMode,
) -> Result<(), Diagnostic> {
    let outside = variables_outside(source.body, liquid_spans, decoded);
    for piece in &decoded.liquid_spans {
        let liquid = piece.of(&decoded.text);
        if let Some(name) = called_partial(liquid) {
            let text = source.partials.0.get(name).map(String::as_str).unwrap_or_default();
            if !reads_the_same(text, from, to) {
                let message = format!(
                    "the partial `{name}` contains text that reads differently in the new mode, and partials are not converted"
                );
                return Err(refusal(decoded.body_span(*piece), &message)
                    .with_help("replace this tag with the partial's text"));
            }
        }
        let (template, _) = template::parse(liquid, &Partials::default(), source.dialect);
        let roots = template.variables().into_iter().filter_map(|used| used.path.into_iter().next());
        for root in roots {
            let text = outside.iter().find(|(name, _)| *name == root);
            if text.is_some_and(|(_, text)| !reads_the_same(text, from, to)) {
                let message = format!("`{root}` adds markup from outside the text, which is not converted");
                return Err(
                    refusal(decoded.body_span(*piece), &message).with_help("move that markup into the text")
                );
            }
        }
    }
    Ok(())
}

/// Returns the name of the partial that a `render` or `include` tag calls: `{% render "footer" %}` gives `footer`.
/// Returns `None` if `liquid` is neither of these tags, or if it contains no quoted text.
fn called_partial(liquid: &str) -> Option<&str> {
    if !matches!(tag_name(liquid), Some("render" | "include")) {
        return None;
    }
    let rest = &liquid[liquid.find(['"', '\''])? + 1..];
    rest.split(['"', '\'']).next()
}

/// Returns the variables that are set outside the message's text. A variable from `capture` comes with the contents of
/// the capture, and a variable from `assign` with the whole tag.
fn variables_outside<'b>(
    body: &'b str,
    liquid_spans: &[Span],
    decoded: &DecodedText<'_>,
) -> Vec<(&'b str, &'b str)> {
    let mut variables = Vec::new();
    let is_outside = |(_, piece): &(usize, &Span)| !decoded.contains_liquid(**piece);
    for (at, piece) in liquid_spans.iter().enumerate().filter(is_outside) {
        let liquid = piece.of(body);
        let inner = liquid.trim().trim_matches(['{', '}', '%', '-']);
        let Some(name) = inner.split_whitespace().nth(1) else { continue };
        match tag_name(liquid) {
            Some("capture") => {
                let end = closing(body, liquid_spans, at).map_or(body.len(), |end| liquid_spans[end].start);
                variables.push((name, body.get(piece.end..end).unwrap_or_default()));
            }
            // The whole tag is checked, because filters can add markup to the value.
            Some("assign") => variables.push((name, liquid)),
            _ => {}
        }
    }
    variables
}

/// Returns the spans of the Liquid that sets variables outside the message's text: each `assign`, and each piece inside
/// a `capture`, with the name of the capture.
pub(super) fn pieces_of_variables<'a>(
    body: &'a str,
    liquid_spans: &'a [Span],
    decoded: &'a DecodedText<'_>,
) -> impl Iterator<Item = (Span, Option<&'a str>)> + 'a {
    // The pieces before this offset are in a capture.
    let mut captured_to = 0;
    let mut capture = None;
    liquid_spans.iter().enumerate().filter_map(move |(at, piece)| {
        if decoded.contains_liquid(*piece) {
            return None;
        }
        let name = tag_name(piece.of(body));
        if name == Some("capture")
            && let Some(end) = closing(body, liquid_spans, at)
        {
            if captured_to <= piece.start {
                capture = piece.of(body).trim_matches(['{', '}', '%', '-']).split_whitespace().nth(1);
            }
            captured_to = captured_to.max(liquid_spans[end].start);
        }
        let is_captured = piece.start < captured_to;
        (name == Some("assign") || is_captured).then_some((*piece, capture.filter(|_| is_captured)))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapturePrint {
    /// With an escape for JSON.
    Escaped,
    AsIs,
}

/// Returns how the message's text prints the capture `name`. Returns `None` if it prints it in several ways or with an
/// escape for the mode, or if the capture is used elsewhere too.
pub(super) fn print_of(
    name: &str,
    body: &str,
    liquid_spans: &[Span],
    decoded: &DecodedText<'_>,
) -> Option<CapturePrint> {
    let mut print = None;
    for piece in liquid_spans {
        let liquid = piece.of(body);
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let uses = liquid.split(|c| !is_word(c)).any(|word| word == name);
        if !uses || matches!(tag_name(liquid), Some("capture" | "if" | "unless" | "elsif")) {
            continue;
        }
        let is_escaped = ["tg_", "escape |", "| escape", "escape_once"]
            .iter()
            .any(|filter| liquid.replace("json_escape", "json").contains(filter));
        if is_escaped || !liquid.starts_with("{{") || !decoded.contains_liquid(*piece) {
            return None;
        }
        let own = match liquid.contains("json") || liquid.contains("replace: '\"'") {
            true => CapturePrint::Escaped,
            false => CapturePrint::AsIs,
        };
        if print.is_some_and(|print| print != own) {
            return None;
        }
        print = Some(own);
    }
    print
}

/// Returns whether a text, written for the mode `from`, reads the same in the mode `to`.
fn reads_the_same(text: &str, from: Option<ParseMode>, to: ParseMode) -> bool {
    let liquid_spans = with_trimmed(text, &find_liquid(text));
    let converted = telegram::convert(text, &liquid_spans, from, to);
    // If the new mode read some markup differently, the conversion would change this markup or report it as lost.
    converted.is_ok_and(|converted| converted.text == text && converted.lost.is_empty())
}
