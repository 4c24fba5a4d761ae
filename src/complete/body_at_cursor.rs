//! The body without the Liquid that is being completed. Unfinished Liquid would hide everything after it from the
//! parser.

use crate::dialect::Dialect;
use crate::json;
use crate::telegram::ParseMode;
use crate::template::{self, JsonContext, JsonContextKind, Partials, ScopedName, Template};
use crate::text::Span;

use super::liquid::OpenLiquid;

#[derive(Debug, Clone)]
pub(crate) struct BodyAtCursor {
    template: Template,
    /// The offset of the cursor in the template's source. This source no longer has the unfinished Liquid.
    at: usize,
    /// The JSON context at the cursor; `None` in a plain text body.
    pub json_context: Option<JsonContext>,
}

impl BodyAtCursor {
    pub(super) fn new(text: &str, token: Span, dialect: Dialect, is_json: bool) -> Self {
        let removed = unfinished(text, token);
        let source = format!("{}{}", &text[..removed.start], &text[removed.end..]);
        let (template, _) = template::parse(&source, &Partials::default(), dialect);
        let json_context = is_json.then(|| template::json_context_at(&template, removed.start));
        Self { template, at: removed.start, json_context }
    }

    pub(super) fn json_kind(&self) -> Option<JsonContextKind> {
        self.json_context.as_ref().map(|json| json.kind)
    }

    pub(super) fn path(&self) -> &[String] {
        self.json_context.as_ref().map_or(&[], |json| &json.path)
    }

    pub(super) fn mode(&self) -> Option<ParseMode> {
        self.json_context.as_ref().and_then(|json| json.parse_mode)
    }

    pub(super) fn is_at_start(&self) -> bool {
        self.template.source()[..self.at].trim().is_empty()
    }

    pub(super) fn mentions_parse_mode(&self) -> bool {
        self.template.source().contains("\"parse_mode\"")
    }

    pub(super) fn names(&self) -> Vec<ScopedName> {
        template::names_at(&self.template, self.at)
    }

    pub(super) fn open_tags(&self) -> Vec<&'static str> {
        template::open_tags_at(&self.template, self.at)
    }

    /// Returns the template's source. The spans in the result of [`BodyAtCursor::names`] are offsets in this source.
    pub(super) fn source(&self) -> &str {
        self.template.source()
    }

    /// Returns the text of the JSON string around the cursor, from its opening quote to the cursor, without Liquid.
    pub(super) fn string_before(&self) -> String {
        let mut pieces: Vec<&str> = Vec::new();
        // The search goes backwards from the cursor to the quote that opens the string. Quotes inside Liquid do not
        // count.
        let mut end = self.at;
        let source = self.template.source();
        let spans = self.template.liquid_spans();
        for span in spans.iter().rev().filter(|span| span.end <= self.at) {
            let text = &source[span.end.min(end)..end];
            if let Some(quote) = opening_quote(text) {
                pieces.push(&text[quote + 1..]);
                end = 0;
                break;
            }
            pieces.push(text);
            end = span.start;
        }
        let text = &source[..end];
        pieces.push(opening_quote(text).map_or("", |quote| &text[quote + 1..]));
        pieces.into_iter().rev().collect()
    }
}

fn opening_quote(text: &str) -> Option<usize> {
    text.rmatch_indices('"').map(|(at, _)| at).find(|at| !json::is_escaped(text, *at))
}

/// Returns the span that is left out of the body. `token` is a span that ends at the cursor. It starts with the
/// trigger, the text that opened the completion list, such as `{{` or `"`. The returned span starts at the token, or at
/// the `{{` or `{%` if the token is inside Liquid. The span ends at the cursor, or after the closing braces or closing
/// quote that follow the cursor.
fn unfinished(text: &str, token: Span) -> Span {
    let rest = &text[token.end..];
    let line = rest.lines().next().unwrap_or("");
    let (start, closer) = match OpenLiquid::at_end_of(&text[..token.start]) {
        Some(liquid) => (liquid.start, Some(if liquid.is_tag { "%}" } else { "}}" })),
        None => match token.of(text) {
            typed if typed.starts_with("{{") => (token.start, Some("}}")),
            typed if typed.starts_with("{%") => (token.start, Some("%}")),
            _ => (token.start, None),
        },
    };
    // The closing braces must be on the same line, without another brace before them. Other closing braces belong to
    // other Liquid.
    let closes = |closer: &str| line.find(closer).filter(|at| !line[..*at].contains(['{', '}']));
    let end = match closer {
        Some(closer) => closes(closer).map_or(token.end, |at| token.end + at + closer.len()),
        None if token.of(text).starts_with('"') => token.end + rest_of_string(rest),
        None => token.end,
    };
    Span::new(start, end)
}

/// Returns the length of a plain or empty word and the closing quote after it: `mode": 1` gives 5, and `": 1` gives 1.
/// If the text does not start with these, returns 0: `two words"` gives 0.
pub(crate) fn rest_of_string(rest: &str) -> usize {
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    if rest[word..].starts_with('"') { word + 1 } else { 0 }
}
