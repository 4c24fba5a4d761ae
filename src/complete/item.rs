//! What can be chosen, and what of it matches.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::profile::{self, Property};
use crate::template::{FILTERS, FilterDoc, TAGS, TagDoc};

use super::Context;
use super::fields::{self, Field};
use super::place::Place;

/// One row of the picker.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is called; may hold any characters, as stored.
    pub label: String,
    /// A few words beside the label: `text · 812 of 1204`.
    pub detail: String,
    /// One line about the chosen row: samples of a property, a filter's doc; empty where there is nothing to say.
    pub doc: String,
    /// The matched letters, as indexes of chars in the label.
    pub matched: Vec<u32>,
    /// What it is.
    pub kind: Kind,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A variable.
    Variable {
        /// `Profile`, `Event`, …
        root: &'static str,
        /// The name below it.
        name: String,
        /// The type where it is known.
        kind: Option<profile::Kind>,
    },
    /// A filter.
    Filter(&'static FilterDoc),
    /// A tag.
    Tag(&'static TagDoc),
    /// A key of a JSON object.
    Key(&'static Field),
    /// One of the values of a JSON key.
    Value,
}

impl Item {
    fn new(label: impl Into<String>, detail: impl Into<String>, doc: impl Into<String>, kind: Kind) -> Self {
        Self { label: label.into(), detail: detail.into(), doc: doc.into(), matched: Vec::new(), kind }
    }

    /// The variable as one would write it, where the query begins as that does.
    fn path(&self, query: &str) -> Option<String> {
        let begins =
            |root: &str| root.get(..query.len()).is_some_and(|head| head.eq_ignore_ascii_case(query));
        match &self.kind {
            Kind::Variable { root, name, .. } if query.contains('.') || begins(root) => {
                Some(format!("{root}.{name}"))
            }
            Kind::Variable { .. } | Kind::Filter(_) | Kind::Tag(_) | Kind::Key(_) | Kind::Value => None,
        }
    }
}

/// All variables: profile properties, those that most profiles have first, then the built-in names.
pub fn variables(context: &Context<'_>) -> Vec<Item> {
    let vocabulary = context.vocabulary;
    let mut properties: Vec<&Property> = vocabulary.properties.iter().collect();
    properties.sort_by(|a, b| b.n_set.cmp(&a.n_set).then_with(|| a.name.cmp(&b.name)));
    let mut items: Vec<Item> =
        properties.into_iter().map(|property| property_item(property, vocabulary.n_profiles)).collect();
    if vocabulary.property("identity").is_none() {
        items.push(built_in("Profile", "identity", "text · built in", "Who it is: unique, never empty"));
    }
    items.extend(vocabulary.event.iter().map(|name| built_in("Event", name, "event", "")));
    items.extend(
        vocabulary
            .external_trigger
            .iter()
            .map(|name| built_in("ExternalTrigger", name, "external trigger", "")),
    );
    items.push(built_in("Campaign", "campaignId", "text · built in", "The campaign's id"));
    items
}

fn property_item(property: &Property, n_profiles: u64) -> Item {
    let detail = format!("{} · {} of {n_profiles}", property.kind.as_str(), property.n_set);
    let kind = Kind::Variable { root: "Profile", name: property.name.clone(), kind: Some(property.kind) };
    Item::new(&property.name, detail, property.samples.join(", "), kind)
}

fn built_in(root: &'static str, name: &str, detail: &str, doc: &str) -> Item {
    let label = if root == "Profile" { name.to_owned() } else { format!("{root}.{name}") };
    let kind = (root != "Event" && root != "ExternalTrigger").then_some(profile::Kind::Text);
    Item::new(label, detail, doc, Kind::Variable { root, name: name.to_owned(), kind })
}

/// The filters the dialect accepts.
pub fn filters(context: &Context<'_>) -> Vec<Item> {
    FILTERS
        .iter()
        .filter(|filter| filter.dialects.contains(&context.dialect))
        .map(|filter| Item::new(filter.name, filter.signature, filter.summary, Kind::Filter(filter)))
        .collect()
}

/// The tags the dialect accepts.
pub fn tags(context: &Context<'_>) -> Vec<Item> {
    TAGS.iter()
        .filter(|tag| tag.dialects.contains(&context.dialect))
        .map(|tag| Item::new(tag.name, tag.signature, tag.summary, Kind::Tag(tag)))
        .collect()
}

/// The keys that may stand at a place.
pub fn keys(place: &Place) -> Vec<Item> {
    match place {
        Place::Key { path } => keys_of_object(path),
        Place::String { .. } | Place::Value { .. } | Place::Between => Vec::new(),
    }
}

/// The keys of the object at a path.
pub fn keys_of_object(path: &[String]) -> Vec<Item> {
    fields::fields_at(path)
        .iter()
        .map(|field| Item::new(field.name, "", field.doc, Kind::Key(field)))
        .collect()
}

/// The choices of the string at a place.
pub fn values(place: &Place) -> Vec<Item> {
    match place {
        Place::String { path } => {
            fields::choices(path).iter().map(|choice| Item::new(*choice, "", "", Kind::Value)).collect()
        }
        Place::Key { .. } | Place::Value { .. } | Place::Between => Vec::new(),
    }
}

/// What a match in the label is worth over one in the whole path only.
const LABEL_BONUS: u32 = 10_000;

/// Returns the items that match, the best first; with nothing to look for all, as they are.
pub fn matching(query: &str, items: Vec<Item>) -> Vec<Item> {
    if query.is_empty() {
        return items;
    }
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut found: Vec<(u32, Item)> =
        items.into_iter().filter_map(|item| scored(&pattern, item, query, &mut matcher)).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, item)| item).collect()
}

fn scored(pattern: &Pattern, mut item: Item, query: &str, matcher: &mut Matcher) -> Option<(u32, Item)> {
    let mut buffer = Vec::new();
    let mut matched = Vec::new();
    let label = Utf32Str::new(&item.label, &mut buffer);
    if let Some(score) = pattern.indices(label, matcher, &mut matched) {
        matched.sort_unstable();
        matched.dedup();
        item.matched = matched;
        let exact = u32::from(item.label.eq_ignore_ascii_case(query)) * LABEL_BONUS;
        return Some((score + LABEL_BONUS + exact, item));
    }
    let path = item.path(query)?;
    let mut buffer = Vec::new();
    let score = pattern.score(Utf32Str::new(&path, &mut buffer), matcher)?;
    Some((score, item))
}
