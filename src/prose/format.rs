//! Formats the selected message text in a body. Finds the text and its parse mode, decodes the JSON escapes of the
//! text, and escapes the edits again.

use crate::compose::with_trimmed;
use crate::diagnostic::TextEdit;
use crate::dialect::Dialect;
use crate::json::{self, JsonString};
use crate::telegram::{self, Method, ParseMode, TextFormat};
use crate::template::{self, Partials, Template};
use crate::text::Span;

use super::paste::escaped;

/// Edits of a body, and where the cursor goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BodyFormat {
    /// Ascending edits that do not overlap.
    pub edits: Vec<TextEdit>,
    /// What to select in the edited body. `None` if the cursor stays where it is.
    pub select: Option<Span>,
    /// The offset in the edited body that Tab goes to next: the text of a new link, or the place after the link.
    pub next: Option<usize>,
}

/// Checks that the selection, or the cursor, is in a message text that has a parse mode. If not, returns the reason in
/// one line without a full stop.
pub(crate) fn check_place(
    body: &str,
    method: Method,
    dialect: Dialect,
    selection: Span,
) -> Result<(), String> {
    let (template, _) = template::parse(body, &Partials::default(), dialect);
    let parts = super::parts_of(&template, method);
    MessageText::around(&template, &parts, selection)?.mode(&template).map(|_| ())
}

/// Applies a format to the selected message text, or removes the format; see [`telegram::toggle_format`]. If that
/// cannot be done, returns the reason in one line without a full stop.
pub(crate) fn toggle_format(
    body: &str,
    method: Method,
    dialect: Dialect,
    format: TextFormat,
    selection: Span,
) -> Result<BodyFormat, String> {
    let (template, _) = template::parse(body, &Partials::default(), dialect);
    let parts = super::parts_of(&template, method);
    let text = MessageText::around(&template, &parts, selection)?;
    let mode = text.mode(&template)?;
    let (start, end) = (text.decoded(selection.start, false), text.decoded(selection.end, true));
    let edit = telegram::toggle_format(&text.decoded, &text.liquid, mode, format, Span::new(start, end))
        .map_err(|refusal| refusal.to_string())?;
    let escape = |replacement: &str| escaped(replacement, dialect);
    let in_body = |edit: &TextEdit| TextEdit {
        span: Span::new(text.in_body(edit.span.start), text.in_body(edit.span.end)),
        replacement: escape(&edit.replacement),
    };
    let edits: Vec<TextEdit> = edit.edits.iter().map(in_body).collect();
    // Maps an offset in the edited text to the edited body.
    let after = |at: usize| {
        let (mut from, mut edited, mut shift) = (0, 0, 0_isize);
        for (own, in_body) in edit.edits.iter().zip(&edits) {
            let kept = own.span.start - from;
            if at <= edited + kept {
                break;
            }
            edited += kept;
            if at <= edited + own.replacement.len() {
                let before = escape(&own.replacement[..at - edited]).len();
                return in_body.span.start.saturating_add_signed(shift) + before;
            }
            edited += own.replacement.len();
            from = own.span.end;
            shift += in_body.replacement.len() as isize - in_body.span.len() as isize;
        }
        text.in_body(from + (at - edited)).saturating_add_signed(shift)
    };
    let select = edit.select.map(|span| Span::new(after(span.start), after(span.end)));
    Ok(BodyFormat { select, next: edit.next.map(after), edits })
}

/// One message text of a body, without its JSON escapes.
#[derive(Debug)]
struct MessageText {
    decoded: String,
    /// The Liquid in `decoded`.
    liquid: Vec<Span>,
    segments: Vec<Segment>,
}

/// A piece of Liquid, or a part of the text between Liquid.
#[derive(Debug)]
struct Segment {
    decoded: Span,
    body: Span,
    /// The part as a JSON string that begins one byte before `body`. `None` for Liquid.
    string: Option<JsonString>,
}

impl MessageText {
    fn around(template: &Template, parts: &[Span], selection: Span) -> Result<Self, String> {
        let body = template.source();
        let outside = || "formats are for message text, and the cursor is not in one".to_owned();
        // A part ends at the closing quote or at Liquid. After Liquid, the text continues.
        let mut texts = parts.split_inclusive(|part| body[part.end..].starts_with('"'));
        let is_around =
            |text: &&[Span]| text[0].start <= selection.start && selection.end <= text[text.len() - 1].end;
        let own = texts.find(is_around).ok_or_else(outside)?;
        let liquid_spans = with_trimmed(body, &template.liquid_spans());
        let is_in_tag = |piece: &Span| {
            piece.start < selection.start
                && selection.end < piece.end
                && piece.of(body).trim_start().starts_with("{%")
        };
        if liquid_spans.iter().any(is_in_tag) {
            return Err(outside());
        }
        let mut text = Self { decoded: String::new(), liquid: Vec::new(), segments: Vec::new() };
        for (index, part) in own.iter().enumerate() {
            text.push_part(body, *part)?;
            if let Some(next) = own.get(index + 1) {
                text.push_liquid(body, Span::new(part.end, next.start), &liquid_spans);
            }
        }
        Ok(text)
    }

    fn push_part(&mut self, body: &str, part: Span) -> Result<(), String> {
        let broken = || "fix the JSON of this text first".to_owned();
        let document = json::parse(&format!("\"{}\"", part.of(body))).map_err(|_| broken())?;
        let string = document.root.as_text().ok_or_else(broken)?.clone();
        let start = self.decoded.len();
        self.decoded.push_str(&string.decoded);
        let decoded = Span::new(start, self.decoded.len());
        self.segments.push(Segment { decoded, body: part, string: Some(string) });
        Ok(())
    }

    /// Adds what is between two parts: one or more pieces of Liquid. Text between these pieces, such as a comment, is
    /// not printed.
    fn push_liquid(&mut self, body: &str, gap: Span, liquid_spans: &[Span]) {
        let start = self.decoded.len();
        let inside = liquid_spans.iter().filter(|piece| gap.start <= piece.start && piece.end <= gap.end);
        self.liquid.extend(
            inside.map(|piece| Span::new(piece.start - gap.start + start, piece.end - gap.start + start)),
        );
        self.decoded.push_str(gap.of(body));
        let decoded = Span::new(start, self.decoded.len());
        self.segments.push(Segment { decoded, body: gap, string: None });
    }

    fn mode(&self, template: &Template) -> Result<ParseMode, String> {
        let start = self.segments.first().map_or(0, |segment| segment.body.start);
        template::json_context_at(template, start)
            .parse_mode
            .ok_or_else(|| "this text has no parse mode: add \"parse_mode\": \"HTML\" to the body".to_owned())
    }

    /// Maps an offset in the body to the decoded text. For an offset inside an escape, the result is before the escaped
    /// character, or after it if `is_end` is true.
    fn decoded(&self, at: usize, is_end: bool) -> usize {
        let Some(segment) = self.segments.iter().find(|segment| at <= segment.body.end) else {
            return self.decoded.len();
        };
        let within = at - segment.body.start.min(at);
        let Some(string) = &segment.string else { return segment.decoded.start + within };
        // The string begins with a quote.
        let raw = Span::new(if is_end { within } else { within + 1 }, within + 1);
        match (within, string.decoded_span(raw)) {
            (0, _) => segment.decoded.start,
            (_, Some(decoded)) => segment.decoded.start + if is_end { decoded.end } else { decoded.start },
            (_, None) => segment.decoded.end,
        }
    }

    /// Maps an offset in the decoded text to the body.
    fn in_body(&self, at: usize) -> usize {
        let Some(segment) = self.segments.iter().find(|segment| at <= segment.decoded.end) else { return at };
        let within = at - segment.decoded.start.min(at);
        match &segment.string {
            Some(string) => segment.body.start + string.raw_offset(within) - 1,
            None => segment.body.start + within,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::apply_edits;

    /// Formats a body in which `⟦` and `⟧` are the ends of the selection, or `‸` is the cursor. Returns the body with
    /// the new selection, and `⇥` at the place that Tab goes to.
    #[track_caller]
    fn check(format: TextFormat, marked: &str, expected: &str) {
        let bare = |text: &str| text.replace(['⟦', '⟧', '‸'], "");
        let body = bare(marked);
        let offset_of = |mark: char| marked.find(mark).map(|at| bare(&marked[..at]).len());
        let selection = match offset_of('‸') {
            Some(at) => Span::at(at),
            None => Span::new(offset_of('⟦').unwrap(), offset_of('⟧').unwrap()),
        };
        let found = toggle_format(&body, Method::SendMessage, Dialect::Telecast, format, selection);
        let shown = found.map_or_else(
            |reason| format!("✘ {reason}"),
            |found| {
                let mut edited = apply_edits(&found.edits, &body).unwrap();
                let mut marks: Vec<(usize, char)> = found.next.map(|at| (at, '⇥')).into_iter().collect();
                match found.select {
                    Some(span) if span.is_empty() => marks.push((span.start, '‸')),
                    Some(span) => marks.extend([(span.start, '⟦'), (span.end, '⟧')]),
                    None => {}
                }
                marks.sort_by_key(|(at, _)| *at);
                marks.into_iter().rev().for_each(|(at, mark)| edited.insert(at, mark));
                edited
            },
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn formats_are_escaped_for_json() {
        check(
            TextFormat::Bold,
            r#"{"text": "a \"⟦b\" \\ c\u00e9⟧\n{{ x | default: "y" }}", "parse_mode": "HTML"}"#,
            r#"{"text": "a \"<b>⟦b\" \\ c\u00e9⟧</b>\n{{ x | default: "y" }}", "parse_mode": "HTML"}"#,
        );
        check(
            TextFormat::Quote,
            r#"{"parse_mode": "MarkdownV2", "text": "a\nb‸\\.\nc"}"#,
            r#"{"parse_mode": "MarkdownV2", "text": "a\n>b\\.\nc"}"#,
        );
        check(
            TextFormat::Code,
            r#"{"parse_mode": "MarkdownV2", "text": "`⟦a.b⟧`"}"#,
            r#"{"parse_mode": "MarkdownV2", "text": "⟦a\\.b⟧"}"#,
        );
        check(
            TextFormat::Bold,
            r#"{"parse_mode": "Markdown", "text": "⟦a\\_{{ x | default: "y" }}⟧"}"#,
            r#"{"parse_mode": "Markdown", "text": "*⟦a_{{ x | default: "y" }}⟧*"}"#,
        );
    }

    #[test]
    fn link_has_places_for_its_address_and_its_text() {
        check(
            TextFormat::Link,
            r#"{"text": "a\n⟦b⟧", "parse_mode": "HTML"}"#,
            r#"{"text": "a\n<a href='⟦https://⟧'>b</a>⇥", "parse_mode": "HTML"}"#,
        );
        check(
            TextFormat::Link,
            r#"{"text": "‸", "parse_mode": "HTML"}"#,
            r#"{"text": "<a href='⟦https://⟧'>⇥</a>", "parse_mode": "HTML"}"#,
        );
        check(
            TextFormat::Link,
            r#"{"text": "see ⟦https://a.io/?b=\"c\"⟧", "parse_mode": "HTML"}"#,
            r#"{"text": "see <a href='https://a.io/?b=&quot;c&quot;'>⟦https://a.io/?b=\"c\"⟧</a>", "parse_mode": "HTML"}"#,
        );
    }

    #[test]
    fn liquid_in_the_text_is_formatted() {
        check(
            TextFormat::Bold,
            r#"{"text": "Hi {{ Profile.na‸me }}!", "parse_mode": "HTML"}"#,
            r#"{"text": "Hi <b>{{ Profile.name }}</b>!", "parse_mode": "HTML"}"#,
        );
        check(
            TextFormat::Bold,
            r#"{"text": "⟦a {% comment %}"<b>"{% endcomment %} b⟧", "parse_mode": "HTML"}"#,
            r#"{"text": "<b>⟦a {% comment %}"<b>"{% endcomment %} b⟧</b>", "parse_mode": "HTML"}"#,
        );
    }

    #[test]
    fn elsewhere_nothing_is_formatted() {
        let outside = "✘ formats are for message text, and the cursor is not in one";
        check(TextFormat::Bold, r#"{"te‸xt": "a", "parse_mode": "HTML"}"#, outside);
        check(TextFormat::Bold, r#"{"text": "a", "url": "‸b", "parse_mode": "HTML"}"#, outside);
        check(TextFormat::Bold, r#"{"text": "⟦a", "url": "b⟧", "parse_mode": "HTML"}"#, outside);
        check(TextFormat::Bold, r#"{"text": "{% if‸ x %}a{% endif %}", "parse_mode": "HTML"}"#, outside);
        let no_mode = "✘ this text has no parse mode: add \"parse_mode\": \"HTML\" to the body";
        check(TextFormat::Bold, r#"{"text": "‸a"}"#, no_mode);
        check(TextFormat::Bold, r#"{"text": "‸a", "parse_mode": ""}"#, no_mode);
        check(
            TextFormat::Bold,
            "{\"text\": \"‸a\nb\", \"parse_mode\": \"HTML\"}",
            "✘ fix the JSON of this text first",
        );
    }

    /// Returns the parsed message text of a body, in which Liquid counts as text.
    fn parsed(body: &str) -> telegram::FormattedText {
        let (template, _) = template::parse(body, &Partials::default(), Dialect::Telecast);
        let parts = super::super::parts_of(&template, Method::SendMessage);
        let text = MessageText::around(&template, &parts, Span::at(parts[0].start)).unwrap();
        telegram::parse(ParseMode::Html, &text.decoded).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn formatted_bodies_say_the_same(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "a", "b c", "\"", "\n", "\\", "é🎉", "&lt;", "<b>d</b>", "<a href=\"h.io\">e</a>", "<i>f <u>g</u></i>",
                "{{ h | default: \"i\" }}", "{% if j %}k{% endif %}",
            ]), 0..10),
            format in prop::sample::select(TextFormat::ALL.to_vec()),
            ends in (0..150usize, 0..150usize),
        ) {
            let text = escaped(&pieces.concat(), Dialect::Telecast);
            let body = format!("{{\"text\": \"{text}\", \"parse_mode\": \"HTML\"}}");
            let end = |at: usize| body.floor_char_boundary(at);
            let selection = Span::new(end(ends.0.min(ends.1)), end(ends.0.max(ends.1)));
            let formatted = toggle_format(&body, Method::SendMessage, Dialect::Telecast, format, selection);
            let Ok(formatted) = formatted else { return Ok(()) };
            let edited = apply_edits(&formatted.edits, &body).unwrap();
            prop_assert_eq!(&parsed(&edited).text, &parsed(&body).text, "{} → {}", body, edited);
            prop_assert!(formatted.select.is_none_or(|select| edited.get(select.range()).is_some()));
        }
    }
}
