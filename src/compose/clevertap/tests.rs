use std::time::Duration;

use super::*;
use crate::campaign::Recipients;

fn telegram() -> Webhook {
    Webhook {
        name: "Telegram bot".into(),
        url: "${SANDBOX}/bot${BOT_TOKEN}/sendMessage".into(),
        headers: vec![("Content-Type".into(), "application/json".into())],
        ..Webhook::default()
    }
}

fn exported(webhook: &Webhook, campaign: &Campaign, body: &str, partials: &[(&str, &str)]) -> Export {
    let partials =
        Partials(partials.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    export(&ExportSource {
        stem: "sale",
        campaign,
        webhook: Some(webhook),
        body,
        partials: &partials,
        dialect: Dialect::Telecast,
    })
}

fn problem_lines(export: &Export) -> Vec<String> {
    let line = |(part, problem): &(ExportPart, Diagnostic)| {
        let part = match part {
            ExportPart::Body => "body".to_owned(),
            ExportPart::Partial(name) => format!("partial {name}"),
            ExportPart::Webhook(keys) => format!("webhook {}", keys.join(".")),
            ExportPart::Campaign(keys) => format!("campaign {}", keys.join(".")),
        };
        format!("{part} {}: {}", problem.code, problem.message)
    };
    export.problems.iter().map(line).collect()
}

#[track_caller]
fn check_reported(export: &Export, fragment: &str) {
    let lines = problem_lines(export);
    assert!(lines.iter().any(|line| line.contains(fragment)), "{fragment}: {lines:#?}");
}

#[test]
fn the_export_lists_the_form_fields_in_order() {
    let campaign = Campaign { name: "Sale".into(), labels: vec!["a".into()], ..Campaign::default() };
    let text = exported(&telegram(), &campaign, "{}\n", &[]).to_text();
    assert_eq!(
        text,
        "WEBHOOK: Settings › Channels › Webhooks › + Add Webhook
  Name                      Telegram bot
  Method                    POST
  Destination URL           https://api.telegram.org/bot${BOT_TOKEN}/sendMessage
  Headers: Key              Content-Type
           Value            application/json
  Authentication            No authentication

CAMPAIGN: Campaigns › + Campaign › Webhook
  Name                      Sale
  Labels                    a
  Qualification criteria    Past behavior/Custom list, or Live behavior
  Webhook                   Telegram bot
  Who                       (not set yet)
  What: Content Format      JSON
  What: Custom Body         as follows

{}
"
    );
}

#[test]
fn own_filters_and_partials_are_rewritten_for_clevertap() {
    let body = r#"{"text": "{{ Profile.a | tg_html }} {{ Profile.b | tg_html }} {% render "f", x: "y" %}"}"#;
    let export = exported(&telegram(), &Campaign::default(), body, &[("f", "[{{ x }}]")]);
    assert_eq!(
        export.campaign.custom_body,
        r#"{"text": "{{ Profile.a | escape }} {{ Profile.b | escape }} {% assign x = "y" %}[{{ x }}]"}"#
    );
    assert_eq!(
        export.rewritten,
        ["the partial `f` is inlined", "CleverTap has no filter `tg_html`: rewritten (2 places)"]
    );
    let lines = problem_lines(&export);
    assert!(!lines.iter().any(|line| line.starts_with("body")), "{lines:?}");
}

#[test]
fn rewrites_with_several_edits_are_applied() {
    let body = r#"{"text": "{% doc %}a{% enddoc %}b{% doc %}c{% enddoc %}"}"#;
    let export = exported(&telegram(), &Campaign::default(), body, &[]);
    assert_eq!(
        export.campaign.custom_body,
        r#"{"text": "{% comment %}a{% endcomment %}b{% comment %}c{% endcomment %}"}"#
    );
    assert_eq!(export.rewritten, ["CleverTap has no tag `doc`: rewritten (2 places)"]);
}

#[test]
fn a_mistake_that_is_not_about_clevertap_is_reported_even_if_it_has_a_safe_fix() {
    let export = exported(&telegram(), &Campaign::default(), r#"{"text": "{{ 'a' | upcse }}"}"#, &[]);
    check_reported(&export, "body unknown-filter");
}

#[test]
fn a_problem_without_a_rewrite_is_reported_in_its_own_file() {
    let body = r#"{"a": {{ Profile.a | json }}, "b": "{% render "f" %}{% render "g" %}"}"#;
    let export = exported(&telegram(), &Campaign::default(), body, &[("f", "{{ 'a' | json }}")]);
    let places: Vec<&str> = export
        .problems
        .iter()
        .filter(|(part, _)| *part == ExportPart::Body)
        .map(|(_, problem)| problem.span.of(body))
        .collect();
    assert_eq!(places, ["{% render \"g\" %}", "json"]);
    check_reported(&export, "partial f not-in-clevertap: CleverTap has no filter `json`");
}

#[test]
fn secrets_and_settings_missing_in_clevertap_are_reported() {
    let webhook = Webhook {
        auth: Some(Auth::Bearer { token: "${KEY}".into() }),
        timeout: Some(Duration::from_secs(10)),
        retries: Some(1),
        rate: Some(20.0),
        headers: vec![("X".into(), "{{ Profile.a }}".into())],
        ..telegram()
    };
    let export = exported(&webhook, &Campaign::default(), "{}", &[]);
    let form = export.webhook.as_ref().unwrap();
    assert_eq!(form.headers.last().unwrap(), &("Authorization".to_owned(), "Bearer ${KEY}".to_owned()));
    for fragment in [
        "webhook url fill-in-by-hand: in CleverTap, replace `${BOT_TOKEN}`",
        "webhook auth.token fill-in-by-hand: in CleverTap, replace `${KEY}`",
        "webhook url differs-in-clevertap: CleverTap cannot reach the local sandbox",
        "webhook headers.X differs-in-clevertap",
        "webhook timeout differs-in-clevertap",
        "webhook retries differs-in-clevertap",
        "webhook rate differs-in-clevertap",
    ] {
        check_reported(&export, fragment);
    }
    let local = Webhook { url: "http://127.0.0.1:8081/bot1:a/sendMessage".into(), ..Webhook::default() };
    let export = exported(&local, &Campaign::default(), "{}", &[]);
    check_reported(&export, "webhook url not-in-clevertap: CleverTap cannot reach this address");
    assert!(export.to_text().contains("8081/bot<YOUR_BOT_TOKEN>/sendMessage"), "a real token is never shown");
}

#[test]
fn the_qualification_is_inferred_from_the_variables() {
    let qualification =
        |body: &str| exported(&telegram(), &Campaign::default(), body, &[]).campaign.qualification;
    assert_eq!(qualification("{{ Event.a }}"), "Live behavior");
    assert_eq!(qualification("{{ Event.a }}{{ ExternalTrigger.b }}"), "External Trigger");
    let who = Recipients { audience: Audience::Segment("buyers".into()), exclude: Some("a == 1".into()) };
    let campaign = Campaign { recipients: Some(who), ..Campaign::default() };
    let export = exported(&telegram(), &campaign, "{{ \"now\" | date: \"%Y\" }}", &[]);
    assert_eq!(export.campaign.who, "segment buyers, but not: a == 1");
    check_reported(&export, "campaign who.segment differs-in-clevertap");
    check_reported(&export, "body differs-in-clevertap: `now` is India's time");
}

#[test]
fn a_partial_that_cannot_be_inlined_is_reported_once() {
    let problems = |body: &str| {
        let export = exported(&telegram(), &Campaign::default(), body, &[("f", "x")]);
        problem_lines(&export).into_iter().filter(|line| line.starts_with("body")).collect::<Vec<_>>()
    };
    let prefix = "body not-in-clevertap: CleverTap has no partials, and this one cannot be inlined:";
    assert_eq!(problems("{% render 'g' %}"), [format!("{prefix} there is no partial `g`")]);
    assert_eq!(
        problems("{% liquid\nrender 'f'\n%}"),
        [format!("{prefix} it is called inside `{{% liquid %}}`")]
    );
    assert_eq!(problems("{%- render f %}"), ["body liquid-syntax: `render` needs a quoted partial name"]);
}
