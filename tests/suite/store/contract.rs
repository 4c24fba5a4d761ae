//! The contract of every backend of the store. A new backend needs one more call of [`contract`].
#![expect(clippy::unwrap_used, reason = "shared test code may panic like a test")]

use std::sync::Arc;

use indexmap::IndexMap;
use proptest::prelude::*;

use telecast::profile::{Reachability, Value, ValueKind};
use telecast::store::{ProfileChange, Store, Written};

/// Creates an empty store.
type Make<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// A claim's name, and the function that checks it.
type Claim = (&'static str, fn(Make<'_>));

/// Checks every claim on stores from `make`.
pub fn contract(make: impl Fn() -> Box<dyn Store>) {
    for (claim, check) in CLAIMS {
        // The test harness shows this line if the check fails.
        println!("{claim}");
        check(&make);
    }
}

macro_rules! by_name {
    ($($claim:ident,)*) => { &[$((stringify!($claim), $claim)),*] };
}

const CLAIMS: &[Claim] = by_name![
    properties_keep_their_order_and_null_removes_one,
    any_value_can_be_read_back,
    a_date_text_becomes_a_date_and_nan_is_not_stored,
    a_property_keeps_its_type_while_any_profile_has_it,
    the_vocabulary_has_counts_and_samples_of_every_write,
    lists_are_paged_and_search_ignores_case,
    a_sample_has_the_unusual_profiles_and_follows_every_write,
    a_small_store_is_sampled_completely,
    test_profiles_and_reachability_are_stored,
    a_batch_stores_valid_changes_and_reports_the_others,
    frequent_values_are_sampled_even_with_thousands_of_properties,
    blocked_chats_are_numeric_ids_of_profiles_that_blocked_the_bot,
];

fn properties(json: &str) -> IndexMap<String, Value> {
    let Value::Object(members) = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap()) else {
        panic!("an object")
    };
    members
}

fn properties_keep_their_order_and_null_removes_one(make: Make<'_>) {
    let store = make();
    let first = properties(r#"{"z":"x","n":5.0,"i":5,"d":"$D_1664890781","l":["a",1],"o":{"y":true}}"#);
    assert_eq!(store.set("anna", first.clone()).unwrap(), Written::Created);
    assert_eq!(store.get("anna").unwrap().unwrap().properties, first);
    assert_eq!(store.set("anna", properties(r#"{"n":null,"z":"y","new":false}"#)).unwrap(), Written::Updated);
    let names: Vec<_> = store.get("anna").unwrap().unwrap().properties.into_keys().collect();
    assert_eq!(names, ["z", "i", "d", "l", "o", "new"]);
}

fn any_value_can_be_read_back(make: Make<'_>) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) };
    proptest!(config, |(name in ".+", value in value())| {
        let store = make();
        store.set("x", IndexMap::from([(name.clone(), value.clone())])).unwrap();
        let vocabulary = store.vocabulary().unwrap();
        prop_assert_eq!(vocabulary.property(&name).map(|property| property.kind), value.kind());
        prop_assert_eq!(store.get("x").unwrap().unwrap().properties, IndexMap::from([(name, value)]));
    });
}

/// Values that survive a round trip through JSON.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Integer),
        // With more than 15 digits, the JSON reader may get the last bit wrong.
        any::<i32>().prop_map(|cents| Value::Decimal(f64::from(cents) / 100.0)),
        any::<bool>().prop_map(Value::Boolean),
        (-1_000_000_000_000_i64..200_000_000_000).prop_map(|seconds| {
            jiff::Timestamp::from_second(seconds).map_or(Value::Integer(seconds), Value::Date)
        }),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            proptest::collection::vec((".*", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn a_date_text_becomes_a_date_and_nan_is_not_stored(make: Make<'_>) {
    let store = make();
    let odd = [("d", Value::Text("$D_5".into())), ("n", Value::Decimal(f64::NAN))];
    store.set("x", odd.into_iter().map(|(name, value)| (name.into(), value)).collect()).unwrap();
    assert_eq!(store.vocabulary().unwrap().properties.len(), 1);
    assert_eq!(store.get("x").unwrap().unwrap().properties["d"].kind(), Some(ValueKind::Date));
}

fn a_property_keeps_its_type_while_any_profile_has_it(make: Make<'_>) {
    let store = make();
    store.set("anna", properties(r#"{"plan":"pro"}"#)).unwrap();
    let refused = store.set("ben", properties(r#"{"plan":1}"#)).unwrap_err();
    assert_eq!(refused.to_string(), "`plan` is text, not number");
    assert_eq!(store.get("ben").unwrap(), None);
    assert!(store.delete("anna").unwrap());
    store.set("ben", properties(r#"{"plan":1}"#)).unwrap();
    assert_eq!(store.vocabulary().unwrap().property("plan").unwrap().kind, ValueKind::Number);
}

fn the_vocabulary_has_counts_and_samples_of_every_write(make: Make<'_>) {
    let store = make();
    for (identity, plan) in [("a", "pro"), ("b", "team"), ("c", "pro")] {
        store.set(identity, properties(&format!(r#"{{"plan":"{plan}"}}"#))).unwrap();
    }
    let vocabulary = store.vocabulary().unwrap();
    assert_eq!(vocabulary.n_profiles, 3);
    let plan = vocabulary.property("plan").unwrap();
    assert_eq!((plan.n_set, plan.samples.as_slice()), (3, ["pro".to_owned(), "team".to_owned()].as_slice()));
    store.delete("b").unwrap();
    assert_eq!(store.vocabulary().unwrap().property("plan").unwrap().samples, ["pro"]);
}

fn lists_are_paged_and_search_ignores_case(make: Make<'_>) {
    let store = make();
    for (identity, name) in [("1", "Анна"), ("2", "Ben"), ("3", "Анна-Мария"), ("4", "Анна")]
    {
        store.set(identity, properties(&format!(r#"{{"name":"{name}"}}"#))).unwrap();
    }
    let first = store.list("АННА", None, 2).unwrap();
    assert_eq!(first.profiles.len(), 2);
    assert_eq!(first.next.as_deref(), Some("3"));
    let second = store.list("АННА", first.next.as_deref(), 2).unwrap();
    assert_eq!((second.profiles.len(), second.profiles[0].identity.as_str(), second.next), (1, "4", None));
    assert_eq!(store.list("", None, 10).unwrap().profiles.len(), 4);
}

fn a_sample_has_the_unusual_profiles_and_follows_every_write(make: Make<'_>) {
    let store = make();
    let person = |n: usize, name: &str| ProfileChange {
        identity: format!("{n:05}"),
        properties: properties(&format!(r#"{{"name":"{name}","n":{n}}}"#)),
    };
    let mut people: Vec<ProfileChange> = (0..5000).map(|n| person(n, "Anna")).collect();
    people[4321] = person(4321, "Ann<a");
    store.write(&people).unwrap();
    // The ids have gaps, at the start and in the middle.
    for n in (0..1000).chain(2000..2500) {
        store.delete(&format!("{n:05}")).unwrap();
    }
    let sample = store.sample(50).unwrap();
    assert_eq!((sample.profiles.len(), sample.n_profiles), (50, 3500));
    assert!(sample.profiles.iter().any(|profile| profile.identity == "04321"));
    assert!(Arc::ptr_eq(&sample, &store.sample(50).unwrap()), "the sample is cached");
    store.set("odd", properties(r#"{"name":"👍👍"}"#)).unwrap();
    let sample = store.sample(50).unwrap();
    assert!(sample.profiles.iter().any(|profile| profile.identity == "odd"));
}

fn a_small_store_is_sampled_completely(make: Make<'_>) {
    let store = make();
    assert!(store.sample(10).unwrap().profiles.is_empty());
    for n in 0..10 {
        store.set(&n.to_string(), properties("{}")).unwrap();
    }
    assert_eq!(store.sample(10).unwrap().profiles.len(), 10);
    assert_eq!(store.sample(9).unwrap().profiles.len(), 9);
}

fn test_profiles_and_reachability_are_stored(make: Make<'_>) {
    let store = make();
    store.set("anna", properties(r#"{"ct_is_test_user":"Yes"}"#)).unwrap();
    store.set("ben", properties("{}")).unwrap();
    assert!(store.set_reachability("anna", Reachability::Blocked).unwrap());
    assert!(!store.set_reachability("nobody", Reachability::Blocked).unwrap());
    let tests = store.test_profiles().unwrap();
    assert_eq!(tests.len(), 1);
    assert_eq!(tests[0].reachability, Reachability::Blocked);
    store.set_reachability("anna", Reachability::Unknown).unwrap();
    assert_eq!(store.get("anna").unwrap().unwrap().reachability, Reachability::Unknown);
}

fn a_batch_stores_valid_changes_and_reports_the_others(make: Make<'_>) {
    let store = make();
    let change = |identity: &str, value| ProfileChange {
        identity: identity.into(),
        properties: IndexMap::from([("a".into(), value)]),
    };
    let outcomes = store
        .write(&[
            change("x", Value::Integer(1)),
            change("y", Value::Boolean(true)),
            change("", Value::Integer(1)),
        ])
        .unwrap();
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1].as_ref().unwrap_err().to_string(), "`a` is number, not boolean");
    assert_eq!(outcomes[2].as_ref().unwrap_err().to_string(), "the identity is empty");
    assert_eq!((store.count().unwrap(), store.get("y").unwrap()), (1, None));
}

fn frequent_values_are_sampled_even_with_thousands_of_properties(make: Make<'_>) {
    let store = make();
    let value =
        |n: usize, at: usize| if n.is_multiple_of(2) { "same".to_owned() } else { format!("{n} {at}") };
    let person = |n: usize| ProfileChange {
        identity: format!("{n:03}"),
        properties: (0..3_000).map(|at| (format!("p{at}"), Value::Text(value(n, at)))).collect(),
    };
    store.write(&(0..50).map(person).collect::<Vec<_>>()).unwrap();
    let vocabulary = store.vocabulary().unwrap();
    assert_eq!(vocabulary.properties.len(), 3_000);
    assert!(vocabulary.properties.iter().all(|property| property.samples[0] == "same"));
    assert!(vocabulary.properties.iter().all(|property| (property.n_set, property.samples.len()) == (50, 5)));
}

fn blocked_chats_are_numeric_ids_of_profiles_that_blocked_the_bot(make: Make<'_>) {
    for (identity, chat) in [
        ("nowhere", "null"),
        ("number", "5"),
        ("text", "\"-6\""),
        ("yes", "true"),
        ("decimal", "7.5"),
        ("name", "\"@anna\""),
        ("reachable", "8"),
    ] {
        let chat = format!(r#"{{"telegram_chat_id":{chat}}}"#);
        // Each in its own store, because a property has one type over all profiles.
        let store = make();
        store.set(identity, properties(&chat)).unwrap();
        let state = if identity == "reachable" { Reachability::Reachable } else { Reachability::Blocked };
        store.set_reachability(identity, state).unwrap();
        let expected: &[i64] = match identity {
            "number" => &[5],
            "text" => &[-6],
            _ => &[],
        };
        assert_eq!(store.blocked_chats().unwrap(), expected, "{identity}");
    }
}
