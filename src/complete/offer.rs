//! What is offered at a place.

use crate::profile::{self, Property, Value};
use crate::telegram::ParseMode;
use crate::telegram::fields::{Field, Kind as FieldKind};
use crate::template::{
    self, Binding, FILTERS, FilterDoc, Place, PlaceKind, Position, ScopedName, TAGS, TagDoc,
};

use super::around::Around;
use super::fields;
use super::item::{Item, Kind, Variable};
use super::liquid::Liquid;
use super::markup;
use super::values::{self, Scope};
use super::{Context, Trigger};

/// How deep into nested values paths are offered.
const MAX_DEPTH: usize = 3;

/// How many characters the samples of a property take at most, but for the first.
const SAMPLES_CHARS: usize = 56;

const MAX_PATHS: usize = 300;

pub fn offers(
    trigger: Trigger,
    text: &str,
    start: usize,
    around: &Around,
    context: &Context<'_>,
) -> Vec<Item> {
    match trigger {
        Trigger::Pipe => filters(text, start, around, context),
        Trigger::TagOpen => tags(around, context),
        Trigger::Key => keys(around, context),
        Trigger::Value => choices(around, context),
        Trigger::Sample => compared_samples(text, start, context),
        Trigger::Partial => partials(context),
        Trigger::Markup(c) => marked_up(c, around),
        Trigger::Brace => {
            let begins_object = matches!(around.within(), Some(PlaceKind::Value)) || around.is_at_start();
            let keys = if begins_object && context.is_json { keys(around, context) } else { Vec::new() };
            if keys.is_empty() { variables(around, context) } else { keys }
        }
        Trigger::Here => here(around, context),
        Trigger::Name => {
            let mut items = compared_samples(text, start, context);
            items.extend(variables(around, context));
            items
        }
        Trigger::AngleAngle | Trigger::BraceBrace | Trigger::At => variables(around, context),
    }
}

fn here(around: &Around, context: &Context<'_>) -> Vec<Item> {
    match around.within() {
        _ if context.is_json && around.is_at_start() => keys(around, context),
        Some(PlaceKind::BeforeKey | PlaceKind::AfterMember) => keys(around, context),
        Some(PlaceKind::Value) => {
            let field = fields::field_at(context.method, around.path());
            let mut items = choices(around, context);
            items.extend(variables(around, context));
            if field.is_some_and(|field| field.kind == FieldKind::ChatId) {
                // The chat is nearly always the profile's own.
                items.sort_by_key(|item| item.label != profile::CHAT_ID);
            }
            items
        }
        Some(PlaceKind::String) => {
            let mut items = choices(around, context);
            items.extend(variables(around, context));
            let mode = around.mode();
            items.extend(mode.into_iter().flat_map(markup::of).map(markup_item));
            items
        }
        Some(PlaceKind::Key | PlaceKind::Structure) => Vec::new(),
        None => variables(around, context),
    }
}

/// All variables: what the template sets, profile properties, those that most profiles have first, the built-in names.
fn variables(around: &Around, context: &Context<'_>) -> Vec<Item> {
    let names = around.names();
    let scope = Scope { names: &names, source: around.source() };
    let vocabulary = context.vocabulary;
    let mut items = Vec::new();
    for name in names.iter().rev() {
        own_name(name, scope, context, &mut items);
    }
    let mut properties: Vec<&Property> = vocabulary.properties.iter().collect();
    properties.sort_by(|a, b| b.n_set.cmp(&a.n_set).then_with(|| a.name.cmp(&b.name)));
    items.extend(properties.iter().map(|property| property_item(property, context)));
    if vocabulary.property("identity").is_none() {
        let path = vec!["Profile".to_owned(), "identity".to_owned()];
        let kind = Kind::Variable(Variable { path, kind: Some(profile::Kind::Text) });
        items.push(Item::new("identity", "text · built in", "Who it is: unique, never empty", kind));
    }
    let values = context.values.as_ref();
    if let Some(profile) = values.and_then(|values| values.profile) {
        for (name, value) in &profile.properties {
            inner_paths(&["Profile".to_owned(), name.clone()], value, "in this profile", &mut items);
        }
    }
    let event = values.and_then(|values| values.event);
    let trigger = values.and_then(|values| values.external_trigger);
    from_sample("Event", event, &vocabulary.event, "event", &mut items);
    from_sample("ExternalTrigger", trigger, &vocabulary.external_trigger, "external trigger", &mut items);
    let path = vec!["Campaign".to_owned(), "campaignId".to_owned()];
    let kind = Kind::Variable(Variable { path, kind: Some(profile::Kind::Text) });
    items.push(Item::new(
        "Campaign.campaignId",
        "text · built in",
        "The campaign's id: its file's name",
        kind,
    ));
    items
}

fn own_name(name: &ScopedName, scope: Scope<'_>, context: &Context<'_>, items: &mut Vec<Item>) {
    let path = vec![name.name.clone()];
    let (detail, doc) = match name.binding {
        Binding::Assigned(span) => ("assigned here", span.of(scope.source)),
        Binding::Captured => ("captured here", ""),
        Binding::Item(span) => ("each of", span.of(scope.source)),
        Binding::Counter => ("counter", ""),
        Binding::Loop => {
            let members = ["index", "index0", "first", "last", "length", "rindex"];
            items.extend(members.map(|member| {
                let path = vec![name.name.clone(), member.to_owned()];
                let kind = Kind::Variable(Variable { path, kind: None });
                Item::new(format!("{}.{member}", name.name), "of this loop", "", kind)
            }));
            return;
        }
    };
    let detail = match name.binding {
        Binding::Item(_) => format!("{detail} {doc}"),
        _ => detail.to_owned(),
    };
    let value = values::lookup(&path, scope, context);
    let kind = Kind::Variable(Variable { path: path.clone(), kind: value.and_then(Value::kind) });
    items.push(Item::new(&name.name, detail, doc, kind));
    if let Some(value) = value {
        inner_paths(&path, value, "of the sample", items);
    }
}

fn property_item(property: &Property, context: &Context<'_>) -> Item {
    let detail =
        format!("{} · {} of {}", property.kind.as_str(), property.n_set, context.vocabulary.n_profiles);
    let path = vec!["Profile".to_owned(), property.name.clone()];
    let kind = Kind::Variable(Variable { path, kind: Some(property.kind) });
    Item::new(&property.name, detail, some_of(&property.samples), kind)
}

fn some_of(samples: &[String]) -> String {
    let mut line = String::new();
    let mut n_chars = 0;
    for sample in samples {
        n_chars += sample.chars().count() + 2;
        if !line.is_empty() {
            if SAMPLES_CHARS < n_chars {
                break;
            }
            line.push_str(", ");
        }
        line.push_str(sample);
    }
    line
}

fn inner_paths(path: &[String], value: &Value, detail: &str, items: &mut Vec<Item>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        if MAX_DEPTH < path.len() || MAX_PATHS < items.len() {
            return;
        }
        let mut inner = path.to_vec();
        inner.push(name.clone());
        let kind = value.kind();
        let word = kind.map_or("nothing", profile::Kind::as_str);
        let doc = sample_text(value);
        let variable = Kind::Variable(Variable { path: inner.clone(), kind });
        items.push(Item::new(inner.join("."), format!("{word} · {detail}"), doc, variable));
        inner_paths(&inner, value, detail, items);
    }
}

/// The paths into a sample event; where there is none, the names that are known.
fn from_sample(root: &str, sample: Option<&Value>, names: &[String], detail: &str, items: &mut Vec<Item>) {
    if let Some(sample) = sample {
        inner_paths(&[root.to_owned()], sample, detail, items);
        return;
    }
    items.extend(names.iter().map(|name| {
        let kind = Kind::Variable(Variable { path: vec![root.to_owned(), name.clone()], kind: None });
        Item::new(format!("{root}.{name}"), detail, "", kind)
    }));
}

fn sample_text(value: &Value) -> String {
    match value {
        Value::Text(text) => values::shortened(text),
        Value::List(items) => format!("{} items; a loop goes through them", items.len()),
        other => values::shortened(&other.to_json().to_string()),
    }
}

fn filters(text: &str, start: usize, around: &Around, context: &Context<'_>) -> Vec<Item> {
    let names = around.names();
    let scope = Scope { names: &names, source: around.source() };
    let value = Liquid::around(&text[..start]).and_then(|liquid| liquid.piped(start));
    let mut accepted: Vec<&'static FilterDoc> =
        FILTERS.iter().filter(|filter| filter.dialects.contains(&context.dialect)).collect();
    let needed = needed_filters(around, context);
    accepted.sort_by_key(|filter| needed.iter().position(|name| name == filter.name).unwrap_or(needed.len()));
    accepted
        .into_iter()
        .map(|filter| {
            let (detail, doc) = filter_words(filter, value, scope, context);
            Item::new(filter.name, detail, doc, Kind::Filter(filter))
        })
        .collect()
}

/// The filters that most values need here: a default, and the escapes of the place.
fn needed_filters(around: &Around, context: &Context<'_>) -> Vec<String> {
    let position = around.place.as_ref().and_then(Place::position).unwrap_or(Position::PlainText);
    let escapes = template::escape_filters(around.mode(), position, context.dialect);
    let name = |filter: &str| filter.split(':').next().unwrap_or(filter).to_owned();
    std::iter::once("default".to_owned()).chain(escapes.iter().map(|filter| name(filter))).collect()
}

/// What the filter makes of the value, with the arguments of its example where it needs some; and what it does.
fn filter_words(
    filter: &FilterDoc,
    value: Option<&str>,
    scope: Scope<'_>,
    context: &Context<'_>,
) -> (String, String) {
    let arguments = if filter.needs_arguments() { filter.example_arguments() } else { "" };
    let result = value
        .and_then(|value| values::evaluate(&format!("{value} | {}{arguments}", filter.name), scope, context));
    let doc = match filter.signature {
        "" => filter.summary.to_owned(),
        signature => format!("{}: {signature} · {}", filter.name, filter.summary),
    };
    match result {
        Some(result) if result.is_empty() => (format!("{arguments} → nothing"), doc),
        Some(result) => (format!("{arguments} → {result}"), doc),
        None => (filter.signature.to_owned(), doc),
    }
}

/// The tags the dialect accepts here: what ends or divides a tag only where that is open.
fn tags(around: &Around, context: &Context<'_>) -> Vec<Item> {
    let open = around.open_tags();
    let mut items: Vec<Item> = Vec::new();
    if let Some(innermost) = open.last() {
        let label = format!("end{innermost}");
        items.push(Item::new(label, "", format!("Ends the `{innermost}`"), Kind::EndTag(innermost)));
    }
    let accepted = TAGS.iter().filter(|tag| tag.dialects.contains(&context.dialect));
    let fits = accepted.filter(|tag| has_place(tag, &open));
    items.extend(fits.map(|tag| Item::new(tag.name, tag.signature, tag.summary, Kind::Tag(tag))));
    items
}

fn has_place(tag: &TagDoc, open: &[&str]) -> bool {
    let innermost = open.last().copied().unwrap_or("");
    match tag.name {
        "else" => matches!(innermost, "if" | "unless" | "case" | "for"),
        "elsif" => matches!(innermost, "if" | "unless"),
        "when" => innermost == "case",
        "break" | "continue" => open.iter().any(|name| matches!(*name, "for" | "tablerow")),
        _ => true,
    }
}

/// The keys that the object there can still have.
fn keys(around: &Around, context: &Context<'_>) -> Vec<Item> {
    let at_member = around.within() == Some(PlaceKind::AfterMember);
    let path = match around.path().split_last() {
        // Behind a member the path still leads to it.
        Some((_, object)) if at_member => object,
        _ => around.path(),
    };
    let present = around.place.as_ref().map_or(&[][..], |place| &place.keys);
    let in_object = matches!(around.within(), Some(PlaceKind::BeforeKey | PlaceKind::AfterMember));
    let mut found: Vec<&'static Field> = fields::fields_at(context.method, path)
        .iter()
        .filter(|field| field.replaced_by.is_none() && !(in_object && present.contains(&field.name)))
        .collect();
    found.sort_by_key(|field| rank(field));
    found.into_iter().map(key_item).collect()
}

/// What one needs most comes first.
fn rank(field: &Field) -> u8 {
    match (&field.kind, field.required) {
        (FieldKind::ChatId, true) => 0,
        (_, true) => 1,
        (FieldKind::ParseMode, _) => 2,
        (FieldKind::Object(name), _) if name == "ReplyMarkup" => 3,
        (FieldKind::Text | FieldKind::Url | FieldKind::Object(_), _) => 4,
        _ => 5,
    }
}

fn key_item(field: &'static Field) -> Item {
    let kind = fields::kind_in_words(&field.kind);
    let detail = if field.required { format!("{kind} · required") } else { kind.to_owned() };
    Item::new(&field.name, detail, &field.doc, Kind::Key(field))
}

fn choices(around: &Around, context: &Context<'_>) -> Vec<Item> {
    let Some(field) = fields::field_at(context.method, around.path()) else { return Vec::new() };
    let is_bare = around.within() == Some(PlaceKind::Value);
    match field.kind {
        FieldKind::Boolean if is_bare => {
            ["true", "false"].map(|word| Item::new(word, "", &field.doc, Kind::Bare)).into()
        }
        _ => fields::choices(field)
            .into_iter()
            .map(|(value, doc)| {
                Item::new(value, "", if doc.is_empty() { &field.doc } else { doc }, Kind::Value)
            })
            .collect(),
    }
}

pub fn has_choices(around: &Around, context: &Context<'_>) -> bool {
    let field = fields::field_at(context.method, around.path());
    field.is_some_and(|field| !fields::choices(field).is_empty())
}

fn compared_samples(text: &str, start: usize, context: &Context<'_>) -> Vec<Item> {
    Liquid::around(&text[..start])
        .and_then(|liquid| liquid.compared(liquid.inner, &text[..liquid.start]))
        .map_or_else(Vec::new, |path| samples_of(path, context))
}

fn samples_of(path: &str, context: &Context<'_>) -> Vec<Item> {
    let Some([root, name]) = values::path_of(path).and_then(|path| <[String; 2]>::try_from(path).ok()) else {
        return Vec::new();
    };
    let property =
        Some(name).filter(|_| root == "Profile").and_then(|name| context.vocabulary.property(&name));
    let Some(property) = property else { return Vec::new() };
    let detail = format!("a {} of profiles", property.name);
    let literal = |sample: &String| match property.kind {
        // A sample that was cut is no value.
        _ if sample.ends_with('…') => None,
        profile::Kind::Text if !sample.contains('"') => Some(format!("\"{sample}\"")),
        profile::Kind::Text if !sample.contains('\'') => Some(format!("'{sample}'")),
        profile::Kind::Number | profile::Kind::Boolean => Some(sample.clone()),
        profile::Kind::Text | profile::Kind::Date | profile::Kind::List | profile::Kind::Object => None,
    };
    let samples = property.samples.iter();
    samples
        .filter_map(|sample| Some(Item::new(sample, &detail, "", Kind::Sample { literal: literal(sample)? })))
        .collect()
}

fn partials(context: &Context<'_>) -> Vec<Item> {
    context.partials.iter().map(|name| Item::new(*name, "partial", "", Kind::Partial)).collect()
}

fn marked_up(c: char, around: &Around) -> Vec<Item> {
    let mode = markup_mode(around);
    let mut items = Vec::new();
    let before = around.string_before();
    if let Some(name) = markup::open_tag(&before).filter(|_| c == '<') {
        items.push(Item::new(
            format!("/{name}"),
            "",
            format!("Ends <{name}>"),
            Kind::EndMarkup(name.to_owned()),
        ));
    }
    items.extend(mode.into_iter().flat_map(|mode| markup::beginning_with(mode, c)).map(markup_item));
    items
}

fn markup_item(markup: &'static markup::Markup) -> Item {
    let short = markup.doc.split(';').next().unwrap_or(markup.doc);
    let doc = format!("{} · {}", markup.text(), markup.doc);
    Item::new(markup.label, short, doc, Kind::Markup(markup))
}

/// The parse mode of a text: the body's, or HTML where the body does not name one yet.
pub fn markup_mode(around: &Around) -> Option<ParseMode> {
    let is_text = matches!(around.path().last().map(String::as_str), Some("text" | "caption"));
    if around.within() != Some(PlaceKind::String) {
        return None;
    }
    let may_be_html = is_text && !around.names_a_mode();
    around.mode().or(may_be_html.then_some(ParseMode::Html))
}
