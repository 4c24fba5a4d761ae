use proptest::prelude::*;

use super::super::tests::{profile, render_with};
use super::super::{Limits, Partials, RenderOutcome, parse};
use super::*;
use crate::diagnostic::Fix;
use crate::dialect::Dialect;

fn formatted(source: &str, dialect: Dialect) -> Result<String, Diagnostic> {
    let (template, _) = parse(source, &Partials::default(), dialect);
    let edits = format(&template)?;
    Ok(Fix { title: String::new(), edits, safe: true }.apply(source).unwrap())
}

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(formatted(source, Dialect::Telecast).as_deref(), Ok(expected));
    assert_eq!(formatted(expected, Dialect::Telecast).as_deref(), Ok(expected), "formatted twice");
}

#[track_caller]
fn check_refusal(source: &str, marked: &str, message: &str) {
    let refusal = formatted(source, Dialect::Telecast).unwrap_err();
    assert_eq!((refusal.span.of(source), refusal.message.as_str()), (marked, message), "{source}");
}

#[test]
fn members_get_a_line_each_and_short_values_stay_on_one_line() {
    check(
        r#"{"chat_id":{{ Profile.id | default: "NULL" }},"text":"a  \" {{ x }}, b","link_preview_options":{"is_disabled":true},"a":[],"b":{ }}"#,
        r#"{
  "chat_id": {{ Profile.id | default: "NULL" }},
  "text": "a  \" {{ x }}, b",
  "link_preview_options": { "is_disabled": true },
  "a": [],
  "b": {}
}"#,
    );
}

#[test]
fn long_values_are_split_over_lines() {
    let button = r#"{"text":"Shop now","url":"https://shop.example/sale?utm_source=telegram"}"#;
    check(
        &format!("{{\"k\":[[{button}],\n\n[{button},{button}]]}}\n\n"),
        r#"{
  "k": [
    [{ "text": "Shop now", "url": "https://shop.example/sale?utm_source=telegram" }],
    [
      { "text": "Shop now", "url": "https://shop.example/sale?utm_source=telegram" },
      { "text": "Shop now", "url": "https://shop.example/sale?utm_source=telegram" }
    ]
  ]
}
"#,
    );
}

#[test]
fn branches_around_members_are_indented() {
    check(
        r#"{ "a": 1, {% if x %} "b": {{ y }}, {% else %} "c": 3, {% endif %} "d": 4 }"#,
        r#"{
  "a": 1,
  {% if x %}
    "b": {{ y }},
  {% else %}
    "c": 3,
  {% endif %}
  "d": 4
}"#,
    );
    check(
        r#"{"a": "1"{% if x %}, "b": 2{% endif %}}"#,
        "{\n  \"a\": \"1\"{% if x %}, \"b\": 2{% endif %}\n}",
    );
}

#[test]
fn branches_inside_a_value_stay_on_one_line() {
    check(
        r#"{"a":{% if x %}"1"{% else %} null {% endif %},"b":[{% for i in l %}{"t":{{ i | json }}}{% unless forloop.last %} , {% endunless %}{% endfor %}]}"#,
        r#"{
  "a": {% if x %}"1"{% else %} null {% endif %},
  "b": [
    {% for i in l %}{ "t": {{ i | json }} }{% unless forloop.last %},{% endunless %}{% endfor %}
  ]
}"#,
    );
}

#[test]
fn captures_comments_and_raw_text_stay_as_typed() {
    check(
        "{%- capture text -%}\n  a  {% if x %} \"b {% endif %}\n{%- endcapture -%}   {\"text\":{{ text | json }},{% comment %} \"  , {% endcomment %}\"r\":{% raw %}\"{{  }}\"{% endraw %}}",
        "{%- capture text -%}\n  a  {% if x %} \"b {% endif %}\n{%- endcapture -%}\n{\n  \"text\": {{ text | json }},\n  {% comment %} \"  , {% endcomment %}\n  \"r\": {% raw %}\"{{  }}\"{% endraw %}\n}",
    );
}

#[test]
fn whitespace_that_may_separate_numbers_is_not_changed() {
    check(
        r#"{"a":1{% if x %}2{% endif %},"b":{{ x }}  {{ y }},"c":{{ x }} {% if y %} {{ z }}{% endif %}}"#,
        "{\n  \"a\": 1{% if x %}2{% endif %},\n  \"b\": {{ x }}  {{ y }},\n  \"c\": {{ x }}\n  {% if y %} {{ z }}{% endif %}\n}",
    );
}

#[test]
fn line_endings_are_kept() {
    check("{\"a\":1,\r\n\"b\":2}\r\n", "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n");
}

#[test]
fn clevertap_chip_is_kept_whole() {
    let source = r#"{"chat_id":@Profile - chat id | default: "NULL","text":"Hi @Profile - name | default: "you, there""}"#;
    let expected = "{\n  \"chat_id\": @Profile - chat id | default: \"NULL\",\n  \"text\": \"Hi @Profile - name | default: \"you, there\"\"\n}";
    assert_eq!(formatted(source, Dialect::CleverTap).as_deref(), Ok(expected));
}

#[test]
fn invalid_json_around_liquid_is_refused_with_its_span() {
    check_refusal(r#"{"a": @channel}"#, "@channel", "`@channel` is not valid JSON here");
    check_refusal(r#"{"a": "b}"#, "\"", "this string is never closed");
    check_refusal("{\"a\": [1}", "[", "`[` has no match in the same branch");
    check_refusal("{\"a\": 1}]", "]", "`]` has no match in the same branch");
    check_refusal("{% if x %}{ {% endif %}", "{", "`{` has no match in the same branch");
    check_refusal("{\"a\": {{ x }", "{{ x", "this Liquid is not closed");
    check_refusal("{% capture x %}{", "{% capture x %}", "this tag is never closed");
    let expected = "this tag's block is partly inside a string and partly outside";
    check_refusal(r#"{"a": "b{% if x %}"}"#, "{% if x %}", expected);
    check_refusal(r#"{"a": {% if x %}"{% else %}"{% endif %}}"#, "{% else %}", expected);
    check_refusal(
        r#"{"a": "{% raw %}"{% endraw %}"}"#,
        "{% raw %}\"{% endraw %}",
        "a quote in this `raw` closes the string around it",
    );
}

#[test]
fn extreme_nesting_is_refused() {
    for source in ["[".repeat(100_000), "{% if x %}".repeat(100_000)] {
        assert!(formatted(&source, Dialect::Telecast).is_err());
    }
}

fn gap() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["", "", " ", "\n", "\t ", "  \n\n  "]).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "1",
        "-2.5e3",
        "true",
        "null",
        "\"a  b\"",
        "\"\\\" , {  \\\\\"",
        "\" {{ Profile.s | json_escape }}  x\"",
        "\"a{% if Profile.on %}  b{% else %}, c{% endif %}\"",
        "\"{%- if Profile.off -%} x {%- endif -%}  \"",
        "{{ Profile.n }}",
        "{{- Profile.n -}}",
        "{{ Profile.s | json }}",
        "{{ Profile.n }}{% if Profile.on %}5{% endif %}",
        "{% if Profile.on %}1{% else %}2{% endif %}",
        "{%- if Profile.off -%} \"on\" {%- else -%} \"off\" {%- endif -%}",
        "{% raw %}\"{{  }}\"{% endraw %}",
        "{% capture c %} \"  , {% endcapture %}{{ c | json }}",
        "{% case Profile.n %} {% when 7 %} [ 1 ] {% else %} { } {% endcase %}",
    ])
    .prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        let spaced = (gap(), inner, gap()).prop_map(|(before, value, after)| format!("{before}{value}{after}")).boxed();
        let member = ("[a-d]{1,3}", gap(), spaced.clone(), 0..4_u8).prop_map(|(key, gap, value, wrap)| {
            let member = format!("{gap}\"{key}\"{gap}:{value},");
            match wrap {
                0 => format!("{{% if Profile.on %}}{member}{{% endif %}}"),
                1 => format!("{gap}{{%- unless Profile.on -%}} {member} {{%- else -%}}{gap}\"z\": 1, {{% endunless %}}"),
                2 => format!("{{% comment %}} \" {{% endcomment %}}{member}{{% assign a = 1 %}}"),
                _ => member,
            }
        });
        let items = proptest::collection::vec(spaced.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        let each = spaced.prop_map(|item| {
            format!("[ {{% for i in (1..2) %}}{item}{{% unless forloop.last %}} , {{% endunless %}}{{% endfor %}}]")
        });
        let object = (proptest::collection::vec(member, 0..4), gap())
            .prop_map(|(members, gap)| format!("{{ {}{gap}\"end\":0}}", members.concat()));
        prop_oneof![1 => items, 1 => each, 2 => object]
    })
}

fn rendered(source: &str, properties: &str) -> Option<serde_json::Value> {
    let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
    match render_with(&template, &profile(properties), Limits::default()) {
        RenderOutcome::Rendered(rendered) => serde_json::from_str(&rendered.text).ok(),
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => None,
    }
}

fn without_whitespace(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

const PROFILES: [&str; 3] = [
    r#"{"n": 7, "s": "a\"  b\n,", "on": true}"#,
    r#"{"n": 70.5, "s": "", "off": true}"#,
    r#"{"s": "{ \\ }", "on": true, "off": 1}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn formatted_bodies_render_to_the_same_json(value in value(), lead in gap(), trail in gap()) {
        let source = format!("{lead}{value}{trail}");
        let formatted = formatted(&source, Dialect::Telecast);
        prop_assert!(formatted.is_ok(), "{source}\n{formatted:?}");
        let once = formatted.unwrap();
        prop_assert_eq!(without_whitespace(&source), without_whitespace(&once));
        let twice = super::tests::formatted(&once, Dialect::Telecast).unwrap();
        prop_assert_eq!(&once, &twice);
        for properties in PROFILES {
            prop_assert_eq!(rendered(&source, properties), rendered(&once, properties), "{}\n{}", source, once);
        }
    }

    #[test]
    fn any_text_is_refused_or_changes_only_in_whitespace(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "{", "}", "[", "]", "\"", "\\", ":", ",", "1", "a", " ", "\n", "{{ x }}", "{{", "}}", "{% if x %}",
            "{% else %}", "{% endif %}", "{% for i in l %}", "{% endfor %}", "{% capture c %}", "{% endcapture %}",
            "{% raw %}", "{% endraw %}", "{%- comment -%}", "{% endcomment %}", "é😀", "\u{a0}", "@Profile - a | default: \"b\"",
        ]), 0..30),
    ) {
        let source = parts.concat();
        for dialect in Dialect::ALL {
            if let Ok(once) = formatted(&source, dialect) {
                prop_assert_eq!(without_whitespace(&source), without_whitespace(&once));
                prop_assert_eq!(formatted(&once, dialect), Ok(once));
            }
        }
    }
}
