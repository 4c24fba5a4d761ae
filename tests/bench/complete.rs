//! Measures how long a key takes that opens or narrows the completion list, with a thousand known properties.
//!
//! Run it with `cargo bench --bench complete`. The body has 1, 200 or 2,000 lines. The 95th percentile is shown beside
//! the median, because a single slow key is noticeable.

use std::hint::black_box;
use std::time::{Duration, Instant};

use telecast::complete::hover::hover;
use telecast::complete::{CompletionContext, open, update_session};
use telecast::dialect::Dialect;
use telecast::profile::{Profile, PropertySummary, Value, ValueKind, Vocabulary};
use telecast::telegram::Method;
use telecast::template::{self, Limits};

/// How often each key is measured.
const RUNS: usize = 200;

/// The longest time that a key may take.
const GOAL: Duration = Duration::from_millis(5);

fn main() {
    let vocabulary = Vocabulary { properties: properties(), n_profiles: 10_000, ..Vocabulary::default() };
    let profile = Profile {
        identity: "anna".to_owned(),
        properties: [("property_7".to_owned(), Value::Text("Anna".to_owned()))].into_iter().collect(),
        ..Profile::default()
    };
    let zone = jiff::tz::TimeZone::UTC;
    let context = CompletionContext {
        vocabulary: &vocabulary,
        dialect: Dialect::Telecast,
        is_json: true,
        method: Method::SendMessage,
        partials: vec!["footer"],
        values: Some(template::RenderContext {
            profile: Some(&profile),
            event: None,
            external_trigger: None,
            campaign_id: "bench",
            now: jiff::Timestamp::UNIX_EPOCH,
            zone: &zone,
            limits: Limits::default(),
        }),
    };
    for n_lines in [1, 200, 2_000] {
        let text =
            r"<b>Hi {{ Profile.property_7 | default: 'you' | tg_html | json_escape }}</b>\n".repeat(n_lines);
        let head = format!("{{\"chat_id\": 1, \"parse_mode\": \"HTML\", \"text\": \"{text}");
        println!("a body of {} KB, {} properties", head.len() / 1024, vocabulary.properties.len());
        for (name, typed) in [
            ("<< opens the variables", "<<"),
            ("{{ opens the variables", "{{"),
            ("| opens the filters with their results", "{{ Profile.property_7 |"),
            ("< opens the markup", "<"),
        ] {
            let body = format!("{head}{typed}\"}}");
            let cursor = head.len() + typed.len();
            measure(name, || drop(black_box(open(&body, cursor, &context))));
        }
        let opened = format!("{head}<<\"}}");
        let session = open(&opened, head.len() + 2, &context);
        let narrowed = format!("{head}<<pr9\"}}");
        measure("a letter narrows the variables", || {
            drop(black_box(update_session(session.clone(), &narrowed, head.len() + 5, &context)));
        });
        let body = format!("{head}\"}}");
        measure("a hover", || drop(black_box(hover(&body, head.len() - 60, None, &context))));
    }
}

fn properties() -> Vec<PropertySummary> {
    let property = |n: usize| PropertySummary {
        name: format!("property_{n}"),
        kind: ValueKind::Text,
        n_set: n as u64,
        samples: vec!["Anna".to_owned(), "Boris".to_owned(), "Clara".to_owned()],
    };
    (0..1_000).map(property).collect()
}

fn measure(name: &str, mut key: impl FnMut()) {
    let mut runs: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            key();
            start.elapsed()
        })
        .collect();
    runs.sort_unstable();
    let (median, p95) = (runs[RUNS / 2], runs[RUNS * 95 / 100]);
    let mark = if p95 < GOAL { "" } else { "  over 5 ms" };
    println!("  {name:<40} {:>8.3} ms, p95 {:>8.3} ms{mark}", millis(median), millis(p95));
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
