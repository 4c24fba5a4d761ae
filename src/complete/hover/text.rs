//! The part of the hover that describes the message's entities at the cursor.

use crate::compose::Composed;
use crate::json::JsonNode;
use crate::telegram::{Entity, EntityKind, Limit, ParseMode, TracedText, trace};
use crate::text::Span;

use super::{HoverContent, HoverNote};

/// Returns a note for each entity whose text or markup comes from the byte `at` of the body. The entity with the
/// shortest span in the body comes first. This shortest span is returned with the notes. Returns `None` if there is no
/// such entity, or if there is no message text that Telegram would accept.
pub(crate) fn entities(composed: &Composed, at: usize) -> Option<HoverContent> {
    let document = composed.document.as_ref()?;
    let (text, limit) = match document.root.get("text") {
        Some(text) => (text.as_text()?, Limit::Message),
        None => (document.root.get("caption")?.as_text()?, Limit::Caption),
    };
    let mode = document.root.get("parse_mode").and_then(JsonNode::as_text);
    let mode = mode.map_or(Ok(None), |mode| ParseMode::from_argument(&mode.decoded)).ok()?;
    let traced = trace(mode, &text.decoded, limit)?;
    let in_body = |markup: Span| composed.body_span(text.raw_span(markup));
    let mut found: Vec<(Span, &Entity)> = Vec::new();
    for entity in &traced.sent.text.entities {
        let markup = with_delimiters(mode, &text.decoded, traced.markup_of(entity));
        let Some(span) = in_body(markup).filter(|span| span.start <= at && at < span.end) else { continue };
        found.push((span, entity));
    }
    // Entities nest, so a shorter span is further inside. Entities with equal spans keep Telegram's order, which need
    // not be innermost first.
    found.sort_by_key(|(span, _)| span.len());
    let span = found.first()?.0;
    Some((span, found.into_iter().map(|(_, entity)| note(&traced, entity)).collect()))
}

/// Returns the span of an entity's text, with the tags or delimiters that are directly beside the text. These tags or
/// delimiters can belong to another entity.
fn with_delimiters(mode: Option<ParseMode>, markup: &str, inner: Span) -> Span {
    let (before, after) = (&markup[..inner.start], &markup[inner.end..]);
    match mode {
        None => inner,
        Some(ParseMode::Html) => {
            let start = if before.ends_with('>') { before.rfind('<') } else { None };
            let end = after.starts_with("</").then(|| after.find('>').map(|at| inner.end + at + 1)).flatten();
            Span::new(start.unwrap_or(inner.start), end.unwrap_or(inner.end))
        }
        Some(ParseMode::Markdown | ParseMode::MarkdownV2) => {
            let is_delimiter = |c: char| "*_~|`[]>".contains(c);
            let start = before.trim_end_matches(is_delimiter).len();
            let end = markup.len() - after.trim_start_matches(is_delimiter).len();
            Span::new(start, end)
        }
    }
}

fn note(traced: &TracedText, entity: &Entity) -> HoverNote {
    let title = format!(
        "{} · “{}”",
        entity.kind.name(),
        shortened(traced.text_of(entity).of(&traced.sent.text.text))
    );
    let position = format!("offset {}, length {} in UTF-16 units", entity.offset, entity.length);
    HoverNote::new(title, [position].into_iter().chain(data_of(&entity.kind)))
}

fn data_of(kind: &EntityKind) -> Option<String> {
    match kind {
        EntityKind::TextLink { url } => Some(format!("url {url}")),
        EntityKind::Pre { language: Some(language) } => Some(format!("language {language}")),
        EntityKind::TextMention { user_id } => Some(format!("user {user_id}")),
        EntityKind::CustomEmoji { custom_emoji_id } => Some(format!("custom_emoji_id {custom_emoji_id}")),
        EntityKind::DateTime { unix_time, format } => {
            Some(format!("unix_time {unix_time}, format {format:?}"))
        }
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
