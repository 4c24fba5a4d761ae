//! What the server does with a request without a word: fields it ignores, values it reads otherwise than meant.

use super::fullness::n_own_entities;
use super::markup::{MAX_BUTTONS, MAX_BUTTONS_IN_ROW};
use super::text::{MAX_TEXT, Names};
use super::value::{self, Value};
use super::{Content, Finding, Request};
use crate::diagnostic::{Code, Severity};
use crate::json;
use crate::telegram::api_error::Place;
use crate::telegram::arguments::{Argument, Arguments, Origin, canonical, is_true, lenient_i64};
use crate::telegram::fields::{self, Field, Kind};
use crate::telegram::link;
use crate::telegram::method::Method;
use crate::telegram::sent::MAX_ENTITIES;
use crate::text::utf16_len;

/// Returns all findings, in the order of the arguments.
pub(super) fn of(method: Method, arguments: &Arguments, request: Option<&Request>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, argument) in arguments.iter() {
        check_argument(method, name, argument, &mut findings);
    }
    check_repeated(arguments, &mut findings);
    check_entities_beside_mode(arguments, &mut findings);
    if let Some(request) = request {
        check_lengths(request, &mut findings);
    }
    findings
}

fn finding(place: Place, code: Code, message: impl Into<String>, help: &str) -> Finding {
    let help = Some(help.to_owned()).filter(|help| !help.is_empty());
    Finding { place, severity: Severity::Warning, code, message: message.into(), help }
}

fn check_argument(method: Method, name: &str, argument: &Argument, findings: &mut Vec<Finding>) {
    let place = Place::argument(name);
    let known = fields::of_method(method);
    let Some(field) = known.iter().find(|field| field.name == name) else {
        findings.push(unknown(place, method.as_str(), name, known));
        return;
    };
    check_age(field, &place, findings);
    if argument.origin == Origin::Null {
        findings.extend(null(field, place));
        return;
    }
    match &field.kind {
        Kind::Boolean => findings.extend(odd_boolean(&argument.text, place)),
        Kind::Integer => findings.extend(odd_integer(&argument.text, place)),
        Kind::ChatId => findings.extend(odd_chat_id(&argument.text, place)),
        Kind::Object(_) | Kind::Array(_) => check_json(name, argument, &field.kind, findings),
        Kind::Number | Kind::String | Kind::Text | Kind::ParseMode | Kind::Url | Kind::File | Kind::Any => {}
    }
}

fn unknown(place: Place, owner: &str, name: &str, known: &[Field]) -> Finding {
    let (message, near) = fields::unknown(owner, name, known);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "take it out; Telegram does not look at it".to_owned(),
    };
    finding(place, Code::UnknownField, message, &help)
}

fn check_age(field: &Field, place: &Place, findings: &mut Vec<Finding>) {
    if let Some(newer) = &field.replaced_by {
        let message = format!("`{}` is an old name", field.name);
        let mut old = finding(place.clone(), Code::OldField, message, &format!("write `{newer}` instead"));
        old.severity = Severity::Info;
        findings.push(old);
    }
}

fn null(field: &Field, place: Place) -> Option<Finding> {
    // Where an object or a parse mode is wanted, the server refuses "null" by itself.
    if matches!(field.kind, Kind::Object(_) | Kind::ParseMode) {
        return None;
    }
    let message = match field.kind {
        Kind::Text | Kind::String | Kind::Url | Kind::File => {
            format!("null is read as the word \"null\": that is the `{}`", field.name)
        }
        Kind::ChatId => "null is read as the word \"null\", which is no chat".to_owned(),
        _ => format!("null is read as the word \"null\", as if `{}` were not set", field.name),
    };
    Some(finding(place, Code::NullValue, message, "leave the field out where it has no value"))
}

fn odd_boolean(text: &str, place: Place) -> Option<Finding> {
    let is_no = ["false", "no", "0", ""].iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    (!is_no && !is_true(text)).then(|| {
        finding(place, Code::OddBoolean, format!("{} is read as false", quoted(text)), "write true or false")
    })
}

fn odd_integer(text: &str, place: Place) -> Option<Finding> {
    (!text.is_empty() && canonical::<i64>(text).is_none()).then(|| {
        let message = format!("{} is read as {}", quoted(text), lenient_i64(text));
        finding(place, Code::OddNumber, message, "write a whole number")
    })
}

fn odd_chat_id(text: &str, place: Place) -> Option<Finding> {
    if text.is_empty() {
        return None;
    }
    let (message, help) = match text.strip_prefix('@') {
        Some(name) if is_username(name) => return None,
        Some(_) => (format!("{} cannot be a name", quoted(text)), "names have 4 to 32 letters, digits and _"),
        None => match canonical::<i64>(text) {
            Some(id) if id != 0 => return None,
            Some(_) => ("0 is no chat".to_owned(), "chat ids are never 0"),
            None => (
                format!("{} is no chat id: Telegram reads it as {}", quoted(text), lenient_i64(text)),
                "write a number, or @ and a name",
            ),
        },
    };
    Some(Finding { severity: Severity::Error, ..finding(place, Code::BadChatId, message, help) })
}

fn is_username(name: &str) -> bool {
    (3..=32).contains(&name.len()) && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

fn quoted(text: &str) -> String {
    const LONGEST: usize = 30;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    json::quote(&shown)
}

fn check_json(name: &str, argument: &Argument, kind: &Kind, findings: &mut Vec<Finding>) {
    if argument.text.is_empty() {
        return;
    }
    let node = value::parse(argument);
    let value = node.as_ref().map(|node| Value::of_argument(name, argument, node));
    match value {
        Some(value) => check_value(&value, kind, findings),
        None => findings.extend(ignored_entities(name, Place::argument(name))),
    }
}

fn check_value(value: &Value<'_>, kind: &Kind, findings: &mut Vec<Finding>) {
    match kind {
        Kind::Object(owner) => check_object(value, owner, findings),
        Kind::Array(inner) => match value.items() {
            Some(items) => {
                check_row(&items, inner, findings);
                items.iter().for_each(|item| check_value(item, inner, findings));
            }
            None if **inner == Kind::Object("MessageEntity".into()) => {
                findings.extend(ignored_entities("entities", value.place()));
            }
            None => {}
        },
        _ => {}
    }
}

fn check_object(value: &Value<'_>, owner: &str, findings: &mut Vec<Finding>) {
    let known = fields::of_object(owner);
    for key in value.keys() {
        let Some(member) = value.member(key) else { continue };
        match known.iter().find(|field| field.name == key) {
            None => findings.push(unknown(member.place(), owner, key, known)),
            Some(field) => {
                check_age(field, &member.place(), findings);
                check_value(&member, &field.kind, findings);
            }
        }
    }
    match owner {
        "InlineKeyboardButton" => check_actions(value, findings),
        "ReplyMarkup" => check_kinds(value, findings),
        "LinkPreviewOptions" => check_preview_url(value, findings),
        _ => {}
    }
}

fn ignored_entities(name: &str, place: Place) -> Option<Finding> {
    name.ends_with("entities").then(|| {
        let message = "this is no JSON array of entities: it is ignored";
        finding(place, Code::IgnoredValue, message, "write [{\"type\": …, \"offset\": …, \"length\": …}]")
    })
}

fn check_row(items: &[Value<'_>], inner: &Kind, findings: &mut Vec<Finding>) {
    let is_button = |kind: &Kind| matches!(kind, Kind::Object(name) if name.ends_with("KeyboardButton"));
    let is_text_missing = |button: &Value<'_>| {
        button.node.get("text").and_then(json::Node::as_text).is_some_and(|text| text.decoded.is_empty())
            && !button.has("icon_custom_emoji_id")
    };
    if is_button(inner) {
        for button in items.iter().filter(|button| is_text_missing(button)) {
            let help = "give it a text";
            findings.push(finding(
                button.place(),
                Code::DroppedButton,
                "a button without text is dropped",
                help,
            ));
        }
        if let Some(beyond) = items.get(MAX_BUTTONS_IN_ROW) {
            let message = format!("a row keeps {MAX_BUTTONS_IN_ROW} buttons: the others are dropped");
            findings.push(finding(beyond.place(), Code::DroppedButton, message, "begin another row"));
        }
    } else if matches!(inner, Kind::Array(button) if is_button(button)) {
        let total: usize =
            items.iter().filter_map(Value::items).map(|row| row.len().min(MAX_BUTTONS_IN_ROW)).sum();
        if MAX_BUTTONS < total
            && let Some(first) = items.first()
        {
            let message = format!("a keyboard keeps {MAX_BUTTONS} buttons: the others are dropped");
            findings.push(finding(first.place(), Code::DroppedButton, message, "use fewer buttons"));
        }
    }
}

/// The actions of a button in the order in which the server looks for them.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
];

fn check_actions(button: &Value<'_>, findings: &mut Vec<Finding>) {
    let mut present = ACTIONS.iter().filter(|action| button.has(action));
    let Some(first) = present.next() else { return };
    for action in present {
        let place = button.member(action).as_ref().unwrap_or(button).place();
        let message = format!("a button does one thing: `{first}` counts, `{action}` is ignored");
        findings.push(finding(place, Code::IgnoredValue, message, "make two buttons of it"));
    }
}

fn check_kinds(markup: &Value<'_>, findings: &mut Vec<Finding>) {
    let is_empty =
        |name: &str| markup.member(name).and_then(|rows| rows.items()).is_none_or(|rows| rows.is_empty());
    if let Some(inline) = markup.member("inline_keyboard")
        && !is_empty("keyboard")
        && !is_empty("inline_keyboard")
    {
        let message = "`keyboard` counts, `inline_keyboard` is ignored";
        findings.push(finding(inline.place(), Code::IgnoredValue, message, "a message has one of them"));
    }
}

fn check_preview_url(options: &Value<'_>, findings: &mut Vec<Finding>) {
    let Some(url) = options.member("url") else { return };
    let Some(text) = url.node.as_text().filter(|text| !text.decoded.is_empty()) else { return };
    if let Err(bad) = link::checked(&text.decoded) {
        let message = format!("there will be no card: {}", bad.reason());
        findings.push(finding(url.place(), Code::BadLink, message, "write a whole address: https://…"));
    }
}

fn check_repeated(arguments: &Arguments, findings: &mut Vec<Finding>) {
    for name in arguments.repeated() {
        let message = format!("`{name}` is there more than once: the first counts");
        findings.push(finding(Place::argument(name), Code::RepeatedField, message, "take the others out"));
    }
}

fn check_entities_beside_mode(arguments: &Arguments, findings: &mut Vec<Finding>) {
    for names in Names::TOP {
        let mode = arguments.text(names.parse_mode);
        let has_mode = !mode.is_empty() && !mode.eq_ignore_ascii_case("none");
        let has_both =
            has_mode && arguments.get(names.entities).is_some() && arguments.get(names.text).is_some();
        if has_both {
            let message = format!("`{}` is ignored, since there is a `{}`", names.entities, names.parse_mode);
            let help = "keep one of them";
            findings.push(finding(Place::argument(names.entities), Code::IgnoredValue, message, help));
        }
    }
}

fn check_lengths(request: &Request, findings: &mut Vec<Finding>) {
    let Some(text) = request.text() else { return };
    let (name, limit) = match request.content() {
        Content::Text { .. } => ("text", MAX_TEXT),
        Content::Media(_) => ("caption", super::MAX_CAPTION),
        Content::Album(_) | Content::Poll(_) | Content::Location(_) | Content::Nothing => return,
    };
    let units = utf16_len(&text.sent.text);
    if limit < units {
        let chars = text.sent.text.chars().count();
        let message = format!(
            "{chars} characters, but {units} where an emoji counts as two: more than {limit} of those may be refused"
        );
        findings.push(finding(Place::argument(name), Code::NearLimit, message, "shorten it to be sure"));
    }
    let own = n_own_entities(text);
    if MAX_ENTITIES < own {
        let message = format!("{own} entities: Telegram keeps about {MAX_ENTITIES} and drops the others");
        findings.push(finding(Place::argument(name), Code::TooManyEntities, message, "use less markup"));
    }
}
