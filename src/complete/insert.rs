//! Builds the text that is inserted when an item is accepted. Outside Liquid, a variable is inserted as a whole `{{ …
//! }}` with the escapes that its context needs; inside Liquid, as its path.

use crate::diagnostic::TextEdit;
use crate::dialect::Dialect;
use crate::profile;
use crate::telegram::fields::{ApiField, FieldType};
use crate::telegram::{self, ParseMode};
use crate::template::{EscapePosition, FilterDoc, JsonContextKind, TagDoc, escape_filters};
use crate::text::Span;

use super::body_at_cursor::{BodyAtCursor, rest_of_string};
use super::fields;
use super::item::{CompletionItem, CompletionKind, Variable};
use super::liquid::{self, OpenLiquid};
use super::{Completion, CompletionContext, Session, Trigger};

/// Marks the cursor in a snippet. In a snippet with two of these marks, they are the start and the end of the
/// selection.
const MARK: char = '‸';

/// Marks the position in a snippet that Tab goes to next.
const NEXT: char = '⇥';

pub(crate) fn completion(
    session: &Session,
    item: &CompletionItem,
    text: &str,
    cursor: usize,
    context: &CompletionContext<'_>,
) -> Completion {
    match &item.kind {
        CompletionKind::Variable(variable) => variable_at(session, text, cursor, context, variable),
        CompletionKind::Filter(filter) => filter_call(session, text, cursor, filter),
        CompletionKind::Tag(tag) => tag_snippet(session, text, cursor, tag),
        CompletionKind::EndTag(name) => end_tag(session, text, cursor, name),
        CompletionKind::Key(field) => key(session, text, cursor, field),
        CompletionKind::Value => value(session, text, cursor, &item.label),
        CompletionKind::Bare => expand(Span::new(session.start, cursor), &format!("{}{MARK}", item.label)),
        CompletionKind::Sample { literal } => expand(
            Span::new(session.start, cursor + closing_quote_len(text, cursor)),
            &format!("{literal}{MARK}"),
        ),
        CompletionKind::Partial => {
            let span = Span::new(session.start, cursor + closing_quote_len(text, cursor));
            expand(span, &format!("'{}'{MARK}", item.label))
        }
        CompletionKind::Markup(markup) => {
            // The editor may have inserted a closing `]` or backtick already. The snippet contains this character too,
            // so the character after the cursor is replaced.
            let bracket = session.trigger == Trigger::Markup('[') && text[cursor..].starts_with(']');
            let tick = session.trigger == Trigger::Markup('`') && text[cursor..].starts_with('`');
            let end = cursor + usize::from(bracket || tick);
            expand(Span::new(session.start, end), markup.snippet)
        }
        CompletionKind::EndMarkup(name) => {
            expand(Span::new(session.start, cursor), &format!("</{name}>{MARK}"))
        }
    }
}

/// Returns the length of the closing quote after the cursor, or 0 if there is none.
fn closing_quote_len(text: &str, cursor: usize) -> usize {
    usize::from(text[cursor..].starts_with(['"', '\'']))
}

fn variable_output(variable: &Variable, body: &BodyAtCursor, context: &CompletionContext<'_>) -> String {
    let path = variable.source();
    // A value of unknown type counts as text and is escaped. If it is a number, the escapes do no harm.
    let is_text = !matches!(variable.kind, Some(profile::ValueKind::Number | profile::ValueKind::Boolean));
    let Some(json) = &body.json_context else {
        return format!("{{{{ {path} | default: {} }}}}", default(variable, false));
    };
    if json.escape_position() == Some(EscapePosition::InString) {
        let escapes = match (context.dialect, is_text) {
            // In the CleverTap dialect, the escapes are a long chain of filters. A number gets these filters only in
            // MarkdownV2, which reserves `-` and `.`.
            (Dialect::CleverTap, false) => {
                let mode = body.mode().filter(|mode| *mode == ParseMode::MarkdownV2);
                let position =
                    if mode.is_some() { EscapePosition::InString } else { EscapePosition::PlainText };
                escapes(mode, position, context.dialect)
            }
            (dialect, _) => escapes(body.mode(), EscapePosition::InString, dialect),
        };
        return format!("{{{{ {path} | default: {}{escapes} }}}}", default(variable, false));
    }
    let field = telegram::fields::field_at(context.method, &json.path);
    let is_chat = field.is_some_and(|field| field.kind == FieldType::ChatId);
    let default = default(variable, true);
    match context.dialect {
        // `NULL` is CleverTap's convention for a missing chat id. The `NULL` is selected, so that typing replaces it.
        _ if is_chat && json.kind == JsonContextKind::Value => {
            format!("{{{{ {path} | default: \"‸NULL‸\" }}}}")
        }
        _ if !is_text => format!("{{{{ {path} | default: {default} }}}}"),
        Dialect::Telecast => {
            let escapes = escapes(body.mode(), EscapePosition::BareValue, Dialect::Telecast);
            format!("{{{{ {path} | default: {default}{escapes} }}}}")
        }
        Dialect::CleverTap => {
            // CleverTap has no `json` filter, so the quotes are written around the output.
            let escapes = escapes(body.mode(), EscapePosition::InString, Dialect::CleverTap);
            format!("\"{{{{ {path} | default: {default}{escapes} }}}}\"")
        }
    }
}

fn default(variable: &Variable, is_bare: bool) -> &'static str {
    match variable.kind {
        Some(profile::ValueKind::Number) => "‸0‸",
        Some(profile::ValueKind::Boolean) if is_bare => "‸false‸",
        _ => "\"‸\"",
    }
}

/// Returns the filters that escape a value, each with ` | ` before it.
fn escapes(mode: Option<ParseMode>, position: EscapePosition, dialect: Dialect) -> String {
    escape_filters(mode, position, dialect).iter().map(|filter| format!(" | {filter}")).collect()
}

fn variable_at(
    session: &Session,
    text: &str,
    cursor: usize,
    context: &CompletionContext<'_>,
    variable: &Variable,
) -> Completion {
    let begin = if session.trigger == Trigger::BraceBrace { session.start + 2 } else { session.start };
    let span = match OpenLiquid::at_end_of(&text[..begin]) {
        Some(liquid) => match whole_output(&liquid, text, cursor) {
            Some(whole) => whole,
            None => return path_only(session, text, cursor, variable),
        },
        None if session.trigger == Trigger::Brace => {
            Span::new(session.start, cursor + usize::from(text[cursor..].starts_with('}')))
        }
        None => Span::new(session.start, cursor),
    };
    expand(span, &variable_output(variable, &session.body, context))
}

/// Returns the span of the `{{ … }}` around the cursor, closed or not. Returns `None` if the cursor is in a tag, or if
/// the `{{ … }}` contains anything but the name that is being completed.
fn whole_output(liquid: &OpenLiquid<'_>, text: &str, cursor: usize) -> Option<Span> {
    let typed = liquid.inner.trim_start_matches('-').trim_start();
    if liquid.is_tag || liquid::name_before(typed).len() != typed.len() {
        return None;
    }
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("}}").filter(|at| !line[..*at].contains("{{"));
    match closing {
        Some(at) if line[..at].trim().is_empty() => Some(Span::new(liquid.start, cursor + at + 2)),
        Some(_) => None,
        None => Some(Span::new(liquid.start, cursor)),
    }
}

/// Inserts only the path, because the rest of the `{{ … }}` or tag is already there.
fn path_only(session: &Session, text: &str, cursor: usize, variable: &Variable) -> Completion {
    let typed = if session.trigger == Trigger::BraceBrace { session.query_start } else { session.start };
    let prefix_len = liquid::name_before(&text[..typed]).len();
    let space = if session.trigger == Trigger::BraceBrace { " " } else { "" };
    expand(Span::new(typed - prefix_len, cursor), &format!("{space}{}{MARK}", variable.source()))
}

fn filter_call(session: &Session, text: &str, cursor: usize, filter: &FilterDoc) -> Completion {
    let space = if text[..session.query_start].ends_with('|') { " " } else { "" };
    let arguments = match (filter.name, filter.signature) {
        ("default", _) => ": \"‸\"",
        (_, "") => "‸",
        _ => ": ‸",
    };
    expand(Span::new(session.query_start, cursor), &format!("{space}{}{arguments}", filter.name))
}

fn tag_snippet(session: &Session, text: &str, cursor: usize, tag: &TagDoc) -> Completion {
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("%}").filter(|at| !line[..*at].contains("{%"));
    let end = match closing {
        Some(at) if line[..at].trim().is_empty() => cursor + at + 2,
        // The tag already has arguments, so only its name is inserted.
        Some(_) => return expand(Span::new(session.start, cursor), &format!("{{% {}‸", tag.name)),
        None => cursor,
    };
    let (inner, after) = match tag.signature {
        "" => ("", "‸"),
        signature if signature.starts_with("'partial'") => ("'‸' ", ""),
        _ => ("‸ ", ""),
    };
    let end_tag = if tag.is_block { format!("{{% end{} %}}", tag.name) } else { String::new() };
    let snippet = format!("{{% {} {inner}%}}{after}{end_tag}", tag.name);
    let reopens_picker = inner.starts_with('\'');
    Completion { reopens_picker, ..expand(Span::new(session.start, end), &snippet) }
}

fn end_tag(session: &Session, text: &str, cursor: usize, name: &str) -> Completion {
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("%}").filter(|at| line[..*at].trim().is_empty());
    let end = closing.map_or(cursor, |at| cursor + at + 2);
    expand(Span::new(session.start, end), &format!("{{% end{name} %}}{MARK}"))
}

/// Inserts a key with its colon and the start of its value, or only the key if a colon already follows the cursor.
fn key(session: &Session, text: &str, cursor: usize, field: &ApiField) -> Completion {
    let rest = &text[cursor..];
    let is_quoted = session.trigger == Trigger::Key;
    let start = if session.trigger == Trigger::Brace { session.query_start } else { session.start };
    let end = cursor + if is_quoted { rest_of_string(rest) } else { 0 };
    let after = text[end..].trim_start();
    let has_colon = after.starts_with(':');
    let value = if has_colon { MARK.to_string() } else { format!(": {}", value_snippet(&field.kind)) };
    // A quote after the new member starts the next member, which needs a comma before it.
    let comma = if after.starts_with('"') { "," } else { "" };
    let key = format!("\"{}\"{value}{comma}", field.name);
    let reopens_picker =
        !has_colon && (field.kind == FieldType::ChatId || !fields::choices(field).is_empty());
    let completion = match session.body.json_kind() {
        Some(JsonContextKind::AfterMember) => {
            // The comma belongs directly after the previous member. So the edit starts there, before any whitespace.
            let member_end = text[..start].trim_end().len();
            let gap = if is_quoted { text[member_end..start].to_owned() } else { gap(&text[..member_end]) };
            expand(Span::new(member_end, end), &format!(",{gap}{key}"))
        }
        _ if session.trigger == Trigger::Here && session.body.is_at_start() => {
            expand(Span::new(start, end), &format!("{{\n  {key}\n}}"))
        }
        _ => expand(Span::new(start, end), &key),
    };
    Completion { reopens_picker, ..completion }
}

/// Returns the whitespace before a new member. The whitespace is a space if the line of the previous member starts with
/// `{` or is the first line. On all other lines, it is a line break with the indentation of the previous member's line.
fn gap(before: &str) -> String {
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let indent = &line[..line.len() - line.trim_start().len()];
    match before.contains('\n') && !line.trim_start().starts_with('{') {
        true => format!("\n{indent}"),
        false => " ".to_owned(),
    }
}

/// Returns the start of a value of this type, with the cursor or the selection marked.
fn value_snippet(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Boolean => "‸true‸",
        FieldType::Integer | FieldType::Number | FieldType::ChatId | FieldType::Any => "‸",
        FieldType::String | FieldType::Text | FieldType::ParseMode | FieldType::Url | FieldType::File => {
            "\"‸\""
        }
        FieldType::Object(_) => "{‸}",
        FieldType::Array(inner) => match &**inner {
            FieldType::Array(_) => "[[{‸}]]",
            FieldType::Object(_) => "[{‸}]",
            FieldType::String => "[\"‸\"]",
            _ => "[‸]",
        },
    }
}

fn value(session: &Session, text: &str, cursor: usize, choice: &str) -> Completion {
    let end = cursor + rest_of_string(&text[cursor..]);
    expand(Span::new(session.start, end), &format!("\"{choice}\"‸"))
}

fn expand(span: Span, snippet: &str) -> Completion {
    // The selection's offsets are those in the inserted text, from which the marks are removed. So the length of the
    // first `‸` is subtracted from the offset of the second `‸`.
    let first = snippet.find(MARK).unwrap_or(snippet.len());
    let second = snippet.rfind(MARK).filter(|at| *at != first).map_or(first, |at| at - MARK.len_utf8());
    Completion {
        edit: TextEdit { span, replacement: snippet.replace([MARK, NEXT], "") },
        select: Span::new(span.start + first, span.start + second),
        next: snippet.replace(MARK, "").find(NEXT).map(|at| span.start + at),
        reopens_picker: false,
    }
}
