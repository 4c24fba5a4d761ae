use jiff::tz::TimeZone;

use super::*;
use crate::campaign::{Campaign, Webhook};
use crate::dialect::Dialect;
use crate::profile::{Profile, Value};
use crate::template::Partials;
use crate::text::LineIndex;

/// The sample body on CleverTap's page about Telegram.
const SAMPLE: &str = r#"{
 "chat_id": {{ Profile.telegram_chat_id | default: "NULL" }},
 "text": "<b>Bold</b> and <a href='https://example.com'>inline link</a> and <code>code</code>",
 "parse_mode": "HTML"
}"#;

static UTC: TimeZone = TimeZone::UTC;

pub(super) fn profile(json: &str) -> Profile {
    let Value::Object(properties) = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
    else {
        panic!("the properties must be a JSON object")
    };
    Profile { identity: "anna".into(), properties, ..Profile::default() }
}

fn webhook() -> Webhook {
    Webhook {
        url: "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage".into(),
        headers: vec![("Content-Type".into(), "application/json".into())],
        ..Webhook::default()
    }
}

fn composed(body: &str, profile: Option<&Profile>, chat: ChatTarget<'_>) -> Composed {
    let (campaign, webhook, partials) = (Campaign::default(), webhook(), Partials::default());
    compose(&Inputs { chat, ..inputs(body, &campaign, profile, Some(&webhook), &partials) })
}

pub(super) fn composed_with(
    body: &str,
    profile: &Profile,
    chat: ChatTarget<'_>,
    partials: &[(&str, &str)],
) -> Composed {
    let partials =
        Partials(partials.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    let (campaign, webhook) = (Campaign::default(), webhook());
    compose(&Inputs { chat, ..inputs(body, &campaign, Some(profile), Some(&webhook), &partials) })
}

pub(super) fn inputs<'a>(
    body: &'a str,
    campaign: &'a Campaign,
    profile: Option<&'a Profile>,
    webhook: Option<&'a Webhook>,
    partials: &'a Partials,
) -> Inputs<'a> {
    Inputs {
        stem: "sale",
        campaign,
        body,
        webhook,
        partials,
        dialect: Dialect::Telecast,
        profile,
        event: None,
        external_trigger: None,
        chat: ChatTarget::FromBody,
        vocabulary: None,
        now: Timestamp::UNIX_EPOCH,
        zone: &UTC,
    }
}

/// Composes for a profile and shows each problem as `line:column severity[code] message`.
#[track_caller]
fn check(body: &str, properties: &str, expected: &[&str]) {
    let composed = composed(body, Some(&profile(properties)), ChatTarget::FromBody);
    assert_eq!(shown(body, &composed), expected);
}

fn shown(body: &str, composed: &Composed) -> Vec<String> {
    let index = LineIndex::new(body);
    let line = |problem: &Diagnostic| {
        let place = index.position(body, problem.span.start);
        format!(
            "{}:{} {}[{}] {}",
            place.line,
            place.column,
            problem.severity.as_str(),
            problem.code,
            problem.message
        )
    };
    composed.diagnostics.iter().map(line).collect()
}

fn errors(composed: &Composed) -> Vec<&Diagnostic> {
    composed.diagnostics.iter().filter(|problem| problem.is_error()).collect()
}

#[test]
fn the_sample_body_is_sendable_to_a_profile_with_a_chat() {
    let anna = profile(r#"{"telegram_chat_id": 123456789}"#);
    let composed = composed(SAMPLE, Some(&anna), ChatTarget::FromBody);
    assert!(composed.rendered.as_ref().unwrap().contains("\"chat_id\": 123456789,"));
    let request = composed.request.as_ref().unwrap();
    assert_eq!(request.chat_id().unwrap().to_string(), "123456789");
    assert!(composed.is_sendable());
}

#[test]
fn the_sample_body_reports_a_profile_without_a_chat() {
    let composed = composed(SAMPLE, Some(&profile("{}")), ChatTarget::FromBody);
    assert!(
        composed.rendered.as_ref().unwrap().contains("\"chat_id\": NULL,"),
        "the default `NULL` is rendered as it is"
    );
    assert_eq!(errors(&composed).len(), 1);
    assert_eq!(errors(&composed)[0].message, "this profile has no telegram_chat_id, so it would be skipped");
    assert_eq!(errors(&composed)[0].span.of(SAMPLE), r#"{{ Profile.telegram_chat_id | default: "NULL" }}"#);
    assert_eq!(composed.skip, Some(Skip::NoChatId));
    assert!(composed.request.is_some(), "the message can still be previewed");
    assert!(!composed.is_sendable());
}

#[test]
fn without_a_profile_the_missing_chat_is_a_warning() {
    let composed = composed(SAMPLE, None, ChatTarget::FromBody);
    assert!(errors(&composed).is_empty(), "{:?}", composed.diagnostics);
    assert!(composed.diagnostics.iter().any(|problem| problem.code == Code::NoChatId));
    assert_eq!(composed.skip, None);
}

#[test]
fn in_a_test_the_test_chat_replaces_a_missing_chat() {
    let composed = composed(SAMPLE, Some(&profile("{}")), ChatTarget::Test("42"));
    assert!(errors(&composed).is_empty(), "{:?}", composed.diagnostics);
    assert_eq!(composed.test_chat_error, None);
    assert!(composed.http.as_ref().unwrap().body.contains("\"chat_id\": 42,"));
    assert!(composed.is_sendable());
}

#[test]
fn an_empty_chat_id_counts_as_missing() {
    check(
        "{\"chat_id\": {{ Profile.telegram_chat_id }},\n\"text\": \"x\"}",
        "{}",
        &["1:13 error[no-chat-id] this profile has no telegram_chat_id, so it would be skipped"],
    );
}

#[test]
fn a_quote_in_a_value_is_reported_at_the_value() {
    check(
        r#"{"chat_id": 1, "text": "Hi {{ Profile.name }}!"}"#,
        r#"{"name": "Anna \"Nan\" P"}"#,
        &[
            r#"1:28 error[not-json] the value of {{ Profile.name }} contains a `"`, which ends the JSON string"#,
        ],
    );
}

#[test]
fn a_line_break_in_a_value_is_reported_at_the_value() {
    check(
        r#"{"chat_id": 1, "text": "{{ Profile.bio }}"}"#,
        r#"{"bio": "a\nb"}"#,
        &["1:25 error[not-json] not JSON: a line break inside a JSON string, rendered by {{ Profile.bio }}"],
    );
}

#[test]
fn json_errors_in_typed_text_have_an_exact_position() {
    check(
        "{\"chat_id\": 1,\n \"text\": \"x\" \"y\": 1}",
        "{}",
        &["2:14 error[not-json] not JSON: expected `,` or `}`"],
    );
    check(
        "{\"chat_id\": 1,\n \"text\": NULL}",
        "{}",
        &["2:10 error[not-json] not JSON: `NULL` is not a JSON value"],
    );
}

#[track_caller]
fn check_help(body: &str, code: Code, expected: &str) {
    let composed = composed(body, Some(&profile("{}")), ChatTarget::FromBody);
    let problem = composed.diagnostics.iter().find(|problem| problem.code == code).unwrap();
    assert_eq!(problem.help.as_deref(), Some(expected), "{body}");
}

#[test]
fn the_help_of_a_json_error_says_what_to_write() {
    let quote = "a quote inside a string is written `\\\"`";
    for (body, expected) in [
        ("{ chat_id: 1 }", "put the key in double quotes: `\"chat_id\"`"),
        ("{ \"a\": 1, // note\n \"b\": 2 }", "JSON has no comments: remove it"),
        ("{ \"a\": /* note */ 1 }", "JSON has no comments: remove it"),
        ("{ \"a\": 1 } // note", "JSON has no comments: remove it"),
        ("{ \"a\": 1,, \"b\": 2 }", "remove the extra comma"),
        ("{ \"a\": [1,, 2] }", "remove the extra comma"),
        ("{ \"a\" 1 }", "write `:` between the key and its value"),
        ("{ \"a\": 1 \"b\": 2 }", "add a comma between the two members"),
        ("{ \"a\": \"x\"y\" }", quote),
        ("{ \"a\": [1, 2} ", "separate items with `,`, and close the list with `]`"),
        ("{ \"a\": True }", "write `true` in lower case"),
        ("{ \"a\": None }", "write `null`"),
        ("{ \"a\": Anna }", "put text in double quotes"),
        ("{ \"a\": 1 } }", "remove it, or check the brackets before it"),
    ] {
        let composed = composed(body, Some(&profile("{}")), ChatTarget::FromBody);
        let problem = composed.diagnostics.iter().find(|problem| problem.code == Code::NotJson).unwrap();
        let outlook = "Telegram would answer: message text is empty";
        assert_eq!(problem.help.as_deref(), Some(format!("{expected}; {outlook}").as_str()), "{body}");
    }
}

#[test]
fn the_help_of_a_refused_button_says_what_to_write() {
    let data = "x".repeat(70);
    for (rows, expected) in [
        ("[{\"text\": \"a\"}]".to_owned(), "each row is a list of buttons: `[[{…}]]`"),
        ("[[{\"text\": \"a\"}]]".to_owned(), "give the button a `url` or `callback_data`"),
        (
            format!("[[{{\"text\": \"a\", \"callback_data\": \"{data}\"}}]]"),
            "callback_data may have at most 64 bytes; this has 70",
        ),
    ] {
        let markup = format!("{{\"inline_keyboard\": {rows}}}");
        let body = format!("{{\"chat_id\": 1, \"text\": \"x\", \"reply_markup\": {markup}}}");
        check_help(&body, Code::Refused, expected);
    }
}

#[test]
fn a_fix_escapes_the_value_for_json() {
    let body = r#"{"chat_id": 1, "text": "{{ Profile.name }}"}"#;
    let composed = composed(body, Some(&profile(r#"{"name": "\""}"#)), ChatTarget::FromBody);
    let fixed = composed.diagnostics[0].fixes[0].apply(body).unwrap();
    assert_eq!(fixed, r#"{"chat_id": 1, "text": "{{ Profile.name | json_escape }}"}"#);
}

#[test]
fn a_secret_name_in_a_value_is_not_resolved() {
    let webhook = Webhook { url: "https://h/bot${T}/sendMessage?x={{ Profile.x }}".into(), ..webhook() };
    let anna = profile(r#"{"x": "${T}"}"#);
    let (campaign, partials) = (Campaign::default(), Partials::default());
    let composed = compose(&inputs("{}", &campaign, Some(&anna), Some(&webhook), &partials));
    let url = composed.http.unwrap().url;
    assert_eq!(
        url.resolve(&mut |_| Some("1:secret".into())).unwrap(),
        "https://h/bot1:secret/sendMessage?x=${T}"
    );
}

#[test]
fn only_now_uses_indian_time_in_the_clevertap_dialect() {
    let body = r#"{{ "now" | date: "%H:%M" }} {{ Profile.at | date: "%H:%M" }}"#;
    let mut anna = profile("{}");
    anna.properties.insert("at".into(), Value::Date(Timestamp::UNIX_EPOCH));
    let (campaign, webhook, partials) = (Campaign::default(), webhook(), Partials::default());
    let rendered = |dialect| {
        let composed =
            compose(&Inputs { dialect, ..inputs(body, &campaign, Some(&anna), Some(&webhook), &partials) });
        composed.rendered.unwrap()
    };
    assert_eq!(rendered(Dialect::Telecast), "00:00 00:00");
    assert_eq!(rendered(Dialect::CleverTap), "05:30 00:00");
}

/// Returns CleverTap's version of a JSON body whose `text` is `text`: the line that differs.
fn line_in_clevertap(text: &str, properties: &str) -> Option<String> {
    let body = format!(r#"{{"chat_id": 1, "text": "{text}"}}"#);
    let (campaign, webhook, partials) = (Campaign::default(), webhook(), Partials::default());
    let anna = profile(properties);
    let inputs = inputs(&body, &campaign, Some(&anna), Some(&webhook), &partials);
    let composed = compose(&Inputs { dialect: Dialect::CleverTap, ..inputs });
    composed.clevertap.map(|clevertap| clevertap.line)
}

#[test]
fn a_message_has_the_first_line_that_differs_in_clevertap() {
    let text = "Hi\\n{{ Profile.points | round: 2 }} points\\nBye";
    assert_eq!(line_in_clevertap(text, r#"{"points": 5}"#).as_deref(), Some("5.00 points"));
    assert_eq!(line_in_clevertap(text, r#"{"points": 5.25}"#), None);
}

#[test]
fn whitespace_between_json_values_makes_no_difference_in_clevertap() {
    let body = "{% if Profile.vip %}\n  {% assign x = 1 %}\n{% endif %}{\"chat_id\": 1, \"text\": \"Hi\"}";
    let (campaign, webhook, partials) = (Campaign::default(), webhook(), Partials::default());
    let anna = profile(r#"{"vip": true}"#);
    let inputs = inputs(body, &campaign, Some(&anna), Some(&webhook), &partials);
    let composed = compose(&Inputs { dialect: Dialect::CleverTap, ..inputs });
    assert_eq!(composed.clevertap, None);
    assert_eq!(composed.diagnostics, []);
}

#[test]
fn json_that_only_clevertap_would_break_is_an_error() {
    let error = |properties: &str| {
        let body = "{\"chat_id\": 1, \"text\": \"Hi{% if Profile.vip %}\n{% assign x = 1 %}{% endif %}\"}";
        let (campaign, webhook, partials) = (Campaign::default(), webhook(), Partials::default());
        let anna = profile(properties);
        let inputs = inputs(body, &campaign, Some(&anna), Some(&webhook), &partials);
        let composed = compose(&Inputs { dialect: Dialect::CleverTap, ..inputs });
        let codes: Vec<Code> = errors(&composed).iter().map(|problem| problem.code).collect();
        (codes, composed.is_sendable())
    };
    assert_eq!(error(r#"{"vip": true}"#), (vec![Code::NotInClevertap], false));
    // It is a problem of other recipients.
    assert_eq!(error("{}"), (vec![Code::NotInClevertap], true));
}

#[test]
fn parameters_are_added_to_the_query_and_not_to_the_fragment() {
    let (campaign, partials) = (Campaign::default(), Partials::default());
    for (url, expected) in [
        ("https://crm.example/in", "https://crm.example/in?a=1"),
        ("https://crm.example/in?b=2", "https://crm.example/in?b=2&a=1"),
        ("https://crm.example/in#top", "https://crm.example/in?a=1#top"),
        ("https://crm.example/in?b=2#x?y", "https://crm.example/in?b=2&a=1#x?y"),
        ("https://crm.example/in#x?y", "https://crm.example/in?a=1#x?y"),
    ] {
        let webhook = Webhook { url: url.into(), params: vec![("a".into(), "1".into())], ..webhook() };
        let composed = compose(&inputs("{}", &campaign, None, Some(&webhook), &partials));
        assert_eq!(composed.http.unwrap().url.masked(), expected);
    }
}

#[test]
fn a_prepared_body_composes_like_a_single_one() {
    let body =
        r#"{"chat_id": {{ Profile.telegram_chat_id }}, "text": "{{ Profile.name }}", "parse_mode": "HTML"}"#;
    let (campaign, partials) = (Campaign::default(), Partials::default());
    let webhook = Webhook { params: vec![("for".into(), "{{ Profile.name }}".into())], ..webhook() };
    let prepared = Prepared::new(&inputs(body, &campaign, None, Some(&webhook), &partials));
    for properties in
        ["{}", r#"{"telegram_chat_id": 1, "name": "A<3"}"#, r#"{"telegram_chat_id": 2, "name": "b"}"#]
    {
        let profile = profile(properties);
        let alone = compose(&inputs(body, &campaign, Some(&profile), Some(&webhook), &partials));
        assert_eq!(prepared.compose_for(Some(&profile)), alone);
    }
    assert_eq!(
        prepared.compose_for(None),
        compose(&inputs(body, &campaign, None, Some(&webhook), &partials))
    );
}

#[test]
fn a_fix_for_captured_text_edits_the_capture() {
    let body = |value: &str, markup: &str| {
        format!(
            "{{% capture text %}}{markup}{{% endcapture %}}{{\"chat_id\": 1, \"text\": {{{{ {value} }}}}, \
             \"parse_mode\": \"MarkdownV2\"}}"
        )
    };
    let compose_body = |body: &str| composed(body, Some(&profile("{}")), ChatTarget::FromBody);
    let broken = body("text | json", "*a \\\\b");
    let fixed = errors(&compose_body(&broken))[0].fixes[0].apply(&broken);
    assert_eq!(fixed, Some(body("text | json", "\\*a \\\\b")));
    assert_eq!(errors(&compose_body(&fixed.unwrap_or_default())), Vec::<&Diagnostic>::new());
    // With another filter in between, the error is at the whole `{{ }}` and has no fixes.
    let composed = compose_body(&body("text | upcase | json", "*a"));
    for problem in &composed.diagnostics {
        assert!(problem.fixes.is_empty(), "{problem:?}");
    }
    let error = errors(&composed)[0];
    assert_eq!(
        error.help.as_deref(),
        Some("fix it inside the capture that {{ text | upcase | json }} prints")
    );
}

#[test]
fn trimmed_spaces_get_no_escape_fix() {
    let body = "{\"chat_id\": 1, \"text\": {{ Profile.name | json }}, \"parse_mode\": \"HTML\"}";
    let composed = composed(body, Some(&profile(r#"{"name": "Anna "}"#)), ChatTarget::FromBody);
    let trimmed = composed.diagnostics.iter().find(|problem| problem.code == Code::Trimmed).unwrap();
    assert_eq!((&trimmed.fixes[..], trimmed.help.as_deref()), (&[][..], None));
}

#[test]
fn a_json_error_is_reported_besides_a_missing_chat() {
    check(
        "{\"chat_id\": {{ Profile.chat | default: \"NULL\" }}, \"text\": \"\\q\"}",
        "{}",
        &[
            "1:13 error[no-chat-id] this profile has no chat, so it would be skipped",
            "1:60 error[not-json] not JSON: invalid escape sequence",
        ],
    );
}

#[test]
fn a_misplaced_json_string_is_not_a_quote_in_a_value() {
    check(
        "{\"chat_id\": 1, \"text\": \"a\", {{ Profile.name | json }}}",
        r#"{"name": "Anna"}"#,
        &["1:54 error[not-json] not JSON: expected `:` after the key"],
    );
}

/// Composes a test to chat 77 through a webhook. Returns the URL, the body and why the test chat could not be set.
fn compose_test(
    webhook: &Webhook,
    format: ContentFormat,
    body: &str,
    profile: &Profile,
) -> (String, String, Option<TestChatError>) {
    let campaign = Campaign { content_format: format, ..Campaign::default() };
    let partials = Partials::default();
    let chat = ChatTarget::Test("77");
    let composed =
        compose(&Inputs { chat, ..inputs(body, &campaign, Some(profile), Some(webhook), &partials) });
    let http = composed.http.unwrap();
    (http.url.masked(), http.body, composed.test_chat_error)
}

#[test]
fn a_profile_value_cannot_add_another_chat() {
    let bob = profile(r#"{"name": "Bob\", \"chat\\u005fid\": 999, \"z\": \"", "q": "hi&chat%5Fid=999"}"#);
    let url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage?text={{ Profile.q }}".to_owned();
    let body = r#"{"chat_id": 5, "text": "Hi {{ Profile.name }}"}"#;
    let (url, body, error) = compose_test(&Webhook { url, ..webhook() }, ContentFormat::Json, body, &bob);
    assert_eq!(url, "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage?text=hi&chat%5Fid=77");
    assert_eq!(body, r#"{"chat_id": 77, "text": "Hi Bob", "chat\u005fid": 77, "z": ""}"#);
    assert_eq!(error, None);
}

#[test]
fn a_test_chat_that_cannot_be_set_is_reported_with_its_cause() {
    let anna = profile("{}");
    let chat_error = |webhook: &Webhook, format, body: &str| compose_test(webhook, format, body, &anna).2;
    let object = r#"{"text": "a"}"#;
    let (json, text) = (ContentFormat::Json, ContentFormat::Text);
    let other = Webhook { url: "https://crm.example/hook".into(), ..webhook() };
    assert_eq!(chat_error(&other, json, object), Some(TestChatError::NotBotApi));
    let get = Webhook { method: campaign::HttpMethod::Get, ..webhook() };
    assert_eq!(chat_error(&get, json, object), Some(TestChatError::Get));
    assert_eq!(chat_error(&webhook(), text, object), Some(TestChatError::PlainText));
    assert_eq!(chat_error(&webhook(), json, "[1]"), Some(TestChatError::NotAnObject));
    assert_eq!(chat_error(&webhook(), json, object), None);
    let params = vec![("chat_id".to_owned(), "{{ Profile.x }}".to_owned())];
    let get = Webhook { params, ..get };
    let (url, body, error) = compose_test(&get, text, "a", &anna);
    assert_eq!((url.rsplit('?').next(), body.as_str(), error), (Some("chat_id=77"), "", None));
}
