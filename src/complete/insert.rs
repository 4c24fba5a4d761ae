//! What accepting an item puts into the text: whole variables with the escapes that fit the place.

use crate::diagnostic::TextEdit;
use crate::profile;
use crate::telegram::ParseMode;
use crate::template::{Dialect, FilterDoc, Position, TagDoc, escape_filters};
use crate::text::Span;

use super::fields::{self, Field, Shape};
use super::item::{Item, Kind};
use super::liquid::{self, Liquid};
use super::place::{self, Place};
use super::{Completion, Context, Session, Trigger};

/// New text in which `‸` marks the cursor, or what is between two of them is selected.
const MARK: char = '‸';

/// Returns what accepting `item` does.
pub fn completion(
    session: &Session,
    item: &Item,
    text: &str,
    cursor: usize,
    context: &Context<'_>,
) -> Completion {
    match &item.kind {
        Kind::Variable { root, name, kind } => {
            variable(session, text, cursor, context, &Variable { root, name, kind: *kind })
        }
        Kind::Filter(filter) => filter_call(session, text, cursor, filter),
        Kind::Tag(tag) => tag_snippet(session, text, cursor, tag),
        Kind::Key(field) => key(session, text, cursor, field),
        Kind::Value => value(session, text, cursor, &item.label),
    }
}

struct Variable<'a> {
    root: &'a str,
    name: &'a str,
    kind: Option<profile::Kind>,
}

impl Variable<'_> {
    /// The path as Liquid reads it: `Profile.plan`, `Profile["First Name"]`.
    fn path(&self) -> String {
        let mut chars = self.name.chars();
        let is_plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_');
        let quote = if self.name.contains('"') { '\'' } else { '"' };
        if is_plain {
            format!("{}.{}", self.root, self.name)
        } else {
            format!("{}[{quote}{}{quote}]", self.root, self.name)
        }
    }

    /// The whole variable with its default marked.
    fn output(&self, place: &Place, mode: Option<ParseMode>, context: &Context<'_>) -> String {
        let path = self.path();
        let default = self.default(place);
        if !context.is_json {
            return format!("{{{{ {path} | default: {default} }}}}");
        }
        let is_text = !matches!(self.kind, Some(profile::Kind::Number | profile::Kind::Boolean));
        match (place, context.dialect) {
            (Place::Value { path: at }, _) if is_chat(at) => {
                format!("{{{{ {path} | default: \"‸NULL‸\" }}}}")
            }
            (Place::Value { .. } | Place::Between, Dialect::Telecast) if is_text => {
                format!("{{{{ {path} | default: {default} | json }}}}")
            }
            (Place::Value { .. } | Place::Between, Dialect::CleverTap) if is_text => {
                let escapes = escapes(None, Position::InString, Dialect::CleverTap);
                format!("\"{{{{ {path} | default: {default}{escapes} }}}}\"")
            }
            (Place::Value { .. } | Place::Between, _) => format!("{{{{ {path} | default: {default} }}}}"),
            (Place::String { .. } | Place::Key { .. }, dialect) => {
                let mode = mode.filter(|_| is_marked_up(place));
                let escapes = match (dialect, is_text) {
                    // CleverTap's way takes a line of filters: numbers get only what MarkdownV2 asks of them.
                    (Dialect::CleverTap, false) => {
                        let mode = mode.filter(|mode| *mode == ParseMode::MarkdownV2);
                        let position = if mode.is_some() { Position::InString } else { Position::PlainText };
                        escapes(mode, position, dialect)
                    }
                    (Dialect::CleverTap | Dialect::Telecast, _) => escapes(mode, Position::InString, dialect),
                };
                format!("{{{{ {path} | default: {default}{escapes} }}}}")
            }
        }
    }

    /// A default of the property's own kind, marked to be typed over.
    fn default(&self, place: &Place) -> &'static str {
        let is_bare = matches!(place, Place::Value { .. } | Place::Between);
        match self.kind {
            Some(profile::Kind::Number) => "‸0‸",
            Some(profile::Kind::Boolean) if is_bare => "‸false‸",
            _ => "\"‸\"",
        }
    }
}

fn is_chat(path: &[String]) -> bool {
    matches!(fields::field_at(path).map(|field| field.shape), Some(Shape::Chat))
}

/// Whether the parse mode says how the string at this place is read.
fn is_marked_up(place: &Place) -> bool {
    matches!(place, Place::String { path } if matches!(path.as_slice(), [key] if key == "text" || key == "caption"))
}

/// The filters that make a value fit a place, each behind its bar.
fn escapes(mode: Option<ParseMode>, position: Position, dialect: Dialect) -> String {
    escape_filters(mode, position, dialect).iter().map(|filter| format!(" | {filter}")).collect()
}

fn variable(
    session: &Session,
    text: &str,
    cursor: usize,
    context: &Context<'_>,
    variable: &Variable<'_>,
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
    let place = if context.is_json { place::place_at(text, span.start) } else { Place::Between };
    finish(span, &variable.output(&place, place::parse_mode_of(text), context))
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
fn path_only(session: &Session, text: &str, cursor: usize, variable: &Variable<'_>) -> Completion {
    let typed = if session.trigger == Trigger::BraceBrace { session.query_start } else { session.start };
    let begun = liquid::name_before(&text[..typed]).len();
    let blank = if session.trigger == Trigger::BraceBrace { " " } else { "" };
    finish(Span::new(typed - begun, cursor), &format!("{blank}{}{MARK}", variable.path()))
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
    let (inner, behind) = if tag.signature.is_empty() { ("", "‸") } else { ("‸ ", "") };
    let end_tag = if tag.is_block { format!("{{% end{} %}}", tag.name) } else { String::new() };
    finish(Span::new(session.start, end), &format!("{{% {} {inner}%}}{behind}{end_tag}", tag.name))
}

/// A key with its colon and the beginning of its value; where a colon follows, only the key.
fn key(session: &Session, text: &str, cursor: usize, field: &Field) -> Completion {
    let rest = &text[cursor..];
    let is_quoted = session.trigger == Trigger::Key;
    let start = if is_quoted { session.start } else { session.query_start };
    let end = cursor + if is_quoted { rest_of_string(rest) } else { 0 };
    let behind = text[end..].trim_start();
    let value = match field.shape {
        _ if behind.starts_with(':') => "‸",
        Shape::Text | Shape::Choice(_) => ": \"‸\"",
        Shape::Number | Shape::Chat => ": ‸",
        Shape::Boolean => ": ‸true‸",
        Shape::Object(_) => ": {‸}",
        Shape::Array(_) => ": [‸]",
        Shape::Rows(_) => ": [[‸]]",
    };
    let comma = if behind.starts_with('"') { "," } else { "" };
    finish(Span::new(start, end), &format!("\"{}\"{value}{comma}", field.name))
}

fn value(session: &Session, text: &str, cursor: usize, choice: &str) -> Completion {
    let end = cursor + rest_of_string(&text[cursor..]);
    finish(Span::new(session.start, end), &format!("\"{choice}\"‸"))
}

/// The length of what is left of a string that holds a plain word, with its quote; 0 where it is not closed so.
fn rest_of_string(rest: &str) -> usize {
    let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    if rest[word..].starts_with('"') { word + 1 } else { 0 }
}

fn finish(span: Span, marked: &str) -> Completion {
    let first = marked.find(MARK).unwrap_or(marked.len());
    let second = marked.rfind(MARK).filter(|at| *at != first).map_or(first, |at| at - MARK.len_utf8());
    Completion {
        edit: TextEdit { span, replacement: marked.replace(MARK, "") },
        select: Span::new(span.start + first, span.start + second),
    }
}
