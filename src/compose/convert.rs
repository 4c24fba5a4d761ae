//! Converts a body to another parse mode. The markup is rewritten, escape filters are replaced or added, and all other
//! Liquid stays as it is.
//!
//! The conversion works on the unrendered body. Liquid is masked with filler of the same length, so that the body can
//! be parsed as JSON. Then the message's text is decoded, with its Liquid back in place, and converted. Finally, the
//! text is written back. A text in a JSON string of the body gets JSON escapes everywhere except inside the Liquid. A
//! text in a `{% capture %}` gets no JSON escapes: the body prints the captured variable with the `json` filter, which
//! adds the escapes.
//!
//! The converted body is then checked as `check` does. An escape that the old mode has and the new mode cannot have is
//! reported as lost.

mod escapes;
mod external_text;
mod source;
mod text_location;
mod verify;

use crate::diagnostic::{Code, Diagnostic};
use crate::json::{self, Document, JsonNode};
use crate::telegram::{self, ParseMode};
use crate::text::Span;

use super::mask::{find_liquid, mask, tag_name, with_trimmed};
pub(crate) use escapes::escape_filter;
pub use source::ConversionSource;

use escapes::Escapes;
use external_text::CapturePrint;
use text_location::TextLocation;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    pub body: String,
    /// The message's text alone, without JSON escapes and with its Liquid not rendered. If the body was not converted
    /// (see [`Conversion::unchanged`]), CleverTap's escape filters in this text are replaced with telecast's own
    /// filters. The text is empty if the body has no text that could be converted.
    pub text: String,
    /// Descriptions of the formatting that is lost because the new mode cannot express it.
    pub lost: Vec<String>,
}

impl Conversion {
    pub fn unchanged(body: &str) -> Self {
        MaskedBody::of(body).unchanged()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ModeComparison {
    /// The mode of the body; `None` if the body sets no valid `parse_mode` or is not JSON outside its Liquid.
    pub current_mode: Option<ParseMode>,
    /// For each mode, the conversion to that mode, or a diagnostic that explains why the conversion is refused.
    pub conversions: Vec<(ParseMode, Result<Conversion, Diagnostic>)>,
}

/// Returns the parse mode that a body sets. Returns `None` if it sets no valid mode, or if the mode cannot be read
/// without rendering.
pub(crate) fn parse_mode_of(body: &str) -> Option<ParseMode> {
    MaskedBody::of(body).mode()
}

/// Converts a body to each parse mode. For its current mode, the body is returned unchanged.
pub fn compare(source: &ConversionSource<'_>) -> ModeComparison {
    // The body is parsed once, not once per mode, because it can be large.
    let masked = MaskedBody::of(source.body);
    let current_mode = masked.mode();
    let conversion = |mode| match current_mode == Some(mode) {
        // The body stays as it is, because a conversion to the current mode could only write the same formatting in
        // another way.
        true => Ok(masked.unchanged()),
        false => masked.convert(source, mode),
    };
    ModeComparison { current_mode, conversions: ParseMode::ALL.map(|mode| (mode, conversion(mode))).into() }
}

pub(crate) fn convert(source: &ConversionSource<'_>, to: ParseMode) -> Result<Conversion, Diagnostic> {
    MaskedBody::of(source.body).convert(source, to)
}

struct MaskedBody<'b> {
    body: &'b str,
    liquid_spans: Vec<Span>,
    document: Result<Document, json::SyntaxError>,
}

impl<'b> MaskedBody<'b> {
    fn of(body: &'b str) -> Self {
        // Whitespace that delimiters such as `{{-` strip is masked too: it may contain a raw line break, which a JSON
        // string must not contain.
        let liquid_spans = with_trimmed(body, &find_liquid(body));
        let document = json::parse(&mask(body, &liquid_spans));
        Self { body, liquid_spans, document }
    }

    /// Returns the tag of a branch, such as `else`, with nothing but whitespace between it and the offset `at`.
    fn branch_before(&self, at: usize) -> Option<Span> {
        let tag = self.liquid_spans.iter().rfind(|span| span.start <= at)?;
        let between = self.body.get(tag.end..at.max(tag.end))?;
        let name = tag_name(tag.of(self.body))?;
        let is_branch = matches!(
            name,
            "if" | "elsif" | "else" | "endif" | "unless" | "endunless" | "case" | "when" | "endcase"
        );
        (is_branch && between.trim().is_empty()).then_some(*tag)
    }

    fn mode(&self) -> Option<ParseMode> {
        mode_in(self.document.as_ref().ok()?).ok()?.1
    }

    fn unchanged(&self) -> Conversion {
        let document = self.document.as_ref().ok();
        let location =
            document.and_then(|document| TextLocation::find(self.body, document, &self.liquid_spans));
        let text = location.map(|location| location.decoded(self.body, &self.liquid_spans).text);
        Conversion { body: self.body.to_owned(), text: text.unwrap_or_default(), lost: Vec::new() }
    }

    fn convert(&self, source: &ConversionSource<'_>, to: ParseMode) -> Result<Conversion, Diagnostic> {
        let Self { body, liquid_spans, document } = self;
        let document = document.as_ref().map_err(|error| {
            if let Some(tag) = self.branch_before(error.span.start) {
                return refusal(
                    tag,
                    "the JSON around this tag is chosen by Liquid, which cannot be converted",
                )
                .with_help("write one JSON string and choose the text inside it");
            }
            let message = format!("outside of its Liquid, the body is not valid JSON: {}", error.message());
            refusal(error.span, &message).with_help("fix the JSON first")
        })?;
        let Some(location) = TextLocation::find(body, document, liquid_spans) else {
            const EXPECTED: &str = "found no message text to convert: `text` or `caption` must be a string, \
                                    or `{{ name | json }}` with one `{% capture name %}`";
            return Err(refusal(Span::at(0), EXPECTED));
        };
        let (mode_node, from) = mode_in(document)?;
        let decoded = location.decoded(body, liquid_spans);
        external_text::check(source, liquid_spans, &decoded, from, to)?;
        let converted = telegram::convert(&decoded.text, &decoded.liquid_spans, from, to)
            .map_err(|problem| refusal(decoded.body_span(problem.span), &problem.message))?;
        let liquid: Vec<&str> = liquid_spans.iter().map(|span| span.of(body)).collect();
        let escapes = Escapes::new(from, to, source.dialect, location.is_in_string(), &liquid);
        let text = escapes.swap(&converted.text);
        let mut edits = vec![location.edit(&text)];
        // An escape may also be in an `assign` or `capture` before the text.
        let pieces = external_text::pieces_of_variables(body, liquid_spans, &decoded);
        edits.extend(pieces.filter_map(|(piece, capture)| {
            let liquid = piece.of(body);
            let swapped =
                match capture.and_then(|name| external_text::print_of(name, body, liquid_spans, &decoded)) {
                    Some(print) => escapes.swap_in_capture(liquid, print == CapturePrint::Escaped),
                    None => escapes.swap_only(liquid),
                };
            Some((piece, swapped)).filter(|(_, swapped)| swapped != liquid)
        }));
        match mode_node {
            Some(node) => edits.push((node.span, format!("\"{}\"", to.as_str()))),
            None => {
                let at = Span::at(location.member_end());
                edits.push((at, format!(",\n  \"parse_mode\": \"{}\"", to.as_str())));
            }
        }
        // The edits must be in order, and `parse_mode` may be before or after the text.
        edits.sort_by_key(|(span, _)| span.start);
        let mut out = String::with_capacity(body.len());
        let mut at = 0;
        for (span, replacement) in edits {
            out.push_str(&body[at..span.start]);
            out.push_str(&replacement);
            at = span.end;
        }
        out.push_str(&body[at..]);
        let mut lost = converted.lost;
        lost.extend(verify::losses(source, &out, to));
        Ok(Conversion { body: out, text, lost })
    }
}

fn mode_in(document: &Document) -> Result<(Option<&JsonNode>, Option<ParseMode>), Diagnostic> {
    let Some(node) = document.root.get("parse_mode") else { return Ok((None, None)) };
    let Some(mode) = node.as_text() else {
        return Err(refusal(node.span, "parse_mode is not a string"));
    };
    match ParseMode::from_argument(&mode.decoded) {
        Ok(mode) => Ok((Some(node), mode)),
        Err(_) => Err(refusal(mode.span, "Telegram does not know this parse_mode")),
    }
}

fn refusal(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::CannotConvert, span, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::template::Partials;

    fn convert(body: &str, to: ParseMode) -> Result<Conversion, Diagnostic> {
        convert_in(Dialect::Telecast, &[], body, to)
    }

    fn convert_in(
        dialect: Dialect,
        partials: &[(&str, &str)],
        body: &str,
        to: ParseMode,
    ) -> Result<Conversion, Diagnostic> {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        let partials = Partials(partials.iter().map(owned).collect());
        super::convert(&ConversionSource { body, partials: &partials, dialect }, to)
    }

    #[track_caller]
    fn check(body: &str, to: ParseMode, expected: &str) {
        assert_eq!(convert(body, to).map(|conversion| conversion.body).as_deref(), Ok(expected));
    }

    #[test]
    fn markup_and_escape_filters_change_and_other_liquid_stays() {
        check(
            r#"{"chat_id": {{ Profile.id | default: "NULL" }}, "text": "<b>Hi {{ Profile.name | tg_html | json_escape }}!</b>\n", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"chat_id": {{ Profile.id | default: "NULL" }}, "text": "*Hi {{ Profile.name | tg_markdown_v2 | json_escape }}\\!*\n", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn a_comparison_covers_every_mode_and_keeps_the_current_one() {
        let body = r#"{"text": "<b>a</b> {{ Profile.y | tg_html }}", "parse_mode": "HTML"}"#;
        let source = ConversionSource { body, partials: &Partials::default(), dialect: Dialect::Telecast };
        let compared = compare(&source);
        assert_eq!(compared.current_mode, Some(ParseMode::Html));
        for (mode, conversion) in compared.conversions {
            let alone = match mode {
                ParseMode::Html => Conversion::unchanged(body),
                mode => super::convert(&source, mode).unwrap(),
            };
            assert_eq!(conversion.as_ref(), Ok(&alone));
        }
        let compared = compare(&ConversionSource { body: "{", ..source });
        assert_eq!(compared.current_mode, None);
        assert!(compared.conversions.iter().all(|(_, conversion)| conversion.is_err()));
    }

    #[test]
    fn a_missing_parse_mode_is_added() {
        check(r#"{"text": "a_b"}"#, ParseMode::Html, "{\"text\": \"a_b\",\n  \"parse_mode\": \"HTML\"}");
    }

    #[test]
    fn invalid_bodies_are_rejected_with_a_position() {
        let body = r#"{"text": "<b>x", "parse_mode": "HTML"}"#;
        let refusal = convert(body, ParseMode::Markdown).unwrap_err();
        assert!(refusal.span.start >= 10 && refusal.span.end <= 15, "{refusal:?}");
        assert_eq!(convert("{", ParseMode::Html).unwrap_err().code, Code::CannotConvert);
        assert_eq!(convert(r#"{"text": 5}"#, ParseMode::Html).unwrap_err().code, Code::CannotConvert);
    }

    #[test]
    fn converting_there_and_back_gives_the_same_body() {
        let body = r#"{"text": "<b>a</b> {% if Profile.x %}<i>b</i>{% endif %} &lt;3 {{ Profile.y | tg_html | json_escape }}", "parse_mode": "HTML"}"#;
        let v2_body = convert(body, ParseMode::MarkdownV2).unwrap().body;
        let back = convert(&v2_body, ParseMode::Html).unwrap().body;
        assert_eq!(back, body);
    }

    #[test]
    fn escape_filters_of_every_kind_are_replaced() {
        check(
            r#"{"text": "{{ Profile.a | escape | json_escape }}", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"text": "{{ Profile.a | tg_markdown_v2 | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        );
        let html = r#"{"text": "<b>{{ Profile.a | escape }}</b> @Profile - b | default: "c"", "parse_mode": "HTML"}"#;
        let v2_body = convert_in(Dialect::CleverTap, &[], html, ParseMode::MarkdownV2).unwrap().body;
        assert!(v2_body.contains(r"*{{ Profile.a | replace: '\', '\\' | replace: '_', '\_' |"), "{v2_body}");
        let back = convert_in(Dialect::CleverTap, &[], &v2_body, ParseMode::Html).unwrap().body;
        assert!(back.contains(r"<b>{{ Profile.a | escape | replace: '\', '\\' |"), "{back}");
    }

    #[test]
    fn unescaped_values_get_the_escapes_of_the_new_mode() {
        check(
            r#"{"text": "{{Profile.ltv}} {{ Profile.name | default: "you" | json_escape }}", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"text": "{{Profile.ltv | tg_markdown_v2 | json_escape}} {{ Profile.name | default: "you" | tg_markdown_v2 | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        );
        check(
            "{\"text\": \"{{ Profile.name | json_escape }}\"}",
            ParseMode::Html,
            "{\"text\": \"{{ Profile.name | tg_html | json_escape }}\",\n  \"parse_mode\": \"HTML\"}",
        );
        check(
            "{\"text\": \"{{ Profile.name | json_escape }}\"}",
            ParseMode::Markdown,
            "{\"text\": \"{{ Profile.name | tg_markdown | json_escape }}\",\n  \"parse_mode\": \"Markdown\"}",
        );
    }

    #[test]
    fn backslashes_of_a_new_escape_are_escaped_for_json() {
        check(
            r#"{"text": "{{ Profile.a | tg_html }}", "parse_mode": "HTML"}"#,
            ParseMode::Markdown,
            r#"{"text": "{{ Profile.a | tg_markdown | json_escape }}", "parse_mode": "Markdown"}"#,
        );
    }

    #[test]
    fn text_in_a_capture_is_converted_inside_it() {
        check(
            "{%- capture t -%}\n*a*\n\n>b\\.\n{%- endcapture -%}\n{\"text\": {{ t | json }}, \"parse_mode\": \"MarkdownV2\"}",
            ParseMode::Html,
            "{%- capture t -%}\n<b>a</b>\n\n<blockquote>b.</blockquote>\n{%- endcapture -%}\n{\"text\": {{ t | json }}, \"parse_mode\": \"HTML\"}",
        );
        let twice = r#"{% capture t %}a{% endcapture %}{% assign t = 1 %}{"text": {{ t | json }}}"#;
        assert_eq!(convert(twice, ParseMode::Html).unwrap_err().code, Code::CannotConvert);
    }

    #[test]
    fn text_from_partials_and_variables_is_rejected_if_it_has_markup() {
        let body = r#"{"text": "{% render "f" %}", "parse_mode": "MarkdownV2"}"#;
        let convert_with = |partial| convert_in(Dialect::Telecast, &[("f", partial)], body, ParseMode::Html);
        assert!(convert_with("Leave with /stop {{ x }}").is_ok());
        for partial in ["*bold*", "1 \\< 2", "a < b"] {
            assert_eq!(convert_with(partial).unwrap_err().span.of(body), "{% render \"f\" %}", "{partial}");
        }
        let body = r#"{% capture g %}<b>x</b>{% endcapture %}{"text": "a {{ g }}", "parse_mode": "HTML"}"#;
        assert_eq!(convert(body, ParseMode::MarkdownV2).unwrap_err().span.of(body), "{{ g }}");
        let body = r#"{% assign g = "<b>" %}{"text": "a {{ g }}", "parse_mode": "HTML"}"#;
        assert_eq!(convert(body, ParseMode::MarkdownV2).unwrap_err().span.of(body), "{{ g }}");
    }

    #[test]
    fn what_liquid_prints_is_escaped_in_the_new_mode() {
        check(
            r#"{"text": "{{ "now" | date: "%d.%m.%Y" }} {{ now | json_escape }}", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"text": "{{ "now" | date: "%d.%m.%Y" | tg_markdown_v2 | json_escape }} {{ now | tg_markdown_v2 | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn literals_and_plain_variables_are_escaped_in_the_new_mode() {
        let to_v2 = |text: &str, expected: &str| {
            let body = |text: &str, mode: &str| format!(r#"{{"text": "x {text}", "parse_mode": "{mode}"}}"#);
            check(&body(text, "HTML"), ParseMode::MarkdownV2, &body(expected, "MarkdownV2"));
        };
        to_v2(r#"{% echo "a.b" %}"#, r#"{% echo "a.b" | tg_markdown_v2 | json_escape %}"#);
        to_v2(r#"{% cycle "a.", "b" %}"#, r#"{% cycle "a\\.", "b" %}"#);
        to_v2(r#"{% cycle "g.": "a.", Profile.b %}"#, r#"{% cycle "g.": "a\\.", Profile.b %}"#);
        to_v2(
            r#"{{ Profile.a | tg_html | default: "you!" | json_escape }}"#,
            r#"{{ Profile.a | tg_markdown_v2 | default: "you\!" | json_escape }}"#,
        );
        to_v2(
            r#"{% if Profile.a %}{% assign g = "Hi!" %}{% endif %}{{ g }}"#,
            r#"{% if Profile.a %}{% assign g = "Hi!" %}{% endif %}{{ g | tg_markdown_v2 | json_escape }}"#,
        );
        to_v2(
            "{% for i in Event.Items %}{{ i.price }}{% endfor %}",
            "{% for i in Event.Items %}{{ i.price | tg_markdown_v2 | json_escape }}{% endfor %}",
        );
        // Numbers need no escape.
        to_v2("{% for i in (1..2) %}{{ i }}{% endfor %}", "{% for i in (1..2) %}{{ i }}{% endfor %}");
        // The second value may be escaped already.
        to_v2(
            "{% assign g = Profile.a | tg_html %}{% assign g = g | upcase %}{{ g | json_escape }}",
            "{% assign g = Profile.a | tg_markdown_v2 %}{% assign g = g | upcase %}{{ g | json_escape }}",
        );
    }

    #[test]
    fn values_in_a_capture_are_escaped_once() {
        let to_v2 = |set: &str, print: &str, expected: &str| {
            let body = |set: &str, print: &str, mode: &str| {
                format!(r#"{set}{{"text": "x {print}", "parse_mode": "{mode}"}}"#)
            };
            let print_after = print.replace("tg_html", "tg_markdown_v2");
            check(
                &body(set, print, "HTML"),
                ParseMode::MarkdownV2,
                &body(expected, &print_after, "MarkdownV2"),
            );
        };
        let capture = |value: &str| format!("{{% capture c %}}{{{{ {value} }}}}{{% endcapture %}}");
        to_v2(&capture("Profile.a"), "{{ c }}", &capture("Profile.a | tg_markdown_v2 | json_escape"));
        to_v2(&capture("Profile.a"), "{{ c | json_escape }}", &capture("Profile.a | tg_markdown_v2"));
        to_v2(&capture("Profile.a"), "{{ c | tg_html | json_escape }}", &capture("Profile.a"));
        check(
            r#"{"text": "{% capture c %}{{ Profile.a }}{% endcapture %}{{ c | tg_html | json_escape }}", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"text": "{% capture c %}{{ Profile.a }}{% endcapture %}{{ c | tg_markdown_v2 | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn faults_of_branches_that_the_conversion_makes_are_lost() {
        let body = r#"{"text": "x {% if Profile.a %}{% assign d = "a.b" %}{% cycle d, "y" %}{% endif %}", "parse_mode": "HTML"}"#;
        let converted = convert(body, ParseMode::MarkdownV2).unwrap();
        assert!(!converted.lost.is_empty(), "{converted:?}");
    }

    #[test]
    fn escapes_in_variables_before_the_text_are_replaced() {
        check(
            r#"{% assign n = Profile.name | tg_html | json_escape %}{"text": "Hi {{ n }}.", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{% assign n = Profile.name | tg_markdown_v2 | json_escape %}{"text": "Hi {{ n }}\\.", "parse_mode": "MarkdownV2"}"#,
        );
        check(
            r#"{% capture n %}{{ Profile.name | tg_markdown_v2 }}{% endcapture %}{"text": "Hi {{ n | json_escape }}", "parse_mode": "MarkdownV2"}"#,
            ParseMode::Html,
            r#"{% capture n %}{{ Profile.name | tg_html }}{% endcapture %}{"text": "Hi {{ n | json_escape }}", "parse_mode": "HTML"}"#,
        );
    }

    #[test]
    fn a_variable_that_is_escaped_where_it_is_printed_is_not_escaped_twice() {
        for (set, print) in [
            ("{% assign n = Profile.name | tg_html %}", "{{ n | json_escape }}"),
            ("{% capture n %}{{ Profile.name | tg_html }}{% endcapture %}", "{{ n | strip | json_escape }}"),
        ] {
            let body = format!(r#"{{"text": "{set}Hi {print}", "parse_mode": "HTML"}}"#);
            let expected = body.replace("tg_html", "tg_markdown_v2").replace("HTML", "MarkdownV2");
            check(&body, ParseMode::MarkdownV2, &expected);
        }
        check(
            r#"{"text": "{% assign n = Profile.name | tg_html %}{{ n }}", "parse_mode": "HTML"}"#,
            ParseMode::MarkdownV2,
            r#"{"text": "{% assign n = Profile.name | tg_markdown_v2 | json_escape %}{{ n }}", "parse_mode": "MarkdownV2"}"#,
        );
    }

    #[test]
    fn a_text_that_liquid_chooses_is_refused_at_its_tag() {
        let body = r#"{"text": {% if Profile.x %}"<b>a.</b>"{% else %}"<i>b.</i>"{% endif %}, "parse_mode": "HTML"}"#;
        let refusal = convert(body, ParseMode::MarkdownV2).unwrap_err();
        assert_eq!(refusal.span.of(body), "{% else %}", "{refusal:?}");
        assert!(refusal.message.contains("chosen"), "{refusal:?}");
    }

    #[test]
    fn an_escape_that_the_new_mode_cannot_keep_is_lost() {
        let body = r#"{"text": "<i>{{ Profile.name | tg_html | json_escape }}</i>", "parse_mode": "HTML"}"#;
        let converted = convert(body, ParseMode::Markdown).unwrap();
        let [lost] = converted.lost.as_slice() else { panic!("{converted:?}") };
        assert!(lost.starts_with("the escape in {{ Profile.name | tg_markdown | json_escape }}"), "{lost}");
        // Two `_` in a row begin an underline.
        let converted = convert(body, ParseMode::MarkdownV2).unwrap();
        let [lost] = converted.lost.as_slice() else { panic!("{converted:?}") };
        assert!(lost.starts_with("the message if nothing is printed"), "{lost}");
        let with_default = body.replace("name |", "name | default: 'you' |");
        assert_eq!(convert(&with_default, ParseMode::MarkdownV2).unwrap().lost, [""; 0]);
    }

    #[test]
    fn comments_and_captures_around_the_json_do_not_hide_it() {
        let body = "{% comment %} \" { {% endcomment %}{% capture x %}\"{% endcapture %}{\"text\": \"a\", \"parse_mode\": \"HTML\"}";
        assert_eq!(parse_mode_of(body), Some(ParseMode::Html));
        assert!(convert(body, ParseMode::MarkdownV2).is_ok());
    }

    /// Renders a converted body for a recipient. Returns what is wrong with the message, if anything is.
    fn fault(body: &str, a: &str) -> Option<String> {
        let (template, _) = crate::template::parse(body, &Partials::default(), Dialect::Telecast);
        let properties = [("a".to_owned(), crate::profile::Value::Text(a.to_owned()))].into_iter().collect();
        let profile = crate::profile::Profile { properties, ..Default::default() };
        let context = crate::template::RenderContext {
            profile: Some(&profile),
            event: None,
            external_trigger: None,
            campaign_id: "",
            now: jiff::Timestamp::UNIX_EPOCH,
            zone: &jiff::tz::TimeZone::UTC,
            limits: crate::template::Limits::default(),
        };
        let crate::template::RenderOutcome::Rendered(rendered) = template.render(&context) else {
            return Some("not rendered".to_owned());
        };
        let Ok(document) = json::parse(&rendered.text) else { return Some(rendered.text) };
        let text = |key| document.root.get(key).and_then(JsonNode::as_text).unwrap();
        let mode = ParseMode::from_argument(&text("parse_mode").decoded).unwrap().unwrap();
        telegram::parse(mode, &text("text").decoded).err().map(|error| error.message())
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            cases: 100,
            ..Default::default()
        })]

        #[test]
        fn a_conversion_is_valid_for_every_value_or_says_what_is_lost(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "a.b! ",
                "1 &lt; 2 ",
                "<b>x_y</b> ",
                "<i>{{ Profile.a | tg_html | json_escape }}</i> ",
                "<code>{{ Profile.a | escape | json_escape }}</code> ",
                "{{ Profile.a | tg_html | json_escape }} ",
                "{{ Profile.a | append: 'x' | tg_html | json_escape }} ",
                "{{ now | date: '%d.%m.%Y' }} ",
                "{% if Profile.a %}<u>a-b</u>{% else %}c{% endif %} ",
                "{% for i in (1..2) %}{{ i }}, {% endfor %}",
                "{{ n }} ",
                "{{ c }} ",
                "{{ d }} ",
                "{{ p | tg_html | json_escape }} ",
                "{% cycle 'a.', 'b!' %} ",
                "{% echo 'a-b' %} ",
                "{{ Profile.a | tg_html | default: 'you!' | json_escape }} ",
                "{% for i in (1..2) %}{% cycle 'a.', 'b!' %}{% endfor %} ",
            ]), 0..8),
            value in proptest::sample::select(vec!["", "a_b", "<b", "a\"b\\c", "1.5-2!", "[x](y", "`*"]),
        ) {
            let body = format!(
                "{{% assign n = Profile.a | tg_html | json_escape %}}\
                 {{% capture c %}}{{{{ Profile.a | tg_html | json_escape }}}}{{% endcapture %}}\
                 {{% assign d = '1.5-2' %}}{{% capture p %}}{{{{ Profile.a }}}}{{% endcapture %}}\
                 {{\"text\": \"x{}\", \"parse_mode\": \"HTML\"}}",
                pieces.concat()
            );
            proptest::prop_assert_eq!(fault(&body, value), None);
            for to in [ParseMode::MarkdownV2, ParseMode::Markdown] {
                if let Ok(converted) = convert(&body, to)
                    && converted.lost.iter().all(|lost| !lost.starts_with("the escape") && !lost.starts_with("the message"))
                {
                    let fault = fault(&converted.body, value);
                    proptest::prop_assert!(fault.is_none(), "{}\n{:?}", converted.body, fault);
                }
            }
        }
    }
}
