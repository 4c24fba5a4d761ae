//! Tests of whole templates.

use super::*;
use crate::diagnostic::Code;
use crate::profile::Profile;

const SAMPLE: &str = r#"{
 "chat_id": {{ Profile.telegram_chat_id | default: "NULL" }},
 "text": "<b>Bold</b> and <a href='https://example.com'>inline link</a> and <code>code</code>",
 "parse_mode": "HTML"
}
"#;

pub(super) fn profile(json: &str) -> Profile {
    let Value::Object(properties) = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
    else {
        return Profile::default();
    };
    Profile { identity: "anna".into(), properties, ..Profile::default() }
}

fn render_in(dialect: Dialect, source: &str, profile: &Profile) -> RenderOutcome {
    let (template, _) = parse(source, &Partials::default(), dialect);
    render_with(&template, profile, Limits::default())
}

pub(super) fn render_with(template: &Template, profile: &Profile, limits: Limits) -> RenderOutcome {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    template.render(&RenderContext {
        profile: Some(profile),
        event: None,
        external_trigger: None,
        campaign_id: "spring-sale",
        now: "2026-11-22T22:30:00Z".parse().unwrap(),
        zone: &zone,
        limits,
    })
}

#[track_caller]
fn check(source: &str, properties: &str, expected: &str) {
    match render_in(Dialect::Telecast, source, &profile(properties)) {
        RenderOutcome::Rendered(rendered) => assert_eq!(rendered.text, expected),
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn clevertaps_sample_body_renders_as_intended() {
    let expected = |chat: &str| SAMPLE.replace("{{ Profile.telegram_chat_id | default: \"NULL\" }}", chat);
    check(SAMPLE, r#"{"telegram_chat_id": 123456789}"#, &expected("123456789"));
    check(SAMPLE, r#"{"telegram_chat_id": -1001234567890}"#, &expected("-1001234567890"));
    check(SAMPLE, "{}", &expected("NULL"));
}

#[test]
fn names_with_spaces_and_the_identity_are_properties() {
    check(r#"{{ Profile["First Name"] }}"#, r#"{"First Name": "Anna"}"#, "Anna");
    check("{{ Profile.Identity }} {{ Profile.identity }}", "{}", "anna anna");
    check("{{ Profile.identity }}", r#"{"identity": "own"}"#, "own");
    check("{{ Campaign.campaignId }}", "{}", "spring-sale");
}

#[test]
fn missing_values_print_nothing() {
    check("[{{ Profile.a.b[3].c }}{{ Event.x }}{{ nothing }}]", "{}", "[]");
}

#[test]
fn filters_are_sorted_and_their_examples_are_correct() {
    assert!(FILTERS.is_sorted_by(|a, b| a.name < b.name));
    assert!(TAGS.is_sorted_by(|a, b| a.name < b.name));
    for filter in FILTERS {
        assert!(filter.example.contains(filter.name), "{}", filter.name);
        assert!(!filter.summary.ends_with('.') && !filter.summary.is_empty(), "{}", filter.name);
        assert_eq!(filter.signature.is_empty(), filter.arguments.1 == 0, "{}", filter.name);
        check(filter.example, "{}", filter.prints);
    }
}

#[track_caller]
fn check_failure(source: &str, expected: &str) {
    match render_in(Dialect::Telecast, source, &Profile::default()) {
        RenderOutcome::Failed(problem) => {
            assert_eq!(format!("{}: {}", problem.span.of(source), problem.message), expected);
        }
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn abort_stops_rendering_and_reports_its_span() {
    let source = "a{% if Profile.plan == blank %}{% abort %}{% endif %}b";
    let at = Span::new(31, 42);
    assert_eq!(render_in(Dialect::Telecast, source, &Profile::default()), RenderOutcome::Aborted { at });
    check(source, r#"{"plan": "gold"}"#, "ab");
}

#[test]
fn dates_and_now_print_in_the_configured_zone() {
    let properties = r#"{"joined": "$D_1769853600"}"#;
    check("{{ Profile.joined }}", properties, "2026-01-31 11:00:00");
    check("{{ Profile.joined | date: '%d.%m.%y' }}", properties, "31.01.26");
    check("{{ 'now' | date: '%F %R %z' }} {{ now | date: '%H' }}", "{}", "2026-11-22 23:30 +0100 23");
    check("{{ Profile.joined | date_tz: '%H:%M %Z', 'America/New_York' }}", properties, "05:00 EST");
    check("{{ 'March 14, 2016' | date: '%b %d, %y' }}", "{}", "Mar 14, 16");
    check("{{ '2016-03-14 10:11:12 +0000' | date: '%H:%M' }}", "{}", "11:11");
    check("{{ '2016-03-14 10:11:12 EST' | date: '%H:%M %z' }}", "{}", "16:11 +0100");
    check("{{ 'soon' | date: '%Y' }}{{ 1152098955 | date: '%s' }}", "{}", "soon1152098955");
}

#[test]
fn now_is_in_indian_time_in_clevertaps_dialect() {
    let now =
        "{{ now }} {{ now | date: '%R %z' }} {{ 'now' | date: '%R %z' }} {{ now | date_tz: '%R', 'UTC' }}";
    let rendered = |dialect| match render_in(dialect, now, &Profile::default()) {
        RenderOutcome::Rendered(rendered) => rendered.text,
        other => panic!("{other:?}"),
    };
    assert_eq!(rendered(Dialect::CleverTap), "2026-11-23 04:00:00 04:00 +0530 04:00 +0530 22:30");
    assert_eq!(rendered(Dialect::Telecast), "2026-11-22 23:30:00 23:30 +0100 23:30 +0100 22:30");
    check("{% if now > 1700000000 and now == now and 1 < now %}later{% endif %}", "{}", "later");
    check("{% if Profile.joined < now %}past{% endif %}", r#"{"joined": "$D_1769853600"}"#, "past");
}

#[test]
fn numbers_keep_their_type_and_precision_up_to_128_bits() {
    check("{{ 5.0 }} {{ 5 }} {{ 10 | divided_by: 4 }} {{ 10 | divided_by: 4.0 }}", "{}", "5.0 5 2 2.5");
    check(
        "{{ 0.1 | plus: 0.2 }} {{ -7 | modulo: 3 }} {{ 5.5 | round }} {{ -2.5 | round }}",
        "{}",
        "0.3 2 6 -3",
    );
    check("{{ 9223372036854775807 | plus: 1 }}", "{}", "9223372036854775808");
    check(
        "{{ 99999999999999999999 }} {{ -99999999999999999999 | abs }}",
        "{}",
        "99999999999999999999 99999999999999999999",
    );
    check("{{ 99999999999999999999 | minus: '99999999999999999998' }}", "{}", "1");
    check(
        "{{ 9223372036854775807 | times: 9223372036854775807 }}",
        "{}",
        "85070591730234615847396907784232501249",
    );
    check("{{ 99999999999999999999 | divided_by: 10 | json }}", "{}", "9999999999999999999");
    check("{{ 100000000000000000000.5 | floor }}", "{}", "100000000000000000000");
    check("{% if 99999999999999999998 < 99999999999999999999 %}less{% endif %}", "{}", "less");
    check(
        "{{ 1 | append: 2 | slice: 99999999999999999999 }}{{ 'ab' | slice: 1, 99999999999999999999 }}",
        "{}",
        "b",
    );
    check(
        "{{ 'ab' | truncate: 99999999999999999999 }}{{ 'a b' | truncatewords: 99999999999999999999 }}",
        "{}",
        "aba b",
    );
    check(&format!("{{{{ {} | plus: 1 }}}}", "9".repeat(40)), "{}", "1.0e+40");
    // The negation of the smallest `i128` overflows, so it becomes a float.
    let min = i128::MIN;
    check(&format!("{{{{ {min} | abs }}}} {{{{ {min} | modulo: -1 }}}}"), "{}", "1.7014118346046923e+38 0");
    check(
        &format!("{{{{ {min} | divided_by: -1 }}}} {{{{ {min} | round: -38 }}}}"),
        "{}",
        "1.7014118346046923e+38 -2.0e+38",
    );
}

#[test]
fn hostile_templates_fail_with_a_problem_at_the_cause() {
    check_failure(
        "{% for i in (1..30000000) %}x{% endfor %}",
        "(1..30000000): this body does too much work: a loop or a filter runs too long",
    );
    check_failure(
        "{% for i in (1..400) %}{% for j in (1..400) %}{% for k in (1..400) %}{% endfor %}{% endfor %}{% endfor %}",
        "(1..400): this body does too much work: a loop or a filter runs too long",
    );
    check_failure(
        "{% assign s = 'ab' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}",
        "append: s: this produces a text that is too long",
    );
    check_failure(
        "{{ (1..900000000) | join }}",
        "join: this body does too much work: a loop or a filter runs too long",
    );
    check_failure("{{ 1 | divided_by: 0 }}", "0: `divided_by`: division by zero");
}

#[test]
fn self_including_partial_fails_at_its_call() {
    let partials = Partials([("me".to_owned(), "{% include 'me' %}".to_owned())].into());
    let (template, problems) = parse("ab {% include 'me' %}", &partials, Dialect::Telecast);
    assert_eq!(problems, []);
    let RenderOutcome::Failed(problem) = render_with(&template, &Profile::default(), Limits::default())
    else {
        panic!("expected the rendering to fail")
    };
    assert_eq!(problem.span.of(template.source()), "{% include 'me' %}");
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5000), close.repeat(5000));
    for source in [
        deep("{% if true %}", "{% endif %}"),
        deep("{% for i in (1..2) %}", ""),
        format!("{{% {} echo 1 %}}", "liquid ".repeat(5000)),
        format!("{{% liquid\n{} %}}", "if true\nliquid if true\n".repeat(2000)),
        format!("{{{{ {} }}}}", deep("a[", "]")),
        format!("{{{{ {} }}}}", deep("(", "..1)")),
        format!("{{% if {} a %}}{{% endif %}}", "a and ".repeat(5000)),
        deep("{{ '", ""),
        deep("{% comment %}{% raw %}", ""),
        deep("[{\"a\":", ""),
    ] {
        let (template, _) = parse(&source, &Partials::default(), Dialect::Telecast);
        check_without_profile(&template);
    }
    let nested = format!("{}{{% include 'me' %}}{}", "{% if true %}".repeat(40), "{% endif %}".repeat(40));
    let partials = Partials([("me".to_owned(), nested)].into());
    let (template, problems) = parse("{% include 'me' %}", &partials, Dialect::Telecast);
    assert_eq!(problems, []);
    let outcome = render_with(&template, &Profile::default(), Limits::default());
    assert!(matches!(outcome, RenderOutcome::Failed(problem) if problem.code == Code::LiquidLimit));
}

fn check_without_profile(template: &Template) {
    super::check(template, &crate::profile::Vocabulary::default(), Content::Json);
    json_context_at(template, template.source().len());
    render_with(template, &Profile::default(), Limits::default());
}

#[test]
fn every_output_byte_maps_back_to_its_source() {
    let source = "{% capture who %}Grüße {{ Profile.name }}{% endcapture %}<b>{{ who }}</b>{{ who | upcase }}{{ Profile.none }}!";
    let profile = profile(r#"{"name": "Anna"}"#);
    let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
    let RenderOutcome::Rendered(rendered) = render_with(&template, &profile, Limits::default()) else {
        panic!("expected it to render")
    };
    assert_eq!(rendered.text, "<b>Grüße Anna</b>GRÜSSE ANNA!");
    let origin = |part: &str| {
        let at = rendered.text.find(part).unwrap();
        let origin = rendered.map.origin(Span::new(at, at + part.len()));
        (origin.span.of(source), origin.interpolation.map(|span| span.of(source)))
    };
    assert_eq!(origin("<b>"), ("<b>", None));
    assert_eq!(origin("Grüße"), ("Grüße", None));
    assert_eq!(origin("Anna"), ("{{ Profile.name }}", Some("{{ Profile.name }}")));
    assert_eq!(origin("GRÜSSE ANNA"), ("{{ who | upcase }}", Some("{{ who | upcase }}")));
    let end = Span::at(rendered.text.len() - 1);
    let empty: Vec<&str> =
        rendered.map.empty_outputs(end).iter().map(|origin| origin.span.of(source)).collect();
    assert_eq!(empty, ["{{ Profile.none }}"]);
    let name = source.find("Profile.name").unwrap();
    let printed = rendered.map.outputs(Span::at(name));
    assert_eq!(printed.iter().map(|span| span.of(&rendered.text)).collect::<Vec<_>>(), ["Anna"]);
}

#[test]
fn partial_output_maps_back_to_its_call() {
    let partials = Partials([("sign".to_owned(), "-- {{ who }}".to_owned())].into());
    let source = "Hi\n{% render 'sign', who: 'us' %}";
    let (template, _) = parse(source, &partials, Dialect::Telecast);
    let RenderOutcome::Rendered(rendered) = render_with(&template, &Profile::default(), Limits::default())
    else {
        panic!("expected it to render")
    };
    assert_eq!(rendered.text, "Hi\n-- us");
    let origin = rendered.map.origin(Span::new(rendered.text.len() - 2, rendered.text.len()));
    assert_eq!(origin.partial.as_deref(), Some("sign"));
    assert_eq!(origin.span.of("-- {{ who }}"), "{{ who }}");
    assert_eq!(origin.in_template().of(source), "{% render 'sign', who: 'us' %}");
}

#[test]
fn clevertaps_chips_are_variables_in_its_dialect_only() {
    let source = r#"Hi @Profile - First Name | default: "friend"!"#;
    let anna = profile(r#"{"First Name": "Anna"}"#);
    let text = |dialect, profile: &Profile| match render_in(dialect, source, profile) {
        RenderOutcome::Rendered(rendered) => rendered.text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text(Dialect::CleverTap, &anna), "Hi Anna!");
    assert_eq!(text(Dialect::CleverTap, &Profile::default()), "Hi friend!");
    assert_eq!(text(Dialect::Telecast, &anna), source);
}

#[test]
fn tokens_and_liquid_spans_are_sorted_and_skip_raw_and_comments() {
    let source =
        "a {{ Profile.x | default: 'y' }} {% raw %}{{ no }}{% endraw %}{% comment %}{{ no }}{% endcomment %}";
    let (template, problems) = parse(source, &Partials::default(), Dialect::Telecast);
    assert_eq!(problems, []);
    let spans: Vec<&str> = template.liquid_spans().iter().map(|span| span.of(source)).collect();
    assert_eq!(
        spans,
        ["{{ Profile.x | default: 'y' }}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}"]
    );
    let tokens: Vec<String> = template
        .tokens()
        .iter()
        .map(|token| format!("{:?} {}", token.class, token.span.of(source)))
        .collect();
    assert_eq!(
        tokens[..5],
        ["Delimiter {{", "Variable Profile", "Punctuation .", "Property x", "Operator |"]
    );
    assert!(tokens.contains(&"Raw {{ no }}".to_owned()) && tokens.contains(&"Comment {{ no }}".to_owned()));
    assert!(template.tokens().is_sorted_by(|a, b| a.span.end <= b.span.start));
}

#[test]
fn blocks_list_their_tags() {
    let blocks = |source: &str| -> Vec<String> {
        let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
        let words = |block: &Vec<Span>| block.iter().map(|tag| tag.of(source)).collect::<Vec<_>>().join(" ");
        template.blocks().iter().map(words).collect()
    };
    assert_eq!(
        blocks("{% if a %}1{% for x in y %}2{% else %}3{% endfor %}{% elsif b %}4{% else %}5{% endif %}"),
        ["{% if a %} {% elsif b %} {% else %} {% endif %}", "{% for x in y %} {% else %} {% endfor %}"]
    );
    assert_eq!(
        blocks("{% case a %}{% when 1 %}1{%- when 2 -%}2{% endcase %}{% raw %}{% if %}{% endraw %}"),
        ["{% case a %} {% when 1 %} {%- when 2 -%} {% endcase %}", "{% raw %} {% endraw %}"]
    );
    assert_eq!(blocks("{% unless a %}1{% else %}2"), ["{% unless a %} {% else %}"]);
    assert_eq!(
        blocks("{% if %}{% comment %}x{% endcomment %}{% endif %}"),
        ["{% if %} {% endif %}", "{% comment %} {% endcomment %}"]
    );
    assert_eq!(blocks("{% liquid\n if a\n echo 1\n endif %}{% endfor %}"), ["if a endif"]);
}
