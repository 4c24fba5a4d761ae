//! Tests parsers with inputs that would make a backtracking parser slow: eight times the text must take about eight
//! times as long. The time is this thread's CPU time, because it depends little on the load of the machine.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use telecast::campaign::{Campaign, Webhook};
use telecast::compose::{ChatTarget, Inputs, compose};
use telecast::diagnostic::FileProblem;
use telecast::dialect::Dialect;
use telecast::json;
use telecast::profile::Vocabulary;
use telecast::secrets::{Redactor, Secret};
use telecast::telegram::{
    Entity, EntityKind, FixOptions, FormattedText, Limit, ParseMode, detect, diagnose, fix, parse,
    process_text, unparse,
};
use telecast::template::Partials;
use telecast::ui::editor::highlight::json_pieces;

/// From the small size to the large one, linear work grows eightfold, and quadratic work 64-fold.
const SMALL: usize = 8 << 10;
const LARGE: usize = 64 << 10;

/// A limit between 8 and 64, far from both.
const MAX_GROWTH: u32 = 28;

/// A shorter time for the small input is replaced with this time, because shorter times are too inexact.
const MIN_TIME: Duration = Duration::from_micros(500);

/// How often a measurement is repeated if it is too slow, for example because of cold caches.
const ATTEMPTS: usize = 6;

const SEEDS: &[&str] = &[
    "_",
    "*[",
    "[",
    "](",
    "`",
    "```",
    "```a",
    "||",
    ">\n",
    "\n>",
    "![",
    "\\",
    "<b>",
    "<a>",
    "<",
    "&",
    "&#",
    "</",
    "<a href=",
    "<a href='",
    "&l",
    "a.",
    "?.",
    "/.",
    "a@",
    "@.",
    ".@",
    ":",
    "tg://a?.",
    "#",
    "$A@",
    "a.b?",
    "a.b/(",
    "1 ",
    "1-",
    "http://",
    "a.b:1",
    "<b a=\"",
    "<i><b>",
    "</b>",
    "*a_",
    "~||",
    "[a]",
    "\u{200e}",
    "\u{202e}a",
    " \n",
    "\u{333}",
    "😀",
    "<!--",
    "<p>",
    "</p><p>",
];

fn check(what: &str, work: impl Fn(&str)) {
    check_seeds(what, SEEDS, work);
}

fn check_seeds(what: &str, seeds: &[&str], work: impl Fn(&str)) {
    for seed in seeds {
        let sizes = [SMALL, LARGE].map(|len| seed.repeat(len / seed.len()));
        check_sizes(&format!("{what} of many {seed:?}"), sizes.each_ref().map(String::as_str), &work);
    }
}

/// Does the work for two inputs, the second eight times as large as the first.
fn check_sizes(what: &str, [small, large]: [&str; 2], work: impl Fn(&str)) {
    let (mut quick, mut slow) = (Duration::MAX, Duration::MAX);
    let is_linear = (0..ATTEMPTS).any(|_| {
        quick = quick.min(time_of(&work, small));
        slow = slow.min(time_of(&work, large));
        slow < quick.max(MIN_TIME) * MAX_GROWTH
    });
    assert!(is_linear, "{what}: {quick:?}, and {slow:?} for an input eight times as large");
}

fn time_of(work: impl Fn(&str), input: &str) -> Duration {
    let start = thread_time();
    work(input);
    thread_time() - start
}

/// Returns the CPU time that this thread has used.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn check_modes(what: &str, work: impl Fn(ParseMode, &str)) {
    for mode in ParseMode::ALL {
        check(&format!("{what} as {}", mode.as_str()), |input| work(mode, input));
    }
}

/// Returns the text with many nested entities. The pattern of the entities is the same for every length of the text.
fn formatted(input: &str) -> FormattedText {
    let len = input.encode_utf16().count() as u32;
    let kinds = [EntityKind::Bold, EntityKind::Italic, EntityKind::Spoiler, EntityKind::Code];
    let entities = (0..len / 2).step_by(8).zip(kinds.into_iter().cycle());
    let entities = entities.map(|(offset, kind)| Entity { kind, offset, length: len - 2 * offset }).collect();
    FormattedText { text: input.to_owned(), entities }
}

#[test]
fn parsing_takes_linear_time() {
    check_modes("parsing", |mode, input| drop(black_box(parse(mode, input))));
}

#[test]
fn problems_are_found_in_linear_time() {
    check_modes("problems", |mode, input| drop(black_box(diagnose(Some(mode), input))));
}

#[test]
fn cleaning_and_repair_take_linear_time() {
    check("repair", |input| drop(black_box(fix(formatted(input), FixOptions::CAPTION))));
}

#[test]
fn sent_texts_are_processed_in_linear_time() {
    check("sending", |input| drop(black_box(process_text(formatted(input), Limit::Message))));
}

#[test]
fn unparsing_takes_linear_time() {
    check_modes("un-parsing", |mode, input| drop(black_box(unparse(&formatted(input), mode))));
}

#[test]
fn links_are_found_in_linear_time() {
    check("detection", |input| drop(black_box(detect(input))));
}

#[test]
fn json_is_read_and_colored_in_linear_time() {
    let seeds = ["\"", "\\", "\"\\", "{", "\"a\":", "\"a\" ", "\"a\"\n", "\"\\u", "1", "a", "é", " ", "-\n"];
    check_seeds("JSON", &seeds, |input| {
        black_box((json::tokens(input).count(), json_pieces(input)));
    });
}

#[test]
fn secrets_are_redacted_in_linear_time() {
    let values =
        ["secret", "aaaa", "a", "%41%41", "abababab", "+-+-", "1-", "&#38;", "pass word", "42:AAAAAAAA"];
    let secrets = values.iter().map(|value| ((*value).to_owned(), Secret::new(*value)));
    let redactor = Redactor::new(secrets.collect());
    let seeds = [
        SEEDS,
        &[
            "a", "%", "%25", "%2541", "\\", "\\u0061", "\\u{", "&#", "&#97;", "&amp;", "+", "ab", "secre",
            "12345:a", "123456", "c2Vj",
        ],
    ];
    check_seeds("redaction", &seeds.concat(), |input| {
        black_box((redactor.redact(input), redactor.redact_cut(input)));
    });
}

/// A name, the start of a body, its piece for a number, and its end.
type Shape = (&'static str, &'static str, fn(usize) -> String, &'static str);

/// Bodies that repeat one piece many times.
const BODIES: [Shape; 21] = [
    ("keys", r#"{"text": "x""#, |n| format!(r#", "k{n}": 1"#), "}"),
    (
        "keys of an inner object",
        r#"{"text": "x", "reply_markup": {"a": 1"#,
        |n| format!(r#", "k{n}": 1"#),
        "}}",
    ),
    ("equal keys", r#"{"text": "x""#, |_| r#", "k": 1"#.into(), "}"),
    (
        "keys in branches",
        r#"{"text": "x""#,
        |n| format!(r#"{{% if Profile.a %}}, "k{n}": 1{{% endif %}}"#),
        "}",
    ),
    ("keys on lines", r#"{"text": "x""#, |n| format!(",\n\"k{n}\": 1"), "}"),
    ("interpolations in a string", r#"{"text": ""#, |_| "{{ Profile.a }}".into(), r#""}"#),
    (
        "interpolations outside of strings",
        r#"{"text": "x", "z": [0"#,
        |_| ", {{ Profile.a | default: 1 }}".into(),
        "]}",
    ),
    ("interpolations with a problem", r#"{"text": ""#, |_| "{{ Profile.a | nofilter }}".into(), r#""}"#),
    ("interpolations in keys", r#"{"text": "x""#, |n| format!(r#", "{{{{ Profile.k{n} }}}}": 1"#), "}"),
    (
        "values that are not JSON",
        r#"{"text": "x""#,
        |n| format!(r#", "k{n}": {{{{ Profile.a | default: "NULL" }}}}"#),
        "}",
    ),
    (
        "chats",
        r#"{"text": "x""#,
        |_| r#", "chat_id": {{ Profile.telegram_chat_id | default: "NULL" }}"#.into(),
        "}",
    ),
    ("loops", r#"{"text": ""#, |_| "{% for x in Profile.a %}{{ x }}{% endfor %}".into(), r#""}"#),
    ("names", "", |n| format!("{{% assign name{n} = 1 %}}{{{{ name{n} }}}}{{{{ nama{n} }}}}"), ""),
    ("a name set again", "", |_| "{% assign x = Profile.a %}{{ x }}".into(), ""),
    ("a name captured again", "", |_| "{% capture x %}{% endcapture %}{{ x }}".into(), ""),
    ("open tags", r#"{"text": ""#, |_| "{% if Profile.a %}".into(), r#""}"#),
    ("outputs with one brace", r#"{"text": ""#, |_| "{{ Profile.a } ".into(), r#""}"#),
    ("outputs in outputs", r#"{"text": ""#, |_| "{{ {{ Profile.a }} | upcase }} ".into(), r#""}"#),
    ("unclosed outputs", r#"{"text": ""#, |_| "{{ Profile.First Name ".into(), r#""}"#),
    ("delimiters apart", r#"{"text": ""#, |_| "{ { Profile.a }} ".into(), r#""}"#),
    ("other end tags", r#"{"text": ""#, |_| "{% if a %}{% endfor %}{% endif %}".into(), r#""}"#),
];

#[test]
fn a_body_is_checked_in_linear_time() {
    let (campaign, partials, vocabulary) = (Campaign::default(), Partials::default(), Vocabulary::default());
    let webhook = Webhook { url: "https://h/bot${T}/sendMessage".into(), ..Webhook::default() };
    for (what, begin, piece, end) in BODIES {
        let work = |n: &str| {
            let n: usize = n.parse().unwrap();
            let body = begin.to_owned() + &(0..n).map(piece).collect::<String>() + end;
            let composed = compose(&Inputs {
                stem: "a",
                campaign: &campaign,
                body: &body,
                webhook: Some(&webhook),
                partials: &partials,
                dialect: Dialect::Telecast,
                profile: None,
                event: None,
                external_trigger: None,
                chat: ChatTarget::FromBody,
                vocabulary: Some(&vocabulary),
                now: jiff::Timestamp::UNIX_EPOCH,
                zone: &jiff::tz::TimeZone::UTC,
            });
            black_box(FileProblem::from_diagnostics("a", &body, &composed.diagnostics));
        };
        check_sizes(what, ["500", "4000"], work);
    }
}
