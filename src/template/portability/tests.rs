//! Checks that bodies rewritten for CleverTap render as before.

use proptest::prelude::*;

use crate::dialect::Dialect;
use crate::profile::{Profile, Value};
use crate::template::tests::render_with;
use crate::template::{Limits, Partials, RenderOutcome, parse};

fn rendered(source: &str, profile: &Profile) -> String {
    let (template, _) = parse(source, &Partials::default(), Dialect::CleverTap);
    match render_with(&template, profile, Limits::default()) {
        RenderOutcome::Rendered(rendered) => rendered.text,
        other => panic!("{source}: {other:?}"),
    }
}

#[track_caller]
fn rewritten(source: &str) -> String {
    let mut source = source.to_owned();
    for _ in 0..20 {
        let (_, problems) = parse(&source, &Partials::default(), Dialect::CleverTap);
        let Some(problem) = problems.first() else { return source };
        let fix = problem.fixes.first().unwrap_or_else(|| panic!("no fix for {problem:?}"));
        source = fix.apply(&source).unwrap();
    }
    panic!("still not portable after 20 fixes: {source}")
}

fn profile_named(name: &str) -> Profile {
    let mut profile = crate::template::tests::profile(
        r#"{"cart": [{"n": 2, "unit price": 1.5, "kind": "hat"}, {"n": 3, "unit price": 4, "kind": "shoe"}],
            "points": [1, 2, 3.5], "none": []}"#,
    );
    profile.properties.insert("name".into(), Value::Text(name.to_owned()));
    profile
}

#[track_caller]
fn check(source: &str, name: &str) {
    let profile = profile_named(name);
    assert_eq!(rendered(&rewritten(source), &profile), rendered(source, &profile), "{source}");
}

/// Reserved characters and pairs of them. Single carriage returns, other control characters, and `<br />` as text are
/// not included, because CleverTap's filters treat them differently from telecast's.
fn hostile_text() -> impl Strategy<Value = String> {
    let parts = [
        "\\", "\"", "'", "<", ">", "&", "&amp;", "\n", "\n\n", "\\n", "_", "*", "[", "]", "(", ")", "~", "`",
        "#", "+", "-", "=", "|", "{", "}", ".", "!", "é", "😀", " ", "a", "{{", "%}", "br", "\\\\\"", "</b>",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn rewritten_escapes_render_the_same(name in hostile_text()) {
        for filters in [
            "json_escape",
            "tg_html",
            "tg_markdown",
            "tg_markdown_v2",
            "tg_html | json_escape",
            "tg_markdown | json_escape",
            "tg_markdown_v2 | json_escape",
            "json",
        ] {
            check(&format!("[{{{{ Profile.name | {filters} }}}}]"), &name);
        }
    }
}

#[test]
fn json_filter_is_rewritten_safely_only_for_captured_text() {
    let source = "{% capture t %}a \"{{ Profile.name }}\"\n{% endcapture %}{{ t | json }}";
    assert!(!rewritten(source).contains("| json"), "{}", rewritten(source));
    check(source, "An\"na");
    for offered in [
        "{% assign t = Profile.name %}{% capture t %}a{% endcapture %}{{ t | json }}",
        "{% if Profile.x %}{% capture t %}a{% endcapture %}{% endif %}{{ t | json }}",
        "{% capture t %}{{ t | json }}{% endcapture %}",
        "{{ t | json }}{% capture t %}a{% endcapture %}",
    ] {
        let (_, problems) = parse(offered, &Partials::default(), Dialect::CleverTap);
        assert!(!problems[0].fixes[0].safe, "{offered}");
    }
}

#[test]
fn list_filters_become_loops() {
    for source in [
        "{{ Profile.points | sum }}",
        "{{ Profile.cart | sum: 'n' | times: 2 }}",
        "{{ Profile.cart | sum: 'unit price' }}",
        "{{ Profile.none | sum }}",
        "{% assign x = Profile.cart | find: 'kind', 'shoe' %}{{ x.n }}",
        "{% assign x = Profile.cart | find: 'kind', 'bag' %}[{{ x.n }}]",
        "{% assign x = Profile.cart | find_index: 'kind', 'shoe' | plus: 10 %}{{ x }}",
        "{% assign x = Profile.cart | has: 'kind', 'hat' %}{{ x }}",
        "{% assign x = Profile.cart | has: 'size' %}{{ x }}",
    ] {
        check(source, "Anna");
    }
}

#[test]
fn tags_are_rewritten_for_clevertap() {
    let cases = [
        ("a {%- echo Profile.name | upcase -%} b", "a {{- Profile.name | upcase -}} b"),
        ("{% # note %}x", "{% comment %}note{% endcomment %}x"),
        ("{% doc %}note{% enddoc %}x", "{% comment %}note{% endcomment %}x"),
        (
            "a {%- liquid\n  assign x = 1\n\n  if x == 1\n    echo Profile.name\n  endif\n  # note\n-%} b",
            "a {%- assign x = 1 %}{% if x == 1 %}{{ Profile.name }}{% endif %}{% comment %}note{% endcomment -%} b",
        ),
        ("{{ false | default: 'x', allow_false: true }}", "{{ false | default: 'x' }}"),
    ];
    for (source, expected) in cases {
        assert_eq!(rewritten(source), expected, "{source}");
        if !source.contains("allow_false") {
            check(source, "Anna");
        }
    }
}

#[test]
fn every_filter_missing_in_clevertap_has_help() {
    for filter in
        crate::template::FILTERS.iter().filter(|filter| !filter.dialects.contains(&Dialect::CleverTap))
    {
        let arguments = match filter.arguments.0 {
            0 => "",
            1 => ": 'a'",
            _ => ": 'a', 'b'",
        };
        let source = format!("{{{{ Profile.name | {}{arguments} }}}}", filter.name);
        let (_, problems) = parse(&source, &Partials::default(), Dialect::CleverTap);
        let [problem] = problems.as_slice() else { panic!("{source}: {problems:?}") };
        assert!(problem.help.is_some(), "{source}");
        let is_generic = problem.help.as_deref() == Some("use CleverTap's own filters");
        assert!(!is_generic || !problem.fixes.is_empty(), "{source}");
    }
}
