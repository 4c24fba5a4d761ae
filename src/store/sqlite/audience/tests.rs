//! The store selects the profiles that [`segment::matches`] matches.

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::select;

use crate::profile::{Event, Value};
use crate::segment::{Moment, Schema, Subject, matches, read};
use crate::store::{EventRecord, ProfileChange, SqliteStore, Store as _};

fn now() -> Timestamp {
    "2026-03-02T11:00:00Z".parse().unwrap()
}

fn text() -> impl Strategy<Value = String> {
    let texts = ["", "a", "A", "ab", "Köln", "x'y", "q\"q", "b\\s", "%", "$D_x", "5", "true", "😀b"];
    select(texts.to_vec()).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![0, 1, 5, -5, 9_007_199_254_740_993, i64::MAX]).prop_map(Value::Integer),
        select(vec![0.0, -0.0, 0.1, 2.5, 5.0, 9_007_199_254_740_992.0, 1e300]).prop_map(Value::Decimal),
    ]
}

fn date() -> impl Strategy<Value = Value> {
    let seconds = [0, 86_400, 30 * 86_400, 3_600, -3_600, 39_600, 39_601, 400 * 86_400];
    select(seconds.to_vec())
        .prop_map(|ago| Value::Date(Timestamp::from_second(now().as_second() - ago).unwrap()))
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::Text),
        number(),
        any::<bool>().prop_map(Value::Boolean),
        date(),
        Just(Value::Null),
    ]
}

fn list() -> impl Strategy<Value = Value> {
    proptest::collection::vec(scalar(), 0..4).prop_map(Value::List)
}

/// Properties whose names say their types, each of them set or not. The names have characters that mean something in a
/// path of SQLite.
fn properties() -> impl Strategy<Value = IndexMap<String, Value>> {
    // A property has the same type in all profiles.
    let chat = prop_oneof![
        select(vec!["-1001", "5", "@shop", "007", ""]).prop_map(|chat| Value::Text(chat.to_owned())),
        Just(Value::Null),
    ];
    let object = proptest::collection::vec((select(vec!["x", "y z", "q\"q"]), scalar()), 0..3)
        .prop_map(|members| Value::Object(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()));
    let maybe = |value: BoxedStrategy<Value>| prop_oneof![3 => value, 1 => Just(Value::Null)];
    (
        maybe(text().prop_map(Value::Text).boxed()),
        maybe(number().boxed()),
        maybe(any::<bool>().prop_map(Value::Boolean).boxed()),
        maybe(date().boxed()),
        maybe(list().boxed()),
        maybe(object.boxed()),
        maybe(text().prop_map(Value::Text).boxed()),
        chat,
    )
        .prop_map(|(text, number, boolean, date, list, object, odd, chat)| {
            let names = ["a text", "n", "vip", "it's.seen", "tags", "o", "q\"\\\u{1}q", "telegram_chat_id"];
            let values = [text, number, boolean, date, list, object, odd, chat];
            names.into_iter().map(str::to_owned).zip(values).collect()
        })
}

fn event() -> impl Strategy<Value = Event> {
    let properties = (scalar(), scalar()).prop_map(|(amount, item)| {
        IndexMap::from([("amount".to_owned(), amount), ("an item".to_owned(), item)])
    });
    (select(vec!["Charged", "It's"]), date(), properties).prop_map(|(name, at, properties)| {
        let Value::Date(at) = at else { unreachable!() };
        Event { name: name.to_owned(), at, properties }
    })
}

fn quoted() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn any_literal() -> impl Strategy<Value = String> {
    prop_oneof![quoted(), number_text(), select(vec!["true".to_owned(), "false".to_owned()]), date_text()]
}

fn number_text() -> impl Strategy<Value = String> {
    let numbers = [
        "0",
        "1",
        "5",
        "-5",
        "2.5",
        "5.0",
        "-1001",
        "9007199254740993",
        "9007199254740992.0",
        "9223372036854775807",
    ];
    select(numbers.to_vec()).prop_map(str::to_owned)
}

fn date_text() -> impl Strategy<Value = String> {
    select(vec!["date(\"2026-03-02\")", "date(\"2026-03-01 12:00:00\")", "date(\"2025-01-01\")"])
        .prop_map(str::to_owned)
}

fn within() -> impl Strategy<Value = String> {
    select(vec![
        "within 0 days",
        "within 1 day",
        "within 4 weeks",
        "within 11 hours",
        "within 4294967295 weeks",
    ])
    .prop_map(str::to_owned)
}

fn ordering() -> impl Strategy<Value = &'static str> {
    select(vec!["==", "!=", "<", "<=", ">", ">="])
}

fn equality() -> impl Strategy<Value = &'static str> {
    select(vec!["==", "!="])
}

fn part() -> impl Strategy<Value = &'static str> {
    select(vec!["starts_with", "ends_with", "contains", "==", "!="])
}

/// A test of a field that can have any type.
fn test_of_anything() -> impl Strategy<Value = String> {
    prop_oneof![
        (equality(), any_literal()).prop_map(|(sign, literal)| format!("{sign} {literal}")),
        (ordering(), prop_oneof![number_text(), date_text()])
            .prop_map(|(sign, literal)| format!("{sign} {literal}")),
        (part(), quoted()).prop_map(|(word, text)| format!("{word} {text}")),
        any_literal().prop_map(|literal| format!("contains {literal}")),
        proptest::collection::vec(any_literal(), 1..3).prop_map(|list| format!("in ({})", list.join(", "))),
        within(),
        Just("is set".to_owned()),
        Just("is not set".to_owned()),
    ]
}

fn event_query() -> impl Strategy<Value = String> {
    let condition = (select(vec!["amount", "`an item`"]), test_of_anything())
        .prop_map(|(name, test)| format!(" where ({name} {test} or not amount > 1)"));
    let optional = |text: BoxedStrategy<String>| prop_oneof![Just(String::new()), text];
    (
        select(vec!["\"Charged\"", "\"It's\"", "\"None\""]),
        optional(within().prop_map(|within| format!(" {within}")).boxed()),
        optional(condition.boxed()),
    )
        .prop_map(|(name, within, condition)| format!("{name}{within}{condition}"))
}

fn comparison() -> impl Strategy<Value = String> {
    let count = select(vec!["", "at least 2 times", "at most 1 time", "exactly 0 times", "at least 0 times"]);
    let total =
        select(vec!["sum(amount)", "min(amount)", "max(amount)", "avg(amount)", "count(amount)", "count"]);
    prop_oneof![
        (select(vec!["`a text`", "`q\"\\\\\u{1}q`", "identity"]), part(), quoted())
            .prop_map(|(name, word, text)| format!("{name} {word} {text}")),
        (ordering(), number_text()).prop_map(|(sign, number)| format!("n {sign} {number}")),
        (ordering(), date_text()).prop_map(|(sign, date)| format!("`it's.seen` {sign} {date}")),
        within().prop_map(|within| format!("`it's.seen` {within}")),
        any_literal().prop_map(|literal| format!("tags contains {literal}")),
        (select(vec!["o.x"]), test_of_anything()).prop_map(|(name, test)| format!("{name} {test}")),
        (ordering(), number_text()).prop_map(|(sign, number)| format!("telegram_chat_id {sign} {number}")),
        (part(), quoted()).prop_map(|(word, text)| format!("telegram_chat_id {word} {text}")),
        select(vec!["`a text`", "n", "vip", "tags", "o", "telegram_chat_id", "missing"])
            .prop_map(|name| format!("{name} is set")),
        select(vec![
            "vip",
            "reachable",
            "test_profile",
            "vip == false",
            "reachable in (false)",
            "vip != true"
        ])
        .prop_map(str::to_owned),
        (select(vec!["did", "did not"]), event_query(), count).prop_map(|(did, query, count)| {
            let (name, rest) = query.split_at(query[1..].find('"').unwrap() + 2);
            format!("{did} {name} {count}{rest}")
        }),
        (total, event_query(), ordering(), select(vec!["0", "1", "5"]))
            .prop_map(|(total, query, sign, number)| format!("{total} of {query} {sign} {number}")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), select(vec!["and", "or"]), inner.clone())
                .prop_map(|(a, word, b)| format!("({a} {word} {b})")),
            inner.prop_map(|inner| format!("not {inner}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_query_selects_the_profiles_that_match(
        people in proptest::collection::vec((properties(), proptest::collection::vec(event(), 0..4)), 1..6),
        blocked in any::<bool>(),
        expressions in proptest::collection::vec(expression(), 8),
    ) {
        let store = SqliteStore::open_in_memory().unwrap();
        let mut records = Vec::new();
        for (index, (properties, events)) in people.iter().enumerate() {
            let identity = format!("a{index}");
            let change = ProfileChange { identity: identity.clone(), properties: properties.clone() };
            prop_assert!(store.write(&[change]).unwrap()[0].is_ok());
            for event in events {
                let key = (records.len() as u64).to_be_bytes().to_vec();
                records.push(EventRecord { identity: identity.clone(), key, event: event.clone() });
            }
        }
        store.add_events(&records).unwrap();
        if blocked {
            store.set_reachability("a0", crate::profile::Reachability::Blocked).unwrap();
        }
        let (vocabulary, events) = (store.vocabulary().unwrap(), store.event_summaries().unwrap());
        let (segments, zone) = (IndexMap::new(), TimeZone::get("Europe/Berlin").unwrap());
        let schema = Schema { vocabulary: &vocabulary, events: &events, segments: &segments, zone: &zone };
        let moment = Moment { now: now(), zone: &zone };
        for text in &expressions {
            let reading = read(text, &schema);
            // A property that is not set anywhere has no type, so a comparison may be of a wrong type.
            let Some(condition) = reading.condition else { continue };
            let all = store.list("", None, 100).unwrap().profiles;
            let expected: Vec<String> = all
                .iter()
                .filter(|profile| {
                    let events = store.events(&profile.identity).unwrap();
                    matches(&condition, Subject { profile, events: &events }, moment)
                })
                .map(|profile| profile.identity.clone())
                .collect();
            let page = store.audience_page(&condition, moment, None, 100).unwrap();
            let found: Vec<String> = page.profiles.into_iter().map(|profile| profile.identity).collect();
            prop_assert_eq!(&found, &expected, "{}", text);
            prop_assert_eq!(store.audience_count(&condition, moment).unwrap(), expected.len() as u64);
        }
    }
}
