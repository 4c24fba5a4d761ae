//! Links the body with its preview: maps a position in the body to the JSON and to the message, and back.
//!
//! ```text
//! body ⇄ rendered text (source map) ⇄ decoded JSON string ⇄ markup ⇄ text as it is sent
//! ```

mod markup;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::chat::{self, PatchedText};
use super::{Composed, message_text};
use crate::json::{self, Document, JsonNode, JsonString, JsonValue};
use crate::telegram::request::{MAX_BUTTONS_IN_ROW, MessageContent, ReplyMarkup};
use crate::telegram::{ApiRequest, Limit, trace};
use crate::text::{Span, floor_char_boundary};

use markup::MarkupMap;

/// The maximum number of characters on each side of the cursor that are highlighted as one word.
// Each movement of the cursor searches for the word anew. Without a limit, this would be slow in a body that is one
// very long word.
const MAX_HALF_WORD_CHARS: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagePart {
    /// A span of the text as it is sent. The text is the message's text, the caption of the first medium, or a poll's
    /// question.
    Text(Span),
    /// A button of the inline keyboard, by its index, counted over all rows.
    Button(usize),
    /// A photo or other medium, by its index.
    Medium(usize),
    /// An answer option of a poll, by its index.
    Choice(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Highlight {
    /// The highlighted spans of the rendered body, in order.
    pub rendered: Vec<Span>,
    pub parts: Vec<MessagePart>,
}

impl Highlight {
    /// Returns whether any of these bytes of the message's text are highlighted.
    pub fn has_text(&self, bytes: Span) -> bool {
        self.parts.iter().any(|part| matches!(part, MessagePart::Text(span) if overlaps(*span, bytes)))
    }
}

#[derive(Debug, Default)]
pub struct Links {
    /// The rendered text with a number as a stand-in for a chat id that is not valid JSON. `None` if the text can be
    /// parsed without a stand-in.
    stand_in: Option<PatchedText>,
    /// The message's text in the JSON, and the mapping between its markup and the text as it is sent.
    text: Option<(JsonString, MarkupMap)>,
    /// The buttons, media, and poll options, each with its span in the JSON.
    others: Vec<(MessagePart, Span)>,
}

impl Links {
    pub fn new(composed: &Composed) -> Self {
        let (Some(request), Some((stand_in, document))) = (&composed.request, parsed_document(composed))
        else {
            return Self::default();
        };
        let mut others = buttons(request, &document.root);
        others.extend(content(request, &document.root));
        Self { stand_in, text: text(request, &document), others }
    }

    /// Returns the parts of the rendered body and of the message that come from the selection in the body. An empty
    /// selection means the word or character at the cursor.
    pub fn highlight(&self, composed: &Composed, selection: Span) -> Highlight {
        if !selection.is_empty() {
            return self.highlight_span(composed, selection);
        }
        let cursor = floor_char_boundary(&composed.body, selection.start);
        let highlight = self.highlight_span(composed, word_at(&composed.body, cursor));
        // A cursor directly after the last character of a part still counts as being in that part. So if nothing is
        // found at the cursor, the character before the cursor is looked up.
        match composed.body[..cursor].graphemes(true).next_back() {
            Some(previous) if highlight.parts.is_empty() => {
                let of_previous = self.highlight_span(composed, Span::new(cursor - previous.len(), cursor));
                if of_previous.parts.is_empty() { highlight } else { of_previous }
            }
            _ => highlight,
        }
    }

    pub fn body_span_of(&self, composed: &Composed, part: MessagePart) -> Option<Span> {
        let in_json = match part {
            MessagePart::Text(sent) => {
                let (text, markup_map) = self.text.as_ref()?;
                text.raw_span(markup_map.markup(sent)?)
            }
            MessagePart::Button(_) | MessagePart::Medium(_) | MessagePart::Choice(_) => {
                self.others.iter().find(|(other, _)| *other == part)?.1
            }
        };
        composed.body_span(self.stand_in.as_ref().map_or(in_json, |patched| patched.original(in_json)))
    }

    fn highlight_span(&self, composed: &Composed, body: Span) -> Highlight {
        let rendered = composed.rendered_spans(body);
        let mut parts = Vec::new();
        for span in &rendered {
            let in_json = self.stand_in.as_ref().map_or(*span, |patched| patched.patched(*span));
            if let Some((text, markup_map)) = &self.text {
                parts.extend(
                    text.decoded_span(in_json)
                        .and_then(|markup| markup_map.sent(markup))
                        .map(MessagePart::Text),
                );
            }
            let others = self.others.iter().filter(|(_, span)| overlaps(*span, in_json));
            parts.extend(others.map(|(part, _)| *part));
        }
        // Neighboring outputs of a loop can belong to the same part, which is then listed only once.
        parts.dedup();
        Highlight { rendered, parts }
    }
}

fn overlaps(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// Returns the JSON document that the request was read from. If the rendered text could be parsed only with a stand-in
/// for the chat id, the text with the stand-in is returned too.
fn parsed_document(composed: &Composed) -> Option<(Option<PatchedText>, Cow<'_, Document>)> {
    if let Some(document) = &composed.document {
        return Some((None, Cow::Borrowed(document)));
    }
    let patched = chat::set(composed.rendered.as_deref()?, "1")?;
    let document = json::parse(&patched.text).ok()?;
    Some((Some(patched), Cow::Owned(document)))
}

/// Returns the message's text in the JSON. Returns `None` if the JSON has no such text, or if another text is sent. For
/// example, a `text` parameter in the URL's query overrides the body's `text`.
fn text(request: &ApiRequest, document: &Document) -> Option<(JsonString, MarkupMap)> {
    let (text, limit) = match request.content() {
        MessageContent::Text { .. } => (message_text(document)?, Limit::Message),
        MessageContent::Media(_)
        | MessageContent::PaidMedia(_)
        | MessageContent::Repeat(_)
        | MessageContent::Caption(_) => (document.root.get("caption")?.as_text()?, Limit::Caption),
        MessageContent::Album(_) => {
            (first(document.root.get("media")?)?.get("caption")?.as_text()?, Limit::Caption)
        }
        MessageContent::Poll(_) => (document.root.get("question")?.as_text()?, Limit::Caption),
        MessageContent::Location(_)
        | MessageContent::Venue(_)
        | MessageContent::Contact(_)
        | MessageContent::Dice(_)
        | MessageContent::Nothing => return None,
    };
    let shown = request.text()?;
    let traced = trace(shown.parse_mode, &text.decoded, limit)?;
    // The request may send another text than the one in the JSON. So the text in the JSON is parsed here, and the
    // result is compared with the request's text.
    let is_same = traced.sent.text.text == shown.sent.text;
    is_same.then(|| (text.clone(), MarkupMap::new(shown.parse_mode, &text.decoded, &traced)))
}

fn first(list: &JsonNode) -> Option<&JsonNode> {
    items(list).first()
}

fn items(list: &JsonNode) -> &[JsonNode] {
    match &list.value {
        JsonValue::Array(items) => items,
        _ => &[],
    }
}

/// Returns the buttons that the server keeps, row by row, each with its span in the JSON.
fn buttons(request: &ApiRequest, root: &JsonNode) -> Vec<(MessagePart, Span)> {
    let Some(ReplyMarkup::InlineKeyboard(kept)) = request.reply_markup() else { return Vec::new() };
    let Some(markup) = root.get("reply_markup") else { return Vec::new() };
    // The server also accepts the keyboard as JSON inside a string.
    let nested = markup.as_text().and_then(|text| Some((text, json::parse(&text.decoded).ok()?)));
    let keyboard = nested.as_ref().map_or(markup, |(_, document)| &document.root);
    let is_kept = |button: &&JsonNode| {
        let text = button.get("text").and_then(JsonNode::as_text);
        text.is_some_and(|text| !text.decoded.is_empty())
    };
    let rows = keyboard.get("inline_keyboard").map_or(&[][..], items);
    let found = rows.iter().flat_map(|row| items(row).iter().filter(is_kept).take(MAX_BUTTONS_IN_ROW));
    let span_of = |button: &JsonNode| match &nested {
        Some((text, _)) => text.raw_span(button.span),
        None => button.span,
    };
    let spans: Vec<Span> = found.map(span_of).collect();
    // The counts differ if the server dropped buttons for reasons that are not checked here. Then no button is linked,
    // because a link could lead to the wrong button.
    if spans.len() != kept.iter().map(Vec::len).sum::<usize>() {
        return Vec::new();
    }
    spans.into_iter().enumerate().map(|(nth, span)| (MessagePart::Button(nth), span)).collect()
}

fn content(request: &ApiRequest, root: &JsonNode) -> Vec<(MessagePart, Span)> {
    let numbered = |list: Option<&JsonNode>, part: fn(usize) -> MessagePart, of: fn(&JsonNode) -> Span| {
        let items = list.map_or(&[][..], items).iter().enumerate();
        items.map(|(nth, item)| (part(nth), of(item))).collect()
    };
    match request.content() {
        MessageContent::Media(media) => {
            let file = root.get(media.kind.as_str());
            file.map(|file| (MessagePart::Medium(0), file.span)).into_iter().collect()
        }
        MessageContent::Album(_) | MessageContent::PaidMedia(_) => {
            numbered(root.get("media"), MessagePart::Medium, |item| {
                item.get("media").map_or(item.span, |file| file.span)
            })
        }
        MessageContent::Poll(_) => numbered(root.get("options"), MessagePart::Choice, |item| item.span),
        _ => Vec::new(),
    }
}

/// Returns the word around the cursor, or the character after the cursor if there is no word.
fn word_at(body: &str, cursor: usize) -> Span {
    let length = |chars: &mut dyn Iterator<Item = char>| -> usize {
        let word = chars.take_while(|c| c.is_alphanumeric() || *c == '_');
        word.take(MAX_HALF_WORD_CHARS).map(char::len_utf8).sum()
    };
    let (before, after) = body.split_at(cursor);
    let (start, end) = (cursor - length(&mut before.chars().rev()), cursor + length(&mut after.chars()));
    if start < end {
        let word = Span::new(start, end);
        // In `one\ntwo`, the `n` belongs to the escape, so the word is `two` and not `ntwo`. A `\u` is followed by four
        // hex digits.
        let is_escape = json::is_escaped(body, start);
        let length = if word.of(body).starts_with('u') { 5 } else { 1 };
        return match (start + length).min(end) {
            after if is_escape && cursor < after => Span::new(start - 1, after),
            after if is_escape && after < end => Span::new(floor_char_boundary(body, after), end),
            _ => word,
        };
    }
    Span::new(cursor, cursor + after.graphemes(true).next().map_or(0, str::len))
}

#[cfg(test)]
mod tests;
