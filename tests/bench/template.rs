//! Measures how many messages per second a template renders, compared with the `liquid` crate in the same run.
//!
//! Run it with `cargo bench --bench template`. Both engines render the same bodies for the same profile of ten
//! properties.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};
use telecast::campaign::{Campaign, ContentFormat};
use telecast::compose::{ChatTarget, Inputs, compose};
use telecast::dialect::Dialect;
use telecast::profile::{Profile, Value, Vocabulary};
use telecast::template::{Limits, Partials, RenderContext, RenderOutcome, parse};

const SAMPLE: &str = r#"{
 "chat_id": {{ Profile.telegram_chat_id | default: "NULL" }},
 "text": "<b>Bold</b> and <a href='https://example.com'>inline link</a> and <code>code</code>",
 "parse_mode": "HTML"
}
"#;

const PERSONAL: &str = r#"{"chat_id": {{ Profile.telegram_chat_id | default: "NULL" }}, "parse_mode": "HTML",
 "text": "Hi {{ Profile.first_name | default: "you" | tg_html | json_escape }}, {% if Profile.plan == "gold" %}thanks{% else %}hi{% endif %}: {{ Profile.score | plus: 1 }}"}"#;

/// How long each run of an engine takes, and how many runs there are. The best run counts.
const RUN: Duration = Duration::from_millis(500);
const RUNS: usize = 5;

fn main() {
    let row = row();
    let profile = profile(&row);
    for (name, body) in [("CleverTap's sample body", SAMPLE), ("a personal body", PERSONAL)] {
        println!("{name}");
        print_rate("telecast", ours(body, &profile));
        if let Some(stock) = stock(body, &row) {
            print_rate("liquid 0.26", stock);
        }
    }
    print_check_of_branches(&profile);
}

/// Prints how long the check of a body of 4 KB with 20 branches takes, and how many times as long as composing the same
/// body as plain text.
fn print_check_of_branches(profile: &Profile) {
    let body = branching_body();
    let (campaign, partials, vocabulary) = (Campaign::default(), Partials::default(), Vocabulary::default());
    let inputs = Inputs {
        stem: "bench",
        campaign: &campaign,
        body: &body,
        webhook: None,
        partials: &partials,
        dialect: Dialect::Telecast,
        profile: Some(profile),
        event: None,
        external_trigger: None,
        chat: ChatTarget::FromBody,
        vocabulary: Some(&vocabulary),
        now: jiff::Timestamp::UNIX_EPOCH,
        zone: &jiff::tz::TimeZone::UTC,
    };
    // Plain text is composed without a check of its branches.
    let text = Campaign { content_format: ContentFormat::Text, ..Campaign::default() };
    let whole = time(|| compose(black_box(&inputs)).body.len());
    let plain = time(|| compose(black_box(&Inputs { campaign: &text, ..inputs })).body.len());
    println!("check of {} bytes with 20 branches", body.len());
    println!("  {:>8.2} ms, {:.1} times a composition without the check", whole * 1e3, whole / plain);
}

fn branching_body() -> String {
    let paragraph = "Lorem ipsum dolor sit amet consectetur <b>adipiscing</b> elit sed do eiusmod tempor. ";
    let branch = |number: usize| {
        format!(
            "{{% if Profile.p{number} == \"gold\" %}}{paragraph}{{% else %}}{{{{ Profile.score | plus: 1 }}}} {paragraph}{{% endif %}}"
        )
    };
    let text: String = (0..20).map(branch).collect();
    format!(r#"{{"chat_id": 1, "parse_mode": "HTML", "text": "{text}"}}"#)
}

/// Returns the seconds that one call takes: the fastest of several.
fn time(work: impl Fn() -> usize) -> f64 {
    let measure = || {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..20).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

fn row() -> Map<String, Json> {
    let names = ["first_name", "last_name", "plan", "city", "country", "language", "email", "phone"];
    let texts = names.map(|name| (name.to_owned(), format!("the {name}").into()));
    let numbers = [("score", 7), ("telegram_chat_id", 123_456_789)];
    let numbers = numbers.map(|(name, value)| (name.to_owned(), value.into()));
    texts.into_iter().chain(numbers).collect()
}

fn profile(row: &Map<String, Json>) -> Profile {
    let properties = row.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect();
    Profile { identity: "anna".to_owned(), properties, ..Profile::default() }
}

fn ours(body: &str, profile: &Profile) -> f64 {
    let (template, _) = parse(body, &Partials::default(), Dialect::Telecast);
    let zone = jiff::tz::TimeZone::UTC;
    let context = RenderContext {
        profile: Some(profile),
        event: None,
        external_trigger: None,
        campaign_id: "bench",
        now: jiff::Timestamp::UNIX_EPOCH,
        zone: &zone,
        limits: Limits::default(),
    };
    rate(|| match template.render(black_box(&context)) {
        RenderOutcome::Rendered(rendered) => rendered.text.len(),
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => 0,
    })
}

/// Returns `None` for a body that the `liquid` crate does not accept.
fn stock(body: &str, row: &Map<String, Json>) -> Option<f64> {
    let template = liquid::ParserBuilder::with_stdlib().build().ok()?.parse(body).ok()?;
    let row = liquid::object!({ "Profile": liquid::to_object(row).ok()? });
    template.render(&row).ok()?;
    Some(rate(|| template.render(black_box(&row)).map_or(0, |text| text.len())))
}

/// Returns how often `render` runs per second.
fn rate(render: impl Fn() -> usize) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..RUNS {
        let start = Instant::now();
        let mut n_renders = 0_u32;
        while start.elapsed() < RUN {
            for _ in 0..1000 {
                assert!(0 < black_box(render()));
            }
            n_renders += 1000;
        }
        best = best.max(f64::from(n_renders) / start.elapsed().as_secs_f64());
    }
    best
}

fn print_rate(engine: &str, rate: f64) {
    println!("  {engine:<12} {rate:>12.0} renders/s  {:>6.0} ns", 1e9 / rate);
}
