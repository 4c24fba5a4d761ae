//! Finds problems that the server does not report. For example, the server ignores some fields, and it reads some
//! values in an unexpected way.
//!
//! This module does not report errors with which the server refuses a call. The function `check` returns those errors.

use super::fullness::count_author_entities;
use super::location::leading_number;
use super::markup::{MAX_BUTTONS, MAX_BUTTONS_IN_ROW};
use super::text::TextFields;
use super::value::{self, ArgumentValue};
use super::{ApiRequest, Finding, MessageContent};
use crate::diagnostic::{Code, Severity};
use crate::json;
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::{Argument, ArgumentKind, Arguments, is_true, lenient_i64};
use crate::telegram::fields::{self, ApiField, FieldType};
use crate::telegram::integer::parse_canonical;
use crate::telegram::link;
use crate::telegram::method::Method;
use crate::telegram::sent::MAX_ENTITIES;

/// Returns the findings about single arguments, in the order of the arguments. The findings about the whole call come
/// after them.
pub(super) fn collect(method: Method, arguments: &Arguments, request: Option<&ApiRequest>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, argument) in arguments.iter() {
        check_argument(method, name, argument, &mut findings);
    }
    check_repeated(arguments, &mut findings);
    check_entities_beside_mode(arguments, &mut findings);
    if let Some(request) = request {
        check_entity_count(request, &mut findings);
    }
    findings
}

fn finding(location: ArgumentLocation, code: Code, message: impl Into<String>, help: &str) -> Finding {
    let help = Some(help.to_owned()).filter(|help| !help.is_empty());
    Finding { place: location, severity: Severity::Warning, code, message: message.into(), help }
}

fn check_argument(method: Method, name: &str, argument: &Argument, findings: &mut Vec<Finding>) {
    let location = ArgumentLocation::argument(name);
    let known = fields::of_method(method);
    let Some(field) = known.iter().find(|field| field.name == name) else {
        findings.push(unknown_field(location, method.as_str(), name, known));
        return;
    };
    check_old_name(field, &location, findings);
    if argument.kind == ArgumentKind::Null {
        findings.extend(null_value(field, location));
        return;
    }
    match &field.kind {
        FieldType::Boolean => findings.extend(odd_boolean(&argument.text, location)),
        FieldType::Integer => findings.extend(odd_integer(&argument.text, location)),
        FieldType::ChatId => findings.extend(odd_chat_id(&argument.text, location)),
        FieldType::Object(_) | FieldType::Array(_) => check_json(name, argument, &field.kind, findings),
        FieldType::Number => findings.extend(odd_decimal(&argument.text, location)),
        FieldType::String
        | FieldType::Text
        | FieldType::ParseMode
        | FieldType::Url
        | FieldType::File
        | FieldType::Any => {}
    }
}

fn unknown_field(location: ArgumentLocation, owner: &str, name: &str, known: &[ApiField]) -> Finding {
    let (message, similar) = fields::unknown_field(owner, name, known);
    let help = match similar {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "remove it".to_owned(),
    };
    finding(location, Code::UnknownField, message, &help)
}

fn check_old_name(field: &ApiField, location: &ArgumentLocation, findings: &mut Vec<Finding>) {
    if let Some(newer) = &field.replaced_by {
        let message = format!("`{}` is the old name of this field", field.name);
        let mut old = finding(location.clone(), Code::OldField, message, &format!("write `{newer}` instead"));
        // This is only a hint, because the server still reads the old names.
        old.severity = Severity::Info;
        findings.push(old);
    }
}

fn null_value(field: &ApiField, location: ArgumentLocation) -> Option<Finding> {
    // If an object or a parse mode is null, the server answers with an error. `check` reports that error.
    if matches!(field.kind, FieldType::Object(_) | FieldType::ParseMode) {
        return None;
    }
    if field.kind == FieldType::Number {
        let message = "Telegram reads `null` as the text \"null\", which is 0 as a number";
        return Some(finding(location, Code::NullValue, message, "write a number such as 55.75"));
    }
    let message = match field.kind {
        FieldType::Text => "Telegram reads `null` as the text \"null\" and sends it".to_owned(),
        FieldType::String | FieldType::Url | FieldType::File => {
            format!("Telegram reads `null` as the text \"null\" and uses it as the `{}`", field.name)
        }
        FieldType::ChatId => "Telegram reads `null` as the text \"null\", which is not a chat id".to_owned(),
        _ => format!(
            "Telegram reads `null` as the text \"null\", which has the same effect as no `{}`",
            field.name
        ),
    };
    Some(finding(location, Code::NullValue, message, "leave the field out if it has no value"))
}

fn odd_boolean(text: &str, location: ArgumentLocation) -> Option<Finding> {
    // The server reads only `true`, `yes`, and `1` as true, and everything else as false. A value that clearly means
    // false needs no warning.
    let is_no = ["false", "no", "0", ""].iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    (!is_no && !is_true(text)).then(|| {
        finding(
            location,
            Code::OddBoolean,
            format!("Telegram reads {} as false", quoted(text)),
            "write true or false",
        )
    })
}

fn odd_integer(text: &str, location: ArgumentLocation) -> Option<Finding> {
    (!text.is_empty() && parse_canonical::<i64>(text).is_none()).then(|| {
        let message = format!("Telegram reads {} as {}", quoted(text), lenient_i64(text));
        finding(location, Code::OddNumber, message, "write a whole number")
    })
}

fn odd_decimal(text: &str, location: ArgumentLocation) -> Option<Finding> {
    let text = text.trim();
    // The server refuses an empty coordinate, and `check` reports that.
    if text.is_empty() || text.parse::<f64>().is_ok_and(f64::is_finite) {
        return None;
    }
    let message = format!("Telegram reads {} as {}", quoted(text), leading_number(text));
    let with_point = text.replacen(',', ".", 1);
    let help = match with_point.parse::<f64>() {
        Ok(number) if number.is_finite() => format!("write a decimal point: {with_point}"),
        _ => "write a number with a decimal point: 55.75".to_owned(),
    };
    Some(finding(location, Code::OddNumber, message, &help))
}

fn odd_chat_id(text: &str, location: ArgumentLocation) -> Option<Finding> {
    if text.is_empty() {
        return None;
    }
    let (message, help) = match text.strip_prefix('@') {
        Some(name) if is_username(name) => return None,
        Some(_) => (format!("{} is not a valid @username", quoted(text)), "use 4 to 32 letters, digits or _"),
        None => match parse_canonical::<i64>(text) {
            Some(id) if id != 0 => return None,
            Some(_) => ("0 is not a chat id".to_owned(), "a chat id is never 0"),
            None => (
                format!("{} is not a chat id: Telegram reads it as {}", quoted(text), lenient_i64(text)),
                match text.trim_start().starts_with(['–', '—', '−', '‒', '‑']) {
                    true => "write an ordinary minus: `-`",
                    false => "write a number or an @username",
                },
            ),
        },
    };
    // This finding is an error, although the server reads such an argument without an error. The call would fail with
    // "chat not found", or it would reach another chat.
    Some(Finding { severity: Severity::Error, ..finding(location, Code::BadChatId, message, help) })
}

fn is_username(name: &str) -> bool {
    // Users can only choose names of 4 or more characters, but a few names of 3 characters exist, such as @gif.
    (3..=32).contains(&name.len()) && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 30;
    let mut excerpt: String = text.chars().take(MAX_CHARS).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    json::quote(&excerpt)
}

fn check_json(name: &str, argument: &Argument, kind: &FieldType, findings: &mut Vec<Finding>) {
    if argument.text.is_empty() {
        return;
    }
    let node = value::parse(argument);
    let value = node.as_ref().map(|node| ArgumentValue::of_argument(name, argument, node));
    match value {
        Some(value) => check_value(&value, kind, findings),
        // The server silently ignores malformed JSON in entities. In most other arguments, malformed JSON is an error,
        // which `check` reports.
        None => findings.extend(ignored_entities(name, ArgumentLocation::argument(name))),
    }
}

fn check_value(value: &ArgumentValue<'_>, kind: &FieldType, findings: &mut Vec<Finding>) {
    match kind {
        FieldType::Object(owner) => check_object(value, owner, findings),
        FieldType::Array(inner) => match value.items() {
            Some(items) => {
                check_button_limits(&items, inner, findings);
                items.iter().for_each(|item| check_value(item, inner, findings));
            }
            None if **inner == FieldType::Object("MessageEntity".into()) => {
                findings.extend(ignored_entities("entities", value.location()));
            }
            None => {}
        },
        _ => {}
    }
}

fn check_object(value: &ArgumentValue<'_>, owner: &str, findings: &mut Vec<Finding>) {
    let known = fields::of_object(owner);
    for key in value.keys() {
        let Some(member) = value.member(key) else { continue };
        match known.iter().find(|field| field.name == key) {
            None => findings.push(unknown_field(member.location(), owner, key, known)),
            Some(field) => {
                check_old_name(field, &member.location(), findings);
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

fn ignored_entities(name: &str, location: ArgumentLocation) -> Option<Finding> {
    name.ends_with("entities").then(|| {
        let message = "not a JSON array of entities: Telegram ignores it";
        finding(location, Code::IgnoredValue, message, "write [{\"type\": …, \"offset\": …, \"length\": …}]")
    })
}

fn check_button_limits(items: &[ArgumentValue<'_>], inner: &FieldType, findings: &mut Vec<Finding>) {
    let is_button =
        |kind: &FieldType| matches!(kind, FieldType::Object(name) if name.ends_with("KeyboardButton"));
    // The server silently drops a button that has an empty text and no icon. `check` reports two other cases as errors:
    // a button without the key `text`, and a button of an inline keyboard with an icon but an empty text.
    let is_text_missing = |button: &ArgumentValue<'_>| {
        button.node.get("text").and_then(json::JsonNode::as_text).is_some_and(|text| text.decoded.is_empty())
            && !button.has("icon_custom_emoji_id")
    };
    if is_button(inner) {
        for button in items.iter().filter(|button| is_text_missing(button)) {
            let message = "Telegram drops a button without text";
            findings.push(finding(button.location(), Code::DroppedButton, message, "add a text"));
        }
        if let Some(beyond) = items.get(MAX_BUTTONS_IN_ROW) {
            let message = format!("a row holds {MAX_BUTTONS_IN_ROW} buttons: Telegram drops the rest");
            findings.push(finding(beyond.location(), Code::DroppedButton, message, "start another row"));
        }
    } else if matches!(inner, FieldType::Array(button) if is_button(button)) {
        // Buttons that are dropped because of a row's limit do not count toward the limit of the keyboard.
        let total: usize =
            items.iter().filter_map(ArgumentValue::items).map(|row| row.len().min(MAX_BUTTONS_IN_ROW)).sum();
        if MAX_BUTTONS < total
            && let Some(first) = items.first()
        {
            let message = format!("a keyboard holds {MAX_BUTTONS} buttons: Telegram drops the rest");
            findings.push(finding(first.location(), Code::DroppedButton, message, "use fewer buttons"));
        }
    }
}

/// The names of a button's actions, in the order in which the server looks for them. The server uses the first action
/// that it finds.
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

fn check_actions(button: &ArgumentValue<'_>, findings: &mut Vec<Finding>) {
    // The server skips an empty `url` or `callback_data`. The other actions count even if they are empty.
    let is_skipped = |action: &str| {
        let text = button.node.get(action).and_then(json::JsonNode::as_text);
        matches!(action, "url" | "callback_data") && text.is_some_and(|text| text.decoded.is_empty())
    };
    let mut present = ACTIONS.iter().filter(|action| button.has(action) && !is_skipped(action));
    let Some(first) = present.next() else { return };
    // A library may write all fields of a button, the unused ones without a value. Nothing is lost if Telegram ignores
    // these.
    let is_empty = |action: &str| button.node.get(action).is_some_and(is_empty_value);
    let help = match is_empty(first) {
        true => format!("remove `{first}`"),
        false => "split it into two buttons".to_owned(),
    };
    for action in present.filter(|action| !is_empty(action)) {
        let location = button.member(action).as_ref().unwrap_or(button).location();
        let message = format!("a button has one action: `{first}` is used, `{action}` is ignored");
        findings.push(finding(location, Code::IgnoredValue, message, &help));
    }
}

fn is_empty_value(node: &json::JsonNode) -> bool {
    match &node.value {
        json::JsonValue::Null | json::JsonValue::Boolean(false) => true,
        json::JsonValue::String(text) => text.decoded.is_empty(),
        json::JsonValue::Object(members) => members.is_empty(),
        json::JsonValue::Array(items) => items.is_empty(),
        json::JsonValue::Boolean(true) | json::JsonValue::Number(_) => false,
    }
}

fn check_kinds(markup: &ArgumentValue<'_>, findings: &mut Vec<Finding>) {
    let is_empty =
        |name: &str| markup.member(name).and_then(|rows| rows.items()).is_none_or(|rows| rows.is_empty());
    if let Some(inline) = markup.member("inline_keyboard")
        && !is_empty("keyboard")
        && !is_empty("inline_keyboard")
    {
        let message = "`keyboard` is used, `inline_keyboard` is ignored";
        findings.push(finding(inline.location(), Code::IgnoredValue, message, "keep one of them"));
    }
}

fn check_preview_url(options: &ArgumentValue<'_>, findings: &mut Vec<Finding>) {
    let Some(url) = options.member("url") else { return };
    let Some(text) = url.node.as_text().filter(|text| !text.decoded.is_empty()) else { return };
    // This is only a warning because the server sends the message without a preview. For a button with such an address,
    // the server refuses the call.
    if let Err(bad) = link::normalize(&text.decoded) {
        let message = format!("no link preview: {}", bad.reason());
        findings.push(finding(url.location(), Code::BadLink, message, "write a full address: https://…"));
    }
}

fn check_repeated(arguments: &Arguments, findings: &mut Vec<Finding>) {
    for name in arguments.repeated() {
        let message = format!("`{name}` is given more than once: Telegram uses the first");
        findings.push(finding(
            ArgumentLocation::argument(name),
            Code::RepeatedField,
            message,
            "remove the others",
        ));
    }
}

fn check_entities_beside_mode(arguments: &Arguments, findings: &mut Vec<Finding>) {
    for names in TextFields::TOP_LEVEL {
        let mode = arguments.text(names.parse_mode);
        let has_mode = !mode.is_empty() && !mode.eq_ignore_ascii_case("none");
        let has_both =
            has_mode && arguments.get(names.entities).is_some() && arguments.get(names.text).is_some();
        if has_both {
            let message = format!("`{}` is ignored because `{}` is set", names.entities, names.parse_mode);
            let help = "keep one of them";
            findings.push(finding(
                ArgumentLocation::argument(names.entities),
                Code::IgnoredValue,
                message,
                help,
            ));
        }
    }
}

fn check_entity_count(request: &ApiRequest, findings: &mut Vec<Finding>) {
    let Some(text) = request.text() else { return };
    let name = match request.content() {
        MessageContent::Text { .. } => "text",
        MessageContent::Media(_)
        | MessageContent::PaidMedia(_)
        | MessageContent::Repeat(_)
        | MessageContent::Caption(_) => "caption",
        // The captions of an album are inside the JSON of `media`, so there is no argument to point at.
        MessageContent::Album(_)
        | MessageContent::Poll(_)
        | MessageContent::Location(_)
        | MessageContent::Venue(_)
        | MessageContent::Contact(_)
        | MessageContent::Dice(_)
        | MessageContent::Nothing => return,
    };
    let count = count_author_entities(text);
    if MAX_ENTITIES < count {
        // The message says "about", because the server's count can differ from `count`: the server splits and joins
        // styles before counting.
        let message = format!("{count} entities: Telegram keeps about {MAX_ENTITIES} and drops the rest");
        findings.push(finding(
            ArgumentLocation::argument(name),
            Code::TooManyEntities,
            message,
            "use less markup",
        ));
    }
}
