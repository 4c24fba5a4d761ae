//! Chooses a sample: the few profiles that are most likely to break a body. With a sample, the body's author sees the
//! problems while typing and not after sending.
//!
//! Profiles with an extreme property come first. A property is extreme if its value is the longest, the shortest, the
//! highest, or the lowest among all candidates (the profiles to choose from). A property is also extreme if it is
//! missing, or if its value has the most characters of one kind that can break a message. After these profiles, the
//! sample has other profiles, spread evenly over the list of candidates. The same profiles in the same order always
//! give the same sample.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::{PackedProfile, Profile, Value};

/// Profiles to render a body for, those most likely to break it first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    pub profiles: Vec<Arc<PackedProfile>>,
    /// The number of profiles that the sample was chosen from.
    pub n_profiles: u64,
}

/// How a value of a property can be extreme. The variants are in the order in which the sample lists the profiles, with
/// the extremes that are most likely to break a message first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Extreme {
    Longest,
    Characters(CharacterClass),
    Missing,
    Shortest,
    Highest,
    Lowest,
}

/// A group of characters that can break a message in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum CharacterClass {
    Underscore,
    Asterisk,
    Backtick,
    Bracket,
    Angle,
    Ampersand,
    Quote,
    Backslash,
    /// Characters that only MarkdownV2 reserves.
    Punctuation,
    /// Control characters, line breaks included.
    Control,
    /// Characters outside the Basic Multilingual Plane, such as emoji. Each takes two UTF-16 code units. The offsets of
    /// Telegram's entities count code units, so an offset after such a character is easy to get wrong.
    BeyondBmp,
    RightToLeft,
    /// Combining accents, joiners, direction marks, and other characters without a width of their own.
    Invisible,
}

impl CharacterClass {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '_' => CharacterClass::Underscore,
            '*' => CharacterClass::Asterisk,
            '`' => CharacterClass::Backtick,
            '[' | ']' | '(' | ')' => CharacterClass::Bracket,
            '<' | '>' => CharacterClass::Angle,
            '&' => CharacterClass::Ampersand,
            '"' | '\'' => CharacterClass::Quote,
            '\\' => CharacterClass::Backslash,
            '~' | '|' | '#' | '+' | '-' | '=' | '{' | '}' | '.' | '!' => CharacterClass::Punctuation,
            _ if c.is_control() => CharacterClass::Control,
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{300}'..='\u{36f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => CharacterClass::Invisible,
            '\u{590}'..='\u{8ff}' => CharacterClass::RightToLeft,
            '\u{10000}'.. => CharacterClass::BeyondBmp,
            _ => return None,
        })
    }
}

/// Chooses a sample from candidate profiles. The candidates are added one at a time and not kept: keeping 1,500
/// candidates with a thousand properties each took 430 MiB.
#[derive(Debug, Default)]
pub(crate) struct SampleChooser {
    n_seen: usize,
    /// The names of all properties seen so far.
    names: IndexSet<String>,
    /// The properties that every candidate so far has, as indexes in `names`.
    names_in_all: Vec<usize>,
    /// For each kind of extreme and each property (an index in `names`), the highest degree so far and the index of the
    /// candidate with this degree. A degree says how extreme a value is, such as the length of a text (see `measure`).
    extremes: HashMap<(Extreme, usize), (f64, usize)>,
}

impl SampleChooser {
    pub(crate) fn add(&mut self, profile: &Profile) {
        let at = self.n_seen;
        self.n_seen += 1;
        let names = &self.names;
        let extremes = &mut self.extremes;
        self.names_in_all.retain(|name_index| {
            let has_property = profile.properties.contains_key(&names[*name_index]);
            if !has_property {
                extremes.insert((Extreme::Missing, *name_index), (0.0, at));
            }
            has_property
        });
        for (name, value) in &profile.properties {
            let name_index = match self.names.get_index_of(name) {
                Some(known_index) => known_index,
                None => {
                    let (new_index, _) = self.names.insert_full(name.clone());
                    match at {
                        0 => self.names_in_all.push(new_index),
                        // A property seen for the first time is missing in all earlier candidates. One of them, the
                        // first, is enough for the sample.
                        _ => drop(self.extremes.insert((Extreme::Missing, new_index), (0.0, 0))),
                    }
                    new_index
                }
            };
            measure(value, |extreme, degree| {
                // Not `<=`: of several equal candidates, the first is kept.
                let (best, candidate) = self.extremes.entry((extreme, name_index)).or_insert((degree, at));
                if *best < degree {
                    (*best, *candidate) = (degree, at);
                }
            });
        }
    }

    /// Returns the indexes of up to `limit` candidates, those with extreme values first.
    pub(crate) fn choose(self, limit: usize) -> Vec<usize> {
        let n_seen = self.n_seen;
        let mut order = self.hardest();
        // With many properties, the extremes would fill the sample. So extreme profiles get at most three quarters of
        // the sample, and ordinary profiles get the rest.
        order.truncate((limit * 3).div_ceil(4));
        let mut is_taken = vec![false; n_seen];
        order.iter().for_each(|at| is_taken[*at] = true);
        let rest: Vec<usize> = (0..n_seen).filter(|at| !is_taken[*at]).collect();
        let n_spread = limit.saturating_sub(order.len()).min(rest.len());
        // The other profiles are spread evenly, not chosen at random: the same profiles must give the same sample.
        order.extend((0..n_spread).map(|n| rest[n * rest.len() / n_spread]));
        order
    }

    /// Returns the indexes of the candidates with an extreme value, each once, in the order of the extremes.
    fn hardest(self) -> Vec<usize> {
        let mut extremes: Vec<((Extreme, usize), (f64, usize))> = self.extremes.into_iter().collect();
        // The order of a `HashMap` is random, so the extremes are sorted. Property names are compared, because the
        // indexes of properties depend on the order of the candidates.
        extremes.sort_by(|((extreme, name_index), _), ((other, other_index), _)| {
            extreme.cmp(other).then_with(|| self.names[*name_index].cmp(&self.names[*other_index]))
        });
        let indexes: IndexSet<usize> = extremes.into_iter().map(|(_, (_, at))| at).collect();
        indexes.into_iter().collect()
    }
}

/// Calls `report` with each kind of extreme that applies to the value, and with its degree.
fn measure(value: &Value, mut report: impl FnMut(Extreme, f64)) {
    let number = match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Decimal(number) => Some(*number),
        Value::Boolean(is_true) => Some(f64::from(u8::from(*is_true))),
        Value::Date(instant) => Some(instant.as_second() as f64),
        Value::Text(_) | Value::List(_) | Value::Object(_) | Value::Null => None,
    };
    if let Some(number) = number {
        report(Extreme::Highest, number);
        // The number is negated, because the largest degree must be the most extreme.
        report(Extreme::Lowest, -number);
        return;
    }
    let mut length = 0_u32;
    let mut counts: IndexMap<CharacterClass, u32> = IndexMap::new();
    // Texts inside lists and objects count too, because a body can print them in a loop.
    each_char(value, &mut |c| {
        length = length.saturating_add(1);
        if let Some(class) = CharacterClass::of(c) {
            *counts.entry(class).or_default() += 1;
        }
    });
    report(Extreme::Longest, length.into());
    report(Extreme::Shortest, -f64::from(length));
    for (class, count) in counts {
        report(Extreme::Characters(class), count.into());
    }
}

fn each_char(value: &Value, visit: &mut dyn FnMut(char)) {
    match value {
        Value::Text(text) => text.chars().for_each(visit),
        Value::List(items) => items.iter().for_each(|item| each_char(item, visit)),
        Value::Object(members) => members.values().for_each(|member| each_char(member, visit)),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn choose(people: Vec<Profile>, limit: usize) -> Vec<Profile> {
        let mut chooser = SampleChooser::default();
        people.iter().for_each(|profile| chooser.add(profile));
        chooser.choose(limit).into_iter().map(|at| people[at].clone()).collect()
    }

    fn person(identity: &str, properties: &[(&str, Value)]) -> Profile {
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Profile { identity: identity.into(), properties: properties.collect(), ..Profile::default() }
    }

    #[track_caller]
    fn check_is_chosen(odd: Value) {
        let ordinary = match &odd {
            Value::Text(_) => Value::Text("Anna".into()),
            Value::List(_) => Value::List(vec![Value::Text("new".into())]),
            _ => Value::Integer(5),
        };
        let mut people: Vec<Profile> =
            (0..100).map(|n| person(&n.to_string(), &[("x", ordinary.clone())])).collect();
        people.insert(57, person("odd", &[("x", odd.clone())]));
        let chosen = choose(people, 10);
        assert_eq!(chosen.len(), 10);
        assert!(chosen[..3].iter().any(|profile| profile.identity == "odd"), "{odd:?}");
    }

    #[test]
    fn profiles_with_extreme_values_are_chosen_first() {
        for text in [
            "a_b",
            "a*b",
            "`",
            "[x]",
            "Marie <3",
            "R&B",
            "\"",
            "\\",
            "a.b",
            "a\nb",
            "👍",
            "مرحبا",
            "e\u{301}",
        ] {
            check_is_chosen(Value::Text(text.into()));
        }
        check_is_chosen(Value::Text("A name of many letters".into()));
        check_is_chosen(Value::Text(String::new()));
        check_is_chosen(Value::List(vec![Value::Text("a_b".into())]));
        check_is_chosen(Value::Integer(1_000_000));
        check_is_chosen(Value::Decimal(-0.5));
    }

    #[test]
    fn a_profile_without_a_common_property_is_chosen() {
        let mut people: Vec<Profile> =
            (0..100).map(|n| person(&n.to_string(), &[("x", Value::Integer(n))])).collect();
        people[42].properties.clear();
        assert!(choose(people, 8).iter().any(|profile| profile.identity == "42"));
    }

    #[test]
    fn the_rest_of_a_sample_is_spread_evenly_over_all_profiles() {
        let names: Vec<String> = (0..200).map(|n| format!("p{n}")).collect();
        let people = (0..1000_usize).map(|n| {
            let value = |at: usize| Value::Integer(((at * 7 + n * 13) % 997) as i64);
            let properties: Vec<_> =
                names.iter().enumerate().map(|(at, name)| (name.as_str(), value(at))).collect();
            person(&format!("{n:03}"), &properties)
        });
        let chosen = choose(people.collect(), 40);
        let rest: Vec<&str> = chosen[30..].iter().map(|profile| profile.identity.as_str()).collect();
        assert_eq!(chosen.len(), 40);
        assert!(rest.is_sorted() && rest[0] < "100" && "850" < rest[9], "{rest:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn no_profile_is_chosen_twice_and_the_limit_is_used(
            names in proptest::collection::vec("[a-c_<]{0,4}", 0..40),
            limit in 0_usize..50,
        ) {
            let people: Vec<Profile> = names
                .iter()
                .enumerate()
                .map(|(n, name)| person(&n.to_string(), &[(name, Value::Text(name.clone()))]))
                .collect();
            let n_people = people.len();
            let chosen = choose(people.clone(), limit);
            prop_assert_eq!(chosen.len(), limit.min(n_people));
            let mut identities: Vec<&str> = chosen.iter().map(|profile| profile.identity.as_str()).collect();
            identities.sort_unstable();
            identities.dedup();
            prop_assert_eq!(identities.len(), chosen.len());
            prop_assert_eq!(choose(people, limit), chosen);
        }
    }
}
