//! Claims about whole templates.

use super::*;

const SAMPLE: &str = r#"{
 "chat_id": {{ Profile.telegram_chat_id | default: "NULL" }},
 "text": "<b>Bold</b> and <a href='https://example.com'>inline link</a> and <code>code</code>",
 "parse_mode": "HTML"
}
"#;

fn profile(json: &str) -> Profile {
    let Value::Object(properties) = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
    else {
        return Profile::default();
    };
    Profile { identity: "anna".into(), properties, ..Profile::default() }
}

fn render_in(dialect: Dialect, source: &str, profile: &Profile) -> Outcome {
    let (template, _) = parse(source, &Partials::default(), dialect);
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    template.render(&Context {
        profile: Some(profile),
        event: None,
        external_trigger: None,
        campaign_id: "spring-sale",
        now: "2026-11-22T22:30:00Z".parse().unwrap(),
        zone: &zone,
        limits: Limits::default(),
    })
}

#[track_caller]
fn check(source: &str, properties: &str, expected: &str) {
    match render_in(Dialect::Telecast, source, &profile(properties)) {
        Outcome::Rendered(rendered) => assert_eq!(rendered.text, expected),
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn clevertaps_sample_body_renders_as_its_author_meant() {
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
fn what_is_missing_prints_nothing() {
    check("[{{ Profile.a.b[3].c }}{{ Event.x }}{{ nothing }}]", "{}", "[]");
}

#[test]
fn filters_are_sorted_and_their_examples_print_what_they_say() {
    assert!(FILTERS.is_sorted_by(|a, b| a.name < b.name));
    assert!(TAGS.is_sorted_by(|a, b| a.name < b.name));
    for filter in FILTERS {
        assert!(filter.example.contains(filter.name), "{}", filter.name);
        assert!(!filter.summary.ends_with('.') && !filter.summary.is_empty(), "{}", filter.name);
        assert_eq!(filter.signature.is_empty(), filter.arguments.1 == 0, "{}", filter.name);
        check(filter.example, "{}", filter.prints);
    }
}
