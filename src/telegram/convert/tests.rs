use proptest::prelude::*;

use super::*;
use crate::telegram::{FixOptions, fix};

fn liquid_spans(text: &str) -> Vec<Span> {
    let pattern = regex::Regex::new(r"(?s)\{\{.*?\}\}|\{%.*?%\}").unwrap();
    pattern.find_iter(text).map(|found| Span::new(found.start(), found.end())).collect()
}

#[track_caller]
fn check(from: ParseMode, to: ParseMode, text: &str, expected: &str) {
    let shown = match convert(text, &liquid_spans(text), Some(from), to) {
        Ok(converted) => {
            std::iter::once(converted.text).chain(converted.lost).collect::<Vec<_>>().join(" - ")
        }
        Err(refusal) => format!("refused at {}: {}", refusal.span.of(text), refusal.message),
    };
    assert_eq!(shown, expected, "{text}");
}

const HTML: ParseMode = ParseMode::Html;
const V2: ParseMode = ParseMode::MarkdownV2;
const LEGACY: ParseMode = ParseMode::Markdown;

#[test]
fn liquid_keeps_its_position() {
    check(
        HTML,
        V2,
        "<b>Hi {{ Profile.first_name | tg_html }}!</b>",
        "*Hi {{ Profile.first_name | tg_html }}\\!*",
    );
    check(HTML, V2, "{{ a }}{{ b }}.", "{{ a }}{{ b }}\\.");
    check(V2, HTML, "*{{ a }}* < __b__", "<b>{{ a }}</b> &lt; <u>b</u>");
    check(HTML, LEGACY, "<u>{{ a }}</u>", "{{ a }} - underline on \"{{ a }}\"");
    check(HTML, V2, "<pre>{{ a }}\n</pre>", "```\n{{ a }}\n```");
}

#[test]
fn entities_may_be_inside_branches_or_around_them() {
    check(
        HTML,
        V2,
        "{% if a %}<b>x</b>{% else %}<i>y</i>{% endif %}",
        "{% if a %}*x*{% else %}_y_{% endif %}",
    );
    check(HTML, V2, "<b>{% if a %}x{% else %}y{% endif %}</b>", "*{% if a %}x{% else %}y{% endif %}*");
    check(
        HTML,
        V2,
        "<blockquote>{% for i in l %}{{ i }}\n{% endfor %}</blockquote>",
        ">{% for i in l %}{{ i }}\n>{% endfor %}",
    );
}

#[test]
fn markup_across_branches_is_refused_at_the_tag() {
    check(
        HTML,
        V2,
        "{% if a %}<b>{% endif %}x</b>",
        "refused at {% endif %}: markup begins on one side of this tag and ends on the other",
    );
    check(
        HTML,
        V2,
        "{% if a %}<b>x{% else %}y</b>{% endif %}",
        "refused at {% else %}: markup begins on one side of this tag and ends on the other",
    );
    check(
        HTML,
        V2,
        "{% if a %}<b>{% else %}<i>{% endif %}x</b>",
        "refused at </b>: with all Liquid branches in a row, the markup does not parse: \
         Unmatched end tag",
    );
}

#[test]
fn markup_produced_by_liquid_is_refused() {
    let refused = |text: &str, liquid: &str| {
        let message = "this Liquid contains markup, which cannot be converted";
        check(HTML, V2, text, &format!("refused at {liquid}: {message}"));
    };
    refused("a {{ x | default: '<b>n</b>' }}", "{{ x | default: '<b>n</b>' }}");
    refused("{% assign a = \"<i>\" %}x", "{% assign a = \"<i>\" %}");
    refused("{{ x | newline_to_br }}", "{{ x | newline_to_br }}");
    check(HTML, V2, "{{ x | default: '<3' | tg_html }}", "{{ x | default: '<3' | tg_html }}");
    check(
        V2,
        HTML,
        "{{ '*' | escape }}",
        "refused at {{ '*' | escape }}: this Liquid contains markup, which cannot be converted",
    );
    check(HTML, V2, "{{ x | default: 'a_b' }}", "{{ x | default: 'a_b' }}");
}

#[test]
fn link_addresses_keep_their_liquid() {
    check(HTML, V2, "<a href=\"{{ url }}\">l</a>", "[l]({{ url }})");
    check(
        HTML,
        V2,
        "<a href='https://a.b/?x={{ x }}&amp;y=(1)'>l</a>",
        "[l](https://a.b/?x={{ x }}&y=(1\\))",
    );
    check(V2, HTML, "[l](https://a.b/{{ x }}\\)&)", "<a href=\"https://a.b/{{ x }})&amp;\">l</a>");
    check(
        HTML,
        V2,
        "<a href=\"{% if a %}x.com{% else %}y.com{% endif %}\">l</a>",
        "[l]({% if a %}x.com{% else %}y.com{% endif %})",
    );
    check(V2, HTML, "`](` {{ x }} `)`", "<code>](</code> {{ x }} <code>)</code>");
}

#[test]
fn liquid_inside_markup_syntax_is_refused() {
    let message = "this Liquid is inside markup, where it cannot be converted";
    check(HTML, V2, "<tg-time unix=\"{{ t }}\">x</tg-time>", &format!("refused at {{{{ t }}}}: {message}"));
    check(
        HTML,
        V2,
        "ab <{{ t }}>",
        "refused at <{{ t }}: the markup does not parse: Unsupported start tag \"{{ t }}\"",
    );
}

#[test]
fn markup_around_tags_without_output_is_dropped() {
    check(HTML, V2, "<i>{% assign x = 1 %}</i>a<b>{{ x }}</b>", "{% assign x = 1 %}a*{{ x }}*");
}

#[test]
fn comments_are_left_alone() {
    check(
        HTML,
        V2,
        "a.{% comment %} <b> {{ x }} {% endcomment %}b",
        "a\\.{% comment %} <b> {{ x }} {% endcomment %}b",
    );
}

#[test]
fn plain_text_is_escaped() {
    let converted = convert("1 < {{ x }}", &[Span::new(4, 11)], None, HTML).unwrap();
    assert_eq!(converted.text, "1 &lt; {{ x }}");
}

fn rendered(text: &str) -> String {
    let mut out = text.to_owned();
    for span in liquid_spans(text).into_iter().rev() {
        let value = if span.of(text).starts_with("{{") { "x" } else { "" };
        out.replace_range(span.range(), value);
    }
    out
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<code>",
        "</code>",
        "<blockquote>",
        "</blockquote>\n",
        "<a href='a.b/{{ u }}'>",
        "</a>",
        "{{ n }}",
        "{% if c %}",
        "{% else %}",
        "{% endif %}",
        "word",
        " ",
        "_",
        "*",
        ".",
        "\n",
        "&lt;",
        "é",
    ]);
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn converted_templates_render_to_the_same_message(text in pieces()) {
        let fixed = |mode, text: &str| fix(parse(mode, text).ok()?, FixOptions::CLEAN_AND_REPAIR).ok();
        for to in [HTML, V2] {
            let Ok(converted) = convert(&text, &liquid_spans(&text), Some(HTML), to) else { continue };
            let (before, after) = (fixed(HTML, &rendered(&text)), fixed(to, &rendered(&converted.text)));
            if to == HTML || !text.contains("blockquote") {
                prop_assert_eq!(after, before, "{}", converted.text);
            } else {
                prop_assert!(after.is_some(), "{}", converted.text);
            }
        }
    }

    #[test]
    fn arbitrary_liquid_spans_do_not_panic(
        text in pieces(),
        spans in proptest::collection::vec((0usize..90, 0usize..20), 0..6),
    ) {
        let spans: Vec<Span> = spans.into_iter().map(|(at, len)| Span::new(at, at + len)).collect();
        for from in [None, Some(HTML), Some(V2), Some(LEGACY)] {
            for to in ParseMode::ALL {
                let _ = convert(&text, &spans, from, to).is_ok();
            }
        }
    }
}
