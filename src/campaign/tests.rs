use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Code, Diagnostic, FileProblem};
use crate::dialect::Dialect;

fn lines(text: &str, problems: &[Diagnostic]) -> Vec<String> {
    FileProblem::from_diagnostics("f", text, problems).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn check_webhook(text: &str, expected: &[&str]) -> Webhook {
    let (webhook, problems) = Webhook::parse(text);
    assert_eq!(lines(text, &problems), expected);
    webhook.unwrap_or_default()
}

#[track_caller]
fn check_campaign(text: &str, expected: &[&str]) -> Campaign {
    let (campaign, problems) = Campaign::parse(text);
    assert_eq!(lines(text, &problems), expected);
    campaign.unwrap_or_default()
}

const WEBHOOK: &str = r#"# Our bot.
name = "Telegram bot"
method = "POST" # as the manual says
url = "https://api.telegram.org/bot${BOT_TOKEN}/sendMessage"
timeout = "10s"

[headers]
# JSON, always
Content-Type = "application/json"
"#;

#[test]
fn a_webhook_is_parsed_and_an_update_keeps_comments_and_order() {
    let mut webhook = check_webhook(WEBHOOK, &[]);
    assert_eq!(webhook.secret_names(), ["BOT_TOKEN"]);
    assert_eq!(webhook.timeout, Some(Duration::from_secs(10)));
    assert_eq!(webhook.update(WEBHOOK).unwrap(), WEBHOOK);
    webhook.method = HttpMethod::Get;
    webhook.timeout = None;
    webhook.headers.push(("X-A".into(), "1".into()));
    let expected =
        WEBHOOK.replace("\"POST\"", "\"GET\"").replace("timeout = \"10s\"\n", "") + "X-A = \"1\"\n";
    assert_eq!(webhook.update(WEBHOOK).unwrap(), expected);
}

#[test]
fn an_update_keeps_values_that_could_not_be_parsed() {
    let text = "name = \"a\"\nurl = \"https://h/x\"\ntimeout = 10\nlater = true\n";
    let mut webhook = Webhook::parse(text).0.unwrap();
    webhook.name = "b".into();
    assert_eq!(webhook.update(text).unwrap(), text.replace("\"a\"", "\"b\""));
    assert_eq!(webhook.update("name = ").unwrap_err().code, Code::NotToml);
}

#[test]
fn every_part_of_a_webhook_is_checked() {
    check_webhook(
        "name = \"x\"\nmethod = \"PATCH\"\nurl = \"api.telegram.org/bot\"\ntimeout = \"ten\"\nretries = -1\nrate = 0\n\
         [headers]\n\"Content Type\" = \"a\"\nX = \"a\\nb\"\n[auth]\nkind = \"baisc\"\ntoken = \"${T}\"\n",
        &[
            "f:2:10: error[unknown-method]: `PATCH` is not a method; use POST, GET, PUT or DELETE",
            "f:3:7: error[not-an-url]: the URL does not start with `https://` or `http://`\n  help: a URL looks like `https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`",
            "f:4:11: error[bad-duration]: `ten` is not a duration; write it as `10s`, `500ms` or `2m`",
            "f:5:11: error[out-of-range]: retries is -1; use 0 to 20",
            "f:6:8: error[out-of-range]: rate is 0; use more than 0 and at most 100000 messages per second",
            "f:8:1: error[bad-header]: `Content Type` is not a valid header name\n  help: use letters, digits and hyphens, as in `Content-Type`",
            "f:9:5: error[bad-header]: a header value cannot contain line breaks or control characters\n  help: remove them",
            "f:11:8: error[unknown-auth]: `baisc` is not a kind of authentication; use `basic` or `bearer`\n  help: did you mean `basic`?",
        ],
    );
    check_webhook(
        "",
        &[
            "f:1:1: error[missing-key]: a webhook needs a `url`\n  help: add `url = \"https://api.telegram.org/bot${BOT_TOKEN}/sendMessage\"`",
        ],
    );
}

#[test]
fn urls_with_liquid_secrets_and_any_port_are_valid() {
    for url in [
        "${SANDBOX}/bot${T}/sendMessage",
        "http://[::1]:8081/bot${T}/sendMessage",
        "https://crm.example:8443/{{ Profile.id }}/x?y={{ Profile.a b }}&k=${K}",
        "HTTPS://grüße.example",
    ] {
        check_webhook(&format!("url = '{url}'"), &[]);
    }
    for url in ["", "https://", "https:///x", "ftp://h", "https://a b/", "http://:80"] {
        assert!(!Webhook::parse(&format!("url = '{url}'")).1.is_empty(), "{url}");
    }
}

#[test]
fn a_bot_token_in_the_file_is_an_error_and_is_not_printed() {
    let text = "url = \"https://api.telegram.org/bot123456:AAE-x_y/sendMessage\"\n";
    check_webhook(
        text,
        &[
            "f:1:36: error[token-in-file]: this file contains a bot token\n  help: save the webhook in the console, which moves the token to the secret store, or run `telecast secrets set BOT_TOKEN` and write `${BOT_TOKEN}` here",
        ],
    );
}

#[test]
fn a_sample_token_has_a_fix() {
    let text = "url = \"https://api.telegram.org/bot<YOUR_BOT_TOKEN>/sendMessage\"\n";
    let (_, problems) = Webhook::parse(text);
    assert_eq!(problems[0].code, Code::SampleToken);
    let fixed = problems[0].fixes[0].apply(text).unwrap();
    check_webhook(&fixed, &[]);
}

#[test]
fn secrets_are_found_in_the_url_headers_and_parameters() {
    let webhook = check_webhook(
        "url = \"https://crm.example/${A}/x\"\n[headers]\nX = \"${B}${A}\"\n[params]\nk = \"${C}\"\n\
         [auth]\nkind = \"basic\"\nusername = \"me\"\npassword = \"plain\"\n",
        &[
            "f:9:12: warning[secret-in-file]: this file contains a password\n  help: write `${NAME}` here and run `telecast secrets set NAME`",
        ],
    );
    assert_eq!(webhook.secret_names(), ["A", "C", "B"]);
}

#[test]
fn unknown_keys_about_recipients_or_timing_are_errors() {
    check_campaign(
        "webhook = \"bot\"\nsegment = \"x\"\nlabel = []\n[who]\neveryone = true\nexclud = \"a\"\n[when]\n",
        &[
            "f:2:1: error[unknown-key]: unknown key `segment`\n  help: put it under `[who]`",
            "f:3:1: warning[unknown-key]: unknown key `label`\n  help: did you mean `labels`?",
            "f:6:1: error[unknown-key]: unknown key `exclud`\n  help: did you mean `exclude`?",
            "f:7:2: error[unknown-key]: unknown key `when`\n  help: this version has no scheduled or triggered sending; remove this key",
        ],
    );
}

#[test]
fn exactly_one_audience_is_required() {
    let who = |text: &str| {
        let (campaign, problems) = Campaign::parse(&format!("webhook = \"b\"\n[who]\n{text}"));
        let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
        (campaign.unwrap().recipients.map(|who| who.audience), messages.join("; "))
    };
    let valid = |audience| (Some(audience), String::new());
    assert_eq!(who("everyone = true"), valid(Audience::Everyone));
    assert_eq!(who("where = \"ltv > 5\""), valid(Audience::Where("ltv > 5".into())));
    let invalid = |message: &str| (None, message.to_owned());
    assert_eq!(who(""), invalid("`[who]` names no audience"));
    assert_eq!(who("exclude = \"a\""), invalid("`[who]` names no audience"));
    assert_eq!(who("segment = \"a\"\nlist = \"b\""), invalid("`[who]` names more than one audience"));
    assert_eq!(who("everyone = false"), invalid("`everyone = false` selects nobody"));
    assert_eq!(who("segment = \" \""), invalid("`segment` is empty"));
    assert_eq!(check_campaign("webhook = \"b\"", &[]).recipients, None);
}

#[test]
fn labels_formats_and_dialects_are_checked() {
    check_campaign(
        "webhook = \"b\"\nlabels = [\"a\", \"5%\", \"\"]\ncontent_format = \"xml\"\ndialect = \"liquid\"\n",
        &[
            "f:2:16: error[bad-label]: a label cannot contain `%`",
            "f:2:22: error[bad-label]: a label is empty",
            "f:3:18: error[unknown-format]: `xml` is not a content format; use `json` or `text`",
            "f:4:11: error[unknown-dialect]: `liquid` is not a dialect; expected `telecast` or `clevertap`",
        ],
    );
}

#[test]
fn an_update_replaces_the_audience_in_place() {
    let text = "webhook = \"b\"\n# whom\n[who] # all\neveryone = true\nexclude = \"a\" # not them\n";
    let mut campaign = check_campaign(text, &[]);
    let who = Recipients { audience: Audience::List("p.csv".into()), exclude: Some("a".into()) };
    campaign.recipients = Some(who);
    let expected = "webhook = \"b\"\n# whom\n[who] # all\nexclude = \"a\" # not them\nlist = \"p.csv\"\n";
    assert_eq!(campaign.update(text).unwrap(), expected);
    campaign.recipients = None;
    assert_eq!(campaign.update(text).unwrap(), "webhook = \"b\"\n");
}

#[test]
fn a_manifest_is_checked() {
    let text = "name = \"Shop\"\nid = \"a b\"\ntime_zone = \"Berlin\"\ndialect = \"clevertap\"\n[defaults]\nwebhook = \"bot\"\n";
    let (manifest, problems) = Manifest::parse(text);
    assert_eq!(
        lines(text, &problems),
        [
            "f:2:6: error[bad-id]: an id may contain only ASCII letters, digits, `-` and `_`",
            "f:3:13: error[unknown-time-zone]: unknown time zone; use an IANA name such as `Europe/Berlin` or `UTC`",
        ]
    );
    let defaults = Defaults { webhook: Some("bot".into()), content_format: None };
    let expected =
        Manifest { name: "Shop".into(), dialect: Dialect::CleverTap, defaults, ..Manifest::default() };
    assert_eq!(manifest, Some(expected));
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::btree_map("[a-zA-Z-]{1,6}", text(), 0..4).prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn webhook()(
        name in text(), method in 0..4_usize, path in "[a-z0-9/]{0,9}", headers in pairs(), params in pairs(),
        auth in proptest::option::of(text()), millis in proptest::option::of(1..600_000_u64),
        retries in proptest::option::of(0..=20_u32), rate in proptest::option::of(0.001..100_000.0_f64),
    ) -> Webhook {
        Webhook {
            name, method: HttpMethod::ALL[method], url: format!("https://h/{path}"), headers, params,
            auth: auth.map(|token| Auth::Bearer { token: format!("{token}${{T}}") }),
            timeout: millis.map(Duration::from_millis), retries, rate, unsupported: Vec::new(),
        }
    }
}

prop_compose! {
    fn campaign()(
        name in text(), webhook in "[a-z]{1,9}", is_text in any::<bool>(), dialect in proptest::option::of(0..2_usize),
        labels in proptest::collection::vec("[a-z]{1,5}", 0..3), notes in any::<String>(),
        who in proptest::option::of((0..4, "[a-z]{1,9}", proptest::option::of("[a-z]{1,9}"))),
    ) -> Campaign {
        let audience = |kind, text| match kind {
            0 => Audience::Everyone,
            1 => Audience::Segment(text),
            2 => Audience::Where(text),
            _ => Audience::List(text),
        };
        Campaign {
            name, webhook, labels, notes,
            content_format: if is_text { ContentFormat::Text } else { ContentFormat::Json },
            dialect: dialect.map(|dialect| Dialect::ALL[dialect]),
            recipients: who.map(|(kind, text, exclude)| Recipients { audience: audience(kind, text), exclude }),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn webhooks_round_trip_through_toml(old in webhook(), new in webhook()) {
        let text = old.to_toml();
        prop_assert_eq!(Webhook::parse(&text), (Some(old.clone()), vec![]));
        prop_assert_eq!(old.update(&text).unwrap(), text.clone());
        prop_assert_eq!(Webhook::parse(&new.update(&text).unwrap()).0, Some(new));
    }

    #[test]
    fn campaigns_round_trip_through_toml(old in campaign(), new in campaign()) {
        let text = old.to_toml();
        prop_assert_eq!(Campaign::parse(&text), (Some(old.clone()), vec![]));
        prop_assert_eq!(old.update(&text).unwrap(), text.clone());
        prop_assert_eq!(Campaign::parse(&new.update(&text).unwrap()).0, Some(new));
    }

    #[test]
    fn no_url_makes_the_parsers_panic(url in "[${}%:/?#@<> a-c1é.]{0,30}") {
        let _ = (parse_bot_api_url(&url), find_token(&url), find_placeholders(&url));
        let _ = Webhook { url, ..Webhook::default() }.to_toml();
    }
}
