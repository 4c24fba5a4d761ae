//! People: profiles and their typed properties, behind `trait Store` in domain terms; SQLite.
//!
//! Calls block, so the screen makes them off its own thread; a store may be shared between threads. A property has one
//! type over all profiles, and every write is checked against it.
//!
//! ```text
//! CSV, JSON lines ──import──▶ Change… ──Store::write──▶ SQLite ──▶ Profile, Page, Vocabulary
//! ```

use std::sync::Arc;

use indexmap::IndexMap;

use crate::profile::sample::Sample;
use crate::profile::{Kind, Profile, Reachability, Value, Vocabulary};

mod error;
mod import;
mod sqlite;

pub use error::Error;
pub use import::{
    Format, ImportError, ImportOptions, ImportReport, ImportedColumn, Progress, Rejected, import,
};
pub use sqlite::SqliteStore;

/// The result of a store's operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Where people are kept.
pub trait Store: Send + Sync {
    /// Returns every property with its type, how many profiles have it, and up to five frequent values.
    ///
    /// Cheap enough for each keystroke: kept until the data changes. The names of events are left empty.
    fn vocabulary(&self) -> Result<Vocabulary>;

    /// Returns the profile of `identity`.
    fn get(&self, identity: &str) -> Result<Option<Profile>>;

    /// Returns up to `limit` profiles by identity, from the one behind `after` on.
    ///
    /// With a `search` that is not empty only those whose identity, or any text among the properties, contains it,
    /// whatever the case.
    fn list(&self, search: &str, after: Option<&str>, limit: usize) -> Result<Page>;

    /// Returns the profiles marked as test profiles, by identity.
    fn test_profiles(&self) -> Result<Vec<Profile>>;

    /// Returns the number of profiles.
    fn count(&self) -> Result<u64>;

    /// Returns up to `limit` profiles that try a body hardest, all where there are no more.
    ///
    /// Not all profiles are read for it, and it is kept until the data changes.
    fn sample(&self, limit: usize) -> Result<Arc<Sample>>;

    /// Applies all changes that fit in one transaction, and says of each, in order, what became of it.
    fn write(&self, changes: &[Change]) -> Result<Vec<Outcome>>;

    /// Applies one change; a profile that is not there is made.
    fn set(&self, identity: &str, properties: IndexMap<String, Value>) -> Result<Written> {
        let change = Change { identity: identity.to_owned(), properties };
        match self.write(std::slice::from_ref(&change))?.pop() {
            Some(Ok(written)) => Ok(written),
            Some(Err(refusal)) => Err(Error::Refused(refusal)),
            None => Ok(Written::Updated),
        }
    }

    /// Erases the profile; `false` where there was none.
    fn delete(&self, identity: &str) -> Result<bool>;

    /// Keeps what is known of the profile's chat; `false` where there is no such profile.
    fn set_reachability(&self, identity: &str, state: Reachability) -> Result<bool>;
}

/// A stretch of the list of profiles.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The profiles, by identity.
    pub profiles: Vec<Profile>,
    /// What to give as `after` for the next page, or `None` where this is the last.
    pub next: Option<String>,
}

/// Properties to set on one profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// Whose; the profile is made where it is not there.
    pub identity: String,
    /// What to set; [`Value::Null`] takes the property away, those not named stay as they are.
    pub properties: IndexMap<String, Value>,
}

/// What became of a [`Change`].
pub type Outcome = std::result::Result<Written, Refusal>;

/// How a change was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A new profile was made.
    Created,
    /// The profile was there.
    Updated,
}

/// Why a change was not applied, none of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A profile needs an identity.
    #[error("the identity is empty")]
    EmptyIdentity,
    /// A property needs a name.
    #[error("a property has an empty name")]
    EmptyName,
    /// Other profiles have the property with another type.
    #[error("`{property}` is {}, not {}", known.as_str(), given.as_str())]
    WrongKind {
        /// The property's name.
        property: String,
        /// Its type in the store.
        known: Kind,
        /// The type of the value.
        given: Kind,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn properties(json: &str) -> IndexMap<String, Value> {
        let Value::Object(members) = Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
        else {
            panic!("an object")
        };
        members
    }

    #[test]
    fn what_is_set_comes_back_in_order_and_null_takes_away() {
        let store = SqliteStore::open_in_memory().unwrap();
        let first = properties(r#"{"z":"x","n":5.0,"i":5,"d":"$D_1664890781","l":["a",1],"o":{"y":true}}"#);
        assert_eq!(store.set("anna", first.clone()).unwrap(), Written::Created);
        assert_eq!(store.get("anna").unwrap().unwrap().properties, first);
        assert_eq!(
            store.set("anna", properties(r#"{"n":null,"z":"y","new":false}"#)).unwrap(),
            Written::Updated
        );
        let names: Vec<_> = store.get("anna").unwrap().unwrap().properties.into_keys().collect();
        assert_eq!(names, ["z", "i", "d", "l", "o", "new"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn any_value_comes_back(name in ".+", value in value()) {
            let store = SqliteStore::open_in_memory().unwrap();
            store.set("x", IndexMap::from([(name.clone(), value.clone())])).unwrap();
            let vocabulary = store.vocabulary().unwrap();
            prop_assert_eq!(vocabulary.property(&name).map(|property| property.kind), value.kind());
            prop_assert_eq!(store.get("x").unwrap().unwrap().properties, IndexMap::from([(name, value)]));
        }
    }

    /// Any value that its JSON form gives back.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::Text),
            any::<i64>().prop_map(Value::Integer),
            // Of more than 15 digits the JSON reader may miss the last bit.
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

    #[test]
    fn a_text_that_is_a_date_is_one_and_no_number_is_nothing() {
        let store = SqliteStore::open_in_memory().unwrap();
        let odd = [("d", Value::Text("$D_5".into())), ("n", Value::Decimal(f64::NAN))];
        store.set("x", odd.into_iter().map(|(name, value)| (name.into(), value)).collect()).unwrap();
        assert_eq!(store.vocabulary().unwrap().properties.len(), 1);
        assert_eq!(store.get("x").unwrap().unwrap().properties["d"].kind(), Some(Kind::Date));
    }

    #[test]
    fn a_property_has_one_type_until_nobody_has_it() {
        let store = SqliteStore::open_in_memory().unwrap();
        store.set("anna", properties(r#"{"plan":"pro"}"#)).unwrap();
        let refused = store.set("ben", properties(r#"{"plan":1}"#)).unwrap_err();
        assert_eq!(refused.to_string(), "`plan` is text, not number");
        assert_eq!(store.get("ben").unwrap(), None);
        assert!(store.delete("anna").unwrap());
        store.set("ben", properties(r#"{"plan":1}"#)).unwrap();
        assert_eq!(store.vocabulary().unwrap().property("plan").unwrap().kind, Kind::Number);
    }

    #[test]
    fn the_vocabulary_counts_and_samples_and_follows_every_write() {
        let store = SqliteStore::open_in_memory().unwrap();
        for (identity, plan) in [("a", "pro"), ("b", "team"), ("c", "pro")] {
            store.set(identity, properties(&format!(r#"{{"plan":"{plan}"}}"#))).unwrap();
        }
        let vocabulary = store.vocabulary().unwrap();
        assert_eq!(vocabulary.n_profiles, 3);
        let plan = vocabulary.property("plan").unwrap();
        assert_eq!(
            (plan.n_set, plan.samples.as_slice()),
            (3, ["pro".to_owned(), "team".to_owned()].as_slice())
        );
        store.delete("b").unwrap();
        assert_eq!(store.vocabulary().unwrap().property("plan").unwrap().samples, ["pro"]);
    }

    #[test]
    fn pages_follow_each_other_and_search_finds_any_text() {
        let store = SqliteStore::open_in_memory().unwrap();
        for (identity, name) in [("1", "Анна"), ("2", "Ben"), ("3", "Анна-Мария"), ("4", "Анна")]
        {
            store.set(identity, properties(&format!(r#"{{"name":"{name}"}}"#))).unwrap();
        }
        let first = store.list("АННА", None, 2).unwrap();
        assert_eq!(first.profiles.len(), 2);
        assert_eq!(first.next.as_deref(), Some("3"));
        let second = store.list("АННА", first.next.as_deref(), 2).unwrap();
        assert_eq!(
            (second.profiles.len(), second.profiles[0].identity.as_str(), second.next),
            (1, "4", None)
        );
        assert_eq!(store.list("", None, 10).unwrap().profiles.len(), 4);
    }

    #[test]
    fn a_sample_of_many_has_the_odd_ones_and_follows_every_write() {
        let store = SqliteStore::open_in_memory().unwrap();
        let person = |n: usize, name: &str| Change {
            identity: format!("{n:05}"),
            properties: properties(&format!(r#"{{"name":"{name}","n":{n}}}"#)),
        };
        let mut people: Vec<Change> = (0..5000).map(|n| person(n, "Anna")).collect();
        people[4321] = person(4321, "Ann<a");
        store.write(&people).unwrap();
        // Holes in the ids, at the start and further on.
        for n in (0..1000).chain(2000..2500) {
            store.delete(&format!("{n:05}")).unwrap();
        }
        let sample = store.sample(50).unwrap();
        assert_eq!((sample.profiles.len(), sample.n_profiles), (50, 3500));
        assert!(sample.profiles.iter().any(|profile| profile.identity == "04321"));
        assert!(Arc::ptr_eq(&sample, &store.sample(50).unwrap()), "kept");
        store.set("odd", properties(r#"{"name":"👍👍"}"#)).unwrap();
        let sample = store.sample(50).unwrap();
        assert!(sample.profiles.iter().any(|profile| profile.identity == "odd"));
    }

    #[test]
    fn a_sample_of_few_is_all_of_them() {
        let store = SqliteStore::open_in_memory().unwrap();
        assert!(store.sample(10).unwrap().profiles.is_empty());
        for n in 0..10 {
            store.set(&n.to_string(), properties("{}")).unwrap();
        }
        assert_eq!(store.sample(10).unwrap().profiles.len(), 10);
        assert_eq!(store.sample(9).unwrap().profiles.len(), 9);
    }

    #[test]
    fn test_profiles_and_reachability_are_kept() {
        let store = SqliteStore::open_in_memory().unwrap();
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
}
