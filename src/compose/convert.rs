//! The same message in another parse mode: the text's markup rewritten, escape filters swapped, all other Liquid left.
//!
//! Works on the body as typed. Liquid is masked by text of the same length so that the body can be read as JSON; the
//! text is decoded with its Liquid back in place, converted, and put back with JSON's escapes around the Liquid.

use crate::diagnostic::Diagnostic;
use crate::json::{self, Text};
use crate::telegram::{self, ParseMode};
use crate::template::{self, Dialect, Partials, TokenClass};
use crate::text::Span;

/// A body in another parse mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The whole body.
    pub body: String,
    /// Its text alone, decoded, Liquid as written.
    pub text: String,
    /// What the mode cannot express, in words.
    pub lost: Vec<String>,
}

impl Conversion {
    /// Returns a body as it is, with its text.
    pub fn unchanged(body: &str) -> Self {
        let holes = holes(body);
        let document = json::parse(&mask(body, &holes)).ok();
        let text = document.and_then(|document| {
            let text = ["text", "caption"].iter().find_map(|key| document.root.get(key)?.as_text())?;
            Some(Decoded::of(body, text, &holes).text)
        });
        Self { body: body.to_owned(), text: text.unwrap_or_default(), lost: Vec::new() }
    }
}

/// The filters that escape a value for a parse mode.
const ESCAPES: [(ParseMode, &str); 3] = [
    (ParseMode::Html, "tg_html"),
    (ParseMode::Markdown, "tg_markdown"),
    (ParseMode::MarkdownV2, "tg_markdown_v2"),
];

/// Returns the filter that escapes a value for a mode.
pub fn escape_filter(mode: ParseMode) -> &'static str {
    ESCAPES.iter().find(|(known, _)| *known == mode).map_or("tg_html", |(_, filter)| filter)
}

/// Returns the parse mode that a body sets, where it can be read without rendering; `Err` for an unknown one.
pub fn parse_mode_of(body: &str) -> Option<ParseMode> {
    let holes = holes(body);
    let document = json::parse(&mask(body, &holes)).ok()?;
    let mode = document.root.get("parse_mode")?.as_text()?;
    ParseMode::from_argument(&mode.decoded).ok().flatten()
}

/// Converts a body to a parse mode, or says where and why that cannot be done.
pub fn convert(body: &str, to: ParseMode) -> Result<Conversion, Diagnostic> {
    let holes = holes(body);
    let masked = mask(body, &holes);
    let document = json::parse(&masked).map_err(|error| {
        Diagnostic::error(
            "cannot-convert",
            error.span,
            format!("the body is not JSON around its Liquid: {}", error.message()),
        )
        .with_help("mend the JSON first")
    })?;
    let member = ["text", "caption"].iter().find_map(|key| document.root.get(key)?.as_text());
    let Some(text) = member else {
        let words = "this body has no text in quotes to convert";
        return Err(Diagnostic::error("cannot-convert", Span::at(0), words));
    };
    let mode_node = document.root.get("parse_mode");
    let from = match mode_node.map(|node| (node, node.as_text())) {
        None => None,
        Some((_, Some(mode))) => match ParseMode::from_argument(&mode.decoded) {
            Ok(mode) => mode,
            Err(_) => return Err(refusal(mode.span, "this parse_mode is none that Telegram knows")),
        },
        Some((node, None)) => return Err(refusal(node.span, "parse_mode is not a word in quotes")),
    };
    let source = Decoded::of(body, text, &holes);
    let converted = telegram::convert(&source.text, &source.holes, from, to)
        .map_err(|problem| refusal(source.place(text, problem.span), &problem.message))?;
    let new_text = swap_escapes(&converted.text, to);
    let mut edits = vec![(text.span, quoted(&new_text))];
    match mode_node {
        Some(node) => edits.push((node.span, format!("\"{}\"", to.as_str()))),
        None => edits.push((Span::at(text.span.end), format!(",\n  \"parse_mode\": \"{}\"", to.as_str()))),
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    for (span, put) in edits {
        out.push_str(&body[at..span.start]);
        out.push_str(&put);
        at = span.end;
    }
    out.push_str(&body[at..]);
    Ok(Conversion { body: out, text: new_text, lost: converted.lost })
}

fn refusal(span: Span, words: &str) -> Diagnostic {
    Diagnostic::error("cannot-convert", span, words)
}

fn holes(source: &str) -> Vec<Span> {
    template::parse(source, &Partials::default(), Dialect::Telecast).0.holes()
}

/// The body with each hole as digits (a value, or a part of a string) or, for tags outside strings, as blanks.
fn mask(body: &str, holes: &[Span]) -> String {
    let mut masked = Vec::with_capacity(body.len());
    let mut in_string = false;
    let mut holes = holes.iter().peekable();
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(hole) = holes.next_if(|hole| hole.start == at) {
            let is_output = hole.of(body).starts_with("{{");
            let filler = if in_string || is_output { b'1' } else { b' ' };
            masked.resize(masked.len() + hole.len(), filler);
            at = hole.end.max(at + 1);
            continue;
        }
        match bytes[at] {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                masked.push(bytes[at]);
                at += 1;
                if at == bytes.len() || holes.peek().is_some_and(|hole| hole.start == at) {
                    continue;
                }
            }
            _ => {}
        }
        masked.push(bytes[at]);
        at += 1;
    }
    // Only whole holes were replaced, by ASCII, so this is UTF-8 still.
    String::from_utf8(masked).unwrap_or_default()
}

/// A string of the body, decoded, with its Liquid as typed.
struct Decoded {
    text: String,
    /// The Liquid in it.
    holes: Vec<Span>,
    /// For each hole: its bytes in the body.
    typed: Vec<Span>,
    /// For the text between holes: where it is in the decoded masked string, to find its raw place.
    parts: Vec<(Span, usize)>,
}

impl Decoded {
    fn of(body: &str, text: &Text, holes: &[Span]) -> Self {
        let inside: Vec<Span> = holes
            .iter()
            .copied()
            .filter(|hole| text.span.start < hole.start && hole.end < text.span.end)
            .collect();
        let mut decoded =
            Self { text: String::new(), holes: Vec::new(), typed: inside.clone(), parts: Vec::new() };
        let mut from = 0;
        let mut cursor = 0;
        for hole in inside {
            let start = first_at_raw(text, cursor, hole.start);
            decoded.push_part(text, from, start);
            let put = decoded.text.len();
            decoded.text.push_str(hole.of(body));
            decoded.holes.push(Span::new(put, decoded.text.len()));
            from = start + hole.len();
            cursor = from;
        }
        decoded.push_part(text, from, text.decoded.len());
        decoded
    }

    fn push_part(&mut self, text: &Text, from: usize, to: usize) {
        let put = self.text.len();
        self.text.push_str(text.decoded.get(from..to).unwrap_or(""));
        self.parts.push((Span::new(put, self.text.len()), from));
    }

    /// Returns the place in the body of a span of the decoded text.
    fn place(&self, text: &Text, span: Span) -> Span {
        let at = |offset: usize, is_end: bool| {
            let hole = self.holes.iter().position(|hole| hole.start <= offset && offset < hole.end);
            if let Some(hole) = hole {
                return if is_end { self.typed[hole].end } else { self.typed[hole].start };
            }
            let part = self.parts.iter().rev().find(|(part, _)| part.start <= offset);
            part.map_or(text.span.start, |(part, decoded)| text.raw_offset(decoded + (offset - part.start)))
        };
        Span::new(at(span.start, false), at(span.end, true))
    }
}

/// The first decoded byte from `from` on whose raw place is `raw`: the filler of a hole decodes byte for byte.
fn first_at_raw(text: &Text, from: usize, raw: usize) -> usize {
    (from..=text.decoded.len()).find(|at| raw <= text.raw_offset(*at)).unwrap_or(text.decoded.len())
}

/// Gives the holes of a text the escape filter of its new mode.
fn swap_escapes(text: &str, to: ParseMode) -> String {
    let (template, _) = template::parse(text, &Partials::default(), Dialect::Telecast);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for token in template.tokens().iter().filter(|token| token.class == TokenClass::Filter) {
        if ESCAPES.iter().any(|(_, filter)| *filter == token.span.of(text)) {
            out.push_str(&text[from..token.span.start]);
            out.push_str(escape_filter(to));
            from = token.span.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// The text as a JSON string: escaped, but for the Liquid in it, which JSON sees only rendered.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, to: ParseMode, expected: &str) {
        assert_eq!(convert(body, to).map(|conversion| conversion.body).as_deref(), Ok(expected));
    }

    #[test]
    fn markup_and_escape_filters_change_and_all_other_liquid_stays() {
        check(
            r#"{"chat_id": {{ Profile.id | default: "NULL" }}, "text": "<b>Hi {{ Profile.name | tg_html | json_escape }}!</b>\n", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"chat_id": {{ Profile.id | default: "NULL" }}, "text": "*Hi {{ Profile.name | tg_markdown_v2 | json_escape }}\\!*\n", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn a_missing_parse_mode_is_added() {
        check(r#"{"text": "a_b"}"#, ParseMode::Html, "{\"text\": \"a_b\",\n  \"parse_mode\": \"HTML\"}");
    }

    #[test]
    fn what_cannot_be_read_is_refused_at_its_place() {
        let body = r#"{"text": "<b>x", "parse_mode": "HTML"}"#;
        let refusal = convert(body, ParseMode::Markdown).unwrap_err();
        assert!(refusal.span.start >= 10 && refusal.span.end <= 15, "{refusal:?}");
        assert_eq!(convert("{", ParseMode::Html).unwrap_err().code, "cannot-convert");
        assert_eq!(convert(r#"{"text": 5}"#, ParseMode::Html).unwrap_err().code, "cannot-convert");
    }

    #[test]
    fn there_and_back_is_the_same_body() {
        let body = r#"{"text": "<b>a</b> {% if Profile.x %}<i>b</i>{% endif %} &lt;3 {{ Profile.y | tg_html }}", "parse_mode": "HTML"}"#;
        let there = convert(body, ParseMode::MarkdownV2).unwrap().body;
        let back = convert(&there, ParseMode::Html).unwrap().body;
        assert_eq!(back, body);
    }
}
