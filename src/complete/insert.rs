//! What accepting an item puts into the text: whole variables with the escapes that fit the place.

use crate::diagnostic::TextEdit;
use crate::dialect::Dialect;
use crate::profile;
use crate::telegram::ParseMode;
use crate::telegram::fields::{Field, Kind as FieldKind};
use crate::template::{FilterDoc, PlaceKind, Position, TagDoc, escape_filters};
use crate::text::Span;

use super::around::{Around, rest_of_string};
use super::fields;
use super::item::{Item, Kind, Variable};
use super::liquid::{self, Liquid};
use super::{Completion, Context, Session, Trigger};

/// New text in which `‸` marks the cursor, or what is between two of them is selected.
const MARK: char = '‸';

/// Marks the place to go on at from there.
const NEXT: char = '⇥';

pub fn completion(
    session: &Session,
    item: &Item,
    text: &str,
    cursor: usize,
    context: &Context<'_>,
) -> Completion {
    match &item.kind {
        Kind::Variable(variable) => variable_at(session, text, cursor, context, variable),
        Kind::Filter(filter) => filter_call(session, text, cursor, filter),
        Kind::Tag(tag) => tag_snippet(session, text, cursor, tag),
        Kind::EndTag(name) => end_tag(session, text, cursor, name),
        Kind::Key(field) => key(session, text, cursor, field),
        Kind::Value => value(session, text, cursor, &item.label),
        Kind::Bare => finish(Span::new(session.start, cursor), &format!("{}{MARK}", item.label)),
        Kind::Sample { literal } => {
            finish(Span::new(session.start, cursor + quote_behind(text, cursor)), &format!("{literal}{MARK}"))
        }
        Kind::Partial => {
            let span = Span::new(session.start, cursor + quote_behind(text, cursor));
            finish(span, &format!("'{}'{MARK}", item.label))
        }
        Kind::Markup(markup) => {
            let bracket = session.trigger == Trigger::Markup('[') && text[cursor..].starts_with(']');
            let tick = session.trigger == Trigger::Markup('`') && text[cursor..].starts_with('`');
            let end = cursor + usize::from(bracket || tick);
            finish(Span::new(session.start, end), markup.snippet)
        }
        Kind::EndMarkup(name) => finish(Span::new(session.start, cursor), &format!("</{name}>{MARK}")),
    }
}

/// The length of the quote that stands ready behind the cursor.
fn quote_behind(text: &str, cursor: usize) -> usize {
    usize::from(text[cursor..].starts_with(['"', '\'']))
}

fn output(variable: &Variable, around: &Around, context: &Context<'_>) -> String {
    let path = variable.source();
    let is_text = !matches!(variable.kind, Some(profile::Kind::Number | profile::Kind::Boolean));
    let Some(place) = &around.place else {
        return format!("{{{{ {path} | default: {} }}}}", default(variable, false));
    };
    if place.position() == Some(Position::InString) {
        let escapes = match (context.dialect, is_text) {
            // CleverTap's way takes a line of filters: numbers get only what MarkdownV2 asks of them.
            (Dialect::CleverTap, false) => {
                let mode = around.mode().filter(|mode| *mode == ParseMode::MarkdownV2);
                let position = if mode.is_some() { Position::InString } else { Position::PlainText };
                escapes(mode, position, context.dialect)
            }
            (dialect, _) => escapes(around.mode(), Position::InString, dialect),
        };
        return format!("{{{{ {path} | default: {}{escapes} }}}}", default(variable, false));
    }
    let field = fields::field_at(context.method, &place.path);
    let is_chat = field.is_some_and(|field| field.kind == FieldKind::ChatId);
    let default = default(variable, true);
    match context.dialect {
        _ if is_chat && place.within == PlaceKind::Value => {
            format!("{{{{ {path} | default: \"‸NULL‸\" }}}}")
        }
        _ if !is_text => format!("{{{{ {path} | default: {default} }}}}"),
        Dialect::Telecast => {
            let escapes = escapes(around.mode(), Position::BareValue, Dialect::Telecast);
            format!("{{{{ {path} | default: {default}{escapes} }}}}")
        }
        Dialect::CleverTap => {
            let escapes = escapes(around.mode(), Position::InString, Dialect::CleverTap);
            format!("\"{{{{ {path} | default: {default}{escapes} }}}}\"")
        }
    }
}

fn default(variable: &Variable, is_bare: bool) -> &'static str {
    match variable.kind {
        Some(profile::Kind::Number) => "‸0‸",
        Some(profile::Kind::Boolean) if is_bare => "‸false‸",
        _ => "\"‸\"",
    }
}

/// The filters that make a value fit a place, each behind its bar.
fn escapes(mode: Option<ParseMode>, position: Position, dialect: Dialect) -> String {
    escape_filters(mode, position, dialect).iter().map(|filter| format!(" | {filter}")).collect()
}

fn variable_at(
    session: &Session,
    text: &str,
    cursor: usize,
    context: &Context<'_>,
    variable: &Variable,
) -> Completion {
    let begin = if session.trigger == Trigger::BraceBrace { session.start + 2 } else { session.start };
    let span = match Liquid::around(&text[..begin]) {
        Some(around) => match whole_output(&around, text, cursor) {
            Some(whole) => whole,
            None => return path_only(session, text, cursor, variable),
        },
        None if session.trigger == Trigger::Brace => {
            Span::new(session.start, cursor + usize::from(text[cursor..].starts_with('}')))
        }
        None => Span::new(session.start, cursor),
    };
    finish(span, &output(variable, &session.around, context))
}

/// The span of an output that holds nothing but what is being completed, closed or not.
fn whole_output(around: &Liquid<'_>, text: &str, cursor: usize) -> Option<Span> {
    let begun = around.inner.trim_start_matches('-').trim_start();
    if around.is_tag || liquid::name_before(begun).len() != begun.len() {
        return None;
    }
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("}}").filter(|at| !line[..*at].contains("{{"));
    match closing {
        Some(at) if line[..at].trim().is_empty() => Some(Span::new(around.start, cursor + at + 2)),
        Some(_) => None,
        None => Some(Span::new(around.start, cursor)),
    }
}

/// Only the path, where the rest of the output or tag is there already.
fn path_only(session: &Session, text: &str, cursor: usize, variable: &Variable) -> Completion {
    let typed = if session.trigger == Trigger::BraceBrace { session.query_start } else { session.start };
    let begun = liquid::name_before(&text[..typed]).len();
    let blank = if session.trigger == Trigger::BraceBrace { " " } else { "" };
    finish(Span::new(typed - begun, cursor), &format!("{blank}{}{MARK}", variable.source()))
}

fn filter_call(session: &Session, text: &str, cursor: usize, filter: &FilterDoc) -> Completion {
    let blank = if text[..session.query_start].ends_with('|') { " " } else { "" };
    let arguments = match (filter.name, filter.signature) {
        ("default", _) => ": \"‸\"",
        (_, "") => "‸",
        _ => ": ‸",
    };
    finish(Span::new(session.query_start, cursor), &format!("{blank}{}{arguments}", filter.name))
}

fn tag_snippet(session: &Session, text: &str, cursor: usize, tag: &TagDoc) -> Completion {
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("%}").filter(|at| !line[..*at].contains("{%"));
    let end = match closing {
        Some(at) if line[..at].trim().is_empty() => cursor + at + 2,
        Some(_) => return finish(Span::new(session.start, cursor), &format!("{{% {}‸", tag.name)),
        None => cursor,
    };
    let (inner, behind) = match tag.signature {
        "" => ("", "‸"),
        signature if signature.starts_with("'partial'") => ("'‸' ", ""),
        _ => ("‸ ", ""),
    };
    let end_tag = if tag.is_block { format!("{{% end{} %}}", tag.name) } else { String::new() };
    let snippet = format!("{{% {} {inner}%}}{behind}{end_tag}", tag.name);
    let then_opens = inner.starts_with('\'');
    Completion { then_opens, ..finish(Span::new(session.start, end), &snippet) }
}

fn end_tag(session: &Session, text: &str, cursor: usize, name: &str) -> Completion {
    let line = text[cursor..].lines().next().unwrap_or("");
    let closing = line.find("%}").filter(|at| line[..*at].trim().is_empty());
    let end = closing.map_or(cursor, |at| cursor + at + 2);
    finish(Span::new(session.start, end), &format!("{{% end{name} %}}{MARK}"))
}

/// A key with its colon and the beginning of its value; where a colon follows, only the key.
fn key(session: &Session, text: &str, cursor: usize, field: &Field) -> Completion {
    let rest = &text[cursor..];
    let is_quoted = session.trigger == Trigger::Key;
    let start = if session.trigger == Trigger::Brace { session.query_start } else { session.start };
    let end = cursor + if is_quoted { rest_of_string(rest) } else { 0 };
    let behind = text[end..].trim_start();
    let is_alone = behind.starts_with(':');
    let value = if is_alone { MARK.to_string() } else { format!(": {}", beginning(&field.kind)) };
    let comma = if behind.starts_with('"') { "," } else { "" };
    let key = format!("\"{}\"{value}{comma}", field.name);
    let then_opens = !is_alone && (field.kind == FieldKind::ChatId || !fields::choices(field).is_empty());
    let completion = match session.around.within() {
        Some(PlaceKind::AfterMember) => {
            let member_end = text[..start].trim_end().len();
            let gap = if is_quoted { text[member_end..start].to_owned() } else { gap(&text[..member_end]) };
            finish(Span::new(member_end, end), &format!(",{gap}{key}"))
        }
        _ if session.trigger == Trigger::Here && session.around.is_at_start() => {
            finish(Span::new(start, end), &format!("{{\n  {key}\n}}"))
        }
        _ => finish(Span::new(start, end), &key),
    };
    Completion { then_opens, ..completion }
}

/// What stands between a member that ends the text and the next one: a line of its own where that one has one.
fn gap(before: &str) -> String {
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let indent = &line[..line.len() - line.trim_start().len()];
    match before.contains('\n') && !line.trim_start().starts_with('{') {
        true => format!("\n{indent}"),
        false => " ".to_owned(),
    }
}

/// What a value of this kind begins with, and ends in.
fn beginning(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Boolean => "‸true‸",
        FieldKind::Integer | FieldKind::Number | FieldKind::ChatId | FieldKind::Any => "‸",
        FieldKind::String | FieldKind::Text | FieldKind::ParseMode | FieldKind::Url | FieldKind::File => {
            "\"‸\""
        }
        FieldKind::Object(_) => "{‸}",
        FieldKind::Array(inner) => match &**inner {
            FieldKind::Array(_) => "[[{‸}]]",
            FieldKind::Object(_) => "[{‸}]",
            FieldKind::String => "[\"‸\"]",
            _ => "[‸]",
        },
    }
}

fn value(session: &Session, text: &str, cursor: usize, choice: &str) -> Completion {
    let end = cursor + rest_of_string(&text[cursor..]);
    finish(Span::new(session.start, end), &format!("\"{choice}\"‸"))
}

fn finish(span: Span, marked: &str) -> Completion {
    let first = marked.find(MARK).unwrap_or(marked.len());
    let second = marked.rfind(MARK).filter(|at| *at != first).map_or(first, |at| at - MARK.len_utf8());
    Completion {
        edit: TextEdit { span, replacement: marked.replace([MARK, NEXT], "") },
        select: Span::new(span.start + first, span.start + second),
        next: marked.replace(MARK, "").find(NEXT).map(|at| span.start + at),
        then_opens: false,
    }
}
