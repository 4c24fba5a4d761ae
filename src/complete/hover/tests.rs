//! `‸` marks the offset in the body. The expected hover is given line by line; a problem starts with its severity.

use super::*;
use crate::campaign::{Campaign, Webhook};
use crate::compose::{self, ChatTarget, Inputs};
use crate::dialect::Dialect;
use crate::profile::{Profile, PropertySummary, Value, Vocabulary};
use crate::template::Limits;

const HEAD: &str =
    "{\"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }}, \"parse_mode\": \"HTML\", ";

#[track_caller]
fn check(marked: &str, span: &str, lines: &[&str]) {
    let (body, at) = (marked.replace('‸', ""), marked.find('‸').unwrap());
    let property = |name: &str, samples: &[&str]| PropertySummary {
        name: name.into(),
        kind: profile::ValueKind::Text,
        n_set: 9,
        samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
    };
    let vocabulary = Vocabulary {
        properties: vec![property("first_name", &["Anna", "Bo"]), property("telegram_chat_id", &[])],
        n_profiles: 12,
        ..Vocabulary::default()
    };
    let mut profile = Profile { identity: "anna".into(), ..Profile::default() };
    profile.properties.insert("first_name".into(), Value::Text("Anna".into()));
    profile.properties.insert("telegram_chat_id".into(), Value::Integer(7));
    let zone = jiff::tz::TimeZone::UTC;
    let now = jiff::Timestamp::UNIX_EPOCH;
    let webhook = Webhook { url: "https://api.telegram.org/bot1:a/sendMessage".into(), ..Webhook::default() };
    let composed = compose::compose(&Inputs {
        stem: "spring",
        campaign: &Campaign::default(),
        body: &body,
        webhook: Some(&webhook),
        partials: &Partials::default(),
        dialect: Dialect::Telecast,
        profile: Some(&profile),
        event: None,
        external_trigger: None,
        chat: ChatTarget::FromBody,
        vocabulary: Some(&vocabulary),
        now,
        zone: &zone,
    });
    let context = CompletionContext {
        vocabulary: &vocabulary,
        dialect: Dialect::Telecast,
        is_json: true,
        method: Method::SendMessage,
        partials: Vec::new(),
        values: Some(template::RenderContext {
            profile: Some(&profile),
            event: None,
            external_trigger: None,
            campaign_id: "spring",
            now,
            zone: &zone,
            limits: Limits::default(),
        }),
    };
    let found = hover(&body, at, Some(&composed), &context);
    let notes: Vec<String> = found
        .iter()
        .flat_map(|hover| &hover.notes)
        .flat_map(|note| {
            let severity =
                note.severity.map(|severity| format!("{}: ", severity.as_str())).unwrap_or_default();
            std::iter::once(format!("{severity}{}", note.title)).chain(note.lines.clone())
        })
        .collect();
    let word = found.map(|hover| hover.span.of(&body).to_owned()).unwrap_or_default();
    assert_eq!((word.as_str(), notes.iter().map(String::as_str).collect::<Vec<_>>()), (span, lines.to_vec()));
}

#[test]
fn a_variable_has_a_value_a_type_and_coverage() {
    check(
        &format!("{HEAD}\"text\": \"Hi {{{{ Profile.fir‸st_name | tg_html | json_escape }}}}\"}}"),
        "Profile.first_name",
        &["Profile.first_name", "Anna: “Anna”", "text, set in 9 of 12 profiles", "for example Anna, Bo"],
    );
    check(
        &format!(
            "{HEAD}\"text\": \"{{% assign a = Profile.first_name | upcase %}}{{{{ ‸a | tg_html | json_escape }}}}\"}}"
        ),
        "a",
        &["a", "value: “ANNA”"],
    );
}

#[test]
fn a_filter_has_a_doc_an_example_and_its_result() {
    check(
        &format!(
            "{HEAD}\"text\": \"{{{{ Profile.first_name | upc‸ase | append: '|' | tg_html | json_escape }}}}\"}}"
        ),
        "upcase",
        &["upcase", "Upper case", "{{ 'anna' | upcase }} → ANNA", "result: “Anna” → “ANNA”"],
    );
    check(
        &format!(
            "{HEAD}\"text\": \"{{{{ Profile.first_name | upcase | app‸end: '|' | tg_html | json_escape }}}}\"}}"
        ),
        "append",
        &["append: text", "Appends text", "{{ 'Anna' | append: '!' }} → Anna!", "result: “ANNA” → “ANNA|”"],
    );
}

#[test]
fn a_tag_has_a_doc() {
    let body = |tags: &str| format!("{HEAD}\"text\": \"a{tags}b\"}}");
    check(
        &body("{% ‸if true %}x{% endif %}"),
        "if",
        &["{% if condition %}", "Prints its body if the condition holds", "closed by {% endif %}"],
    );
    check(&body("{% if true %}x{% end‸if %}"), "endif", &["{% endif %}", "Ends the `if`"]);
}

#[test]
fn a_key_has_its_bot_api_description() {
    check(
        &format!("{HEAD}\"te‸xt\": \"a\"}}"),
        "text",
        &[
            "text · text with markup · sendMessage",
            "What it says: 1 to 4096 characters after the markup is taken out",
            "required",
        ],
    );
    check(
        "{\"chat_id\": 1, \"parse_mode\": \"HT‸ML\", \"text\": \"a\"}",
        "HTML",
        &["HTML · parse_mode", "Tags, such as <b> and <a href>; only < > & are special"],
    );
    check(
        &format!(
            "{HEAD}\"text\": \"a\", \"reply_markup\": {{\"inline_keyboard\": [[{{\"text\": \"b\", \"u‸rl\": \"https://a.de\"}}]]}}}}"
        ),
        "url",
        &["url · URL · inline_keyboard", "Opens an address"],
    );
}

#[test]
fn formatted_text_shows_its_entity() {
    check(
        &format!("{HEAD}\"text\": \"😀 <b>bo‸ld</b> and <a href='https://a.de'>link</a>\"}}"),
        "<b>bold</b>",
        &["bold · “bold”", "offset 3, length 4 in UTF-16 units"],
    );
    check(
        &format!("{HEAD}\"text\": \"x <a h‸ref='https://a.de'>link</a>\"}}"),
        "<a href='https://a.de'>link</a>",
        &["text_link · “link”", "offset 2, length 4 in UTF-16 units", "url https://a.de/"],
    );
    check(&format!("{HEAD}\"text\": \"pl‸ain\"}}"), "", &[]);
}

#[test]
fn a_problem_comes_first() {
    let (body, at) = ("{\"chat_id\": 1, \"text\": \"{{ 'a' | upcasee }}\"}", 36);
    let marked = format!("{}‸{}", &body[..at], &body[at..]);
    check(
        &marked,
        "upcasee",
        &["error: unknown filter `upcasee`", "did you mean `upcase`?", "fix: replace with `upcase`"],
    );
}
