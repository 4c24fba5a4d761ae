//! Reads and checks a text with its parse mode or entities, such as `text`, `caption`, a poll's `question`, or a quote.

use super::error::RequestError;
use super::value::{self, ArgumentValue};
use crate::json::{JsonNode, JsonStep};
use crate::telegram::api_error::{ArgumentLocation, CheckFailure};
use crate::telegram::arguments::Arguments;
use crate::telegram::{
    Entity, EntityKind, FixOptions, FormattedText, Limit, ParseMode, SentText, TextChange, TextError,
};
use crate::telegram::{fix, link, parse, process_text};
use crate::text::{Span, utf16_len};

/// The longest text that the server accepts for parsing, in bytes.
const MAX_INPUT_BYTES: usize = 1 << 15;

/// The longest text of a message after parsing, in code points (TDLib counts code points, not UTF-16 code units).
pub(crate) const MAX_TEXT: usize = 4096;
pub(crate) const MAX_CAPTION: usize = 1024;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarkedText {
    /// `None` if the text is empty or is sent without a parse mode.
    pub parse_mode: Option<ParseMode>,
    /// The result of parsing, before cleaning and repair.
    pub parsed: FormattedText,
    /// The text as it is sent: cleaned and repaired. If the text is not a quote, it is also trimmed and has the
    /// entities that the server detects. Empty until `TextDraft::finish`.
    pub sent: FormattedText,
    pub changes: Vec<TextChange>,
}

#[derive(Debug, Clone)]
pub(super) enum TextSource<'a> {
    Argument(&'a str),
    Value(ArgumentValue<'a>),
}

impl TextSource<'_> {
    pub(super) fn location(&self) -> ArgumentLocation {
        match self {
            TextSource::Argument(name) => ArgumentLocation::argument(name),
            TextSource::Value(value) => value.location(),
        }
    }

    pub(super) fn location_within(&self, span: Span) -> ArgumentLocation {
        match self {
            TextSource::Argument(name) => ArgumentLocation::argument(name).within_string(span),
            TextSource::Value(value) => value.location_within(span),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct TextDraft<'a> {
    pub marked: MarkedText,
    pub source: TextSource<'a>,
    /// The places of the entities that the caller gave, in the order of `marked.parsed.entities`. Empty if the entities
    /// come from markup.
    entity_places: Vec<ArgumentLocation>,
}

/// The names of the three arguments, or of the three fields of a JSON object, from which a text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextFields {
    pub text: &'static str,
    pub parse_mode: &'static str,
    pub entities: &'static str,
}

impl TextFields {
    pub(super) const MESSAGE: TextFields =
        TextFields { text: "text", parse_mode: "parse_mode", entities: "entities" };
    pub(super) const CAPTION: TextFields =
        TextFields { text: "caption", parse_mode: "parse_mode", entities: "caption_entities" };
    pub(super) const QUESTION: TextFields =
        TextFields { text: "question", parse_mode: "question_parse_mode", entities: "question_entities" };
    pub(super) const DESCRIPTION: TextFields = TextFields {
        text: "description",
        parse_mode: "description_parse_mode",
        entities: "description_entities",
    };
    pub(super) const EXPLANATION: TextFields = TextFields {
        text: "explanation",
        parse_mode: "explanation_parse_mode",
        entities: "explanation_entities",
    };
    pub(super) const OPTION: TextFields =
        TextFields { text: "text", parse_mode: "text_parse_mode", entities: "text_entities" };
    pub(super) const QUOTE: TextFields =
        TextFields { text: "quote", parse_mode: "quote_parse_mode", entities: "quote_entities" };
    pub(super) const TOP_LEVEL: [TextFields; 5] = [
        TextFields::MESSAGE,
        TextFields::CAPTION,
        TextFields::QUESTION,
        TextFields::DESCRIPTION,
        TextFields::EXPLANATION,
    ];
}

pub(super) fn read_arguments<'a>(
    arguments: &'a Arguments,
    names: TextFields,
) -> Result<TextDraft<'a>, RequestError> {
    let entities: Option<(&_, JsonNode)> =
        arguments.get(names.entities).and_then(|argument| Some((argument, value::parse(argument)?)));
    // Entities that are not a JSON array are silently ignored, as in the server; `findings` warns about them.
    let items = entities
        .as_ref()
        .and_then(|(argument, node)| ArgumentValue::of_argument(names.entities, argument, node).items());
    let source = TextSource::Argument(names.text);
    if !arguments.is_utf8(names.text) {
        return Err(RequestError::at(source.location(), "Text must be encoded in UTF-8"));
    }
    let text = arguments.text(names.text);
    read(text, arguments.text(names.parse_mode), ArgumentLocation::argument(names.parse_mode), items, source)
}

pub(super) fn read_members<'a>(
    object: &ArgumentValue<'a>,
    names: TextFields,
) -> Result<TextDraft<'a>, RequestError> {
    let text = object.string_or_empty(names.text)?;
    let mode = object.string_or_empty(names.parse_mode)?;
    let mode_location = object.member(names.parse_mode).as_ref().unwrap_or(object).location();
    let items = object.member(names.entities).and_then(|entities| entities.items());
    let source = TextSource::Value(object.member(names.text).unwrap_or_else(|| object.clone()));
    read(&text, &mode, mode_location, items, source)
}

/// Creates a text without markup, for a poll option that is a bare string.
pub(super) fn plain<'a>(value: &ArgumentValue<'a>, text: &str) -> TextDraft<'a> {
    let parsed = FormattedText { text: text.to_owned(), entities: Vec::new() };
    let marked = MarkedText { parsed, ..MarkedText::default() };
    TextDraft { marked, source: TextSource::Value(value.clone()), entity_places: Vec::new() }
}

// With a parse mode, the server ignores the entities, even if they are malformed.
fn read<'a>(
    text: &str,
    mode: &str,
    mode_location: ArgumentLocation,
    entities: Option<Vec<ArgumentValue<'_>>>,
    source: TextSource<'a>,
) -> Result<TextDraft<'a>, RequestError> {
    if MAX_INPUT_BYTES < text.len() {
        return Err(
            RequestError::at(source.location(), "Text is too long").with_cause(CheckFailure::InputTooLong)
        );
    }
    let parse_mode = match ParseMode::from_argument(mode) {
        // The server looks at the mode only if the text is not empty, so a bad mode with an empty caption is not an
        // error.
        _ if text.is_empty() => None,
        Ok(parse_mode) => parse_mode,
        Err(_) => {
            return Err(
                RequestError::at(mode_location, "Unsupported parse_mode").with_cause(CheckFailure::ParseMode)
            );
        }
    };
    let (parsed, entity_places) = match parse_mode {
        Some(mode) => {
            let parsed = parse(mode, text).map_err(|error| {
                RequestError::at(source.location_within(error.span), &error.message())
                    .with_cause(CheckFailure::Markup)
            })?;
            (parsed, Vec::new())
        }
        None => {
            let (entities, places) = read_entities(entities.unwrap_or_default())?.into_iter().unzip();
            (FormattedText { text: text.to_owned(), entities }, places)
        }
    };
    let marked = MarkedText { parse_mode, parsed, ..MarkedText::default() };
    Ok(TextDraft { marked, source, entity_places })
}

fn read_entities(items: Vec<ArgumentValue<'_>>) -> Result<Vec<(Entity, ArgumentLocation)>, RequestError> {
    let mut entities = Vec::new();
    for item in items {
        let entity = entity(&item).map_err(|error| error.with_prefix("Can't parse MessageEntity: "))?;
        entities.extend(entity.map(|entity| (entity, item.location())));
    }
    Ok(entities)
}

/// Reads one entity. Returns `None` for an entity that the server drops without an error.
fn entity(value: &ArgumentValue<'_>) -> Result<Option<Entity>, RequestError> {
    if !value.is_object() {
        return Err(value.error("expected an Object"));
    }
    let offset: i32 = value.required_integer("offset")?;
    let length: i32 = value.required_integer("length")?;
    let kind = entity_kind(value)?;
    // The server silently drops an entity with a negative offset or length, but only after checking its kind.
    let (Ok(offset), Ok(length)) = (u32::try_from(offset), u32::try_from(length)) else { return Ok(None) };
    Ok(kind.map(|kind| Entity { kind, offset, length }))
}

fn entity_kind(value: &ArgumentValue<'_>) -> Result<Option<EntityKind>, RequestError> {
    let kind = match value.required_string("type")?.as_str() {
        "" => return Err(value.error("Type is not specified")),
        "pre" => {
            let language = value.string_or_empty("language")?;
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
            let Some(format) = link::date_format(&value.string_or_empty("date_time_format")?) else {
                return Err(value.error("Invalid date-time format specified"));
            };
            EntityKind::DateTime { unix_time, format }
        }
        name => match EntityKind::plain(name) {
            // The server drops entities of these kinds in a call, because it detects them in the text itself.
            Some(kind) if kind.is_auto_detected() => return Ok(None),
            Some(kind) => kind,
            None => {
                let place = value.member("type");
                return Err(place.as_ref().unwrap_or(value).error("Unsupported type specified"));
            }
        },
    };
    Ok(Some(kind))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextRules {
    Message,
    /// The text of a message whose link preview has a URL of its own. The text may be empty.
    MessageWithPreview,
    /// A caption, which may be empty.
    Caption,
    /// A text that must not be empty and that has a smaller limit than a message. `max_chars` is in code points, and
    /// `too_long` is the server's message for a longer text.
    Short {
        max_chars: usize,
        too_long: &'static str,
    },
    /// A text that may be empty and whose length is not checked here: only Telegram's remote server knows the limit.
    Optional,
    /// A quote. A quote must equal a part of the message that is replied to. So it is not trimmed, and no entities are
    /// detected in it.
    Quote,
}

impl TextDraft<'_> {
    pub(super) fn finish(self, rules: TextRules) -> Result<MarkedText, RequestError> {
        let location = self.source.location();
        let parsed = self.marked.parsed.clone();
        let processed = match rules {
            TextRules::Message => process_text(parsed, Limit::Message),
            TextRules::MessageWithPreview => match process_text(parsed, Limit::Message) {
                // With a preview that has a URL of its own, an empty text is not an error. A text that is too long is
                // still an error.
                Err(TextError::Empty) => Ok(SentText { text: FormattedText::default(), changes: Vec::new() }),
                other => other,
            },
            TextRules::Caption => process_text(parsed, Limit::Caption),
            TextRules::Short { .. } => fix_without_changes(parsed, FixOptions::MESSAGE),
            TextRules::Optional => fix_without_changes(parsed, FixOptions::CAPTION),
            TextRules::Quote => fix_without_changes(parsed, FixOptions::CLEAN_AND_REPAIR),
        };
        let SentText { text: sent, changes } = processed.map_err(|error| RequestError {
            cause: cause(&error),
            ..RequestError::at(self.place_of(&error).unwrap_or(location.clone()), &error.to_string())
        })?;
        // As in TDLib, `max_chars` is compared with the length of the cleaned and trimmed text, so trimmed whitespace
        // does not count.
        match rules {
            TextRules::Short { max_chars, too_long } if max_chars < sent.text.chars().count() => {
                Err(RequestError::at(location, too_long))
            }
            _ => Ok(MarkedText { sent, changes, ..self.marked }),
        }
    }
}

impl TextDraft<'_> {
    /// Returns the place of the entity's field that is at fault. Returns `None` if no entity that the caller gave is at
    /// fault.
    fn place_of(&self, error: &TextError) -> Option<ArgumentLocation> {
        let parsed = &self.marked.parsed;
        // The entity begins or ends between the two code units of the character that ends at `byte`.
        let inside = match error {
            TextError::BeginsInsideCharacter { byte } | TextError::EndsInsideCharacter { byte, .. } => parsed
                .text
                .get(..*byte)
                .and_then(|before| u32::try_from(utf16_len(before)).ok()?.checked_sub(1)),
            _ => None,
        };
        let is_at_fault = |entity: &Entity| match error {
            TextError::Link { .. } => {
                matches!(&entity.kind, EntityKind::TextLink { url } if link::entity_kind(url).is_err())
            }
            TextError::CustomEmoji => entity.kind == EntityKind::CustomEmoji { custom_emoji_id: 0 },
            TextError::Date => matches!(entity.kind, EntityKind::DateTime { unix_time: ..=0, .. }),
            TextError::Offset(offset) => i64::from(entity.offset) == *offset,
            TextError::Length(length) => i64::from(entity.length) == *length,
            TextError::BeginsInsideCharacter { .. } => Some(entity.offset) == inside,
            TextError::BeginsAfterEnd { offset } => entity.offset == *offset,
            TextError::EndsInsideCharacter { offset, .. } => {
                entity.offset == *offset && Some(entity.end()) == inside
            }
            TextError::EndsAfterEnd { offset, end } => entity.offset == *offset && entity.end() == *end,
            TextError::Empty | TextError::MessageTooLong | TextError::CaptionTooLong => false,
        };
        let field = match error {
            TextError::Link { .. } => "url",
            TextError::CustomEmoji => "custom_emoji_id",
            TextError::Date => "unix_time",
            TextError::Offset(_)
            | TextError::BeginsInsideCharacter { .. }
            | TextError::BeginsAfterEnd { .. } => "offset",
            TextError::Length(_) | TextError::EndsInsideCharacter { .. } | TextError::EndsAfterEnd { .. } => {
                "length"
            }
            TextError::Empty | TextError::MessageTooLong | TextError::CaptionTooLong => return None,
        };
        let index = parsed.entities.iter().position(is_at_fault)?;
        Some(self.entity_places.get(index)?.child(JsonStep::Key(field.to_owned())))
    }
}

fn cause(error: &TextError) -> Option<CheckFailure> {
    match error {
        TextError::Empty => Some(CheckFailure::NoText),
        TextError::MessageTooLong => Some(CheckFailure::TooLong(Limit::Message)),
        TextError::CaptionTooLong => Some(CheckFailure::TooLong(Limit::Caption)),
        TextError::Link { .. }
        | TextError::CustomEmoji
        | TextError::Date
        | TextError::Offset(_)
        | TextError::Length(_)
        | TextError::BeginsInsideCharacter { .. }
        | TextError::EndsInsideCharacter { .. }
        | TextError::BeginsAfterEnd { .. }
        | TextError::EndsAfterEnd { .. } => None,
    }
}

fn fix_without_changes(parsed: FormattedText, options: FixOptions) -> Result<SentText, TextError> {
    fix(parsed, options).map(|text| SentText { text, changes: Vec::new() })
}
