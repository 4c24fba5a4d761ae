//! A text with its parse mode or entities: `text`, `caption`, a poll's `question`, a quote.

use super::refused::Refused;
use super::value::{self, Value};
use crate::json::Node;
use crate::telegram::api_error::{Cause, Place};
use crate::telegram::arguments::Arguments;
use crate::telegram::{
    Change, Entity, EntityKind, FixOptions, FormattedText, Limit, ParseMode, Sent, TextError,
};
use crate::telegram::{fix, link, parse, sent};
use crate::text::Span;

/// The most bytes of a text before it is parsed.
const MAX_INPUT_BYTES: usize = 1 << 15;

/// The most characters of a message's text, after parsing.
pub const MAX_TEXT: usize = 4096;
pub const MAX_CAPTION: usize = 1024;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarkedText {
    /// How it was marked up; `None` where it was not, or where the text is empty.
    pub parse_mode: Option<ParseMode>,
    /// What parsing gave, before cleaning and repair.
    pub parsed: FormattedText,
    /// What is sent: cleaned, repaired, trimmed, links found.
    pub sent: FormattedText,
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone)]
pub(super) enum Source<'a> {
    Argument(&'a str),
    Value(Value<'a>),
}

impl Source<'_> {
    pub fn place(&self) -> Place {
        match self {
            Source::Argument(name) => Place::argument(name),
            Source::Value(value) => value.place(),
        }
    }

    pub fn part(&self, span: Span) -> Place {
        match self {
            Source::Argument(name) => Place::argument(name).part(span),
            Source::Value(value) => value.part(span),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    pub marked: MarkedText,
    pub source: Source<'a>,
}

/// The names of the three arguments or members that make a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub text: &'static str,
    pub parse_mode: &'static str,
    pub entities: &'static str,
}

impl Names {
    pub const MESSAGE: Names = Names { text: "text", parse_mode: "parse_mode", entities: "entities" };
    pub const CAPTION: Names =
        Names { text: "caption", parse_mode: "parse_mode", entities: "caption_entities" };
    pub const QUESTION: Names =
        Names { text: "question", parse_mode: "question_parse_mode", entities: "question_entities" };
    pub const DESCRIPTION: Names =
        Names { text: "description", parse_mode: "description_parse_mode", entities: "description_entities" };
    pub const EXPLANATION: Names =
        Names { text: "explanation", parse_mode: "explanation_parse_mode", entities: "explanation_entities" };
    pub const OPTION: Names =
        Names { text: "text", parse_mode: "text_parse_mode", entities: "text_entities" };
    pub const QUOTE: Names =
        Names { text: "quote", parse_mode: "quote_parse_mode", entities: "quote_entities" };
    pub const TOP: [Names; 5] =
        [Names::MESSAGE, Names::CAPTION, Names::QUESTION, Names::DESCRIPTION, Names::EXPLANATION];
}

pub(super) fn of_arguments<'a>(arguments: &'a Arguments, names: Names) -> Result<Draft<'a>, Refused> {
    let entities: Option<(&_, Node)> =
        arguments.get(names.entities).and_then(|argument| Some((argument, value::parse(argument)?)));
    let items = entities
        .as_ref()
        .and_then(|(argument, node)| Value::of_argument(names.entities, argument, node).items());
    let source = Source::Argument(names.text);
    let text = arguments.text(names.text);
    read(text, arguments.text(names.parse_mode), Place::argument(names.parse_mode), items, source)
}

pub(super) fn of_members<'a>(object: &Value<'a>, names: Names) -> Result<Draft<'a>, Refused> {
    let text = object.optional_string(names.text)?;
    let mode = object.optional_string(names.parse_mode)?;
    let mode_place = object.member(names.parse_mode).as_ref().unwrap_or(object).place();
    let items = object.member(names.entities).and_then(|entities| entities.items());
    let source = Source::Value(object.member(names.text).unwrap_or_else(|| object.clone()));
    read(&text, &mode, mode_place, items, source)
}

pub(super) fn plain<'a>(value: &Value<'a>, text: &str) -> Draft<'a> {
    let parsed = FormattedText { text: text.to_owned(), entities: Vec::new() };
    let marked = MarkedText { parsed, ..MarkedText::default() };
    Draft { marked, source: Source::Value(value.clone()) }
}

/// Parses by the mode where there is one, else takes the entities; both together never count.
fn read<'a>(
    text: &str,
    mode: &str,
    mode_place: Place,
    entities: Option<Vec<Value<'_>>>,
    source: Source<'a>,
) -> Result<Draft<'a>, Refused> {
    if MAX_INPUT_BYTES < text.len() {
        return Err(Refused::at(source.place(), "Text is too long").because(Cause::InputTooLong));
    }
    let parse_mode = match ParseMode::from_argument(mode) {
        _ if text.is_empty() => None,
        Ok(parse_mode) => parse_mode,
        Err(_) => return Err(Refused::at(mode_place, "Unsupported parse_mode").because(Cause::ParseMode)),
    };
    let parsed = match parse_mode {
        Some(mode) => parse(mode, text)
            .map_err(|error| Refused::at(source.part(error.span), &error.message()).because(Cause::Markup))?,
        None => {
            FormattedText { text: text.to_owned(), entities: read_entities(entities.unwrap_or_default())? }
        }
    };
    Ok(Draft { marked: MarkedText { parse_mode, parsed, ..MarkedText::default() }, source })
}

fn read_entities(items: Vec<Value<'_>>) -> Result<Vec<Entity>, Refused> {
    let mut entities = Vec::new();
    for item in items {
        let entity = entity(&item).map_err(|refused| refused.after("Can't parse MessageEntity: "))?;
        entities.extend(entity);
    }
    Ok(entities)
}

/// Reads one entity; `None` for the kinds that the server finds by itself.
fn entity(value: &Value<'_>) -> Result<Option<Entity>, Refused> {
    if !value.is_object() {
        return Err(value.refuse("expected an Object"));
    }
    let offset: i32 = value.required_integer("offset")?;
    let length: i32 = value.required_integer("length")?;
    let kind = entity_kind(value)?;
    // The server drops what starts before the text or covers nothing.
    let (Ok(offset), Ok(length)) = (u32::try_from(offset), u32::try_from(length)) else { return Ok(None) };
    Ok(kind.map(|kind| Entity { kind, offset, length }))
}

fn entity_kind(value: &Value<'_>) -> Result<Option<EntityKind>, Refused> {
    let kind = match value.required_string("type")?.as_str() {
        "" => return Err(value.refuse("Type is not specified")),
        "pre" => {
            let language = value.optional_string("language")?;
            EntityKind::Pre { language: Some(language).filter(|language| !language.is_empty()) }
        }
        "text_link" => EntityKind::TextLink { url: value.required_string("url")? },
        "text_mention" => {
            EntityKind::TextMention { user_id: value.required_object("user")?.required_integer("id")? }
        }
        "custom_emoji" => {
            EntityKind::CustomEmoji { custom_emoji_id: value.required_integer("custom_emoji_id")? }
        }
        "date_time" => {
            let unix_time = value.required_integer("unix_time")?;
            let Some(format) = link::date_format(&value.optional_string("date_time_format")?) else {
                return Err(value.refuse("Invalid date-time format specified"));
            };
            EntityKind::DateTime { unix_time, format }
        }
        name => match EntityKind::plain(name) {
            Some(kind) if kind.is_found() => return Ok(None),
            Some(kind) => kind,
            None => return Err(value.refuse("Unsupported type specified")),
        },
    };
    Ok(Some(kind))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    Message,
    /// The same beside a link preview of its own, which lets it be empty.
    BesidePreview,
    /// A caption, which may be empty.
    Caption,
    /// A text of at most so many characters; the words are the server's.
    Short {
        max_chars: usize,
        too_long: &'static str,
    },
    /// A text that may be empty, of which only the remote server knows the limit.
    Optional,
    /// A quote, which is compared to the other message as it stands.
    Quote,
}

impl Draft<'_> {
    pub fn finish(self, rules: Rules) -> Result<MarkedText, Refused> {
        let place = self.source.place();
        let parsed = self.marked.parsed.clone();
        let done = match rules {
            Rules::Message => sent(parsed, Limit::Message),
            Rules::BesidePreview => match sent(parsed, Limit::Message) {
                Err(TextError::Empty) => Ok(Sent { text: FormattedText::default(), changes: Vec::new() }),
                other => other,
            },
            Rules::Caption => sent(parsed, Limit::Caption),
            Rules::Short { .. } => fixed(parsed, FixOptions::MESSAGE),
            Rules::Optional => fixed(parsed, FixOptions::CAPTION),
            Rules::Quote => fixed(parsed, FixOptions::CLEAN_AND_REPAIR),
        };
        let Sent { text: sent, changes } = done.map_err(|error| Refused {
            cause: cause(&error),
            ..Refused::at(place.clone(), &error.to_string())
        })?;
        match rules {
            Rules::Short { max_chars, too_long } if max_chars < sent.text.chars().count() => {
                Err(Refused::at(place, too_long))
            }
            _ => Ok(MarkedText { sent, changes, ..self.marked }),
        }
    }
}

fn cause(error: &TextError) -> Option<Cause> {
    match error {
        TextError::Empty => Some(Cause::NoText),
        TextError::MessageTooLong => Some(Cause::TooLong(Limit::Message)),
        TextError::CaptionTooLong => Some(Cause::TooLong(Limit::Caption)),
        TextError::Link { .. }
        | TextError::CustomEmoji
        | TextError::Date
        | TextError::Offset(_)
        | TextError::Length(_)
        | TextError::BeginsInsideCharacter { .. }
        | TextError::EndsInsideCharacter { .. }
        | TextError::BeginsBehindEnd { .. }
        | TextError::EndsBehindEnd { .. } => None,
    }
}

fn fixed(parsed: FormattedText, options: FixOptions) -> Result<Sent, TextError> {
    fix(parsed, options).map(|text| Sent { text, changes: Vec::new() })
}
