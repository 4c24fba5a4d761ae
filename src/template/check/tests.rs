//! Each kind of problem with its span, and the template after its first fix.

use crate::diagnostic::Code;
use crate::dialect::Dialect;
use crate::profile::{PropertySummary, SampleProperties, Value, ValueKind, Vocabulary};
use crate::template::{Content, Partials, parse};

fn vocabulary() -> Vocabulary {
    let property = |name: &str, kind: ValueKind, n_set: u64, sample: &str| PropertySummary {
        name: name.to_owned(),
        kind,
        n_set,
        samples: vec![sample.to_owned()],
    };
    let item = [("price".to_owned(), Value::Integer(5)), ("title".to_owned(), Value::Text("a".to_owned()))];
    let item = Value::Object(item.into());
    Vocabulary {
        properties: vec![
            property("first_name", ValueKind::Text, 9, "Anna"),
            property("First Name", ValueKind::Text, 9, "Anna"),
            property("telegram_chat_id", ValueKind::Number, 8, "123456789"),
            property("score", ValueKind::Number, 10, "7"),
            property("joined", ValueKind::Date, 3, "2026-01-31 10:00:00"),
        ],
        n_profiles: 10,
        event: SampleProperties::from([
            ("Amount".to_owned(), vec![Value::Decimal(86.4)]),
            ("Items".to_owned(), vec![Value::List(vec![item])]),
        ]),
        external_trigger: SampleProperties::new(),
    }
}

/// Formats each problem of `source` as `code: marked text`, followed by the source after its first fix.
#[track_caller]
fn check(dialect: Dialect, source: &str, expected: &[&str]) {
    let (template, parse_problems) = parse(source, &Partials::default(), dialect);
    let problems = super::check(&template, &vocabulary(), Content::Json);
    let shown: Vec<String> = parse_problems
        .iter()
        .chain(&problems)
        .map(|problem| {
            let fixed = problem.fixes.first().map(|fix| fix.apply(source).unwrap());
            let fixed = fixed.map(|fixed| format!(" -> {fixed}")).unwrap_or_default();
            format!("{}: {}{fixed}", problem.code, problem.span.of(source))
        })
        .collect();
    assert_eq!(shown, expected, "{source}");
    for problem in problems {
        assert!(!problem.message.ends_with('.') && !problem.message.is_empty());
    }
}

#[track_caller]
fn check_own(source: &str, expected: &[&str]) {
    check(Dialect::Telecast, source, expected);
}

#[test]
fn valid_body_has_no_problems() {
    check_own(
        r#"{"chat_id": {{ Profile.score }}, "text": "Hi {{ Profile.first_name | default: "you" | tg_html | json_escape }}", "parse_mode": "HTML"}"#,
        &[],
    );
    check_own(
        r#"{"a": [{% for i in (1..3) %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}]}"#,
        &[],
    );
}

#[test]
fn a_default_that_is_not_json_is_a_warning() {
    check_own(
        r#"{"chat_id": {{ Profile.telegram_chat_id | default: "NULL" }}}"#,
        &[
            "default-not-json: default: \"NULL\" -> {% if Profile.telegram_chat_id == blank %}{% abort %}{% endif %}{\"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }}}",
        ],
    );
    // The check recognizes its own fix.
    check_own(
        r#"{% if Profile.telegram_chat_id == blank %}{% abort %}{% endif %}{"chat_id": {{ Profile.telegram_chat_id | default: "NULL" }}}"#,
        &[],
    );
    check_own(
        r#"{"a": {{ Profile.telegram_chat_id | plus: 1 | default: "none" }}}"#,
        &[
            "default-not-json: default: \"none\" -> {% if Profile.telegram_chat_id == blank %}{% abort %}{% endif %}{\"a\": {{ Profile.telegram_chat_id | plus: 1 | default: \"none\" }}}",
        ],
    );
    // For text, the missing quotes are reported instead of the default.
    check_own(
        r#"{"a": {{ Profile.first_name | default: "none" }}}"#,
        &[
            "unquoted-text: Profile.first_name | default: \"none\" -> {\"a\": {{ Profile.first_name | default: \"none\" | json }}}",
        ],
    );
}

#[test]
fn possibly_empty_value_is_a_warning_if_json_needs_one() {
    check_own(
        r#"{"a": {{ Profile.joined }}}"#,
        &["empty-value: Profile.joined -> {\"a\": {{ Profile.joined | json }}}"],
    );
    check_own(r#"{% if Profile.telegram_chat_id %}{"a": {{ Profile.telegram_chat_id }}}{% endif %}"#, &[]);
    check_own(
        r#"{% unless Profile.telegram_chat_id %}{% abort %}{% endunless %}{"a": {{ Profile.telegram_chat_id }}}"#,
        &[],
    );
    // Two missing values are equal.
    for comparison in ["!=", "=="] {
        let (present, missing) = match comparison {
            "!=" => ("1", "{{ Profile.joined }}"),
            _ => ("{{ Profile.joined }}", "1"),
        };
        let body = format!(
            "{{\"a\": {{% if Profile.joined {comparison} Profile.score %}}{present}{{% else %}}{missing}{{% endif %}}}}"
        );
        let fixed = body.replace("{{ Profile.joined }}", "{{ Profile.joined | json }}");
        check_own(&body, &[&format!("empty-value: Profile.joined -> {fixed}")]);
    }
}

#[test]
fn a_value_in_a_string_is_escaped_for_json_and_markup() {
    check_own(
        r#"{"text": "{{ Profile.first_name }}"}"#,
        &["unescaped-json: Profile.first_name -> {\"text\": \"{{ Profile.first_name | json_escape }}\"}"],
    );
    check_own(
        r#"{"parse_mode": "HTML", "text": "{{ Profile.first_name | default: "" }}"}"#,
        &[
            "unescaped-markup: Profile.first_name | default: \"\" -> {\"parse_mode\": \"HTML\", \"text\": \"{{ Profile.first_name | default: \"\" | tg_html | json_escape }}\"}",
        ],
    );
    check_own(
        r#"{"text": "{{ Profile.first_name | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        &[
            "unescaped-markup: Profile.first_name | json_escape -> {\"text\": \"{{ Profile.first_name | tg_markdown_v2 | json_escape }}\", \"parse_mode\": \"MarkdownV2\"}",
        ],
    );
    check_own(r#"{"text": "{{ Profile.score }}", "parse_mode": "HTML"}"#, &[]);
    check_own(
        r#"{"text": "{{ Profile.score }}", "parse_mode": "MarkdownV2"}"#,
        &[
            "unescaped-markup: Profile.score -> {\"text\": \"{{ Profile.score | tg_markdown_v2 | json_escape }}\", \"parse_mode\": \"MarkdownV2\"}",
        ],
    );
}

#[test]
fn a_capture_that_prints_itself_has_each_problem_once() {
    for print in ["{{ x }}", "{{ x }}{{ x }}"] {
        check_own(
            &format!(
                r#"{{% capture x %}}{print}{{{{ Profile.first_name }}}}{{% endcapture %}}{{"text": "{{{{ x }}}}"}}"#
            ),
            &[&format!(
                r#"unescaped-json: Profile.first_name -> {{% capture x %}}{print}{{{{ Profile.first_name | json_escape }}}}{{% endcapture %}}{{"text": "{{{{ x }}}}"}}"#
            )],
        );
    }
    let members = r#"{% capture m %}{% endcapture %}{% for i in (1..3) %}{% capture m %}{{ m }}"k": 1, {% endcapture %}{% endfor %}"#;
    check_own(&format!(r#"{members}{{ {{{{ m }}}}"text": "a" }}"#), &[]);
}

#[test]
fn fixes_in_clevertaps_dialect_use_only_its_filters() {
    let json = super::super::escapes::PORTABLE_JSON_ESCAPE;
    let fixed =
        format!("{{\"text\": \"{{{{ Profile.first_name | escape | {json} }}}}\", \"parse_mode\": \"HTML\"}}");
    check(
        Dialect::CleverTap,
        r#"{"text": "{{ Profile.first_name }}", "parse_mode": "HTML"}"#,
        &[&format!("unescaped-markup: Profile.first_name -> {fixed}")],
    );
    check(Dialect::CleverTap, &fixed, &[]);
    check(
        Dialect::CleverTap,
        r#"{"text": "{{ Profile.first_name | json_escape }}"}"#,
        &[&format!(
            "not-in-clevertap: json_escape -> {{\"text\": \"{{{{ Profile.first_name | {json} }}}}\"}}"
        )],
    );
}

#[test]
fn escapes_must_match_the_parse_mode_and_come_in_order() {
    check_own(
        r#"{"text": "{{ Profile.first_name | json_escape | tg_html }}", "parse_mode": "HTML"}"#,
        &[
            "escape-order: json_escape -> {\"text\": \"{{ Profile.first_name | tg_html | json_escape }}\", \"parse_mode\": \"HTML\"}",
        ],
    );
    check_own(
        r#"{"text": "{{ Profile.first_name | tg_html | json_escape }}", "parse_mode": "MarkdownV2"}"#,
        &[
            "wrong-escape: tg_html -> {\"text\": \"{{ Profile.first_name | tg_markdown_v2 | json_escape }}\", \"parse_mode\": \"MarkdownV2\"}",
        ],
    );
    check_own(
        r#"{"text": "{{ Profile.first_name | json }}"}"#,
        &["json-in-string: json -> {\"text\": \"{{ Profile.first_name | json_escape }}\"}"],
    );
}

#[test]
fn unknown_names_are_reported() {
    check_own("{{ Profile.frist_name }}", &["unknown-property: frist_name -> {{ Profile.first_name }}"]);
    check_own(
        "{{ Profile.First_Name2 | plus: Event.Amonut }}",
        &[
            "unknown-property: First_Name2 -> {{ Profile.first_name | plus: Event.Amonut }}",
            "unknown-property: Amonut -> {{ Profile.First_Name2 | plus: Event.Amount }}",
        ],
    );
    check_own("{{ profile.first_name }}", &["unknown-variable: profile -> {{ Profile.first_name }}"]);
    check_own(
        "{% assign name = 'x' %}{{ nmae }}",
        &["unknown-variable: nmae -> {% assign name = 'x' %}{{ name }}"],
    );
    check_own("{% for i in (1..2) %}{{ i }}{{ forloop.index }}{% endfor %}", &[]);
    check_own("{{ 'a' | capitalise }}", &["unknown-filter: capitalise -> {{ 'a' | capitalize }}"]);
    check_own("{% asign x = 1 %}", &["unknown-tag: asign -> {% assign x = 1 %}"]);
}

#[test]
fn branches_must_leave_json_in_the_same_state() {
    check_own(r#"{"a": "{% if Profile.score %}x"{% else %}y"{% endif %}}"#, &[]);
    check_own(
        r#"{"a": "{% if Profile.score %}x"{% endif %}}"#,
        &["different-branches: {% if Profile.score %}"],
    );
    check_own(r#"{"a": [{% for i in (1..3) %}[{% endfor %}]}"#, &["unbalanced-loop: {% for i in (1..3) %}"]);
    check_own(r#"{"a": 1{% if Profile.score %}, "b": 2{% endif %}}"#, &[]);
}

#[test]
fn duplicate_keys_are_reported() {
    check_own(
        r#"{"a": 1, "b": {"a": 2}, "a": 3}"#,
        &["duplicate-key: \"a\" -> {\"a\": 1, \"b\": {\"a\": 2}}"],
    );
    check_own(r#"{ {% if Profile.score %}"a": 1{% else %}"a": 2{% endif %} }"#, &[]);
}

#[test]
fn unclosed_and_stray_tags_are_reported_with_their_span() {
    check_own(
        "{% if Profile.score %}a",
        &["unclosed-tag: {% if Profile.score %} -> {% if Profile.score %}a{% endif %}"],
    );
    check_own("a{% endif %}", &["stray-tag: {% endif %} -> a"]);
    check_own("{% if Profile.score %}a{% fi %}", &["unknown-tag: fi -> {% if Profile.score %}a{% endif %}"]);
    check_own(
        "{% for i in (1..2) %}{% if i %}{% endfor %}",
        &["unclosed-tag: {% if i %} -> {% for i in (1..2) %}{% if i %}{% endif %}{% endfor %}"],
    );
    check_own(
        "{{ Profile.score \n{{ Profile.score }}",
        &["unclosed-liquid: {{ Profile.score -> {{ Profile.score }} \n{{ Profile.score }}"],
    );
    check_own("{{ 'abc }}", &["unclosed-string: 'abc -> {{ 'abc' }}"]);
}

const HTML: &str = r#", "parse_mode": "HTML"}"#;

/// Checks one `{{ }}` in a text of the parse mode HTML. `expected` has the codes, and after `->` the `{{ }}` after the
/// first fix.
#[track_caller]
fn check_html(liquid: &str, expected: &[&str]) {
    let whole = |liquid: &str| format!("{{\"text\": \"{liquid}\"{HTML}");
    let source = whole(liquid);
    let (template, _) = parse(&source, &Partials::default(), Dialect::Telecast);
    let shown: Vec<String> = super::check(&template, &vocabulary(), Content::Json)
        .iter()
        .filter(|problem| problem.code != Code::UnknownProperty)
        .map(|problem| match problem.fixes.first() {
            Some(fix) => {
                let fixed = fix.apply(&source).unwrap();
                let end = fixed.len() - HTML.len() - 1;
                format!("{} -> {}", problem.code, &fixed[r#"{"text": ""#.len()..end])
            }
            None => problem.code.to_string(),
        })
        .collect();
    assert_eq!(shown, expected, "{liquid}");
}

#[test]
fn what_is_added_after_an_escape_is_raw() {
    check_html(
        "{{ Profile.a | tg_html | json_escape | default: Profile.b }}",
        &["unescaped-markup -> {{ Profile.a | default: Profile.b | tg_html | json_escape }}"],
    );
    check_html(
        "{{ Profile.a | tg_html | append: Profile.b | json_escape }}",
        &["unescaped-markup -> {{ Profile.a | append: Profile.b | tg_html | json_escape }}"],
    );
    check_html(
        "{{ Profile.a | tg_html | json_escape | prepend: Profile.b }}",
        &["unescaped-markup -> {{ Profile.a | prepend: Profile.b | tg_html | json_escape }}"],
    );
    check_html(
        "{{ Profile.a | tg_html | json_escape | replace_last: 'x', Profile.b }}",
        &["unescaped-markup -> {{ Profile.a | replace_last: 'x', Profile.b | tg_html | json_escape }}"],
    );
    check_html(
        r#"{{ Profile.a | escape | replace: '"', '\"' }}"#,
        &[r#"unescaped-json -> {{ Profile.a | escape | replace: '"', '\"' | json_escape }}"#],
    );
    // The text that is added is escaped already.
    check_html(
        "{% assign b = Profile.b | tg_html | json_escape %}{{ Profile.a | tg_html | json_escape | append: b }}",
        &[],
    );
    check_html("{{ Profile.a | tg_html | json_escape | append: Profile.score }}", &[]);
    check_html("{{ Profile.a | tg_html | append: '</b>' | json_escape }}", &[]);
    check_html("{{ Profile.a | append: Profile.b | tg_html | json_escape }}", &[]);
}

#[test]
fn date_prints_a_text_that_is_no_date() {
    check_html(
        "{{ Profile.first_name | date: '%Y' }}",
        &["unescaped-markup -> {{ Profile.first_name | date: '%Y' | tg_html | json_escape }}"],
    );
    check_html("{{ Profile.joined | date: '%d.%m.%Y' }}", &[]);
    check_html("{{ Profile.score | plus: 60 | date: '%d.%m.%Y' }}", &[]);
    check_html("{{ 'now' | date: '%d.%m.%Y' }}", &[]);
}

#[test]
fn values_without_special_characters_need_no_escape() {
    check_html("{{ Profile.first_name | url_encode | json_escape }}", &[]);
    check_html("{{ Profile.first_name | size | json_escape }}", &[]);
    check_html("{{ Profile.first_name | plus: 1 | json_escape }}", &[]);
    check_html("{% for i in (1..3) %}{{ forloop.index | json_escape }}{% endfor %}", &[]);
    check_html("{% assign xs = 'a,b' | split: ',' %}{% for x in xs %}{{ x }}{% endfor %}", &[]);
    check_html("{% assign xs = 'a,b' | split: ',' %}{{ xs | first }}{{ xs[0] | json_escape }}", &[]);
    check_html(
        "{% assign xs = 'a,b' | split: ',' %}{% capture c %}{% for x in xs %}{{ x | append: ', ' }}{% endfor %}{% endcapture %}{{ c | strip }}",
        &[],
    );
    check_html(
        "{% for x in Event.items %}{{ x }}{% endfor %}",
        &["unescaped-markup -> {% for x in Event.items %}{{ x | tg_html | json_escape }}{% endfor %}"],
    );
}

#[test]
fn escapes_by_hand_count() {
    check_own(r#"{"text": "{{ Profile.first_name | replace: '\', '\\' | replace: '"', '\"' }}"}"#, &[]);
    check_own(r#"{"text": "{{ Profile.first_name | replace: '"', "'" }}"}"#, &[]);
    check_own(
        r#"{% assign quote = '"' %}{% assign escaped = '\"' %}{"text": "{{ Profile.first_name | replace: quote, escaped }}"}"#,
        &[],
    );
    // The second filter doubles the backslash of the first one.
    check_own(
        r#"{"text": "{{ Profile.first_name | replace: '"', '\"' | replace: '\', '\\' }}"}"#,
        &[r#"unescaped-json: Profile.first_name | replace: '"', '\"' | replace: '\', '\\'"#],
    );
    check_html("{{ Profile.first_name | replace: '<', '&lt;' | json_escape }}", &[]);
}

#[test]
fn chips_are_escaped_as_liquid() {
    check(
        Dialect::CleverTap,
        r#"{"text": "Hi @Profile - First Name | default: "you"", "parse_mode": "HTML"}"#,
        &[&format!(
            r#"unescaped-markup: @Profile - First Name | default: "you" -> {{"text": "Hi {{{{ Profile["First Name"] | default: "you" | escape | {} }}}}", "parse_mode": "HTML"}}"#,
            super::super::escapes::PORTABLE_JSON_ESCAPE
        )],
    );
    check(Dialect::CleverTap, r#"{"text": "@Profile - score | default: "1"", "parse_mode": "HTML"}"#, &[]);
}

#[test]
fn a_value_inside_an_entity_of_legacy_markdown_has_no_escape() {
    let body = |liquid: &str| format!(r#"{{"text": "{liquid}", "parse_mode": "Markdown"}}"#);
    let escaped = "Profile.first_name | tg_markdown | json_escape";
    for inside in ["_{{ x }}_", "Hi *dear {{ x }}*", "[{{ x }}](https://a.example)"] {
        check_own(&body(&inside.replace('x', escaped)), &[&format!("unescaped-markup: {escaped}")]);
    }
    for right in ["{{ x }}", "_a_ {{ x }} *b*", r"\\_ {{ x }}"] {
        check_own(&body(&right.replace('x', escaped)), &[]);
    }
    check_own(&body("_{{ Profile.score | tg_markdown }}_"), &[]);
    check_own(&body("*{{ Profile.first_name | remove: '*' | json_escape }}*"), &[]);
}

#[test]
fn a_literal_beside_and_or_or_is_reported() {
    check_own(
        r#"{% if Profile.plan == "a" or "b" %}x{% endif %}"#,
        &[
            "unknown-property: plan",
            r#"always-true: "b" -> {% if Profile.plan == "a" or Profile.plan == "b" %}x{% endif %}"#,
        ],
    );
    check_own(
        r#"{% unless Profile.score contains 1 and 2 %}x{% elsif Profile.score == 3 or 4 or 5 %}{% endunless %}"#,
        &[
            r#"always-true: 2 -> {% unless Profile.score contains 1 and Profile.score contains 2 %}x{% elsif Profile.score == 3 or 4 or 5 %}{% endunless %}"#,
            r#"always-true: 4 -> {% unless Profile.score contains 1 and 2 %}x{% elsif Profile.score == 3 or Profile.score == 4 or 5 %}{% endunless %}"#,
            r#"always-true: 5 -> {% unless Profile.score contains 1 and 2 %}x{% elsif Profile.score == 3 or 4 or Profile.score == 5 %}{% endunless %}"#,
        ],
    );
    check_own(r#"{% case Profile.score %}{% when 1 or 2 %}x{% endcase %}"#, &[]);
    check_own(r#"{% if "a" %}x{% endif %}{% if Profile.score == 1 or true %}y{% endif %}"#, &[]);
}

#[test]
fn linked_content_is_no_unknown_variable() {
    check(Dialect::CleverTap, r#"{{ Linked.Offers.json.data[0].title }}"#, &[]);
}

/// Returns whether each problem of an escape has a fix that is safe. `None` stands for a problem without a fix.
fn escape_fixes(source: &str) -> Vec<Option<bool>> {
    let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
    super::check(&template, &vocabulary(), Content::Json)
        .iter()
        .filter(|problem| problem.code != Code::UnknownProperty)
        .map(|problem| problem.fixes.first().map(|fix| fix.safe))
        .collect()
}

#[test]
fn an_escape_after_the_authors_own_escapes_is_a_choice() {
    for value in [
        r#"Profile.tags | join: "\n""#,
        r#"Profile.tags | join: "\n" | tg_html"#,
        r#"Profile.first_name | default: "a\nb""#,
        r#"Profile.first_name | append: "\nhi""#,
        r#"Profile.first_name | replace: "b", '\"q\"'"#,
        r#"Profile.first_name | newline_to_br | replace: "<br />", "\n""#,
        r#"Profile.first_name | json_escape | newline_to_br"#,
    ] {
        let body = format!(r#"{{"parse_mode": "HTML", "text": "{{{{ {value} }}}}"}}"#);
        assert_eq!(escape_fixes(&body), [Some(false)], "{body}");
        let body = format!(r#"{{% assign x = {value} %}}{{"text": "{{{{ x }}}}"}}"#);
        assert!(escape_fixes(&body).iter().all(|fix| *fix != Some(true)), "{body}");
    }
    // Nothing is escaped yet in these texts.
    for value in [r#"Profile.tags | join: ", ""#, r#"Profile.first_name | append: "!""#] {
        let body = format!(r#"{{"parse_mode": "HTML", "text": "{{{{ {value} }}}}"}}"#);
        assert_eq!(escape_fixes(&body), [Some(true)], "{body}");
    }
}

#[test]
fn an_escape_that_would_show_the_authors_markup_is_no_fix() {
    for value in [
        r#"Profile.tags | join: "</b>, <b>" | prepend: "<b>" | append: "</b>""#,
        r#""<b>" | append: Profile.first_name"#,
        r#"Profile.first_name | prepend: bold"#,
    ] {
        let body =
            format!(r#"{{% assign bold = "<b>" %}}{{"parse_mode": "HTML", "text": "{{{{ {value} }}}}"}}"#);
        assert_eq!(escape_fixes(&body), [None], "{body}");
    }
    let body = r#"{"parse_mode": "MarkdownV2", "text": "{{ Profile.tags | join: "\\. " }}"}"#;
    assert_eq!(escape_fixes(body), [None]);
}

#[test]
fn a_date_with_escaped_dots_is_right() {
    for value in [r#"Profile.joined | date: "%d\\.%m""#, r#""now" | date: "%d\.%m" | json_escape"#] {
        check_own(&format!(r#"{{"parse_mode": "MarkdownV2", "text": "{{{{ {value} }}}}"}}"#), &[]);
    }
    let body =
        r#"{"parse_mode": "MarkdownV2", "text": "{{ Profile.joined | date: "%d\.%m.%Y" | json_escape }}"}"#;
    assert_eq!(escape_fixes(body).len(), 1);
}

#[test]
fn numbers_and_dates_need_no_escape_in_code_and_addresses() {
    for text in [
        "`{{ Profile.score }}`",
        "```{{ Profile.joined | date: '%d.%m' }}```",
        "[l](https://x/{{ Profile.score }})",
        "[l](https://x/{{ Profile.first_name | url_encode }})",
    ] {
        for mode in ["Markdown", "MarkdownV2"] {
            check_own(&format!(r#"{{"parse_mode": "{mode}", "text": "{text}"}}"#), &[]);
        }
    }
    let body = r#"{"parse_mode": "MarkdownV2", "text": "`a` [l](x) {{ Profile.score }}"}"#;
    assert_eq!(escape_fixes(body), [Some(true)]);
}

#[test]
fn an_escape_at_an_unclear_place_of_legacy_markdown_is_no_safe_fix() {
    let inside = r#"{"parse_mode": "Markdown", "text": "*{% if Profile.score %}{{ Profile.first_name | json_escape }}{% else %}you{% endif %}*"}"#;
    assert_eq!(escape_fixes(inside), [None]);
    let unclear = r#"{"parse_mode": "Markdown", "text": "{% if Profile.score %}*b{% else %}*c{% endif %} {{ Profile.first_name | json_escape }}*"}"#;
    assert_eq!(escape_fixes(unclear), [Some(false)]);
}

#[test]
fn escapes_that_the_message_would_show_are_reported() {
    let html = |value: &str| format!(r#"{{"text": "{{{{ {value} }}}}", "parse_mode": "HTML"}}"#);
    for (value, fixed) in [
        (
            "Profile.first_name | tg_html | upcase | json_escape",
            "Profile.first_name | upcase | tg_html | json_escape",
        ),
        (
            "Profile.first_name | tg_html | slice: 0, 5 | json_escape",
            "Profile.first_name | slice: 0, 5 | tg_html | json_escape",
        ),
        ("Profile.first_name | escape | tg_html | json_escape", "Profile.first_name | escape | json_escape"),
        (
            "Profile.first_name | tg_html | json_escape | json_escape",
            "Profile.first_name | tg_html | json_escape",
        ),
    ] {
        check_own(&html(value), &[&format!("escape-order: {value} -> {}", html(fixed))]);
    }
    for right in [
        "Profile.first_name | tg_html | truncatewords: 3 | json_escape",
        "Profile.first_name | tg_html | escape_once | json_escape",
        "Profile.first_name | upcase | tg_html | downcase | json_escape",
        "Profile.score | tg_html | tg_html | upcase | json_escape",
    ] {
        check_own(&html(right), &[]);
    }
    let body = |capture: &str| {
        format!(r#"{{% capture c %}}{{{{ {capture} }}}}{{% endcapture %}}{{"text": {{{{ c | json }}}}}}"#)
    };
    check_own(
        &body("Profile.first_name | json_escape"),
        &[&format!("escape-order: Profile.first_name | json_escape -> {}", body("Profile.first_name"))],
    );
}

#[test]
fn line_breaks_of_html_are_reported() {
    let body = |value: &str| format!(r#"{{"text": "{{{{ {value} }}}}", "parse_mode": "HTML"}}"#);
    let value = "Profile.first_name | newline_to_br | tg_html | json_escape";
    check_own(
        &body(value),
        &[&format!("unescaped-markup: {value} -> {}", body("Profile.first_name | tg_html | json_escape"))],
    );
    check_own(
        &body("Profile.first_name | newline_to_br | replace: '<br />', ' ' | tg_html | json_escape"),
        &[],
    );
}

#[test]
fn values_of_a_cycle_are_escaped_before_it() {
    check_own(
        r#"{"text": "{% cycle Profile.first_name, "b" %}"}"#,
        &[
            r#"unescaped-json: Profile.first_name -> {"text": "{% assign v = Profile.first_name | json_escape %}{% cycle v, "b" %}"}"#,
        ],
    );
    check_own(r#"{"text": "{% cycle Profile.score, "b" %}"}"#, &[]);
}

#[test]
fn text_added_after_an_escape_is_reserved_in_markdown_v2() {
    let body = |value: &str| format!(r#"{{"text": "{{{{ {value} }}}}", "parse_mode": "MarkdownV2"}}"#);
    let value = r#"Profile.first_name | tg_markdown_v2 | append: "!" | json_escape"#;
    let fixed = r#"Profile.first_name | append: "!" | tg_markdown_v2 | json_escape"#;
    check_own(&body(value), &[&format!("unescaped-markup: {value} -> {}", body(fixed))]);
    check_own(&body(r#"Profile.first_name | tg_markdown_v2 | append: "\!" | json_escape"#), &[]);
    check_own(&body(r#"Profile.first_name | tg_markdown_v2 | append: " *hi*" | json_escape"#), &[]);
}

#[test]
fn a_capture_is_in_the_entity_around_its_print() {
    for print in ["*{{ n }}*", "_a {{ n }}_"] {
        let body = format!(
            r#"{{% capture n %}}{{{{ Profile.first_name | tg_markdown | json_escape }}}}{{% endcapture %}}{{"text": "{print}", "parse_mode": "Markdown"}}"#
        );
        check_own(&body, &["unescaped-markup: Profile.first_name | tg_markdown | json_escape"]);
        check_own(&body.replace(print, "*a* {{ n }}"), &[]);
    }
}

#[test]
fn numbers_of_the_sample_events_need_no_escape() {
    for text in [
        "{{ Event.Amount }}",
        "{% assign o = Event %}{{ o.Amount }}",
        "{% for i in Event.Items %}{{ i.price }}{% endfor %}",
        "{{ Event.Items[0].price }}",
    ] {
        check_own(&format!(r#"{{"text": "{text}", "parse_mode": "HTML"}}"#), &[]);
    }
    check_own(
        r#"{"text": "{% for i in Event.Items %}{{ i.title }}{% endfor %}"}"#,
        &[
            r#"unescaped-json: i.title -> {"text": "{% for i in Event.Items %}{{ i.title | json_escape }}{% endfor %}"}"#,
        ],
    );
}

#[test]
fn an_empty_text_is_true() {
    let body = |condition: &str| {
        format!(
            r#"{{% assign v = Profile.telegram_chat_id | default: "" %}}{{"a": {{% if {condition} %}}{{{{ v }}}}{{% else %}}1{{% endif %}}}}"#
        )
    };
    let fixed = |text: &str| body("v").replace("{{ v }}", text);
    check_own(
        &body("v"),
        &[
            &format!("always-true: v -> {}", body("v != \"\"")),
            &format!("empty-value: v -> {}", fixed("{{ v | json }}")),
        ],
    );
    check_own(&body("v != \"\""), &[]);
    check_own(
        r#"{"a": "{% if Profile.score %}{% capture v %}b{% endcapture %}{% endif %}{% if v %}c{% endif %}"}"#,
        &[],
    );
    check_own(r#"{"a": "{% assign v = "b" %}{% if v %}c{% endif %}"}"#, &[]);
}

#[test]
fn comparisons_that_decide_each_other_are_reported() {
    let body = |condition: &str| format!(r#"{{"a": "{{% if {condition} %}}b{{% endif %}}"}}"#);
    let name = "Profile.first_name";
    for (condition, expected) in [
        (r#"N != "x" or N != "y""#, r#"always-true: N != "y" -> N != "x" and N != "y""#),
        (r#"N == "x" and N == "y""#, r#"never-true: N == "y" -> N == "x" or N == "y""#),
        (r#"N != nil or N != """#, r#"always-true: N != "" -> N != nil and N != """#),
        (r#"N == "x" and N != "x""#, r#"never-true: N != "x""#),
        ("N > 5 and N < 3", "never-true: N < 3"),
        ("N == 5 and N >= 6", "never-true: N >= 6"),
        (r#"N == "x" and Profile.score == 1 and N == "y""#, r#"never-true: N == "y""#),
    ] {
        let (condition, expected) = (condition.replace('N', name), expected.replace('N', name));
        let expected = match expected.split_once(" -> ") {
            Some((problem, fixed)) => format!("{problem} -> {}", body(fixed)),
            None => expected,
        };
        check_own(&body(&condition), &[&expected]);
    }
    for right in [
        r#"N == "x" or N == "y""#,
        r#"N != nil and N != """#,
        r#"N == blank or N == """#,
        r#"N != blank or N != """#,
        "N >= 5 and N <= 5",
        "N > 3 or N < 5",
        r#"N == "x" or Profile.score == 1 and N == "y""#,
    ] {
        check_own(&body(&right.replace('N', name)), &[]);
    }
}

#[test]
fn a_number_is_never_equal_to_a_text() {
    let body = |tag: &str| format!(r#"{{"a": "{{% {tag} %}}b{{% endif %}}"}}"#);
    check_own(
        &body("if Profile.score == \"5\""),
        &[&format!("never-true: Profile.score == \"5\" -> {}", body("if Profile.score == 5"))],
    );
    check_own(
        &body("if Profile.score != \"\""),
        &[&format!("always-true: Profile.score != \"\" -> {}", body("if Profile.score != nil"))],
    );
    check_own(
        r#"{"a": "{% case Profile.score %}{% when "5" %}b{% endcase %}"}"#,
        &[r#"never-true: "5" -> {"a": "{% case Profile.score %}{% when 5 %}b{% endcase %}"}"#],
    );
    check_own(&body("if Profile.first_name == \"5\""), &[]);
    check_own(&body("if Profile.score == 5"), &[]);
}

#[test]
fn delimiters_that_close_nothing_are_reported_in_texts() {
    let name = "{{ Profile.score }}";
    let body = |text: &str| format!(r#"{{"a": {{"text": "{text}"}}}}"#);
    for (text, remnant, fixed) in [
        ("N} b", "}", "N b"),
        ("N }} b", "}}", "N b"),
        ("{% if Profile.score %}} b{% endif %}", "}", "{% if Profile.score %} b{% endif %}"),
        ("a Profile.score }} b", "}}", "a N b"),
        ("a {# b #} c", "{# b #}", "a {% comment %}b{% endcomment %} c"),
    ] {
        let fixed = body(&fixed.replace('N', name));
        check_own(&body(&text.replace('N', name)), &[&format!("liquid-syntax: {remnant} -> {fixed}")]);
    }
    for right in ["{ N }", "a { N b} c", "<code>N}</code>", "`N}`", r#"{\"a\":{\"b\":N}}"#, ":} N :}"] {
        check_own(&body(&right.replace('N', name)), &[]);
    }
    check_own(r#"{"a": {"b": {{ Profile.score }}}}"#, &[]);
    check_own(r#"{"a": {"b": {% if Profile.score == 1 %}1}}{% else %}2}}{% endif %}"#, &[]);
}
