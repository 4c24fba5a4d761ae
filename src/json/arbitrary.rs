//! Random JSON values for property tests.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Objects with nested values. The strings have quotes, escapes, commas, and other characters of JSON's own syntax.
pub(crate) fn object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (1..1000_i32).prop_map(|n| Value::from(f64::from(n) / 8.0)),
        text().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner).prop_map(Value::Object),
        ]
    });
    members(value).prop_map(Value::Object)
}

fn members(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(("[a-z_]{1,6}", value), 0..4).prop_map(|members| members.into_iter().collect())
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é😀 ,:{}\\[\\]\"'\\\\\n\t/#“”=;.+-]{0,16}"
}
