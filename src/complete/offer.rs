//! Collects the items that the picker offers for a trigger and its context.

use crate::profile::{self, PropertySummary, SampleProperties, Value};
use crate::telegram::fields::{ApiField, FieldType};
use crate::telegram::{self, ParseMode};
use crate::template::{
    self, Binding, EscapePosition, FILTERS, FilterDoc, JsonContext, JsonContextKind, ScopedName, TAGS, TagDoc,
};

use super::body_at_cursor::BodyAtCursor;
use super::fields;
use super::item::{CompletionItem, CompletionKind, Variable};
use super::liquid::OpenLiquid;
use super::markup;
use super::values::{self, NamesInScope};
use super::{CompletionContext, Trigger};

/// The maximum number of names after the first name of an offered path, such as `Event.a.b.c`.
const MAX_DEPTH: usize = 3;

/// The maximum length of all samples of a property together, in characters. The first sample is shown even if it is
/// longer.
const MAX_SAMPLES_CHARS: usize = 56;

/// If there are more items than this, no more paths inside values are added. A sample event can be a JSON file of any
/// size, and a longer list would slow down the picker.
const MAX_PATHS: usize = 300;

pub(crate) fn find_items(
    trigger: Trigger,
    text: &str,
    start: usize,
    body: &BodyAtCursor,
    context: &CompletionContext<'_>,
) -> Vec<CompletionItem> {
    match trigger {
        Trigger::Pipe => filters(text, start, body, context),
        Trigger::TagOpen => tags(body, context),
        Trigger::Key => keys(body, context),
        Trigger::Value => choices(body, context),
        Trigger::Sample => compared_samples(text, start, context),
        Trigger::Partial => partials(context),
        Trigger::Markup(c) => markup_items(c, body),
        // `{` may start a JSON object or Liquid. Where an object fits, its keys are offered. Elsewhere, variables are
        // offered.
        Trigger::Brace => {
            let begins_object =
                matches!(body.json_kind(), Some(JsonContextKind::Value)) || body.is_at_start();
            let keys = if begins_object && context.is_json { keys(body, context) } else { Vec::new() };
            if keys.is_empty() { variables(body, context) } else { keys }
        }
        Trigger::Here => items_at_cursor(body, context),
        // After a comparison such as `==`, sample values of the compared property come first, because a value is more
        // likely there than another variable. Where nothing is compared, there are no such samples.
        Trigger::Name => {
            let mut items = compared_samples(text, start, context);
            items.extend(variables(body, context));
            items
        }
        Trigger::AngleAngle | Trigger::BraceBrace | Trigger::At => variables(body, context),
    }
}

fn items_at_cursor(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    match body.json_kind() {
        _ if context.is_json && body.is_at_start() => keys(body, context),
        Some(JsonContextKind::BeforeKey | JsonContextKind::AfterMember) => keys(body, context),
        Some(JsonContextKind::Value) => {
            let field = telegram::fields::field_at(context.method, body.path());
            let mut items = choices(body, context);
            items.extend(variables(body, context));
            if field.is_some_and(|field| field.kind == FieldType::ChatId) {
                // The value is nearly always the profile's own chat id, so that property goes first. The sort is
                // stable and keeps the order of the other items.
                items.sort_by_key(|item| item.label != profile::CHAT_ID);
            }
            items
        }
        Some(JsonContextKind::String) => {
            let mut items = choices(body, context);
            items.extend(variables(body, context));
            let mode = body.mode();
            items.extend(mode.into_iter().flat_map(markup::of).map(markup_item));
            items
        }
        Some(JsonContextKind::Key | JsonContextKind::Structure) => Vec::new(),
        None => variables(body, context),
    }
}

/// Returns the variables in this order:
///
/// 1. the names that the template sets, the last one first
/// 2. the profile properties, the most frequent first
/// 3. the built-in `identity`
/// 4. the paths inside the profile's values
/// 5. the properties of the event and of the external trigger
/// 6. the built-in campaign id
fn variables(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    let names = body.names();
    let scope = NamesInScope { names: &names, source: body.source() };
    let vocabulary = context.vocabulary;
    let mut items = Vec::new();
    // The variable that was set last is the most likely choice.
    for name in names.iter().rev() {
        push_scoped_name(name, scope, context, &mut items);
    }
    let mut properties: Vec<&PropertySummary> = vocabulary.properties.iter().collect();
    properties.sort_by(|a, b| b.n_set.cmp(&a.n_set).then_with(|| a.name.cmp(&b.name)));
    items.extend(properties.iter().map(|property| property_item(property, context)));
    // A property with the name `identity` takes precedence over the built-in one.
    if vocabulary.property("identity").is_none() {
        let path = vec!["Profile".to_owned(), "identity".to_owned()];
        let kind = CompletionKind::Variable(Variable { path, kind: Some(profile::ValueKind::Text) });
        items.push(CompletionItem::new(
            "identity",
            "text · built-in",
            "The profile's identity: unique, never empty",
            kind,
        ));
    }
    let values = context.values.as_ref();
    if let Some(profile) = values.and_then(|values| values.profile) {
        for (name, value) in &profile.properties {
            inner_paths(&["Profile".to_owned(), name.clone()], value, "this profile", &mut items);
        }
    }
    let event = values.and_then(|values| values.event);
    let trigger = values.and_then(|values| values.external_trigger);
    from_sample("Event", event, &vocabulary.event, "event", &mut items);
    from_sample("ExternalTrigger", trigger, &vocabulary.external_trigger, "external trigger", &mut items);
    let path = vec!["Campaign".to_owned(), "campaignId".to_owned()];
    let kind = CompletionKind::Variable(Variable { path, kind: Some(profile::ValueKind::Text) });
    items.push(CompletionItem::new(
        "Campaign.campaignId",
        "text · built-in",
        "The campaign's id: its file name without the extension",
        kind,
    ));
    items
}

fn push_scoped_name(
    name: &ScopedName,
    scope: NamesInScope<'_>,
    context: &CompletionContext<'_>,
    items: &mut Vec<CompletionItem>,
) {
    let path = vec![name.name.clone()];
    let (detail, doc) = match name.binding {
        Binding::Assigned(span) => ("assigned here", span.of(scope.source)),
        Binding::Captured => ("captured here", ""),
        Binding::Item(span) => ("item of", span.of(scope.source)),
        Binding::Counter => ("counter", ""),
        Binding::Loop => {
            let members = ["index", "index0", "first", "last", "length", "rindex"];
            items.extend(members.map(|member| {
                let path = vec![name.name.clone(), member.to_owned()];
                let kind = CompletionKind::Variable(Variable { path, kind: None });
                CompletionItem::new(format!("{}.{member}", name.name), "this loop", "", kind)
            }));
            return;
        }
    };
    // The list of a loop variable is shown beside its name. The expression of an assigned variable is shown only below
    // the rows.
    let detail = match name.binding {
        Binding::Item(_) => format!("{detail} {doc}"),
        _ => detail.to_owned(),
    };
    let value = values::lookup(&path, scope, context);
    let kind = CompletionKind::Variable(Variable { path: path.clone(), kind: value.and_then(Value::kind) });
    items.push(CompletionItem::new(&name.name, detail, doc, kind));
    if let Some(value) = value {
        inner_paths(&path, value, "from the sample", items);
    }
}

fn property_item(property: &PropertySummary, context: &CompletionContext<'_>) -> CompletionItem {
    let detail =
        format!("{} · {} of {}", property.kind.as_str(), property.n_set, context.vocabulary.n_profiles);
    let path = vec!["Profile".to_owned(), property.name.clone()];
    let kind = CompletionKind::Variable(Variable { path, kind: Some(property.kind) });
    CompletionItem::new(&property.name, detail, join_samples(&property.samples), kind)
}

fn join_samples(samples: &[String]) -> String {
    let mut line = String::new();
    let mut n_chars = 0;
    for sample in samples {
        // The separator `, ` has two characters.
        n_chars += sample.chars().count() + 2;
        if !line.is_empty() {
            if MAX_SAMPLES_CHARS < n_chars {
                break;
            }
            line.push_str(", ");
        }
        line.push_str(sample);
    }
    line
}

fn inner_paths(path: &[String], value: &Value, detail: &str, items: &mut Vec<CompletionItem>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        if MAX_DEPTH < path.len() || MAX_PATHS < items.len() {
            return;
        }
        let mut inner = path.to_vec();
        inner.push(name.clone());
        let kind = value.kind();
        let word = kind.map_or("null", profile::ValueKind::as_str);
        let doc = sample_text(value);
        let variable = CompletionKind::Variable(Variable { path: inner.clone(), kind });
        items.push(CompletionItem::new(inner.join("."), format!("{word} · {detail}"), doc, variable));
        inner_paths(&inner, value, detail, items);
    }
}

/// Adds the paths in a sample event, or the known names if there is no sample.
fn from_sample(
    root: &str,
    sample: Option<&Value>,
    properties: &SampleProperties,
    detail: &str,
    items: &mut Vec<CompletionItem>,
) {
    if let Some(sample) = sample {
        inner_paths(&[root.to_owned()], sample, detail, items);
        return;
    }
    items.extend(properties.keys().map(|name| {
        let kind =
            CompletionKind::Variable(Variable { path: vec![root.to_owned(), name.clone()], kind: None });
        CompletionItem::new(format!("{root}.{name}"), detail, "", kind)
    }));
}

fn sample_text(value: &Value) -> String {
    match value {
        Value::Text(text) => values::shortened(text),
        Value::List(items) => format!("{} items; use them in a `for` loop", items.len()),
        other => values::shortened(&other.to_json().to_string()),
    }
}

fn filters(
    text: &str,
    start: usize,
    body: &BodyAtCursor,
    context: &CompletionContext<'_>,
) -> Vec<CompletionItem> {
    let names = body.names();
    let scope = NamesInScope { names: &names, source: body.source() };
    let value = OpenLiquid::at_end_of(&text[..start]).and_then(|liquid| liquid.piped_value(start));
    let mut accepted: Vec<&'static FilterDoc> =
        FILTERS.iter().filter(|filter| filter.dialects.contains(&context.dialect)).collect();
    let needed = needed_filters(body, context);
    // The needed filters come first, in the order in which they must be applied. All others follow in the table's
    // order.
    accepted.sort_by_key(|filter| needed.iter().position(|name| name == filter.name).unwrap_or(needed.len()));
    accepted
        .into_iter()
        .map(|filter| {
            let (detail, doc) = describe_filter(filter, value, scope, context);
            CompletionItem::new(filter.name, detail, doc, CompletionKind::Filter(filter))
        })
        .collect()
}

/// Returns the names of the filters that most values need here: `default` and the escapes of the context.
fn needed_filters(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<String> {
    let position = body
        .json_context
        .as_ref()
        .and_then(JsonContext::escape_position)
        .unwrap_or(EscapePosition::PlainText);
    let escapes = template::escape_filters(body.mode(), position, context.dialect);
    // Some escapes have arguments, as in `replace: '_', …`. Only the name of the filter is returned.
    let name = |filter: &str| filter.split(':').next().unwrap_or(filter).to_owned();
    std::iter::once("default".to_owned()).chain(escapes.iter().map(|filter| name(filter))).collect()
}

/// Returns the detail and the documentation of a filter's item. The detail is the filter's result for the value. If the
/// filter needs arguments, the result is for the arguments of its example. If there is no result, the detail is the
/// filter's signature.
fn describe_filter(
    filter: &FilterDoc,
    value: Option<&str>,
    scope: NamesInScope<'_>,
    context: &CompletionContext<'_>,
) -> (String, String) {
    let arguments = if filter.needs_arguments() { filter.example_arguments() } else { "" };
    let result = value
        .and_then(|value| values::evaluate(&format!("{value} | {}{arguments}", filter.name), scope, context));
    let doc = match filter.signature {
        "" => filter.summary.to_owned(),
        signature => format!("{}: {signature} · {}", filter.name, filter.summary),
    };
    match result {
        Some(result) if result.is_empty() => (format!("{arguments} → empty"), doc),
        Some(result) => (format!("{arguments} → {result}"), doc),
        None => (filter.signature.to_owned(), doc),
    }
}

/// Returns the tags that the dialect accepts here. Tags such as `endif` and `else` need an open block.
fn tags(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    let open = body.open_tags();
    let mut items: Vec<CompletionItem> = Vec::new();
    if let Some(innermost) = open.last() {
        let label = format!("end{innermost}");
        items.push(CompletionItem::new(
            label,
            "",
            format!("Ends the `{innermost}`"),
            CompletionKind::EndTag(innermost),
        ));
    }
    let accepted = TAGS.iter().filter(|tag| tag.dialects.contains(&context.dialect));
    let fits = accepted.filter(|tag| is_allowed_in(tag, &open));
    items.extend(
        fits.map(|tag| CompletionItem::new(tag.name, tag.signature, tag.summary, CompletionKind::Tag(tag))),
    );
    items
}

fn is_allowed_in(tag: &TagDoc, open: &[&str]) -> bool {
    let innermost = open.last().copied().unwrap_or("");
    match tag.name {
        "else" => matches!(innermost, "if" | "unless" | "case" | "for"),
        "elsif" => matches!(innermost, "if" | "unless"),
        "when" => innermost == "case",
        // Any open block may be the loop, not only the innermost: `break` and `continue` may be inside an `if` in the
        // loop.
        "break" | "continue" => open.iter().any(|name| matches!(*name, "for" | "tablerow")),
        _ => true,
    }
}

/// Returns the keys that the object at the cursor does not have yet.
fn keys(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    let is_after_member = body.json_kind() == Some(JsonContextKind::AfterMember);
    let path = match body.path().split_last() {
        // After a member, the path still ends with the key of that member. The path of the object is the part before
        // this key.
        Some((_, object)) if is_after_member => object,
        _ => body.path(),
    };
    let present = body.json_context.as_ref().map_or(&[][..], |json| &json.keys);
    // `present` counts only if the cursor is between the members of an object. Directly after a `{`, the new object is
    // still empty, and `present` has the keys of the object around it.
    let in_object =
        matches!(body.json_kind(), Some(JsonContextKind::BeforeKey | JsonContextKind::AfterMember));
    let mut found: Vec<&'static ApiField> = telegram::fields::fields_at(context.method, path)
        .iter()
        .filter(|field| field.replaced_by.is_none() && !(in_object && present.contains(&field.name)))
        .collect();
    found.sort_by_key(|field| rank(field));
    found.into_iter().map(key_item).collect()
}

/// Returns the rank of a field in the list. A field with a lower rank is needed more often.
fn rank(field: &ApiField) -> u8 {
    match (&field.kind, field.required) {
        (FieldType::ChatId, true) => 0,
        (_, true) => 1,
        (FieldType::ParseMode, _) => 2,
        (FieldType::Object(name), _) if name == "ReplyMarkup" => 3,
        (FieldType::Text | FieldType::Url | FieldType::Object(_), _) => 4,
        _ => 5,
    }
}

fn key_item(field: &'static ApiField) -> CompletionItem {
    let kind = fields::kind_in_words(&field.kind);
    let detail = if field.required { format!("{kind} · required") } else { kind.to_owned() };
    CompletionItem::new(&field.name, detail, &field.doc, CompletionKind::Key(field))
}

fn choices(body: &BodyAtCursor, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    let Some(field) = telegram::fields::field_at(context.method, body.path()) else { return Vec::new() };
    let is_bare = body.json_kind() == Some(JsonContextKind::Value);
    match field.kind {
        FieldType::Boolean if is_bare => ["true", "false"]
            .map(|word| CompletionItem::new(word, "", &field.doc, CompletionKind::Bare))
            .into(),
        _ => fields::choices(field)
            .into_iter()
            .map(|(value, doc)| {
                CompletionItem::new(
                    value,
                    "",
                    if doc.is_empty() { &field.doc } else { doc },
                    CompletionKind::Value,
                )
            })
            .collect(),
    }
}

pub(crate) fn has_choices(body: &BodyAtCursor, context: &CompletionContext<'_>) -> bool {
    let field = telegram::fields::field_at(context.method, body.path());
    field.is_some_and(|field| !fields::choices(field).is_empty())
}

fn compared_samples(text: &str, start: usize, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    OpenLiquid::at_end_of(&text[..start])
        .and_then(|liquid| liquid.compared_path(liquid.inner, &text[..liquid.start]))
        .map_or_else(Vec::new, |path| samples_of(path, context))
}

fn samples_of(path: &str, context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    let Some([root, name]) = values::path_of(path).and_then(|path| <[String; 2]>::try_from(path).ok()) else {
        return Vec::new();
    };
    let property =
        Some(name).filter(|_| root == "Profile").and_then(|name| context.vocabulary.property(&name));
    let Some(property) = property else { return Vec::new() };
    let detail = format!("value of {}", property.name);
    let literal = |sample: &String| match property.kind {
        // A shortened sample is not the whole value, so a comparison with it would never be true.
        _ if sample.ends_with('…') => None,
        profile::ValueKind::Text if !sample.contains('"') => Some(format!("\"{sample}\"")),
        profile::ValueKind::Text if !sample.contains('\'') => Some(format!("'{sample}'")),
        profile::ValueKind::Number | profile::ValueKind::Boolean => Some(sample.clone()),
        profile::ValueKind::Text
        | profile::ValueKind::Date
        | profile::ValueKind::List
        | profile::ValueKind::Object => None,
    };
    let samples = property.samples.iter();
    samples
        .filter_map(|sample| {
            Some(CompletionItem::new(
                sample,
                &detail,
                "",
                CompletionKind::Sample { literal: literal(sample)? },
            ))
        })
        .collect()
}

fn partials(context: &CompletionContext<'_>) -> Vec<CompletionItem> {
    context
        .partials
        .iter()
        .map(|name| CompletionItem::new(*name, "partial", "", CompletionKind::Partial))
        .collect()
}

fn markup_items(c: char, body: &BodyAtCursor) -> Vec<CompletionItem> {
    let mode = markup_mode(body);
    let mut items = Vec::new();
    let before = body.string_before();
    if let Some(name) = markup::open_tag(&before).filter(|_| c == '<') {
        items.push(CompletionItem::new(
            format!("/{name}"),
            "",
            format!("Ends <{name}>"),
            CompletionKind::EndMarkup(name.to_owned()),
        ));
    }
    items.extend(mode.into_iter().flat_map(|mode| markup::beginning_with(mode, c)).map(markup_item));
    items
}

fn markup_item(markup: &'static markup::MarkupSnippet) -> CompletionItem {
    // The row has little room, so it shows only the part of the documentation before the first semicolon. The whole
    // documentation is shown below the list.
    let short = markup.doc.split(';').next().unwrap_or(markup.doc);
    let doc = format!("{} · {}", markup.text(), markup.doc);
    CompletionItem::new(markup.label, short, doc, CompletionKind::Markup(markup))
}

/// Returns the parse mode for markup at the cursor. Returns `None` outside JSON strings, and in strings to which no
/// parse mode applies.
pub(crate) fn markup_mode(body: &BodyAtCursor) -> Option<ParseMode> {
    let is_text = matches!(body.path().last().map(String::as_str), Some("text" | "caption"));
    if body.json_kind() != Some(JsonContextKind::String) {
        return None;
    }
    // A body that is being typed may have no `parse_mode` yet. HTML is the most common mode, so its markup is offered.
    let may_be_html = is_text && !body.mentions_parse_mode();
    body.mode().or(may_be_html.then_some(ParseMode::Html))
}
