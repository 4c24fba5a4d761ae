use super::*;

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
fn a_webhook_is_read_and_an_update_keeps_comments_and_order() {
    let (webhook, problems) = Webhook::parse(WEBHOOK);
    assert_eq!(problems, []);
    let mut webhook = webhook.unwrap();
    assert_eq!(webhook.secret_names(), ["BOT_TOKEN"]);
    assert_eq!(webhook.update(WEBHOOK).unwrap(), WEBHOOK);
    webhook.method = Method::Get;
    webhook.headers.push(("X-A".into(), "1".into()));
    let expected = WEBHOOK.replace("\"POST\"", "\"GET\"") + "X-A = \"1\"\n";
    assert_eq!(webhook.update(WEBHOOK).unwrap(), expected);
}

#[test]
fn new_files_read_back_as_they_were() {
    let campaign = Campaign {
        name: "Spring \"sale\"".into(),
        webhook: "bot".into(),
        content_format: ContentFormat::Text,
        labels: vec!["sale".into()],
        notes: "a\nb".into(),
        who: Some(Who { audience: Audience::Segment("x".into()), exclude: Some("a is set".into()) }),
        ..Campaign::default()
    };
    assert_eq!(Campaign::parse(&campaign.to_toml()), (Some(campaign), vec![]));
}
